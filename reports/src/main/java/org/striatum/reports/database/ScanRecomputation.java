package org.striatum.reports.database;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.series.SeriesStep;
import org.striatum.studies.verify.Recomputation.Figures;
import org.striatum.studies.verify.Recomputation.Outcome;

/// Compares the runs of a scan again, and checks the stored comparison, the database and its Parquet against the
/// result.
///
/// @param scan only read
/// @param runs name → run folder
/// @param known studies
public record ScanRecomputation(StudyRun scan, SequencedMap<String, Path> runs, List<Study<?, ?>> known) {
  private static final String DATABASE = "results.duckdb";

  /// Every file whose figures can be checked.
  public List<Figures> all() throws IOException {
    SeriesStep step = SeriesStep.of(runs, known);
    Path file = scan.folder().resultsFile(step.name());
    return List.of(Figures.of(scan.folder().folder().relativize(file).toString(), file, step.format(),
        step.find(scan, scan.folder().settings(step)).results()), database(step));
  }

  private Figures database(SeriesStep step) throws IOException {
    try {
      List<String> differing = new DatabaseStep(step, scan.folder().results(SeriesStep.STUDY))
          .differing(scan.folder().folder());
      return differing.isEmpty()
          ? new Figures(DATABASE, Outcome.SAME, "filled again, with the same rows as in parquet/")
          : new Figures(DATABASE, Outcome.DIFFERENT,
              "rows differ from those of the runs: " + String.join(", ", differing));
    } catch (BadDataException | UsageException unreadable) {
      return new Figures(DATABASE, Outcome.DIFFERENT, unreadable.getMessage());
    }
  }
}
