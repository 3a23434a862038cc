package org.striatum.cli.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.Run;

/// The outcomes of a scan's checkpoints: `scan.json`, rewritten whenever one is done.
///
/// @param outcomes in the order of the plan; without those of checkpoints that were not reached
public record ScanResults(List<Outcome> outcomes) {
  private static final String FILE = "scan.json";
  private static final FileFormat FORMAT = new FileFormat("scan outcomes", 1);

  public ScanResults {
    outcomes = List.copyOf(outcomes);
  }

  /// The outcome of one checkpoint.
  ///
  /// @param name of the unit
  /// @param checkpoint its path
  /// @param key what the unit computes
  /// @param failure null if it finished
  public record Outcome(String name, String checkpoint, Sha256 key, Failure failure) {
    public Outcome {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/") || name.contains("\\")) {
        throw new UsageException("a unit's name must be that of a folder in the scan, found " + name);
      }
    }

    public boolean finished() {
      return failure == null;
    }
  }

  /// Why a checkpoint has no results.
  ///
  /// @param kind of failure
  /// @param message one line
  public record Failure(Kind kind, String message) {
    /// What failed.
    public enum Kind {
      CHECKPOINT, KILLED, HUNG, DATA, USAGE, PROGRAM;

      /// In lower case.
      public String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }
  }

  /// The outcomes of earlier scans of a folder; empty if there were none.
  static ScanResults in(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    return Files.exists(file) ? RecordJson.read(file, FORMAT, ScanResults.class) : new ScanResults(List.of());
  }

  /// The outcomes in a folder with a scan.
  ///
  /// @throws UsageException if it has none
  public static ScanResults read(Path folder) throws IOException {
    if (!isScan(folder)) {
      throw new UsageException(folder + " is not a scan folder (no " + FILE + " in it)");
    }
    return in(folder);
  }

  public static boolean isScan(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE));
  }

  void write(Path folder) throws IOException {
    RecordJson.write(folder.resolve(FILE), FORMAT, this);
  }

  /// The outcome of the same computation.
  Optional<Outcome> of(ScanUnit unit) {
    return outcomes.stream().filter(one -> one.name().equals(unit.name()) && one.key().equals(unit.key())).findFirst();
  }

  /// The same with a unit's outcome, in its old place or at the end.
  ScanResults with(Outcome outcome) {
    List<Outcome> all = new ArrayList<>(outcomes);
    int place = outcomes.stream().map(Outcome::name).toList().indexOf(outcome.name());
    if (place < 0) {
      all.add(outcome);
    } else {
      all.set(place, outcome);
    }
    return new ScanResults(all);
  }

  /// In the order of a plan. Finished units that it does not have are kept, at the end.
  ScanResults inOrderOf(ScanPlan plan) {
    List<String> names = plan.units().stream().map(ScanUnit::name).toList();
    List<Outcome> all = new ArrayList<>();
    names.forEach(name -> outcomes.stream().filter(one -> one.name().equals(name)).forEach(all::add));
    finished().stream().filter(one -> !names.contains(one.name())).forEach(all::add);
    return new ScanResults(all);
  }

  public List<Outcome> failed() {
    return outcomes.stream().filter(outcome -> !outcome.finished()).toList();
  }

  /// Run folders of those that finished, by name.
  public SequencedMap<String, Path> runs(Path folder) {
    SequencedMap<String, Path> runs = new LinkedHashMap<>();
    finished().forEach(outcome -> runs.put(outcome.name(), folder.resolve(outcome.name())));
    return runs;
  }

  public List<Outcome> finished() {
    return outcomes.stream().filter(Outcome::finished).toList();
  }
}
