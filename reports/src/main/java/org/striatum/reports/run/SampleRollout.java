package org.striatum.reports.run;

import java.util.List;
import org.striatum.probe.model.HookPoint;

/// One rollout shown in full. Its texts come from a model and are shown, never interpreted.
///
/// @param problem its id
/// @param reward terminal reward in {0, 1}
/// @param values V(t) and δ(t) under the text; null if no probe was run over this rollout
public record SampleRollout(String dataset, String problem, String prompt, String completion, double reward,
    ValueTrace values) {

  /// The predictions of one probe along a rollout.
  ///
  /// @param probe e.g. `td`
  /// @param fitted number of rollouts of training problems that the probe was fitted to
  /// @param start V(s₀), at the last prompt position
  /// @param tokens generated, in order
  /// @param end δ of the outcome: reward minus V of the last state
  /// @param steps with V̂ from the continuations before them; empty if none were drawn
  public record ValueTrace(String probe, HookPoint hook, int fitted, double start, List<TokenValue> tokens, double end,
      List<StepValue> steps) {
    public ValueTrace {
      tokens = List.copyOf(tokens);
      steps = List.copyOf(steps);
    }
  }

  /// One generated token.
  ///
  /// @param value V of the state at it; NaN if there is none
  /// @param delta the change of V that it makes: δ of the transition into its state; NaN if there is none
  /// @param thought whether it stands in the model's thinking, which is not graded
  public record TokenValue(String text, double value, double delta, boolean thought) {}

  /// One step and the outcomes of the continuations before it.
  ///
  /// @param first its first token, from 1
  /// @param last its last
  /// @param before V̂ before it: the share of continuations that were solved
  /// @param delta V̂ after it (after the last step, the reward) minus V̂ before it
  /// @param draws number of continuations
  public record StepValue(int first, int last, double before, double delta, int draws) {}
}
