package org.striatum.peft.nta.setting;

import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.peft.nta.measure.Alignment;
import org.striatum.peft.nta.network.GateRegulariser.Norm;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.probe.run.Sha256;

/// A gated linear network over image features whose classes are renamed from block to block: everything but the seed. (§6.)
///
/// @param files checksums of the images
/// @param features units of the convolutional network
/// @param featureSeed of its training
/// @param tasks ways to name the classes, 2 to 10; no class has one name in two of them
/// @param paths P
/// @param tauW τ_w > 0
/// @param tauC τ_c > 0
/// @param regulariser of the gates
/// @param dt Euler step > 0
/// @param batch images a step
/// @param blocks how many
/// @param steps of a block
/// @param criterion half mean squared error on test images that counts as learned
public record LabelSettings(SortedMap<String, Sha256> files, int features, long featureSeed, int tasks, int paths,
    double tauW, double tauC, GateRegulariser regulariser, double dt, int batch, int blocks, int steps,
    double criterion) implements ArmSettings {
  public LabelSettings {
    files = new TreeMap<>(files);
    if (features < 1 || batch < 1 || blocks < 1 || steps < 1) {
      throw new IllegalArgumentException("features, images a step, blocks and steps must be ≥ 1, found " + features
          + ", " + batch + ", " + blocks + " and " + steps);
    }
    if (tasks < 2 || tasks > 10 || paths < 1 || paths > Alignment.MOST) {
      throw new IllegalArgumentException("tasks must be 2 to 10 and paths 1 to " + Alignment.MOST + ", found " + tasks
          + " and " + paths);
    }
    NtaSettings.requireTime("τ_w", tauW);
    NtaSettings.requireTime("τ_c", tauC);
    NtaSettings.requireTime("dt", dt);
    if (!(criterion > 0)) {
      throw new IllegalArgumentException("a loss that counts as learned must be > 0, found " + criterion);
    }
  }

  /// As published where it is: two paths, λ = 0.1, dt = 0.1, ten blocks of 1000 steps. Time constants and the criterion are
  /// ours; the criterion is one that linear maps reach on MNIST and on Fashion-MNIST.
  public static LabelSettings published(SortedMap<String, Sha256> files) {
    return new LabelSettings(files, 32, 1, 2, 2, 10, 0.3, new GateRegulariser(0.1, 1, Norm.L1, 10), 0.1, 200, 10, 1000,
        0.2);
  }

  /// The same gates, nothing asked of them.
  public LabelSettings unregularised() {
    return withGates(tauC, GateRegulariser.NONE);
  }

  /// Gates as slow as weights, nothing asked of them.
  public LabelSettings forgetful() {
    return withGates(tauW, GateRegulariser.NONE);
  }

  private LabelSettings withGates(double otherTauC, GateRegulariser other) {
    return new LabelSettings(files, features, featureSeed, tasks, paths, tauW, otherTauC, other, dt, batch, blocks,
        steps, criterion);
  }
}
