package org.striatum.studies;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.striatum.probe.planning.AurocPower;
import org.striatum.probe.planning.OutcomeModel;
import org.striatum.probe.planning.SplitsPower;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.value.ProbeStep;
import org.striatum.studies.value.ValueAnswers;

/// What a study can decide about a task, told as soon as its rewards are known: what takes long comes after them.
///
/// @param problems distinct ones
/// @param tested about how many of them are test problems
/// @param right rollouts that are
/// @param effect the AUROC that a study must be likely to find
/// @param found how likely it is, by the formula of a plan; NaN where all rollouts have one outcome
/// @param needed problems in all that would find it four times in five; empty where no number does
public record Prospect(String task, int problems, int tested, int rollouts, int right, double effect, double found,
    OptionalInt needed) {
  private static final double EVEN = 0.5;

  /// What the rewards allow.
  public enum Outlook {
    /// All rollouts have one outcome.
    NOTHING,
    /// The declared effect would more often be missed than found.
    LITTLE,
    /// Enough to go on without a word.
    ENOUGH
  }

  /// Task by task.
  public static List<Prospect> of(List<Rollout> rollouts, StudyPlan plan) {
    List<Prospect> all = new ArrayList<>();
    ProblemSplit.byDataset(rollouts).forEach((task, own) -> all.add(of(task, own, plan)));
    return all;
  }

  private static Prospect of(String task, List<Rollout> rollouts, StudyPlan plan) {
    Map<String, int[]> counts = new LinkedHashMap<>();
    for (Rollout rollout : rollouts) {
      int[] own = counts.computeIfAbsent(rollout.problem().id(), _ -> new int[2]);
      own[0] += rollout.reward() == 1 ? 1 : 0;
      own[1]++;
    }
    int[] right = counts.values().stream().mapToInt(own -> own[0]).toArray();
    int[] drawn = counts.values().stream().mapToInt(own -> own[1]).toArray();
    int successes = (int) rollouts.stream().filter(rollout -> rollout.reward() == 1).count();
    double share = plan.settings(ProbeStep.STUDY).split().test();
    double effect = plan.settings(ProbeStep.STUDY).study().controls().power().effect();
    int tested = (int) Math.round(counts.size() * share);
    if (successes == 0 || successes == rollouts.size()) {
      return new Prospect(task, counts.size(), tested, rollouts.size(), successes, effect, Double.NaN,
          OptionalInt.empty());
    }
    AurocPower one = new AurocPower(effect, outcomes(right, drawn, (double) successes / rollouts.size()),
        Math.max(1, rollouts.size() / counts.size()), share);
    SplitsPower splits = new SplitsPower(plan.settings(SplitsStep.STUDY).splits(), share);
    return new Prospect(task, counts.size(), tested, rollouts.size(), successes, effect,
        splits.of(one.at(counts.size())), splits.problemsNeeded(one));
  }

  /// One rollout a problem does not tell how alike two are, and need not: there is no second one that would add less.
  private static OutcomeModel outcomes(int[] right, int[] drawn, double accuracy) {
    try {
      return OutcomeModel.measured(right, drawn);
    } catch (NotEnoughData _) {
      return new OutcomeModel(accuracy, 0);
    }
  }

  public Outlook outlook() {
    if (Double.isNaN(found)) {
      return Outlook.NOTHING;
    }
    return found < EVEN ? Outlook.LITTLE : Outlook.ENOUGH;
  }

  /// What cannot be decided, why, and what would help, in one line; empty where there is nothing to say.
  public Optional<String> words() {
    return switch (outlook()) {
      case NOTHING -> Optional.of("%s: %s. Its questions cannot be decided; %s".formatted(task, reason(),
          right == 0
              ? "ask easier problems, let completions be longer, or see how answers are read"
              : "ask harder problems, or draw at a higher temperature"));
      case LITTLE -> Optional.of(String.format(Locale.ROOT,
          "%s: %s. That finds a state that predicts success with AUROC %s in %.0f %% of such studies, so that most"
              + " questions will be left undecided; %s",
          task, reason(), effect, 100 * found, remedy()));
      case ENOUGH -> Optional.empty();
    };
  }

  private String remedy() {
    return needed.isEmpty()
        ? "no number of problems would do: ask others, of which about half are right"
        : "about %d problems in all would do".formatted(needed.getAsInt());
  }

  private String reason() {
    if (right == 0 || right == rollouts) {
      return ValueAnswers.oneOutcome(rollouts, right > 0);
    }
    return "%d of %d rollouts are right, and %d of its %d problems are test problems".formatted(right, rollouts, tested,
        problems);
  }
}
