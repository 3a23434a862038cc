package org.striatum.peft.llm;

import java.util.List;
import org.striatum.probe.adaptation.AdaptationArm;

/// One set of one arm.
///
/// @param draw which of the arm's sets, from 0
record Trial(AdaptationArm arm, int draw, Adaptation adaptation) {
  /// The name of one training of it.
  String name(long seed, double rate) {
    return "%s-%d-seed%d-rate%s".formatted(arm, draw, seed, rate);
  }

  /// A trial that was trained at its arm's rate.
  record Trained(Trial trial, long seed, double rate, Learned learned) {
    String name() {
      return trial.name(seed, rate);
    }
  }

  /// Openness of every gated coordinate, hook point by hook point.
  ///
  /// @param before learning
  /// @param after it
  record Opened(float[] before, float[] after) {
    Opened {
      before = before.clone();
      after = after.clone();
    }
  }

  /// What a trained trial gave on the test problems.
  ///
  /// @param outcomes the mode's, then each other task's
  /// @param hard answers in mode with hardened gates, 0 or 1; empty without gates: (problems)
  /// @param agreement of the engines' logits
  record Tested(List<Outcomes> outcomes, double[] hard, double agreement) {
    Tested {
      outcomes = List.copyOf(outcomes);
      hard = hard.clone();
    }

    Outcomes inMode() {
      return outcomes.getFirst();
    }

    /// Of every other task, may be empty.
    List<Outcomes> others() {
      return outcomes.subList(1, outcomes.size());
    }
  }
}
