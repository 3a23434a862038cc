package org.striatum.probe.value;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.RunningMoments;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// Fits a [ValueProbe] by gradient. All native arrays live and die in here.
///
/// States stay where they are: a step reads its own trajectories, standardised, runs one forward and one backward pass and
/// updates in place, so that memory does not grow with the number of trajectories. No loss is read back: a loss that is no
/// number shows in the validation error at the end of the pass.
final class ValueProbeTrainer implements AutoCloseable {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;
  private static final int VALIDATION_ROWS_AT_ONCE = 2048; // as fast as more, in a quarter of the memory

  private final ValueProbeTraining training;
  private final NDManager manager;
  private final List<Parameter> parameters; // w1 (hidden, width), b1 (hidden), w2 (1, hidden), b2 (1)
  private float[] read = new float[0]; // states as they are read
  private ByteBuffer staged = direct(0); // the same where the engine sees them
  private int updates;

  /// A weight with AdamW's running moments of its gradient.
  private record Parameter(NDArray weight, NDArray mean, NDArray variance) {}

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

  static ValueProbeFit train(Trajectories train, Trajectories validation, ValueProbeTraining training,
      RandomGenerator random) {
    requireSameWidth(train, validation, train.width());
    return train(train, validation, training, training.standardised() ? moments(train) : raw(train.width()), random);
  }

  static ValueProbeFit train(Trajectories train, Trajectories validation, ValueProbeTraining training,
      Standardisation scale, RandomGenerator random) {
    requireSameWidth(train, validation, scale.width());
    try (ValueProbeTrainer trainer = new ValueProbeTrainer(train.width(), training, random)) {
      Fold fit = trainer.fold(train, scale);
      Fold choose = trainer.fold(validation, scale);
      return trainer.run(fit, choose, scale, random);
    }
  }

  /// The scale that changes nothing.
  private static Standardisation raw(int width) {
    double[] ones = new double[width];
    Arrays.fill(ones, 1);
    return new Standardisation(new double[width], ones);
  }

  private static void requireSameWidth(Trajectories train, Trajectories validation, int width) {
    if (train.size() == 0 || validation.size() == 0 || train.width() != width || validation.width() != width) {
      throw new IllegalArgumentException("a value probe needs training and validation trajectories of one width, found "
          + train.size() + " of width " + train.width() + " and " + validation.size() + " of width "
          + validation.width() + (train.width() == width ? "" : " on a scale of width " + width));
    }
  }

  /// Initialises as PyTorch's linear layer does: uniform in ±1/√(inputs), weights and biases alike.
  private ValueProbeTrainer(int width, ValueProbeTraining training, RandomGenerator random) {
    this.training = training;
    this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    int hidden = training.hidden();
    this.parameters = List.of(parameter(new Shape(hidden, width), width, random),
        parameter(new Shape(hidden), width, random), parameter(new Shape(1, hidden), hidden, random),
        parameter(new Shape(1), hidden, random));
  }

  private Parameter parameter(Shape shape, int inputs, RandomGenerator random) {
    float bound = (float) (1 / Math.sqrt(inputs));
    float[] initial = new float[(int) shape.size()];
    for (int i = 0; i < initial.length; i++) {
      initial[i] = random.nextFloat(-bound, bound);
    }
    NDArray weight = manager.create(initial, shape);
    weight.setRequiresGradient(true);
    return new Parameter(weight, manager.zeros(shape), manager.zeros(shape));
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

  /// The standardised states of some trajectories, one after the other: (rows, width). It lies in memory that the next call
  /// overwrites.
  private NDArray states(Fold fold, int[] chosen) {
    int width = fold.scale().width();
    int rows = Arrays.stream(chosen).map(fold::length).sum();
    FloatBuffer into = staging(rows * width);
    for (int i : chosen) {
      int values = read(fold, i);
      standardise(read, values, fold.scale());
      into.put(read, 0, values);
    }
    return staged(rows, width);
  }

  /// The same, of each trajectory its last state alone.
  private NDArray lastStates(Fold fold, int[] chosen) {
    int width = fold.scale().width();
    FloatBuffer into = staging(chosen.length * width);
    for (int i : chosen) {
      int values = read(fold, i);
      System.arraycopy(read, values - width, read, 0, width);
      standardise(read, width, fold.scale());
      into.put(read, 0, width);
    }
    return staged(chosen.length, width);
  }

  /// Reads a trajectory and returns how many values it holds.
  private int read(Fold fold, int i) {
    int values = Math.multiplyExact(fold.length(i), fold.scale().width());
    if (read.length < values) {
      read = new float[values];
    }
    fold.trajectories().states(i, read, 0);
    return values;
  }

  private static void standardise(float[] rows, int values, Standardisation scale) {
    int width = scale.width();
    double[] means = scale.means();
    double[] deviations = scale.deviations();
    for (int at = 0; at < values; at += width) {
      for (int j = 0; j < width; j++) {
        rows[at + j] = deviations[j] == 0 ? 0 : (float) ((rows[at + j] - means[j]) / deviations[j]);
      }
    }
  }

  private FloatBuffer staging(int values) {
    if (staged.capacity() < Math.multiplyExact(values, Float.BYTES)) {
      staged = direct(values);
    }
    return staged.asFloatBuffer();
  }

  private NDArray staged(int rows, int width) {
    return manager.create(staged.slice(0, rows * width * Float.BYTES).order(ByteOrder.nativeOrder()),
        new Shape(rows, width), DataType.FLOAT32);
  }

  private static ByteBuffer direct(int floats) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES)).order(ByteOrder.nativeOrder());
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
    ValueProbe probe = snapshot(scale);
    boolean diverged = false;
    int[] order = new int[fit.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    for (int epoch = 1; epoch <= training.stopping().maxEpochs()
        && epoch - best <= training.stopping().patience(); epoch++) {
      Ranks.shuffle(order, random);
      for (int from = 0; from < order.length; from += training.optimiser().batchTrajectories()) {
        step(fit,
            Arrays.copyOfRange(order, from, Math.min(from + training.optimiser().batchTrajectories(), order.length)));
      }
      double error = validationError(choose);
      if (!Double.isFinite(error)) {
        diverged = true;
        break;
      }
      errors.add(error);
      if (error < errors.get(best)) {
        best = epoch;
        probe = snapshot(scale);
      }
    }
    return new ValueProbeFit(probe, errors, best, diverged);
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
    try (NDScope _ = new NDScope(); GradientTape tape = GradientTape.start()) {
      NDArray loss = training.target() == Target.TERMINAL_ONLY
          ? terminalLoss(fold, chosen)
          : loss(states(fold, chosen), discount, fixed, last);
      tape.backward(loss);
      updates++;
      for (Parameter parameter : parameters) {
        adamW(parameter);
      }
    }
  }

  private NDArray terminalLoss(Fold fold, int[] chosen) {
    float[] rewards = new float[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      rewards[i] = fold.returns()[fold.start()[chosen[i] + 1] - 1];
    }
    NDArray v = values(lastStates(fold, chosen));
    return manager.create(rewards, new Shape(chosen.length, 1)).sub(v).square().mean();
  }

  private NDArray loss(NDArray x, float[] discount, float[] fixed, int[] last) {
    int n = discount.length;
    NDArray v = values(x); // (n, 1)
    NDArray target;
    if (training.target() == Target.TD_LAMBDA) {
      target = manager.create(lambdaReturns(v.stopGradient().toFloatArray(), fixed, last), new Shape(n, 1));
    } else {
      target = manager.create(fixed, new Shape(n, 1));
    }
    if (training.target() == Target.TD || training.target() == Target.RESIDUAL) {
      NDArray held = training.target() == Target.TD ? v.stopGradient() : v;
      // A last state's successor is the next trajectory's first; its discount is 0.
      NDArray next = NDArrays.concat(new NDList(held.get("1:"), held.get("0:1")));
      target = next.mul(manager.create(discount, new Shape(n, 1))).add(target);
    }
    return target.sub(v).square().mean();
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

  private NDArray values(NDArray x) {
    NDArray hidden = Activation.relu(
        Linear.linear(x, parameters.get(0).weight(), parameters.get(1).weight()).singletonOrThrow());
    return Linear.linear(hidden, parameters.get(2).weight(), parameters.get(3).weight()).singletonOrThrow();
  }

  /// AdamW (Loshchilov & Hutter 2019), decay decoupled: w ← w − lr·decay·w, then Adam's step. The engine's own kernel,
  /// which also clears the gradient; DJL's `AdamW` class around it never frees its running moments.
  private void adamW(Parameter parameter) {
    double correction1 = 1 - Math.pow(BETA_1, updates);
    double correction2 = 1 - Math.pow(BETA_2, updates);
    NDArray weight = parameter.weight();
    weight.getNDArrayInternal().adamUpdate(
        new NDList(weight, weight.getGradient(), parameter.mean(), parameter.variance()), new NDList(weight),
        (float) training.optimiser().learningRate(),
        (float) (training.optimiser().learningRate() * Math.sqrt(correction2) / correction1),
        (float) training.optimiser().weightDecay(), 1, -1, BETA_1, BETA_2, EPSILON, false, true);
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
      try (NDScope _ = new NDScope()) {
        float[] values = values(states(fold, chosen)).toFloatArray();
        for (int i : chosen) {
          int last = fold.start()[i + 1] - 1;
          for (int row = terminal ? last : fold.start()[i]; row <= last; row++) {
            double error = values[row - fold.start()[first]] - fold.returns()[row];
            sum += error * error;
          }
        }
      }
    }
    return sum / (terminal ? fold.size() : fold.rows());
  }

  private ValueProbe snapshot(Standardisation scale) {
    return new ValueProbe(parameters.get(0).weight().toFloatArray(), parameters.get(1).weight().toFloatArray(),
        parameters.get(2).weight().toFloatArray(), parameters.get(3).weight().toFloatArray()[0],
        scale);
  }

  @Override
  public void close() {
    manager.close();
  }
}
