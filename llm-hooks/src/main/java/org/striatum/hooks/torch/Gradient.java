package org.striatum.hooks.torch;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;

/// A loss and its gradient with respect to all changes of a frozen model.
///
///     loss = −(1/N) Σ log p(continuation token) + λ · mean(g)
///
/// N counts the continuation tokens of all items; the mean of g runs over all gates, coordinates and gated positions.
///
/// @param loss in nats
/// @param logProbabilities Σ log p of each item's continuation, in nats: (items)
/// @param gates hook point → gradient of its gate
/// @param overlay gradient of the changed weights, in the overlay's own shapes
public record Gradient(double loss, double[] logProbabilities, SortedMap<HookPoint, GateGradient> gates,
    Overlay overlay) {
  public Gradient {
    logProbabilities = logProbabilities.clone();
    gates = Collections.unmodifiableSortedMap(new TreeMap<>(gates));
  }
}
