package org.striatum.cli.summary;

import java.util.List;
import org.striatum.cli.console.Console;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.result.NtaResults.Grid;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.probe.stats.Estimate;

/// Experiments with gated networks as lines of text.
///
/// @param console where they go
public record NtaSummary(Console console) {
  public void print(NtaResults results, int seeds, long firstSeed) {
    console.print("%s: %s".formatted(results.experiment(), results.question()));
    console.print("%d seeds from %d; medians with 95 %% intervals over seeds".formatted(seeds, firstSeed));
    for (ArmResults arm : results.arms()) {
      List<Estimate> times = arm.byBlock().get(NtaRun.TIME_TO_CRITERION);
      if (times.size() > 1) {
        StringBuilder line = new StringBuilder("time to criterion by block, ").append(arm.name()).append(":");
        times.forEach(time -> line.append(" %.3g".formatted(time.value())));
        console.print(line.toString());
      }
    }
    for (Grid grid : results.grids()) {
      print(grid);
    }
    console.print("");
    int width = results.findings().stream().mapToInt(finding -> finding.name().length()).max().orElse(0);
    String row = "%-" + width + "s  %-17s %-28s %s";
    console.print(row.formatted("figure", "expected", "found", "as expected?"));
    for (Finding finding : results.findings()) {
      console.print(row.formatted(finding.name(), finding.expected(), figure(finding.found()),
          finding.expected().isEmpty() ? "" : finding.verdict().printed()).stripTrailing());
    }
    results.notes().forEach(note -> console.print("note: " + note));
  }

  private void print(Grid grid) {
    console.print("");
    console.print("%s, by %s (across) and %s (down)".formatted(grid.figure(), grid.x(), grid.y()));
    StringBuilder head = new StringBuilder("%8s".formatted(""));
    for (double x : grid.xs()) {
      head.append(" %7s".formatted((float) x));
    }
    console.print(head.toString());
    for (int y = 0; y < grid.ys().length; y++) {
      StringBuilder line = new StringBuilder("%8s".formatted((float) grid.ys()[y]));
      grid.cells().get(y).forEach(cell -> line.append(" %7.3f".formatted(cell.value())));
      console.print(line.toString());
    }
  }

  private static String figure(Estimate found) {
    if (Double.isNaN(found.value())) {
      return "–";
    }
    String value = "%.3g".formatted(found.value());
    return Double.isNaN(found.low()) ? value : "%s [%.3g, %.3g]".formatted(value, found.low(), found.high());
  }
}
