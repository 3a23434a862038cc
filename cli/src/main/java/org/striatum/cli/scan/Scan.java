package org.striatum.cli.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.cli.console.Counted;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.engine.Expected;
import org.striatum.cli.engine.UnitEnd;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.Units;
import org.striatum.cli.engine.WorkUnit;
import org.striatum.cli.engine.slurm.LeftJobs;
import org.striatum.cli.process.OneLine;
import org.striatum.cli.scan.ScanResults.Failure;
import org.striatum.cli.scan.ScanResults.Outcome;
import org.striatum.datasets.table.DuckDb;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.run.Folders;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.FolderLock;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.RunFolder;

/// Runs a plan: every unit that has not finished. A unit that fails is recorded, and the others run.
///
/// @param folder scan folder, `plan.json`, `scan.json` and a run folder a unit
/// @param runner of units
/// @param environment that every worker must have
/// @param note told what becomes of each
public record Scan(Path folder, ScanPlan plan, UnitRunner runner, Environment environment, Consumer<String> note) {
  private static final String LOG = "study.log";
  /// A run folder that has come to its end has it.
  private static final String REPORT = "report.html";
  /// What an engine needs of its own, a folder a unit.
  private static final String UNITS = "units";
  /// A study whose scan was killed is given this long to end: longer than it takes.
  private static final Duration ENDING = Duration.ofSeconds(20);

  /// What follows the last unit, in the same folder.
  @FunctionalInterface
  public interface Conclusion {
    void of(RunFolder scan, ScanResults results) throws IOException;
  }

  /// Runs what is left to run.
  ///
  /// @throws IllegalArgumentException if another process writes to the folder, it cannot be written, or it holds a scan of
  ///     other inputs
  /// @throws DiskFullException what has finished is kept
  public ScanResults run(Progress progress, Conclusion conclusion) throws IOException, InterruptedException {
    DuckDb.requireName(folder.toString());
    try (RunFolder scan = RunFolder.create(folder);
        Progress.Task task = progress.start("scan", plan.units().size(), "checkpoint")) {
      ScanResults before = ScanResults.in(folder);
      plan.requireSame(folder, before);
      LeftJobs.here(note).endAll(folder);
      plan.write(folder);
      List<ScanUnit> due = new ArrayList<>();
      for (ScanUnit unit : plan.units()) {
        if (before.of(unit).filter(Outcome::finished).isPresent()
            && Files.isRegularFile(Path.of(unit.output(), REPORT))) {
          note.accept(unit.name() + ": finished before, kept");
          task.step(1);
        } else {
          due.add(unit);
        }
      }
      Under under = new Under(before, due, task);
      List<WorkUnit> work = new ArrayList<>();
      for (ScanUnit unit : due) {
        work.add(work(unit));
      }
      new Units(runner, note).run(work, under);
      ScanResults results = under.results.inOrderOf(plan);
      results.write(folder);
      Folders.delete(folder.resolve(UNITS));
      conclusion.of(scan, results);
      return results;
    }
  }

  private WorkUnit work(ScanUnit unit) throws IOException {
    Path own = folder.toAbsolutePath().normalize().resolve(UNITS).resolve(unit.name());
    new Expected(environment, unit.inputs()).write(own);
    List<String> command = new ArrayList<>(unit.command());
    command.addAll(List.of(Expected.OPTION, own.toString()));
    return new WorkUnit(unit.name(), command, own, Path.of(unit.output(), LOG));
  }

  /// A scan under way.
  private final class Under implements UnitRunner.Watcher {
    private final Map<String, ScanUnit> units;
    private final Map<String, Long> begun = new HashMap<>();
    private final Progress.Task task;
    private ScanResults results;

    Under(ScanResults before, List<ScanUnit> due, Progress.Task task) {
      this.results = before;
      this.units = due.stream().collect(Collectors.toMap(ScanUnit::name, unit -> unit));
      this.task = task;
    }

    @Override
    public void prepares(WorkUnit unit) throws IOException, InterruptedException {
      FolderLock.awaitFree(Path.of(units.get(unit.name()).output()), ENDING);
      Files.deleteIfExists(unit.log());
    }

    @Override
    public void begins(WorkUnit unit, String where) {
      begun.put(unit.name(), System.nanoTime());
    }

    @Override
    public void ends(WorkUnit work, UnitEnd end) throws IOException {
      ScanUnit unit = units.get(work.name());
      Failure failure = end.isSuccess() ? null : failure(end, work.log());
      if (end.kind() == UnitEnd.Kind.FINISHED && end.exitCode() == ExitCode.PARTIAL) {
        throw new DiskFullException(
            "%s: %s; %s".formatted(unit.name(), failure.message(), left(results, Path.of(unit.output()))));
      }
      Duration taken = Duration.ofNanos(System.nanoTime() - begun.getOrDefault(unit.name(), System.nanoTime()));
      note.accept(failure == null
          ? "%s: done in %s".formatted(unit.name(), minutes(taken))
          : "%s: failed (%s): %s".formatted(unit.name(), failure.kind().word(), failure.message()));
      results = results.with(new Outcome(unit.name(), unit.checkpoint(), unit.key(), failure));
      results.write(folder);
      task.step(1);
    }
  }

  /// How much there is to do, and what it takes where a finished run tells.
  private String left(ScanResults before, Path begun) throws IOException {
    List<Path> finished = plan.units().stream()
        .filter(unit -> before.of(unit).filter(Outcome::finished).isPresent()).map(unit -> Path.of(unit.output()))
        .toList();
    int left = plan.units().size() - finished.size();
    String count = "%d of %s to do".formatted(left, Counted.of(plan.units().size(), "checkpoint"));
    if (finished.isEmpty()) {
      return count;
    }
    long each = 0;
    for (Path run : finished) {
      each += size(run) / finished.size();
    }
    long missing = left * each - size(begun) - DiskSpace.free(folder);
    return count + ", each needs about %s, %s are missing".formatted(DiskSpace.megabytes(each),
        DiskSpace.megabytes(Math.max(0, missing)));
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static Failure failure(UnitEnd end, Path log) {
    Failure.Kind kind = switch (end.kind()) {
      case KILLED, LOST, INTERRUPTED -> Failure.Kind.KILLED;
      case HUNG -> Failure.Kind.HUNG;
      case FINISHED -> switch (end.exitCode()) {
        case 2 -> Failure.Kind.USAGE;
        case 3 -> Failure.Kind.CHECKPOINT;
        case 4 -> Failure.Kind.DATA;
        default -> Failure.Kind.PROGRAM;
      };
    };
    String message = end.message().orElse("exit code " + end.exitCode() + ", see " + log);
    return new Failure(kind, OneLine.of(message));
  }

  private static String minutes(Duration time) {
    return time.toMinutes() < 2 ? time.toSeconds() + " s" : time.toMinutes() + " min";
  }
}
