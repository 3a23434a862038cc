package org.striatum.cli.summary;

import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.studies.baselines.BaselineResults;

/// The best coordinates by each baseline, as lines of text.
///
/// @param console where they go
record BaselineSummary(Console console) {
  private static final int SHOWN = 6;

  void print(BaselineResults results) {
    console.print("");
    console.print("Coordinates ranked by what is not value, the best %d".formatted(SHOWN));
    results.rankings().forEach(one -> console.print("  %-6s %-26s %-14s %s".formatted(one.dataset(), one.hook(),
        one.baseline(),
        one.order().stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", ")))));
    results.notes().forEach(note -> console.print("  note: " + note));
  }
}
