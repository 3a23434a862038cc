package org.striatum.peft.nta.setting;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.peft.nta.network.GatedMlp.Bound;
import org.striatum.probe.run.Sha256;

/// A network of two hidden layers with TauGate's (τ, γ) beside its weights, on tasks that alternate in blocks: everything
/// but the seed.
///
/// @param files checksums of the images
/// @param conflict what alternates
/// @param hidden units of each of the two hidden layers
/// @param sharpness s of the gates
/// @param weightRate learning rate of weights > 0
/// @param gateRate learning rate of τ and γ > 0; the ratio of both is τ_w/τ_c
/// @param bound what is asked of γ
/// @param images to learn from, turned once
/// @param tested test images
/// @param batch images a step
/// @param blocks how many
/// @param steps of a block
/// @param criterion share of test images classified wrongly that counts as learned, in (0, 1)
public record BridgeSettings(SortedMap<String, Sha256> files, Conflict conflict, int hidden, double sharpness,
    double weightRate, double gateRate, Bound bound, int images, int tested, int batch, int blocks, int steps,
    double criterion) implements ArmSettings {
  /// What alternates from block to block.
  public enum Conflict {
    /// Upright digits, and the same turned by 45°: one network can do both.
    ROTATION,
    /// Two ways to name the classes: no network can do both.
    LABELS;

    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public BridgeSettings {
    files = new TreeMap<>(files);
    if (hidden < 1 || images < 1 || tested < 1 || batch < 1 || blocks < 2 || steps < 1) {
      throw new IllegalArgumentException("hidden units, images, test images, a batch and steps must be ≥ 1 and blocks ≥ 2,"
          + " found " + hidden + ", " + images + ", " + tested + ", " + batch + ", " + steps + " and " + blocks);
    }
    NtaSettings.requireTime("sharpness", sharpness);
    NtaSettings.requireTime("the learning rate of weights", weightRate);
    NtaSettings.requireTime("the learning rate of gates", gateRate);
    if (!(criterion > 0 && criterion < 1)) {
      throw new IllegalArgumentException(
          "a share of errors that counts as learned must be in (0, 1), found " + criterion);
    }
  }

  /// Gates at forty times the rate of weights, as nearly as the flexible linear network's are.
  public static BridgeSettings fast(SortedMap<String, Sha256> files, Conflict conflict) {
    return new BridgeSettings(files, conflict, 128, 10, 0.05, 2, new Bound(0.02, 1, 10), 6000, 500, 64, 10, 100, 0.2);
  }

  /// Gates as fast, nothing asked of them.
  public BridgeSettings unregularised() {
    return with(weightRate, gateRate, Bound.NONE);
  }

  /// Gates as slow as weights, nothing asked of them.
  public BridgeSettings equalRates() {
    return with(weightRate, weightRate, Bound.NONE);
  }

  /// Weights and gates both at several times the rate of weights: what a higher learning rate alone does.
  public BridgeSettings equalRates(double times) {
    return with(times * weightRate, times * weightRate, Bound.NONE);
  }

  private BridgeSettings with(double ofWeights, double ofGates, Bound other) {
    return new BridgeSettings(files, conflict, hidden, sharpness, ofWeights, ofGates, other, images, tested, batch,
        blocks, steps, criterion);
  }
}
