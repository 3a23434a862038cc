package org.striatum.studies.baselines;

import java.util.List;
import java.util.Optional;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.value.Baseline;

/// Rankings of coordinates by baselines.
///
/// @param rankings hook point by hook point
/// @param notes what could not be done, and why
public record BaselineResults(List<BaselineRanking> rankings, List<String> notes) {
  public BaselineResults {
    rankings = List.copyOf(rankings);
    notes = List.copyOf(notes);
  }

  /// One ranking.
  ///
  /// @param passes over the training states; 0 where nothing was trained
  /// @param order all coordinates, best first
  public record BaselineRanking(Baseline baseline, String dataset, HookPoint hook, int passes, List<Integer> order) {
    public BaselineRanking {
      order = List.copyOf(order);
    }
  }

  /// All coordinates by one baseline, best first; empty if it could not be computed there.
  public Optional<List<Integer>> order(Baseline baseline, String dataset, HookPoint hook) {
    return rankings.stream()
        .filter(one -> one.baseline() == baseline && one.dataset().equals(dataset) && one.hook().equals(hook))
        .findFirst().map(BaselineRanking::order);
  }
}
