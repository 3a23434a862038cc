package org.striatum.probe.transfer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.transfer.ComparedRun.ComparedDataset;

/// s₀ of every rollout of a run, at every hook point of every dataset: all that tells whether two runs share a basis. Read
/// once, so that the run's store need not stay open.
public final class PromptStates {
  private final String name;
  private final String architecture;
  private final String weights;
  private final SequencedMap<String, SortedMap<HookPoint, FirstStates>> states;

  private PromptStates(String name, String architecture, String weights,
      SequencedMap<String, SortedMap<HookPoint, FirstStates>> states) {
    this.name = name;
    this.architecture = architecture;
    this.weights = weights;
    this.states = Collections.unmodifiableSequencedMap(states);
  }

  /// Reads a run's.
  public static PromptStates of(ComparedRun run) {
    return of(run.name(), run.architecture(), run.weights(), run.datasets());
  }

  /// Reads a run's.
  ///
  /// @param architecture, weights as [ComparedRun] has them
  public static PromptStates of(String name, String architecture, String weights, List<ComparedDataset> datasets) {
    SequencedMap<String, SortedMap<HookPoint, FirstStates>> states = new LinkedHashMap<>();
    for (ComparedDataset dataset : datasets) {
      SortedMap<HookPoint, FirstStates> at = new TreeMap<>();
      dataset.states().forEach((hook, trajectories) -> at.put(hook, FirstStates.of(trajectories)));
      states.put(dataset.name(), at);
    }
    return new PromptStates(name, architecture, weights, states);
  }

  /// Of the run.
  public String name() {
    return name;
  }

  String architecture() {
    return architecture;
  }

  /// Whether both are states of one model.
  boolean isOfSameWeights(PromptStates other) {
    return weights != null && weights.equals(other.weights);
  }

  /// Dataset → hook point → rows.
  Map<String, SortedMap<HookPoint, FirstStates>> states() {
    return states;
  }

  /// What the rows take in memory.
  public long bytes() {
    return states.values().stream().flatMap(at -> at.values().stream())
        .mapToLong(rows -> (long) Float.BYTES * rows.rows().length).sum();
  }
}
