package org.striatum.reports.run;

import java.util.List;
import org.striatum.probe.model.HookPoint;

/// One rollout shown in full. Its texts come from a model and are shown, never interpreted.
///
/// @param problem its id
/// @param reward terminal reward in {0, 1}
/// @param values V(t) under the text; null where no probe was run over this rollout
public record SampleRollout(String dataset, String problem, String prompt, String completion, double reward,
    ValueTrace values) {

  /// V(t) along a rollout, as one probe reads it.
  ///
  /// @param probe e.g. `td`
  /// @param tokens in order, one a state shown
  public record ValueTrace(String probe, HookPoint hook, List<TokenValue> tokens) {
    public ValueTrace {
      tokens = List.copyOf(tokens);
    }
  }

  /// One token's text and the value of the state at it; NaN where there is none.
  public record TokenValue(String text, double value) {}
}
