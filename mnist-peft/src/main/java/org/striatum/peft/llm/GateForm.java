package org.striatum.peft.llm;

/// How gates on neurons begin and move.
///
/// @param sharpness s > 0, per deviation
/// @param start first threshold τ̃, in deviations; far below the data
/// @param thresholdFactor learning rate of τ̃ in units of γ's, > 0: a deviation is a longer way than a unit of gain
public record GateForm(double sharpness, double start, double thresholdFactor) {
  public GateForm {
    if (!(sharpness > 0) || Double.isInfinite(sharpness)) {
      throw new IllegalArgumentException("a gate's sharpness must be > 0 and finite, found " + sharpness);
    }
    if (!Double.isFinite(start)) {
      throw new IllegalArgumentException("a gate's first threshold must be finite, found " + start);
    }
    if (!(thresholdFactor > 0) || Double.isInfinite(thresholdFactor)) {
      throw new IllegalArgumentException(
          "the thresholds' share of the learning rate must be > 0 and finite, found " + thresholdFactor);
    }
  }

  /// Sharpness 4, from 4 deviations below the mean, thresholds at five times the rate of gains.
  public static GateForm defaults() {
    return new GateForm(4, -4, 5);
  }

  /// The same with another sharpness.
  public GateForm withSharpness(double other) {
    return new GateForm(other, start, thresholdFactor);
  }

  /// The same with another first threshold.
  public GateForm withStart(double other) {
    return new GateForm(sharpness, other, thresholdFactor);
  }

  /// The same with another learning rate of thresholds.
  public GateForm withThresholdFactor(double other) {
    return new GateForm(sharpness, start, other);
  }
}
