package org.striatum.cli;

import org.striatum.probe.stats.Estimate;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.ConfidenceResults.DatasetConfidence;
import org.striatum.probe.uses.ConfidenceResults.Signal;

/// Results on the uses of value as lines of text.
///
/// @param console where they go
record UsesSummary(Console console) {
  void print(ConfidenceResults results) {
    console.print("");
    console.print("Confidence on test problems, 95 % interval by problem; calibrated on validation problems");
    console.print("%-6s %-27s %-18s %-20s %-7s %-7s %-7s %s".formatted("task", "signal", "known", "AUROC", "Brier",
        "ECE", "AURC", "AUROC of V(s₀) minus this"));
    for (DatasetConfidence dataset : results.datasets()) {
      for (Signal signal : dataset.signals()) {
        console.print("%-6s %-27s %-18s %-20s %-7s %-7s %-7.3f %s".formatted(dataset.dataset(), signal.name(),
            signal.known().words(), interval(signal.auroc()), figure(signal.brier()), figure(signal.ece()),
            signal.selective().aurc(), signed(signal.valueAhead())));
      }
    }
    for (DatasetConfidence dataset : results.datasets()) {
      console.print("%s: %s".formatted(dataset.dataset(), dataset.statement()));
      dataset.notes().forEach(note -> console.print("note: " + dataset.dataset() + ": " + note));
    }
  }

  private static String figure(double value) {
    return Double.isNaN(value) ? "–" : "%.3f".formatted(value);
  }

  private static String interval(Estimate estimate) {
    return Double.isNaN(estimate.value())
        ? "–"
        : "%.3f [%.2f, %.2f]".formatted(estimate.value(), estimate.low(), estimate.high());
  }

  private static String signed(Estimate estimate) {
    return Double.isNaN(estimate.value())
        ? "–"
        : "%+.3f [%+.3f, %+.3f]".formatted(estimate.value(), estimate.low(), estimate.high());
  }
}
