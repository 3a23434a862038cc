package org.striatum.studies.series;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.transfer.TransferSettings;
import org.striatum.studies.answer.AnswersStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.transfer.CompareStep;

/// Sets the finished runs of a scan side by side: `series.json`. Runs are only read, one or two at a time.
///
/// @param runs name → run folder, in order; may be empty
public record SeriesStep(SequencedMap<String, RunFolder> runs) {
  public static final String NAME = "series";
  private static final String FILE = "series.json";
  /// Of the permutations that tell a common basis.
  private static final long SEED = 1;

  private record Run(String name, Sha256 manifest) {}

  private record Key(SeriesStudy study, TransferSettings bases, long seed, List<Run> runs) {}

  /// Opens runs for reading.
  ///
  /// @param folders name → run folder, in order
  public static SeriesStep of(SequencedMap<String, Path> folders) throws IOException {
    SequencedMap<String, RunFolder> runs = new LinkedHashMap<>();
    for (Map.Entry<String, Path> folder : folders.entrySet()) {
      runs.put(folder.getKey(), RunFolder.read(folder.getValue()));
    }
    return new SeriesStep(runs);
  }

  /// Runs the step unless it is finished.
  ///
  /// @param scan folder that is written to
  public SeriesResults run(StudyRun scan, Progress progress) throws IOException {
    List<Run> of = runs.entrySet().stream()
        .map(run -> new Run(run.getKey(), Sha256.of(RecordJson.compact(run.getValue().manifest())))).toList();
    StepKey key = scan.key(new Key(SeriesStudy.DEFAULT, TransferSettings.DEFAULTS, SEED, of));
    Path file = file(scan.folder().folder());
    scan.step(NAME, key, List.of(file), () -> RecordJson.write(file, compare(progress)));
    return results(scan.folder().folder());
  }

  /// Compares, whatever was compared before.
  ///
  /// @throws IOException if a run's results cannot be read
  public SeriesResults compare(Progress progress) throws IOException {
    try {
      return SeriesStudy.DEFAULT.run(checkpoints(),
          new CompareStep(TransferSettings.DEFAULTS, SEED).bases(runs, progress));
    } catch (UncheckedIOException unread) {
      throw unread.getCause();
    }
  }

  /// What a scan's comparison came to.
  public static SeriesResults results(Path scan) throws IOException {
    return RecordJson.read(file(scan), SeriesResults.class);
  }

  /// The checkpoints with everything each has finished, read when they are reached.
  public Iterable<SeriesCheckpoint> checkpoints() {
    return () -> runs.entrySet().stream().map(SeriesStep::checkpoint).iterator();
  }

  private static SeriesCheckpoint checkpoint(Map.Entry<String, RunFolder> run) {
    try {
      return new SeriesCheckpoint(run.getKey(), AnswersStep.results(run.getValue()));
    } catch (IOException unread) {
      throw new UncheckedIOException(unread);
    }
  }

  public static Path file(Path scan) {
    return scan.resolve(FILE);
  }
}
