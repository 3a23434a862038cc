package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.ConfidenceResults.DatasetConfidence;
import org.striatum.probe.uses.ConfidenceResults.Signal;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.uses.SearchResults.Arm;
import org.striatum.probe.uses.SearchResults.DatasetSearch;

/// Results on the uses of value as lines of text.
///
/// @param console where they go
public record UsesSummary(Console console) {
  public void print(ConfidenceResults results) {
    console.say("");
    console.say("Confidence on test problems, 95 % interval by problem; calibrated on validation problems");
    Table table = new Table("task", "signal", "known", "AUROC", "Brier", "ECE", "AURC", "AUROC of V(s₀) minus this");
    for (DatasetConfidence dataset : results.datasets()) {
      for (Signal signal : dataset.signals()) {
        table.row(dataset.dataset(), signal.name(), signal.known().words(), Figures.interval(signal.auroc()),
            Decimals.of(signal.brier(), 3), Decimals.of(signal.ece(), 3), Decimals.of(signal.selective().aurc(), 3),
            Figures.signed(signal.valueAhead()));
      }
    }
    console.print(table);
    for (DatasetConfidence dataset : results.datasets()) {
      console.say("%s: %s".formatted(dataset.dataset(), dataset.statement()));
      dataset.notes().forEach(note -> console.say("note: " + dataset.dataset() + ": " + note));
    }
  }

  public void print(SearchResults results) {
    console.say("");
    console.say(
        "Search by steps, %d candidates per step; accuracy on test problems, 95 %% interval by problem; tokens per problem"
            .formatted(results.candidates()));
    Table table = new Table("task", "arm", "accuracy", "used", "drawn", "first search minus this");
    for (DatasetSearch dataset : results.datasets()) {
      for (Arm arm : dataset.arms()) {
        table.row(dataset.dataset(), arm.name(), Figures.interval(arm.accuracy()), Decimals.of(arm.usedTokens(), 0),
            Decimals.of(arm.drawnTokens(), 0),
            dataset.comparisons().stream()
                .filter(one -> one.other().equals(arm.name()) && one.search().equals(dataset.arms().getFirst().name()))
                .findFirst()
                .map(one -> Figures.signed(one.difference())).orElse(""));
      }
    }
    console.print(table);
    for (DatasetSearch dataset : results.datasets()) {
      results.statements(dataset).forEach(statement -> console.say(dataset.dataset() + ": " + statement));
      dataset.notes().forEach(note -> console.say("note: " + dataset.dataset() + ": " + note));
    }
  }
}
