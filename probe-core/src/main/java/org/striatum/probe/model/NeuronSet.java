package org.striatum.probe.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Neurons with a name: coordinates at hook points.
///
/// @param name that results are told by
/// @param neurons hook point → distinct coordinates, best first where they are ranked; at least one in all
public record NeuronSet(String name, SortedMap<HookPoint, List<Integer>> neurons) {
  public NeuronSet {
    SortedMap<HookPoint, List<Integer>> copy = new TreeMap<>();
    neurons.forEach((hook, coordinates) -> copy.put(hook, List.copyOf(coordinates)));
    if (copy.values().stream().allMatch(List::isEmpty)) {
      throw new IllegalArgumentException("'" + name + "' holds no neuron");
    }
    copy.forEach((hook, coordinates) -> {
      if (coordinates.stream().distinct().count() < coordinates.size()) {
        throw new IllegalArgumentException("'" + name + "' names a coordinate of " + hook + " twice");
      }
    });
    neurons = Collections.unmodifiableSortedMap(copy);
  }

  /// Coordinates at one hook point.
  public static NeuronSet at(String name, HookPoint hook, Collection<Integer> coordinates) {
    return new NeuronSet(name, new TreeMap<>(Collections.singletonMap(hook, new ArrayList<>(coordinates))));
  }

  /// Neurons by their printed names, such as `blocks.3.hook_resid_post[17]`.
  public static NeuronSet of(String name, String... neurons) {
    SortedMap<HookPoint, List<Integer>> all = new TreeMap<>();
    for (String neuron : neurons) {
      NeuronId id = NeuronId.parse(neuron);
      all.computeIfAbsent(id.hook(), _ -> new ArrayList<>()).add(id.coordinate());
    }
    return new NeuronSet(name, all);
  }
}
