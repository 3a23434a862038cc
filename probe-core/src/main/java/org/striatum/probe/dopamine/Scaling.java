package org.striatum.probe.dopamine;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/// What a step's activations are measured against before they are pooled.
public enum Scaling {
  /// Moments of all generated tokens of training problems: known before the response is.
  CAUSAL,
  /// Moments of the response's own tokens, as the paper has it: what comes after a step moves its z-score.
  WHOLE_RESPONSE;

  /// The scaling of that name: `causal` or `whole-response`.
  ///
  /// @throws IllegalArgumentException on any other name
  @JsonCreator
  public static Scaling named(String name) {
    return Arrays.stream(values()).filter(scaling -> scaling.toString().equals(name)).findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("scaling must be causal or whole-response, found '" + name + "'"));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
