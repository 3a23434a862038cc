package org.striatum.studies.series;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferStudy;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.run.FlatRecord;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.transfer.CompareSettings;
import org.striatum.studies.transfer.CompareStep;

/// Compares the finished runs of a scan. Runs are only read: the states of each once, then the figures of each once.
///
/// @param runs names → run folders, in order; may be empty
/// @param known studies that the runs can have
public record SeriesStep(SequencedMap<String, RunFolder> runs,
    List<Study<?, ?>> known) implements Study<SeriesStep.Settings, SeriesResults> {
  /// The study, for readers of its results.
  public static final SeriesStep STUDY = new SeriesStep(new LinkedHashMap<>(), List.of());

  /// Settings of a comparison of checkpoints.
  ///
  /// @param study figures over steps
  /// @param bases of pairs of checkpoints; its seed is that of the permutations that test for a common basis
  public record Settings(SeriesStudy study, CompareSettings bases) {}

  private record Run(String name, Sha256 manifest) {}

  /// Opens runs for reading.
  ///
  /// @param folders name → run folder, in order
  public static SeriesStep of(SequencedMap<String, Path> folders, List<Study<?, ?>> known) throws IOException {
    SequencedMap<String, RunFolder> runs = new LinkedHashMap<>();
    for (Map.Entry<String, Path> folder : folders.entrySet()) {
      runs.put(folder.getKey(), RunFolder.read(folder.getValue()));
    }
    return new SeriesStep(runs, known);
  }

  /// 2: overlaps as matrices.
  @Override
  public int version() {
    return 2;
  }

  @Override
  public StudyDescription<Settings, SeriesResults> about() {
    return StudyDescription.of("series", "Compare the checkpoints of a scan.",
        new Settings(SeriesStudy.DEFAULT, CompareSettings.defaults()), SeriesResults.class);
  }

  /// A scan runs it.
  @Override
  public boolean isInternal() {
    return true;
  }

  /// It is made of the runs alone, and in a format of another version it is made again.
  @Override
  public boolean isReplaceable() {
    return true;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun scan, Settings settings) {
    return List.of();
  }

  @Override
  public Object inputs(StudyRun scan, Settings settings) {
    return List.of(version(), runs.entrySet().stream()
        .map(run -> new Run(run.getKey(), Sha256.of(RecordJson.compact(run.getValue().manifest())))).toList());
  }

  /// @throws IOException if a run's results cannot be read
  @Override
  public Found<SeriesResults> find(StudyRun scan, Settings settings) throws IOException {
    try {
      List<String> names = List.copyOf(runs.sequencedKeySet());
      List<Basis> bases = new SeriesBases(name -> CompareStep.promptStates(name, runs.get(name))).test(names,
          new TransferStudy(settings.bases().study(), settings.bases().seed()), scan.progress());
      return Found.only(settings.study().run(names, this::rankings, bases));
    } catch (UncheckedIOException unread) {
      throw unread.getCause();
    }
  }

  /// No more than the comparison reads.
  private SeriesCheckpoint rankings(String name) {
    try {
      return new SeriesCheckpoint(name, StudyResults.rankings(runs.get(name)), List.of());
    } catch (IOException unread) {
      throw new UncheckedIOException(unread);
    }
  }

  private List<ToldStudy> told(RunFolder run) throws IOException {
    List<ToldStudy> told = new ArrayList<>();
    for (Study<?, ?> study : known) {
      for (String step : run.finished(study)) {
        told.add(new ToldStudy(step, FlatRecord.read(run.settingsFile(step)).entries(),
            study.presentation().hasTables() ? List.of() : FlatRecord.read(run.resultsFile(step)).entries()));
      }
    }
    return told;
  }

  /// The checkpoints with everything that each has finished, read one after the other.
  public Iterable<SeriesCheckpoint> checkpoints() {
    return () -> runs.entrySet().stream().map(this::checkpoint).iterator();
  }

  private SeriesCheckpoint checkpoint(Map.Entry<String, RunFolder> run) {
    try {
      return new SeriesCheckpoint(run.getKey(), StudyResults.of(run.getValue()), told(run.getValue()));
    } catch (IOException unread) {
      throw new UncheckedIOException(unread);
    }
  }
}
