package org.striatum.reports.database;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.series.SeriesStep;
import org.striatum.studies.verify.Recomputation.Figures;
import org.striatum.studies.verify.Recomputation.Verdict;

/// Compares the runs of a scan again, and checks `series.json`, the database and its Parquet against the result.
///
/// @param scan only read
/// @param runs name → run folder
public record ScanRecomputation(RunFolder scan, SequencedMap<String, Path> runs) {
  private static final String DATABASE = "results.duckdb";

  /// Every file whose figures can be checked.
  public List<Figures> all(Progress progress) throws IOException {
    SeriesStep step = SeriesStep.of(runs);
    Path file = SeriesStep.file(scan.folder());
    return List.of(Figures.of(file.getFileName().toString(), file, step.compare(progress)), database(step));
  }

  private Figures database(SeriesStep step) throws IOException {
    try {
      List<String> differing = DatabaseStep.differing(scan.folder(), step, SeriesStep.results(scan.folder()));
      return differing.isEmpty()
          ? new Figures(DATABASE, Verdict.SAME, "filled again, with the same rows as in parquet/")
          : new Figures(DATABASE, Verdict.DIFFERENT,
              "rows differ from those of the runs: " + String.join(", ", differing));
    } catch (BadDataException | UsageException unreadable) {
      return new Figures(DATABASE, Verdict.DIFFERENT, unreadable.getMessage());
    }
  }
}
