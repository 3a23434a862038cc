package org.striatum.peft.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.value.GradientTape;

/// An adapter while it is being trained: its parameters, and one step of the optimizer. One at a time a process: the
/// engine keeps one gradient tape.
final class AdapterLearner implements AutoCloseable {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;
  /// Updates between two looks back: copying every array at every step would cost as much as a small gate's update.
  private static final int UPDATES_A_SNAPSHOT = 10;

  private final Mlp base;
  private final AdapterTraining training;
  private final Examples examples;
  private final AdapterArrays arrays;
  private final List<Weight> weights = new ArrayList<>();
  private final NDArray sparsity; // λ
  private SequencedMap<String, float[]> snapshot; // values whose loss was finite
  private int updates;
  private int updatesAtSnapshot;

  /// A trained array.
  ///
  /// @param mean Adam's running mean of the gradient, null for SGD
  /// @param variance Adam's running mean of its square, null for SGD
  private record Weight(Parameter parameter, NDArray values, NDArray mean, NDArray variance) {}

  AdapterLearner(Mlp base, Adapter adapter, SequencedMap<String, float[]> initial, AdapterTraining training,
      Examples examples) {
    examples.requireFit(base);
    this.base = base;
    this.training = training;
    this.examples = examples;
    this.arrays = new AdapterArrays(base, adapter, initial, true);
    NDManager manager = arrays.manager();
    boolean adam = training.optimizer() == AdapterTraining.Optimizer.ADAM;
    for (Parameter parameter : adapter.parameters(base.widths())) {
      NDArray values = arrays.values().get(parameter.name());
      weights.add(new Weight(parameter, values, adam ? manager.zeros(values.getShape()) : null,
          adam ? manager.zeros(values.getShape()) : null));
    }
    this.sparsity = manager.create((float) training.sparsity());
    this.snapshot = initial;
  }

  /// One update on some examples.
  ///
  /// @return the loss before it; where that is no finite number nothing is updated
  double step(long[] rows) {
    try (NDScope _ = new NDScope(); GradientTape tape = GradientTape.start()) {
      NDArray loss = loss(rows);
      double found = loss.getFloat();
      if (Double.isFinite(found)) {
        tape.backward(loss);
        if (updates - updatesAtSnapshot == UPDATES_A_SNAPSHOT) {
          snapshot = values();
          updatesAtSnapshot = updates;
        }
        updates++;
        weights.forEach(this::update);
      }
      return found;
    }
  }

  /// −log p of the right class, averaged, + λ · mean(g).
  private NDArray loss(long[] rows) {
    Examples.Batch batch = examples.rows(base, rows, arrays.readsInputs());
    AdapterArrays.Run run = arrays.run(batch);
    NDArray loss = run.logits().logSoftmax(-1).gather(batch.labels(), 1).mean().neg();
    if (training.sparsity() > 0) {
      NDArray open = null;
      for (NDArray g : run.openness()) { // every unit counts alike, whatever its layer's width
        open = open == null ? g.mean(new int[]{0}).sum() : open.add(g.mean(new int[]{0}).sum());
      }
      long units = run.openness().stream().mapToLong(g -> g.getShape().get(1)).sum();
      loss = loss.add(open.div(arrays.manager().create((float) units)).mul(sparsity));
    }
    return loss;
  }

  private void update(Weight weight) {
    float rate = (float) training.rate(weight.parameter());
    NDArray values = weight.values();
    NDArray gradient = values.getGradient();
    if (weight.mean() == null) {
      values.getNDArrayInternal().sgdUpdate(new NDList(values, gradient), new NDList(values), rate, 0, 1, -1, 0, true);
    } else {
      double correction1 = 1 - Math.pow(BETA_1, updates);
      double correction2 = 1 - Math.pow(BETA_2, updates);
      values.getNDArrayInternal().adamUpdate(new NDList(values, gradient, weight.mean(), weight.variance()),
          new NDList(values), rate, (float) (rate * Math.sqrt(correction2) / correction1), 0, 1, -1, BETA_1, BETA_2,
          EPSILON, false, true);
    }
    if (weight.parameter().role() == Parameter.Role.ROTATION) { // stays a rotation
      float[] rotation = values.toFloatArray();
      Orthonormal.restore(rotation, weight.parameter().shape()[0], weight.parameter().shape()[1]);
      values.set(rotation);
    }
  }

  /// ∂loss/∂parameter at this point, by name.
  SequencedMap<String, float[]> gradient(long[] rows) {
    try (NDScope _ = new NDScope(); GradientTape tape = GradientTape.start()) {
      tape.backward(loss(rows));
      SequencedMap<String, float[]> gradient = new LinkedHashMap<>();
      weights.forEach(weight -> gradient.put(weight.parameter().name(), weight.values().getGradient().toFloatArray()));
      return gradient;
    }
  }

  SequencedMap<String, float[]> values() {
    SequencedMap<String, float[]> values = new LinkedHashMap<>();
    weights.forEach(weight -> values.put(weight.parameter().name(), weight.values().toFloatArray()));
    return values;
  }

  /// The latest values kept whose loss was a finite number.
  SequencedMap<String, float[]> lastGood() {
    return snapshot;
  }

  /// Updates behind them.
  int updatesToLastGood() {
    return updatesAtSnapshot;
  }

  @Override
  public void close() {
    arrays.close();
  }
}
