package org.striatum.reports.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesStep;

/// Makes the results database of a scan and its Parquet from the results of the runs: `results.duckdb`, `parquet/`.
public final class DatabaseStep {
  private static final String NAME = "database";

  private DatabaseStep() {}

  /// Runs the step unless it is finished.
  public static void run(StudyRun scan, SeriesStep series, SeriesResults results) throws IOException {
    Path folder = scan.folder().folder();
    List<Path> parquet = ResultsDatabase.parquet(folder);
    discardIfUnreadable(folder, parquet);
    StepKey key = scan.key(ResultsDatabase.VERSION, SeriesStep.NAME);
    // Parquet has checksums; of the database only the content is the same each time it is made.
    scan.step(NAME, key, parquet, () -> {
      try {
        ResultsDatabase.write(folder, series.checkpoints(), results);
      } catch (UncheckedIOException unread) {
        throw unread.getCause();
      }
    });
  }

  /// Tables whose content differs from that of the runs.
  public static List<String> differing(Path folder, SeriesStep series, SeriesResults results) throws IOException {
    try {
      return ResultsDatabase.differing(folder, series.checkpoints(), results);
    } catch (UncheckedIOException unread) {
      throw unread.getCause();
    }
  }

  /// The Parquet represents the database: if the database cannot be read, the Parquet is deleted, and both are made again.
  private static void discardIfUnreadable(Path folder, List<Path> parquet) throws IOException {
    try {
      ResultsDatabase.query(folder, "SELECT 1");
    } catch (BadDataException | UsageException _) {
      for (Path file : parquet) {
        Files.deleteIfExists(file);
      }
    }
  }
}
