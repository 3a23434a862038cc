package org.striatum.peft.nta.setting;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.peft.nta.network.GatedMlp.Bound;
import org.striatum.probe.run.PrintedLater;
import org.striatum.probe.run.Sha256;

/// A network of two hidden layers with TauGate's (τ, γ) in addition to its weights, on tasks that alternate in blocks: everything
/// but the seed.
///
/// @param conflict what alternates
/// @param images that are shown
/// @param network that learns
/// @param rates at which it learns
/// @param blocks how many, ≥ 2
/// @param steps of a block
/// @param criterion share of test images classified wrongly that counts as learned, in (0, 1)
public record BridgeSettings(Conflict conflict, Images images, Network network, Rates rates, int blocks, int steps,
    double criterion) implements ArmSettings {
  /// What alternates from block to block.
  public enum Conflict implements PrintedLater {
    /// Upright digits, and the same turned by 45°: one network can do both.
    ROTATION,
    /// Two ways to name the classes: no network can do both.
    LABELS;

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What is shown.
  ///
  /// @param files checksums of the images
  /// @param learned images to learn from, turned once
  /// @param tested test images
  public record Images(SortedMap<String, Sha256> files, int learned, int tested) {
    public Images {
      files = new TreeMap<>(files);
      if (learned < 1 || tested < 1) {
        throw new IllegalArgumentException("images and test images must be ≥ 1, found " + learned + " and " + tested);
      }
    }

    /// The same files, more or fewer of their images.
    public Images withCounts(int toLearnFrom, int toTestOn) {
      return new Images(files, toLearnFrom, toTestOn);
    }
  }

  /// What learns.
  ///
  /// @param hidden units of each of the two hidden layers
  /// @param sharpness s of the gates
  public record Network(int hidden, double sharpness) {
    public Network {
      if (hidden < 1) {
        throw new IllegalArgumentException("hidden units must be ≥ 1, found " + hidden);
      }
      LearningDynamics.requireTime("sharpness", sharpness);
    }
  }

  /// At what rates.
  ///
  /// @param weights learning rate of weights > 0
  /// @param gates learning rate of τ and γ > 0; the ratio of both is τ_w/τ_c
  /// @param bound regularises γ
  /// @param batch images per step
  public record Rates(double weights, double gates, Bound bound, int batch) {
    public Rates {
      LearningDynamics.requireTime("the learning rate of weights", weights);
      LearningDynamics.requireTime("the learning rate of gates", gates);
      if (batch < 1) {
        throw new IllegalArgumentException("a batch must be ≥ 1, found " + batch);
      }
    }

    /// Other learning rates, and another regulariser of γ.
    public Rates with(double ofWeights, double ofGates, Bound other) {
      return new Rates(ofWeights, ofGates, other, batch);
    }

    /// Another batch.
    public Rates withBatch(int other) {
      return new Rates(weights, gates, bound, other);
    }
  }

  public BridgeSettings {
    if (blocks < 2 || steps < 1) {
      throw new IllegalArgumentException("steps must be ≥ 1 and blocks ≥ 2, found " + steps + " and " + blocks);
    }
    if (!(criterion > 0 && criterion < 1)) {
      throw new IllegalArgumentException(
          "a share of errors that counts as learned must be in (0, 1), found " + criterion);
    }
  }

  /// Gates at forty times the rate of weights, as nearly as the flexible linear network's are.
  public static BridgeSettings fast(SortedMap<String, Sha256> files, Conflict conflict) {
    return new BridgeSettings(conflict, new Images(files, 6000, 500), new Network(128, 10),
        new Rates(0.05, 2, new Bound(0.02, 1, 10), 64), 10, 100, 0.2);
  }

  /// Gates equally fast, without a regulariser.
  public BridgeSettings unregularised() {
    return withRates(rates.with(rates.weights(), rates.gates(), Bound.NONE));
  }

  /// Gates as slow as weights, without a regulariser.
  public BridgeSettings equalRates() {
    return withRates(rates.with(rates.weights(), rates.weights(), Bound.NONE));
  }

  /// Weights and gates both at several times the rate of weights: what a higher learning rate alone does.
  public BridgeSettings equalRates(double times) {
    return withRates(rates.with(times * rates.weights(), times * rates.weights(), Bound.NONE));
  }

  /// The same on other images.
  public BridgeSettings withImages(Images others) {
    return new BridgeSettings(conflict, others, network, rates, blocks, steps, criterion);
  }

  /// The same with another network.
  public BridgeSettings withNetwork(Network other) {
    return new BridgeSettings(conflict, images, other, rates, blocks, steps, criterion);
  }

  /// The same at other rates.
  public BridgeSettings withRates(Rates others) {
    return new BridgeSettings(conflict, images, network, others, blocks, steps, criterion);
  }

  /// The same with other blocks.
  public BridgeSettings withBlocks(int count, int stepsOfEach) {
    return new BridgeSettings(conflict, images, network, rates, count, stepsOfEach, criterion);
  }

  /// The same with another share that counts as learned.
  public BridgeSettings withCriterion(double other) {
    return new BridgeSettings(conflict, images, network, rates, blocks, steps, other);
  }
}
