package org.striatum.cli.summary;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.result.NtaResults.Grid;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Estimate;

/// Experiments with gated networks as lines of text.
///
/// @param console where they go
public record NtaSummary(Console console) {
  public void print(NtaResults results, int seeds, long firstSeed) {
    console.say("%s: %s".formatted(results.experiment(), results.question()));
    console.say("%d seeds from %d; medians with 95 %% intervals over seeds".formatted(seeds, firstSeed));
    for (ArmResults arm : results.arms()) {
      List<Estimate> times = arm.byBlock().get(NtaRun.TIME_TO_CRITERION);
      if (times.size() > 1) {
        StringBuilder line = new StringBuilder("time to criterion by block, ").append(arm.name()).append(":");
        times.forEach(time -> line.append(" %.3g".formatted(time.value())));
        console.say(line.toString());
      }
    }
    for (Grid grid : results.grids()) {
      print(grid);
    }
    console.say("");
    Table table = new Table("figure", "expected", "found", "as expected?");
    for (Finding finding : results.findings()) {
      table.row(finding.name(), finding.expectation(), figure(finding.found()),
          finding.expected() == null ? "" : finding.verdict().printed());
    }
    console.print(table);
    results.notes().forEach(note -> console.say("note: " + note));
  }

  private void print(Grid grid) {
    console.say("");
    console.say("%s, by %s (across) and %s (down)".formatted(grid.figure(), grid.x(), grid.y()));
    Table table = new Table(Stream.concat(Stream.of(grid.y()),
        Arrays.stream(grid.xs()).mapToObj(x -> Float.toString((float) x))).toArray(String[]::new));
    for (int y = 0; y < grid.ys().length; y++) {
      table.row(Stream.concat(Stream.of(Float.toString((float) grid.ys()[y])),
          grid.cells().get(y).stream().map(cell -> Decimals.of(cell.value(), 3))).toArray());
    }
    console.print(table);
  }

  private static String figure(Estimate found) {
    if (Double.isNaN(found.value())) {
      return "–";
    }
    String value = "%.3g".formatted(found.value());
    return Double.isNaN(found.low()) ? value : "%s [%.3g to %.3g]".formatted(value, found.low(), found.high());
  }
}
