package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
import org.striatum.studies.rollouts.RolloutResults;

/// A summary of rollouts as lines of text.
///
/// @param console where they go
public record RolloutSummary(Console console) {
  /// One line per data set.
  public void print(RolloutResults results) {
    results.datasets().forEach(one -> console.print("%-8s %6d rollouts  accuracy %.3f  finished %.3f"
        .formatted(one.dataset(), one.rollouts(), one.accuracy(), one.finished())));
  }
}
