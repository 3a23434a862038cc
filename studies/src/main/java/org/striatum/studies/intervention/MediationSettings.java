package org.striatum.studies.intervention;

import org.striatum.probe.intervention.MatchedSets;
import org.striatum.studies.neurons.NeuronSelection;

/// Settings of a mediation study.
///
/// @param set which coordinates, e.g. `value@1%`
/// @param pairs right and wrong runs of one problem, one pair a problem, at most, ≥ 1
/// @param controls RMS-matched sets, ≥ 19
/// @param seed of controls and intervals
public record MediationSettings(String set, int pairs, int controls, long seed) {
  public MediationSettings {
    NeuronSelection.named(set);
    if (pairs < 1 || controls < MatchedSets.LEAST) {
      throw new IllegalArgumentException("mediation needs pairs ≥ 1 and controls ≥ " + MatchedSets.LEAST + ", found "
          + pairs + " and " + controls);
    }
  }

  public static MediationSettings defaults() {
    return new MediationSettings("value@1%", 60, 99, 1);
  }

  public MediationSettings withSeed(long other) {
    return new MediationSettings(set, pairs, controls, other);
  }
}
