package org.striatum.studies.rollouts;

import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.rollout.Rollout;
import org.striatum.studies.run.ProblemSplit;

/// Summary of the rollouts of a run.
///
/// @param datasets in the file's order
public record RolloutResults(List<DatasetAccuracy> datasets) {
  public RolloutResults {
    datasets = List.copyOf(datasets);
  }

  /// One data set.
  ///
  /// @param accuracy mean reward
  /// @param finished share that ended by itself, by a stop or an end-of-sequence token
  public record DatasetAccuracy(String dataset, int rollouts, double accuracy, double finished) {}

  /// Counts rollouts.
  public static RolloutResults of(List<Rollout> rollouts) {
    List<DatasetAccuracy> datasets = new ArrayList<>();
    ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> datasets.add(new DatasetAccuracy(dataset, own.size(),
        own.stream().mapToDouble(Rollout::reward).average().orElseThrow(),
        own.stream().mapToDouble(rollout -> rollout.finished() ? 1 : 0).average().orElseThrow())));
    return new RolloutResults(datasets);
  }
}
