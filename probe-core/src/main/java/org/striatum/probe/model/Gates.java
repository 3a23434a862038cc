package org.striatum.probe.model;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/// The gates of one run of the model, by hook point. Immutable.
public record Gates(SortedMap<HookPoint, Gate> at) {
  private static final Gates NONE = new Gates(new TreeMap<>());

  public Gates {
    at = Collections.unmodifiableSortedMap(new TreeMap<>(at));
  }

  /// No gate at all: the model as it is.
  public static Gates none() {
    return NONE;
  }

  public static Gates of(HookPoint hook, Gate gate) {
    return new Gates(new TreeMap<>(Map.of(hook, gate)));
  }

  /// Sets every listed neuron to zero, everywhere.
  ///
  /// @param width the width of a hook point
  public static Gates zeroing(Collection<NeuronId> neurons, ToIntFunction<HookPoint> width) {
    SortedMap<HookPoint, Gate> gates = new TreeMap<>();
    neurons.stream().collect(Collectors.groupingBy(NeuronId::hook, TreeMap::new, Collectors.toList()))
        .forEach((hook, members) -> gates.put(hook,
            Gate.zeroing(width.applyAsInt(hook), members.stream().map(NeuronId::coordinate).toList())));
    return new Gates(gates);
  }
}
