package org.striatum.hooks.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.torch.FrozenWeights.LowRankArrays;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;

/// Gates and an overlay as arrays: the leaves of a run's gradient. Made inside the scope that closes them.
///
/// @param gates hook point → gate
/// @param added weight → what is added to it, in its shape
/// @param lowRank matrix → low-rank change of its product
/// @param trainable whether they carry gradients
record AppliedChanges(Map<HookPoint, GateArrays> gates, Map<String, NDArray> added, Map<String, LowRankArrays> lowRank,
    boolean trainable) {
  static AppliedChanges of(NDManager manager, Gates gates, Overlay overlay, SequencedMap<String, Weight> weights,
      boolean trainable) {
    Map<HookPoint, GateArrays> gateArrays = new TreeMap<>();
    gates.at().forEach((hook, gate) -> gateArrays.put(hook, new GateArrays(manager, gate, trainable)));
    Map<String, NDArray> added = new TreeMap<>();
    overlay.added().forEach((name, change) -> added.put(name, leaf(manager, change,
        new Shape(weights.get(name).shape().stream().mapToLong(Long::longValue).toArray()), trainable)));
    Map<String, LowRankArrays> lowRank = new TreeMap<>();
    overlay.lowRank().forEach((name, change) -> lowRank.put(name,
        new LowRankArrays(leaf(manager, change.down(), new Shape(change.rank(), change.inputs()), trainable),
            leaf(manager, change.up(), new Shape(change.outputs(), change.rank()), trainable),
            manager.create((float) change.scale()))));
    return new AppliedChanges(gateArrays, added, lowRank, trainable);
  }

  boolean isEmpty() {
    return gates.isEmpty() && added.isEmpty() && lowRank.isEmpty();
  }

  private static NDArray leaf(NDManager manager, float[] values, Shape shape, boolean trainable) {
    NDArray leaf = manager.create(values, shape);
    if (trainable) {
      leaf.setRequiresGradient(true);
    }
    return leaf;
  }

  /// The gradient gathered in the overlay's leaves, in its own shapes.
  Overlay gradient(Overlay overlay) {
    SortedMap<String, float[]> changes = new TreeMap<>();
    added.forEach((name, leaf) -> changes.put(name, leaf.getGradient().toFloatArray()));
    SortedMap<String, LowRank> factors = new TreeMap<>();
    lowRank.forEach((name, leaf) -> {
      LowRank change = overlay.lowRank().get(name);
      factors.put(name, new LowRank(change.rank(), leaf.down().getGradient().toFloatArray(),
          leaf.up().getGradient().toFloatArray(), change.scale()));
    });
    return new Overlay(changes, factors);
  }
}
