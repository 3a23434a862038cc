package org.striatum.reports.run;

import java.util.List;
import org.striatum.probe.model.HookPoint;

/// One rollout shown in full. Its texts come from a model and are shown, never interpreted.
///
/// @param problem its id
/// @param reward terminal reward in {0, 1}
/// @param values V(t) and δ(t) under the text; null where no probe was run over this rollout
public record SampleRollout(String dataset, String problem, String prompt, String completion, double reward,
    ValueTrace values) {

  /// What one probe reads along a rollout.
  ///
  /// @param probe e.g. `td`
  /// @param fitted rollouts of training problems that the probe was fitted to
  /// @param start V(s₀), at the last prompt position
  /// @param tokens generated, in order
  /// @param end δ of the outcome: reward less V of the last state
  /// @param steps with V̂ by rollouts that went on from before them; empty where none were drawn
  public record ValueTrace(String probe, HookPoint hook, int fitted, double start, List<TokenValue> tokens, double end,
      List<StepValue> steps) {
    public ValueTrace {
      tokens = List.copyOf(tokens);
      steps = List.copyOf(steps);
    }
  }

  /// One generated token.
  ///
  /// @param value V of the state at it; NaN where there is none
  /// @param delta how far it moved V: δ of the transition into its state; NaN likewise
  public record TokenValue(String text, double value, double delta) {}

  /// One step and what became of the rollouts that went on from before it.
  ///
  /// @param first its first token, from 1
  /// @param last its last
  /// @param before V̂ before it: the share of them that were solved
  /// @param delta V̂ after it less V̂ before it; after the last step the reward
  /// @param draws how many went on
  public record StepValue(int first, int last, double before, double delta, int draws) {}
}
