package org.striatum.peft.llm;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.striatum.datasets.ProblemSet;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.rollout.Problem;

/// The problems of one mode, split into training, validation and test, and test problems of the other tasks. No prompt occurs
/// twice.
///
/// @param training learned from
/// @param validation what learning rates and the kept state are chosen by
/// @param test of the mode
/// @param others test problems of other tasks
public record ModeProblems(TaskItems training, TaskItems validation, TaskItems test, List<TaskItems> others) {
  public ModeProblems {
    others = List.copyOf(others);
  }

  /// How many problems are drawn.
  ///
  /// @param test of each task
  public record Counts(int training, int validation, int test) {
    public Counts {
      if (training < 1 || validation < 1 || test < 2) {
        throw new IllegalArgumentException(
            "a mode needs training and validation problems and at least 2 to test on, found " + training + ", "
                + validation + " and " + test);
      }
    }

    /// 512 to learn from, 48 to choose by, 80 of each task to test on.
    public static Counts defaults() {
      return new Counts(512, 48, 80);
    }

    private int all() {
      return Math.addExact(Math.addExact(training, validation), test);
    }

    /// The same with more or fewer problems to learn from.
    public Counts withTraining(int other) {
      return new Counts(other, validation, test);
    }

    /// The same with more or fewer problems to choose by.
    public Counts withValidation(int other) {
      return new Counts(training, other, test);
    }

    /// The same with more or fewer problems of each task to test on.
    public Counts withTest(int other) {
      return new Counts(training, validation, other);
    }
  }

  /// Refuses counts that the sets do not have, before anything is drawn.
  ///
  /// @throws org.striatum.probe.run.UsageException if a set has too few distinct problems
  public static void requireEnough(ProblemSet mode, List<ProblemSet> others, Counts counts) {
    mode.requireDistinct(counts.all());
    others.forEach(other -> other.requireDistinct(counts.test));
  }

  /// Draws them.
  ///
  /// @param others other tasks; may be empty
  /// @param taken prompts that no problem may have, such as those neurons were found on
  /// @throws IllegalArgumentException if a set has too few distinct problems
  public static ModeProblems draw(HookedModel model, ProblemSet mode, List<ProblemSet> others, Counts counts,
      Set<String> taken, long seed) throws CheckpointException {
    List<Problem> own = mode.drawDistinct(counts.all(), seed, taken);
    int validation = counts.training;
    int test = counts.training + counts.validation;
    Set<String> used = new HashSet<>(taken);
    own.forEach(problem -> used.add(problem.id()));
    List<TaskItems> beside = new ArrayList<>();
    for (ProblemSet other : others) {
      beside.add(TaskItems.of(model, other.name(), other.grader(), other.drawDistinct(counts.test, seed, used)));
    }
    return new ModeProblems(
        TaskItems.of(model, mode.name(), mode.grader(), own.subList(0, validation)),
        TaskItems.of(model, mode.name(), mode.grader(), own.subList(validation, test)),
        TaskItems.of(model, mode.name(), mode.grader(), own.subList(test, own.size())), beside);
  }

  /// Tasks that are tested, the mode first.
  List<TaskItems> tested() {
    List<TaskItems> all = new ArrayList<>(List.of(test));
    all.addAll(others);
    return all;
  }
}
