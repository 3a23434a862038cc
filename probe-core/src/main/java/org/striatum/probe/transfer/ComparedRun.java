package org.striatum.probe.transfer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;

/// One run as a transfer study sees it.
///
/// @param name distinct among the compared
/// @param architecture the checkpoint's model type
/// @param weights what tells its weights from others', such as their checksums; null where they are not known. Runs of equal
///     weights share a basis whatever they were asked
/// @param values what its value-neuron study found
public record ComparedRun(String name, String architecture, String weights, List<ComparedDataset> datasets,
    ValueNeuronResults values) {
  public ComparedRun {
    datasets = List.copyOf(datasets);
  }

  /// A dataset's rollouts and their hidden states.
  ///
  /// @param split which knows every problem of the dataset
  /// @param states hook point → the same rollouts' states there
  public record ComparedDataset(String name, Split split, SortedMap<HookPoint, Trajectories> states) {
    public ComparedDataset {
      states = new TreeMap<>(states);
    }
  }

  Optional<ComparedDataset> dataset(String dataset) {
    return datasets.stream().filter(one -> one.name().equals(dataset)).findFirst();
  }

  /// The order of coordinates by the run's own ranking, for every hook point a dataset was studied at.
  Map<HookPoint, List<Integer>> orders(String dataset) {
    Map<HookPoint, List<Integer>> orders = new TreeMap<>();
    values.layers().stream().filter(layer -> layer.dataset().equals(dataset))
        .forEach(layer -> orders.put(layer.hook(), layer.order()));
    return orders;
  }
}
