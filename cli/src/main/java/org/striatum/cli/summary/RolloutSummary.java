package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
import org.striatum.studies.rollouts.RolloutResults;
import org.striatum.studies.rollouts.RolloutResults.DatasetAccuracy;

/// A summary of rollouts as lines of text.
///
/// @param console where they go
public record RolloutSummary(Console console) {
  /// One line per data set.
  public void print(RolloutResults results) {
    for (DatasetAccuracy one : results.datasets()) {
      console.print("%-8s %6d rollouts  accuracy %.3f  finished %.3f  answered %.3f%s".formatted(one.dataset(),
          one.rollouts(), one.accuracy(), one.finished(), one.answered(),
          one.cutInThought() > 0 ? "  cut off while thinking %.3f".formatted(one.cutInThought()) : ""));
    }
  }
}
