package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
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
    console.print("");
    console.print("Confidence on test problems, 95 % interval by problem; calibrated on validation problems");
    console.print("%-6s %-27s %-18s %-20s %-7s %-7s %-7s %s".formatted("task", "signal", "known", "AUROC", "Brier",
        "ECE", "AURC", "AUROC of V(s₀) minus this"));
    for (DatasetConfidence dataset : results.datasets()) {
      for (Signal signal : dataset.signals()) {
        console.print("%-6s %-27s %-18s %-20s %-7s %-7s %-7.3f %s".formatted(dataset.dataset(), signal.name(),
            signal.known().words(), Figures.interval(signal.auroc()), figure(signal.brier()), figure(signal.ece()),
            signal.selective().aurc(), Figures.signed(signal.valueAhead())));
      }
    }
    for (DatasetConfidence dataset : results.datasets()) {
      console.print("%s: %s".formatted(dataset.dataset(), dataset.statement()));
      dataset.notes().forEach(note -> console.print("note: " + dataset.dataset() + ": " + note));
    }
  }

  public void print(SearchResults results) {
    console.print("");
    console.print(
        "Search by steps, %d candidates per step; accuracy on test problems, 95 %% interval by problem; tokens per problem"
            .formatted(results.candidates()));
    console.print("%-6s %-26s %-20s %7s %7s  %s".formatted("task", "arm", "accuracy", "used", "drawn",
        "first search minus this"));
    for (DatasetSearch dataset : results.datasets()) {
      for (Arm arm : dataset.arms()) {
        console.print("%-6s %-26s %-20s %7.0f %7.0f  %s".formatted(dataset.dataset(), arm.name(),
            Figures.interval(arm.accuracy()), arm.usedTokens(), arm.drawnTokens(),
            dataset.comparisons().stream()
                .filter(one -> one.other().equals(arm.name()) && one.search().equals(dataset.arms().getFirst().name()))
                .findFirst()
                .map(one -> Figures.signed(one.difference())).orElse("")));
      }
    }
    for (DatasetSearch dataset : results.datasets()) {
      results.statements(dataset).forEach(statement -> console.print(dataset.dataset() + ": " + statement));
      dataset.notes().forEach(note -> console.print("note: " + dataset.dataset() + ": " + note));
    }
  }

  private static String figure(double value) {
    return Double.isNaN(value) ? "–" : "%.3f".formatted(value);
  }
}
