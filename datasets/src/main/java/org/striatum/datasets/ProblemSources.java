package org.striatum.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// The problem sets of a run that were read from files: its `problems.json`.
public record ProblemSources(List<ProblemSource> sets) {
  /// The file's name in a run folder.
  public static final String FILE = "problems.json";
  private static final FileFormat FORMAT = new FileFormat("problem sources", 1);

  public ProblemSources {
    sets = List.copyOf(sets);
  }

  /// Those of the given sets that were read from files.
  public static ProblemSources among(List<ProblemSet> sets) {
    return new ProblemSources(sets.stream().map(ProblemSet::origin).flatMap(Optional::stream).toList());
  }

  /// Those of a run; none if its problems were generated.
  public static ProblemSources of(Path run) throws IOException {
    Path file = run.resolve(FILE);
    return Files.exists(file) ? RecordJson.read(file, FORMAT, ProblemSources.class) : new ProblemSources(List.of());
  }

  /// Writes the file of a run folder.
  public void write(Path file) throws IOException {
    RecordJson.write(file, FORMAT, this);
  }

  /// Checksum of the file that [#write] writes.
  public Sha256 sha256() {
    return Sha256.of(RecordJson.pretty(FORMAT, this));
  }

  /// Refuses a run whose problems were read, asked or graded differently.
  ///
  /// @throws UsageException saying how, there and here
  public void requireNoOther(Path run) throws IOException {
    ProblemSources there = of(run);
    if (!there.sets().isEmpty() && !there.equals(this)) {
      throw new UsageException(
          "%s holds problems that were read differently: %s there and %s here; choose another folder"
              .formatted(run, there.described(), described()));
    }
  }

  private String described() {
    return sets.isEmpty() ? "none" : sets.stream().map(ProblemSource::described).collect(Collectors.joining(", "));
  }

  /// The grader of a dataset, read or generated; empty where its rollouts were graded elsewhere.
  public Optional<Grader> find(String dataset) {
    Optional<ProblemSource> read = source(dataset);
    return read.isPresent()
        ? read.flatMap(source -> Optional.ofNullable(source.grader()))
        : ProblemSets.find(dataset).map(ProblemSet::grader);
  }

  private Optional<ProblemSource> source(String dataset) {
    return sets.stream().filter(source -> source.dataset().equals(dataset)).findFirst();
  }

  /// The grader of a dataset, read or generated.
  ///
  /// @throws UsageException if there is no dataset of this name
  /// @throws MissingSettingException if its rollouts were imported with their own scores
  public Grader grader(String dataset) {
    Optional<ProblemSource> read = source(dataset);
    return read.isPresent() ? read.get().requireGrader() : ProblemSets.grader(dataset);
  }
}
