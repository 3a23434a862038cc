package org.striatum.studies.rollouts;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Unread;
import org.striatum.probe.run.RecordJson;

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
  /// @param finished share that ended by itself, by a stop or an end-of-sequence token, of those whose ending is known; NaN if
  ///     none is, or only thoughts that did not close
  /// @param answered share from which an answer could be read, right or wrong; NaN if another program graded them
  /// @param cutInThought share that was cut off while thinking: they have no answer
  /// @param endingUnknown rollouts of which nobody said how they ended; null in files that were written before it was counted
  /// @param thoughtClosed rollouts that have a `think-end`; null likewise
  /// @param tooLong rollouts that were not read because they are longer than graders read; null if there are none
  /// @param tooMuchWork rollouts that were not read because their answer takes too much work to find; null if there are none
  public record DatasetAccuracy(String dataset, int rollouts, double accuracy, double finished, double answered,
      double cutInThought,
      @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) Integer endingUnknown,
      @JacksonInject(value = RecordJson.NOTHING_2, useInput = OptBoolean.TRUE) Integer thoughtClosed,
      @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING_3, useInput = OptBoolean.TRUE) Integer tooLong,
      @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING_4, useInput = OptBoolean.TRUE) Integer tooMuchWork) {
    /// How many rollouts no grader read, for a reason.
    public int beyond(Unread why) {
      Integer count = why == Unread.TOO_LONG ? tooLong : tooMuchWork;
      return count == null ? 0 : count;
    }

    /// What is to be known of these rewards beside every answer that stands on them; empty if all completions finished, or the
    /// run was made before it was counted.
    public Optional<String> truncation() {
      if (endingUnknown == null) {
        return Optional.empty();
      }
      List<String> parts = new ArrayList<>();
      if (finished < 1) {
        parts.add(String.format(Locale.ROOT, "%.1f %% of the rollouts were cut off at the token limit%s",
            100 * (1 - finished),
            cutInThought > 0 ? String.format(Locale.ROOT, ", %.1f %% inside a thought", 100 * cutInThought) : ""));
      }
      if (Double.isNaN(finished) && cutInThought > 0) {
        parts.add(String.format(Locale.ROOT, "%.1f %% of the rollouts end inside a thought", 100 * cutInThought));
      }
      if (endingUnknown > 0) {
        parts.add("how %d of %d rollouts ended is not known".formatted(endingUnknown, rollouts));
      }
      return parts.isEmpty() ? Optional.empty() : Optional.of(dataset + ": " + String.join("; ", parts));
    }
  }

  /// Counts rollouts that were graded here.
  public static RolloutResults of(Iterable<Rollout> rollouts) {
    return RolloutCounts.of(rollouts, true);
  }

  /// Counts rollouts whose rewards another program gave: what it read is not known, whatever the rewards are.
  public static RolloutResults gradedElsewhere(Iterable<Rollout> rollouts) {
    return RolloutCounts.of(rollouts, false);
  }
}
