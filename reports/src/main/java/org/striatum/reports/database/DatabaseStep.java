package org.striatum.reports.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesStep;

/// Makes the results database of a scan and its Parquet from the results of the runs: `results.duckdb`, `parquet/`.
///
/// @param series the runs
/// @param compared the results of the comparison; null for the study as others read it
public record DatabaseStep(SeriesStep series, SeriesResults compared)
    implements
      Study<DatabaseStep.Settings, DatabaseStep.Tables> {
  /// The study, for readers of its results.
  public static final DatabaseStep STUDY = new DatabaseStep(SeriesStep.STUDY, null);

  /// It has no settings.
  public record Settings() {}

  /// What was written.
  ///
  /// @param version of the tables
  /// @param rows table → rows
  public record Tables(int version, SortedMap<String, Long> rows) {
    public Tables {
      rows = Collections.unmodifiableSortedMap(new TreeMap<>(rows));
    }
  }

  @Override
  public StudyDescription<Settings, Tables> about() {
    return StudyDescription.of("database", "Write all results of a scan as tables.", new Settings(), Tables.class);
  }

  /// A scan runs it.
  @Override
  public boolean isInternal() {
    return true;
  }

  /// The tables are compared row by row, see [#differing].
  @Override
  public boolean isVerifiable() {
    return false;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun scan, Settings settings) {
    return List.of(SeriesStep.STUDY);
  }

  @Override
  public Object inputs(StudyRun scan, Settings settings) {
    return ResultsDatabase.VERSION;
  }

  /// The Parquet represents the database: if the database cannot be read, the Parquet is deleted, and both are made again.
  @Override
  public void prepare(StudyRun scan, Settings settings) throws IOException {
    Path folder = scan.folder().folder();
    try {
      ResultsDatabase.query(folder, "SELECT 1");
    } catch (BadDataException | UsageException _) {
      for (Path file : ResultsDatabase.parquet(folder)) {
        Files.deleteIfExists(file);
      }
    }
  }

  // Parquet has checksums; of the database only the content is the same each time it is made.
  @Override
  public Found<Tables> find(StudyRun scan, Settings settings) throws IOException {
    Path folder = scan.folder().folder();
    try {
      SortedMap<String, Long> rows = ResultsDatabase.write(folder, series.checkpoints(), compared);
      return Found.only(new Tables(ResultsDatabase.VERSION, rows)).with(_ -> ResultsDatabase.parquet(folder));
    } catch (UncheckedIOException unread) {
      throw unread.getCause();
    }
  }

  /// Tables whose content differs from that of the runs.
  public List<String> differing(Path folder) throws IOException {
    try {
      return ResultsDatabase.differing(folder, series.checkpoints(), compared);
    } catch (UncheckedIOException unread) {
      throw unread.getCause();
    }
  }
}
