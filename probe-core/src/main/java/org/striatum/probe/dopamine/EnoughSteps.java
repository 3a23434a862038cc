package org.striatum.probe.dopamine;

import java.util.List;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;

/// What a data set must have before its surprises can be studied, whatever values its states turn out to have. A check before
/// continuations are drawn: what fails here fails with any of them.
public final class EnoughSteps {
  static final int FEWEST_PROBLEMS = 10; // of training and of test
  private static final int FEWEST_TRAINING = 20; // steps

  private EnoughSteps() {}

  /// A rollout that was cut into steps.
  public record Stepped(String problem, boolean right, int steps) {}

  /// Refuses a data set that cannot be studied.
  ///
  /// @param split which knows every problem
  /// @throws NotEnoughData saying which fold lacks what
  public static void require(Split split, List<Stepped> rollouts) {
    for (Fold fold : Fold.values()) {
      require(fold, rollouts.stream().filter(one -> one.steps > 0 && split.of(one.problem) == fold).toList());
    }
  }

  /// The same for one fold.
  ///
  /// @param members each with at least one step
  static void require(Fold fold, List<Stepped> members) {
    NotEnoughData.requireBothOutcomes(purpose(fold), "rollouts with steps",
        members.stream().filter(Stepped::right).count(), members.size());
    if (fold != Fold.VALIDATION) {
      NotEnoughData.require(purpose(fold), "problems", members.stream().map(Stepped::problem).distinct().count(),
          FEWEST_PROBLEMS);
    }
    NotEnoughData.require(purpose(fold), "steps", members.stream().mapToInt(Stepped::steps).sum(), fewest(fold));
  }

  /// The fewest steps of a fold that a probe is trained and tested on.
  static int fewest(Fold fold) {
    return fold == Fold.TRAIN ? FEWEST_TRAINING : FEWEST_PROBLEMS;
  }

  static String purpose(Fold fold) {
    return "the " + fold.printed() + " fold";
  }
}
