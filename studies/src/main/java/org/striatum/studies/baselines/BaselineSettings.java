package org.striatum.studies.baselines;

import java.util.List;
import org.striatum.probe.value.Baseline;

/// Settings of the baselines' rankings. Probes are trained as the run's value probes were.
///
/// @param baselines which of them
/// @param calibration training rollouts of a dataset whose activations weigh matrices for Wanda, at most, ≥ 1; the original takes
///     128 texts
/// @param states that a probe of the next token is trained on, at most, ≥ 64
/// @param seed of fits and draws
public record BaselineSettings(List<Baseline> baselines, int calibration, int states, long seed) {
  private static final int LEAST_STATES = 64;

  public BaselineSettings {
    baselines = List.copyOf(baselines);
    if (baselines.isEmpty() || baselines.stream().distinct().count() < baselines.size()) {
      throw new IllegalArgumentException("baselines must be named, each once, found " + baselines);
    }
    if (calibration < 1 || states < LEAST_STATES) {
      throw new IllegalArgumentException("baselines need calibration ≥ 1 and states ≥ " + LEAST_STATES + ", found "
          + calibration + " and " + states);
    }
  }

  public static BaselineSettings defaults() {
    return new BaselineSettings(List.of(Baseline.values()), 128, 8192, 1);
  }

  /// Fewer states.
  public static BaselineSettings quick() {
    return defaults().withStates(2048);
  }

  public BaselineSettings withStates(int most) {
    return new BaselineSettings(baselines, calibration, most, seed);
  }

  public BaselineSettings withSeed(long other) {
    return new BaselineSettings(baselines, calibration, states, other);
  }
}
