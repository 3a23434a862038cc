package org.striatum.studies.intervention;

import org.striatum.probe.intervention.MatchedSets;
import org.striatum.studies.neurons.NeuronSelection;

/// Settings of the study of surprises under ablation.
///
/// @param neurons whose response is read, e.g. `dopamine@1%`
/// @param set which coordinates are set to zero below them, e.g. `value@1%`
/// @param controls RMS-matched sets, ≥ 19
/// @param seed of controls and intervals
public record SurpriseSettings(String neurons, String set, int controls, long seed) {
  public SurpriseSettings {
    NeuronSelection.named(neurons);
    NeuronSelection.named(set);
    if (controls < MatchedSets.LEAST) {
      throw new IllegalArgumentException(
          "surprises under ablation need controls ≥ " + MatchedSets.LEAST + ", found " + controls);
    }
  }

  public static SurpriseSettings defaults() {
    return new SurpriseSettings("dopamine@1%", "value@1%", 99, 1);
  }

  /// Fewer controls.
  public static SurpriseSettings quick() {
    return new SurpriseSettings("dopamine@1%", "value@1%", 39, 1);
  }

  public SurpriseSettings withSeed(long other) {
    return new SurpriseSettings(neurons, set, controls, other);
  }
}
