package org.striatum.probe.dopamine;

import java.util.Arrays;
import java.util.Locale;
import org.striatum.probe.run.Printed;

/// What a planted coordinate carries: the surprise, or one of the things that resemble it and must not be taken for it.
public enum Planting implements Printed {
  /// δ: a dopamine neuron.
  SURPRISE,
  /// max(δ, 0).
  GAINS_ONLY,
  /// min(δ, 0).
  LOSSES_ONLY,
  /// |δ|.
  SIZE,
  /// V before the step.
  VALUE_BEFORE,
  /// V after it.
  VALUE_AFTER;

  /// What it carries in each step.
  double[] of(DrawnSteps steps) {
    return switch (this) {
      case SURPRISE -> steps.delta();
      case GAINS_ONLY -> Arrays.stream(steps.delta()).map(d -> Math.max(d, 0)).toArray();
      case LOSSES_ONLY -> Arrays.stream(steps.delta()).map(d -> Math.min(d, 0)).toArray();
      case SIZE -> Arrays.stream(steps.delta()).map(Math::abs).toArray();
      case VALUE_BEFORE -> steps.before();
      case VALUE_AFTER -> steps.after();
    };
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
