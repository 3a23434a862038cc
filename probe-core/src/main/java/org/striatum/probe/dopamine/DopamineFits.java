package org.striatum.probe.dopamine;

import java.util.Arrays;

/// How much a dopamine study fits and tests on one data set, counted before it begins; every figure is the most that can be needed.
///
/// @param networks TD-error probes
/// @param shuffled how many of them to reassigned surprises
/// @param tested coordinates that get the signature test
/// @param planted coordinates that get it too, as known effects
public record DopamineFits(long networks, long shuffled, long tested, long planted) {
  /// The fits to one data set.
  ///
  /// @param hooks hook points
  public static DopamineFits of(DopamineSettings settings, int hooks) {
    long shuffled = (long) hooks * settings.tests().retrainings();
    DopamineSettings.Power power = settings.tests().power();
    long kinds = Arrays.stream(Planting.values()).mapToLong(planting -> power.strengths(planting).size()).sum();
    return new DopamineFits((long) hooks * Scaling.values().length + shuffled, shuffled,
        2L * hooks * settings.tests().tested(), kinds * hooks * Math.ceilDiv(power.planted(), hooks));
  }
}
