package org.striatum.studies.intervention;

import org.striatum.probe.intervention.MatchedSets;
import org.striatum.studies.neurons.NeuronSelection;

/// Settings of the study of surprises under ablation.
///
/// @param neurons whose response is read, e.g. `dopamine@1%`
/// @param set which coordinates are set to zero below them, e.g. `value@1%`
/// @param controls RMS-matched sets, ≥ 19
/// @param effect share of a response whose loss must be found four times in five before *no* is said, in (0, 1]
/// @param seed of controls and intervals
public record SurpriseSettings(String neurons, String set, int controls, double effect, long seed) {
  private static final double DEFAULT_EFFECT = 0.5;

  public SurpriseSettings {
    NeuronSelection.named(neurons);
    NeuronSelection.named(set);
    if (controls < MatchedSets.LEAST) {
      throw new IllegalArgumentException(
          "surprises under ablation need controls ≥ " + MatchedSets.LEAST + ", found " + controls);
    }
    if (!(effect > 0 && effect <= 1)) {
      throw new IllegalArgumentException("a declared loss must be a share of the response in (0, 1], found " + effect);
    }
  }

  public static SurpriseSettings defaults() {
    return new SurpriseSettings("dopamine@1%", "value@1%", 99, DEFAULT_EFFECT, 1);
  }

  /// Fewer controls.
  public static SurpriseSettings quick() {
    return new SurpriseSettings("dopamine@1%", "value@1%", 39, DEFAULT_EFFECT, 1);
  }

  public SurpriseSettings withSeed(long other) {
    return new SurpriseSettings(neurons, set, controls, effect, other);
  }
}
