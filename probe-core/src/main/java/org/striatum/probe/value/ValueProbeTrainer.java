package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.RunningMoments;
import org.striatum.probe.value.ValueProbeTraining.Sorting;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// Fits a [ValueProbe] by gradient, on the calling thread.
///
/// States stay where they are: a step reads its own trajectories, standardised, runs one forward and one backward pass and
/// updates in place, so that memory does not grow with the number of trajectories. Two rules stop it: prediction is over
/// where the validation error no longer falls, ranking where the largest first-layer columns stay the same. Each keeps the
/// probe as it was then; what one rule waits for changes nothing of the other's.
final class ValueProbeTrainer {
  private static final int VALIDATION_ROWS_AT_ONCE = 2048; // as fast as more, in a quarter of the memory

  private final ValueProbeTraining training;
  private final Runnable onPass;
  private final ProbeNetwork network;
  private float[] read = new float[0]; // states of one trajectory
  private float[] batch = new float[0]; // of some, one after the other

  /// One fold.
  ///
  /// @param start first row of each trajectory, and the number of rows last
  /// @param returns γ^(T − t) r of each row
  private record Fold(Trajectories trajectories, Standardisation scale, int[] start, float[] returns) {
    int length(int i) {
      return start[i + 1] - start[i];
    }

    int rows() {
      return start[start.length - 1];
    }

    int size() {
      return start.length - 1;
    }
  }

  /// Trains what predicts, and what ranks where that has an optimiser of its own, one after the other.
  static ValueProbeFit train(ProbeJob job, Runnable onPass) {
    Standardisation scale = job.scale().orElseGet(
        () -> job.training().standardised() ? moments(job.train()) : raw(job.train().width()));
    ValueProbeTraining training = job.training();
    Sorting sorting = training.stopping().sorting();
    if (sorting.most() == 0 || sorting.optimiser().equals(training.optimiser())) {
      return fit(job, training, scale, onPass);
    }
    ValueProbeFit predicting = fit(job, training.withStopping(stopping -> stopping.withSorting(_ -> Sorting.NONE)),
        scale, onPass);
    ValueProbeFit ranking = fit(job, training.onlyRanking(), scale, onPass);
    return new ValueProbeFit(predicting.probe(), predicting.validationErrors(), predicting.best(),
        predicting.diverged() || ranking.diverged(), ranking.ranking(), ranking.sorted());
  }

  private static ValueProbeFit fit(ProbeJob job, ValueProbeTraining training, Standardisation scale, Runnable onPass) {
    ValueProbeTrainer trainer = new ValueProbeTrainer(scale.width(), training, job.random(), onPass);
    return trainer.run(trainer.fold(job.train(), scale), trainer.fold(job.validation(), scale), scale, job.random());
  }

  /// The scale that changes nothing.
  private static Standardisation raw(int width) {
    double[] ones = new double[width];
    Arrays.fill(ones, 1);
    return new Standardisation(new double[width], ones);
  }

  private ValueProbeTrainer(int width, ValueProbeTraining training, RandomGenerator random, Runnable onPass) {
    this.training = training;
    this.onPass = onPass;
    this.network = new ProbeNetwork(width, training.hidden(), training.optimiser(), random);
  }

  private Fold fold(Trajectories trajectories, Standardisation scale) {
    int[] start = new int[trajectories.size() + 1];
    for (int i = 0; i < trajectories.size(); i++) {
      start[i + 1] = Math.addExact(start[i], trajectories.length(i));
    }
    float[] returns = new float[start[trajectories.size()]];
    for (int i = 0; i < trajectories.size(); i++) {
      double value = trajectories.reward(i);
      for (int row = start[i + 1] - 1; row >= start[i]; row--) {
        returns[row] = (float) value;
        value *= training.returns().gamma();
      }
    }
    return new Fold(trajectories, scale, start, returns);
  }

  /// The standardised states of some trajectories, one after the other: (rows, width), in an array that the next call
  /// overwrites.
  ///
  /// @param lastOnly of each trajectory its last state alone
  private float[] states(Fold fold, int[] chosen, boolean lastOnly) {
    int width = fold.scale().width();
    int rows = lastOnly ? chosen.length : Arrays.stream(chosen).map(fold::length).sum();
    if (batch.length < Math.multiplyExact(rows, width)) {
      batch = new float[rows * width];
    }
    int at = 0;
    for (int i : chosen) {
      int values = Math.multiplyExact(fold.length(i), width);
      if (read.length < values) {
        read = new float[values];
      }
      fold.trajectories().states(i, read, 0);
      int from = lastOnly ? values - width : 0;
      standardise(read, from, values, fold.scale(), batch, at);
      at += values - from;
    }
    return batch;
  }

  private static void standardise(float[] rows, int from, int to, Standardisation scale, float[] into, int offset) {
    int width = scale.width();
    double[] means = scale.means();
    double[] deviations = scale.deviations();
    int put = offset;
    for (int at = from; at < to; at += width, put += width) {
      for (int j = 0; j < width; j++) {
        into[put + j] = deviations[j] == 0 ? 0 : (float) ((rows[at + j] - means[j]) / deviations[j]);
      }
    }
  }

  /// By running moments rather than by the Gram matrix that [org.striatum.probe.sparse.Moments] gathers too, which would
  /// cost far more than training on long trajectories.
  private static Standardisation moments(Trajectories trajectories) {
    int width = trajectories.width();
    RunningMoments moments = new RunningMoments(width);
    float[] rows = new float[0];
    for (int i = 0; i < trajectories.size(); i++) {
      int length = trajectories.length(i);
      if (rows.length < Math.multiplyExact(length, width)) {
        rows = new float[length * width];
      }
      trajectories.states(i, rows, 0);
      for (int t = 0; t < length; t++) {
        moments.add(rows, t * width);
      }
    }
    double[] means = moments.means();
    for (int j = 0; j < width; j++) {
      if (!Double.isFinite(means[j])) {
        throw new IllegalArgumentException(
            "a value probe's states must be finite, found NaN or ∞ at coordinate " + j + ": leave those rows out");
      }
    }
    return new Standardisation(means, moments.deviations());
  }

  private ValueProbeFit run(Fold fit, Fold choose, Standardisation scale, RandomGenerator random) {
    List<Double> errors = new ArrayList<>();
    errors.add(validationError(choose));
    if (!Double.isFinite(errors.getFirst())) {
      throw new IllegalArgumentException(
          "a value probe's states must be finite, found NaN or ∞ among them: leave those rows out");
    }
    int best = 0;
    ValueProbe probe = network.probe(scale);
    ColumnOrder order = new ColumnOrder(training.stopping().sorting(), scale.width());
    boolean diverged = false;
    int[] trajectories = IntStream.range(0, fit.size()).toArray();
    for (int epoch = 1; !diverged && (isPredicting(epoch, best) || order.isOpen()); epoch++) {
      pass(fit, trajectories, random);
      if (isPredicting(epoch, best)) {
        double error = validationError(choose);
        diverged = !Double.isFinite(error);
        if (!diverged) {
          errors.add(error);
        }
        if (error < errors.get(best)) {
          best = epoch;
          probe = network.probe(scale);
        }
      }
      diverged |= order.isOpen() && !order.look(epoch, network.columnSizes());
      if (order.isDue()) {
        order.keep(network.probe(scale));
      }
      onPass.run();
    }
    return new ValueProbeFit(probe, errors, best, diverged, order.kept(probe), order.found(best));
  }

  private boolean isPredicting(int epoch, int best) {
    return epoch <= training.stopping().maxEpochs() && epoch - best <= training.stopping().patience();
  }

  private void pass(Fold fit, int[] order, RandomGenerator random) {
    Ranks.shuffle(order, random);
    int size = training.optimiser().batchTrajectories();
    for (int from = 0; from < order.length; from += size) {
      step(fit, Arrays.copyOfRange(order, from, Math.min(from + size, order.length)));
    }
  }

  /// One update on some trajectories: loss = mean over their states of (target − V)², where
  ///
  ///     target = discount ⊙ V(next state) + fixed
  ///
  /// TD sets discount = γ and fixed = 0 but at a last state, where they are 0 and r; Monte-Carlo sets discount = 0 and
  /// fixed = the return. V(next state) is a constant, but for the residual gradient. The λ-return is fixed too, once V of
  /// the batch is known. Terminal-only looks at the last states alone.
  private void step(Fold fold, int[] chosen) {
    int n = Arrays.stream(chosen).map(fold::length).sum();
    boolean bootstraps = training.target() == Target.TD || training.target() == Target.RESIDUAL;
    float[] discount = new float[n];
    float[] fixed = new float[n];
    int[] last = new int[chosen.length]; // the row of each trajectory's last state in this batch
    int k = 0;
    for (int i = 0; i < chosen.length; i++) {
      int end = fold.start()[chosen[i] + 1] - 1;
      for (int row = fold.start()[chosen[i]]; row <= end; row++, k++) {
        boolean bootstrapped = bootstraps && row < end;
        discount[k] = bootstrapped ? (float) training.returns().gamma() : 0;
        fixed[k] = bootstrapped ? 0 : fold.returns()[row];
      }
      last[i] = k - 1;
    }
    if (training.target() == Target.TERMINAL_ONLY) {
      terminalStep(fold, chosen);
      return;
    }
    float[] x = states(fold, chosen, false);
    float[] values = network.values(x, n);
    if (training.target() == Target.TD_LAMBDA) {
      fixed = lambdaReturns(values, fixed, last);
    }
    float[] slopes = new float[n];
    for (int i = 0; i < n; i++) { // a last state's discount is 0, so that no trajectory reads the next one's first
      float error = fixed[i] - values[i] + (discount[i] == 0 ? 0 : discount[i] * values[i + 1]);
      slopes[i] -= 2 * error / n;
      if (training.target() == Target.RESIDUAL && discount[i] != 0) {
        slopes[i + 1] += 2 * error * discount[i] / n;
      }
    }
    network.descend(x, slopes);
  }

  private void terminalStep(Fold fold, int[] chosen) {
    float[] x = states(fold, chosen, true);
    float[] values = network.values(x, chosen.length);
    float[] slopes = new float[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      slopes[i] = 2 * (values[i] - fold.returns()[fold.start()[chosen[i] + 1] - 1]) / chosen.length;
    }
    network.descend(x, slopes);
  }

  /// Gₜ = γ((1 − λ)V(sₜ₊₁) + λGₜ₊₁) backwards along each trajectory, from r at its last state.
  private float[] lambdaReturns(float[] values, float[] returns, int[] last) {
    float[] targets = new float[values.length];
    int first = 0;
    for (int end : last) {
      double target = returns[end];
      targets[end] = (float) target;
      for (int k = end - 1; k >= first; k--) {
        target = training.returns().gamma()
            * ((1 - training.returns().lambda()) * values[k + 1] + training.returns().lambda() * target);
        targets[k] = (float) target;
      }
      first = end + 1;
    }
    return targets;
  }

  /// Mean (V(s) − return)² over all states of a fold, the last ones only where only they are fitted.
  private double validationError(Fold fold) {
    boolean terminal = training.target() == Target.TERMINAL_ONLY;
    double sum = 0;
    int next = 0;
    while (next < fold.size()) {
      int first = next++;
      while (next < fold.size() && fold.start()[next + 1] - fold.start()[first] <= VALIDATION_ROWS_AT_ONCE) {
        next++;
      }
      int[] chosen = IntStream.range(first, next).toArray();
      int rows = terminal ? chosen.length : fold.start()[next] - fold.start()[first];
      float[] values = network.values(states(fold, chosen, terminal), rows);
      int at = 0;
      for (int i : chosen) {
        int last = fold.start()[i + 1] - 1;
        for (int row = terminal ? last : fold.start()[i]; row <= last; row++) {
          double error = values[at++] - fold.returns()[row];
          sum += error * error;
        }
      }
    }
    return sum / (terminal ? fold.size() : fold.rows());
  }
}
