package org.striatum.probe.dopamine;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.value.NeuronRanking;
import org.striatum.probe.value.ProbeJob;
import org.striatum.probe.value.ProbeTrainings;
import org.striatum.probe.value.SingleStates;
import org.striatum.probe.value.ValueProbe;
import org.striatum.probe.value.ValueProbeFit;
import org.striatum.probe.value.ValueProbeTraining.Optimiser;
import org.striatum.probe.value.ValueProbeTraining.Returns;
import org.striatum.probe.value.ValueProbeTraining.Sorting;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.probe.value.ValueProbeTraining;

/// A fitted probe of the surprise in a step, read from the step's pooled z-scores:
///
///     δ̂(z) = w₂ · relu(W₁ z + b₁) + b₂
///
/// The network and its training are those of [ValueProbe], by least squares of δ. (arXiv 2602.00986, §5.)
///
/// @param network on inputs that are standardised already
public record TdErrorProbe(ValueProbe network) {
  /// d → 32 → 1 (the paper's) by AdamW, 64 steps a batch. The decay is strong because kept steps are few: with the value
  /// probe's 0.01 the weights a column started with outweigh what it learns (a strong planted coordinate of 60 ranked as
  /// low as 24th, and probes from two seeds hardly agreed); with 3 such coordinates were among the first five, and
  /// prediction was better too.
  public static final ValueProbeTraining TRAINING = new ValueProbeTraining(ValueProbeTraining.Target.MONTE_CARLO, 32,
      new Optimiser(3e-3, 3, 64),
      new Stopping(200, 20, new Sorting(100, 400, 50, 0.9, 0.05, new Optimiser(3e-3, 3, 64))), Returns.of(1), true);

  /// A probe and the weights that rank.
  ///
  /// @param ranking the network trained until its order settled
  /// @param sorted how settled that was
  record Fitted(TdErrorProbe probe, ValueProbe ranking, ValueProbeFit.Sorted sorted) {
    static Fitted of(ValueProbeFit fit) {
      return new Fitted(new TdErrorProbe(fit.probe()), fit.ranking(), fit.sorted());
    }

    /// Coordinates by Σₕ |W₁(h, j)|.
    ///
    /// @param name of the ranking
    NeuronRanking byWeight(String name) {
      return NeuronRanking.of(name,
          NeuronRanking.firstLayerL1(ValueProbeTraining.Target.MONTE_CARLO, ranking).scores());
    }
  }

  /// What is trained with these steps, see [ProbeTrainings].
  ///
  /// @param train pooled z-scores of the steps to fit on, with their δ
  /// @param validation steps that decide when prediction stops
  /// @throws IllegalArgumentException if the target is not Monte-Carlo
  static ProbeJob job(SingleStates train, SingleStates validation, ValueProbeTraining training,
      RandomGenerator random) {
    if (training.target() != ValueProbeTraining.Target.MONTE_CARLO) {
      throw new IllegalArgumentException(
          "a TD-error probe is fitted to δ itself: its target must be monte-carlo, found "
              + training.target().printed());
    }
    double[] ones = new double[train.width()];
    Arrays.fill(ones, 1);
    return new ProbeJob(train, validation, training, Optional.of(new Standardisation(new double[train.width()], ones)),
        random);
  }

  /// Trains all of them at once.
  ///
  /// @param each called when one is finished
  static List<Fitted> train(List<ProbeJob> jobs, Runnable each) {
    return ProbeTrainings.all(jobs, each).stream().map(Fitted::of).toList();
  }

  /// δ̂ of every row.
  ///
  /// @param rows (count, width) row-major
  public double[] predictions(float[] rows, int count) {
    return network.values(rows, count);
  }

  /// The same with every other coordinate at 0, its mean.
  ///
  /// @param kept coordinates, rising
  public double[] predictions(float[] rows, int count, int[] kept) {
    return network.values(rows, count, kept);
  }
}
