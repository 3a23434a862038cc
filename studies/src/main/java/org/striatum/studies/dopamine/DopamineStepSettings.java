package org.striatum.studies.dopamine;

import java.util.function.UnaryOperator;
import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.studies.dopamine.DopamineStep.Values;

/// Settings of the search for dopamine neurons.
///
/// @param study TD-error probes and the signature test
/// @param values the source of V̂
/// @param continuations that are sampled before it
/// @param seed of fits, controls and intervals
public record DopamineStepSettings(DopamineSettings study, Values values, ContinuationSettings continuations,
    long seed) {
  public DopamineStepSettings {
    if (values == Values.CONTINUATIONS && continuations.draws() < 2) {
      throw new IllegalArgumentException("V̂ needs at least 2 continuations per state, one for each half, found "
          + continuations.draws());
    }
  }

  public static DopamineStepSettings defaults() {
    return new DopamineStepSettings(DopamineSettings.defaults(), Values.CONTINUATIONS,
        ContinuationSettings.defaults(), 1);
  }

  public static DopamineStepSettings quick() {
    return new DopamineStepSettings(DopamineSettings.quick(), Values.CONTINUATIONS, ContinuationSettings.quick(), 1);
  }

  public DopamineStepSettings withStudy(UnaryOperator<DopamineSettings> change) {
    return new DopamineStepSettings(change.apply(study), values, continuations, seed);
  }

  /// The same with another source of V̂; with the value probe no continuations are sampled.
  public DopamineStepSettings withValues(Values source) {
    return new DopamineStepSettings(study, source,
        source == Values.PROBE ? continuations.withDraws(0) : continuations, seed);
  }

  public DopamineStepSettings withContinuations(UnaryOperator<ContinuationSettings> change) {
    return new DopamineStepSettings(study, values, change.apply(continuations), seed);
  }

  /// The same with another seed of the study and of the continuations.
  public DopamineStepSettings withSeed(long other) {
    return new DopamineStepSettings(study, values, continuations.withSeed(other), other);
  }
}
