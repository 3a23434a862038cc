package org.striatum.studies.rollouts;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Unread;
import org.striatum.studies.rollouts.RolloutResults.DatasetAccuracy;

/// Counts rollouts one after another, keeping none of them.
public final class RolloutCounts {
  private final boolean gradedHere;
  private final Map<String, OfDataset> datasets = new LinkedHashMap<>();

  /// @param gradedHere whether a grader of ours gave the rewards; what another program read is not known
  RolloutCounts(boolean gradedHere) {
    this.gradedHere = gradedHere;
  }

  private static final class OfDataset {
    private int rollouts;
    private int right;
    private int read;
    private int thoughtClosed;
    private int finishedOfKnown;
    private final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);
    private final Map<Unread, Integer> unread = new EnumMap<>(Unread.class);

    void add(Rollout rollout) {
      rollouts++;
      right += rollout.reward() == 1 ? 1 : 0;
      read += rollout.read() == null ? 0 : 1;
      thoughtClosed += rollout.thinkEnd() == null ? 0 : 1;
      finishedOfKnown += rollout.ending() != Ending.UNKNOWN && rollout.finished() ? 1 : 0;
      if (rollout.ending() != null) {
        endings.merge(rollout.ending(), 1, Integer::sum);
      }
      if (rollout.unread() != null) {
        unread.merge(rollout.unread(), 1, Integer::sum);
      }
    }

    int ended(Ending how) {
      return endings.getOrDefault(how, 0);
    }

    /// See [RolloutCounts#finished].
    double finished() {
      int known = rollouts - ended(Ending.UNKNOWN);
      boolean ofThoughts = known < rollouts && ended(Ending.CUT_IN_THOUGHT) == known;
      return ofThoughts ? Double.NaN : (double) finishedOfKnown / known;
    }

    /// Files that were written before endings were kept have none.
    int endingUnknown() {
      return rollouts - endings.values().stream().mapToInt(Integer::intValue).sum() + ended(Ending.UNKNOWN);
    }

    DatasetAccuracy results(String dataset, boolean gradedHere) {
      return new DatasetAccuracy(dataset, rollouts, share(right), finished(), gradedHere ? share(read) : Double.NaN,
          share(ended(Ending.CUT_IN_THOUGHT)), endingUnknown(), thoughtClosed, unread.get(Unread.TOO_LONG),
          unread.get(Unread.TOO_MUCH_WORK));
    }

    private double share(int count) {
      return (double) count / rollouts;
    }
  }

  static RolloutResults of(Iterable<Rollout> rollouts, boolean gradedHere) {
    RolloutCounts counts = new RolloutCounts(gradedHere);
    rollouts.forEach(counts::add);
    return counts.results();
  }

  void add(Rollout rollout) {
    datasets.computeIfAbsent(rollout.problem().dataset(), _ -> new OfDataset()).add(rollout);
  }

  RolloutResults results() {
    return new RolloutResults(datasets.entrySet().stream()
        .map(entry -> entry.getValue().results(entry.getKey(), gradedHere)).toList());
  }

  /// Share of rollouts of one data set that ended by themselves, of those whose ending is known; NaN if none is. Files that were
  /// written before endings were kept say only which rollouts were cut off. Where only thoughts say how theirs ended, none of the
  /// known can have finished: that is no share.
  public static double finished(Iterable<Rollout> rollouts) {
    OfDataset counts = new OfDataset();
    rollouts.forEach(counts::add);
    return counts.finished();
  }
}
