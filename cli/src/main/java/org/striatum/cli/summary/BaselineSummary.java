package org.striatum.cli.summary;

import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.studies.baselines.BaselineResults;

/// The best coordinates by each baseline, as lines of text.
///
/// @param console where they go
record BaselineSummary(Console console) {
  private static final int SHOWN = 6;

  void print(BaselineResults results) {
    console.say("");
    console.say("Coordinates ranked by what is not value, the best %d".formatted(SHOWN));
    Table table = new Table("task", "hook point", "ranking", "best");
    results.rankings().forEach(one -> table.row(one.dataset(), one.hook(), one.baseline(),
        one.order().stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", "))));
    console.print(table);
    results.notes().forEach(note -> console.say("  note: " + note));
  }
}
