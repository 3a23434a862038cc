package org.striatum.probe.dopamine;

import java.util.Locale;
import org.striatum.probe.run.Printed;

/// What a step's activations are measured against before they are pooled.
public enum Scaling implements Printed {
  /// Moments of all generated tokens of training problems: known before the response is.
  CAUSAL,
  /// Moments of the response's own tokens, as the paper has it: what comes after a step moves its z-score.
  WHOLE_RESPONSE;

  /// The scaling of that name: `causal` or `whole-response`.
  ///
  /// @throws IllegalArgumentException on any other name
  public static Scaling named(String name) {
    return Printed.named(Scaling.class, "scaling", name);
  }

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return printed();
  }
}
