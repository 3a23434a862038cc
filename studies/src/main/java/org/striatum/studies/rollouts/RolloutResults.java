package org.striatum.studies.rollouts;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.striatum.datasets.prompt.PromptFormat;
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
  /// @param answered share from which an answer could be read, right or wrong
  /// @param cutInThought share that reached the token limit while thinking: they have no answer
  public record DatasetAccuracy(String dataset, int rollouts, double accuracy, double finished, double answered,
      double cutInThought) {}

  /// Counts rollouts.
  ///
  /// @param asked how their problems were asked
  public static RolloutResults of(List<Rollout> rollouts, PromptFormat asked) {
    List<DatasetAccuracy> datasets = new ArrayList<>();
    ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> datasets.add(new DatasetAccuracy(dataset, own.size(),
        share(own, rollout -> rollout.reward() == 1), share(own, Rollout::finished),
        share(own, rollout -> rollout.read() != null),
        share(own, rollout -> !rollout.finished() && asked.thinking().isUnfinished(rollout.completion())))));
    return new RolloutResults(datasets);
  }

  private static double share(List<Rollout> rollouts, Predicate<Rollout> counted) {
    return rollouts.stream().mapToDouble(rollout -> counted.test(rollout) ? 1 : 0).average().orElseThrow();
  }
}
