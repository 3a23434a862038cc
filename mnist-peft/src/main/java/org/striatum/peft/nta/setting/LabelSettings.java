package org.striatum.peft.nta.setting;

import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.peft.nta.measure.Alignment;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.network.GateRegulariser.Norm;
import org.striatum.probe.run.Sha256;

/// A gated linear network over image features whose classes are renamed from block to block: everything but the seed. (§6.)
///
/// @param features of the images
/// @param tasks ways to name the classes, 2 to 10; no class has one name in two of them
/// @param paths P
/// @param dynamics of weights and gates; a batch is of images, at least one
/// @param blocks how many
/// @param steps of a block
/// @param criterion half mean squared error on test images that counts as learned
public record LabelSettings(Features features, int tasks, int paths, LearningDynamics dynamics, int blocks, int steps,
    double criterion) implements ArmSettings {
  /// Features of images, by a small convolutional network.
  ///
  /// @param files checksums of the images
  /// @param units of the network
  /// @param seed of its training
  public record Features(SortedMap<String, Sha256> files, int units, long seed) {
    public Features {
      files = new TreeMap<>(files);
      if (units < 1) {
        throw new IllegalArgumentException("features must be ≥ 1, found " + units);
      }
    }

    /// The same with more or fewer units.
    public Features withUnits(int other) {
      return new Features(files, other, seed);
    }

    /// The same trained from another seed.
    public Features withSeed(long other) {
      return new Features(files, units, other);
    }
  }

  public LabelSettings {
    if (dynamics.batch() < 1 || blocks < 1 || steps < 1) {
      throw new IllegalArgumentException("images per step, blocks and steps must be ≥ 1, found " + dynamics.batch()
          + ", " + blocks + " and " + steps);
    }
    if (tasks < 2 || tasks > 10 || paths < 1 || paths > Alignment.MOST) {
      throw new IllegalArgumentException("tasks must be 2 to 10 and paths 1 to " + Alignment.MOST + ", found " + tasks
          + " and " + paths);
    }
    NtaSettings.requireCriterion(criterion);
  }

  /// As published where it is: two paths, λ = 0.1, dt = 0.1, ten blocks of 1000 steps. Time constants and the criterion are
  /// ours; the criterion is one that linear maps reach on MNIST and on Fashion-MNIST.
  public static LabelSettings published(SortedMap<String, Sha256> files) {
    return new LabelSettings(new Features(files, 32, 1), 2, 2,
        new LearningDynamics(10, 0.3, new GateRegulariser(0.1, 1, Norm.L1, 10), 0.1, 200), 10, 1000, 0.2);
  }

  /// The same gates without a regulariser.
  public LabelSettings unregularised() {
    return withDynamics(dynamics.withGates(dynamics.tauC(), GateRegulariser.NONE));
  }

  /// Gates as slow as weights, without a regulariser.
  public LabelSettings forgetful() {
    return withDynamics(dynamics.forgetful());
  }

  /// The same over other features.
  public LabelSettings withFeatures(Features others) {
    return new LabelSettings(others, tasks, paths, dynamics, blocks, steps, criterion);
  }

  /// The same with more or fewer ways to name the classes.
  public LabelSettings withTasks(int other) {
    return new LabelSettings(features, other, paths, dynamics, blocks, steps, criterion);
  }

  /// The same with more or fewer paths.
  public LabelSettings withPaths(int other) {
    return new LabelSettings(features, tasks, other, dynamics, blocks, steps, criterion);
  }

  /// The same with other dynamics.
  public LabelSettings withDynamics(LearningDynamics other) {
    return new LabelSettings(features, tasks, paths, other, blocks, steps, criterion);
  }

  /// The same with other blocks.
  public LabelSettings withBlocks(int count, int stepsOfEach) {
    return new LabelSettings(features, tasks, paths, dynamics, count, stepsOfEach, criterion);
  }

  /// The same with another loss that counts as learned.
  public LabelSettings withCriterion(double other) {
    return new LabelSettings(features, tasks, paths, dynamics, blocks, steps, other);
  }
}
