package org.striatum.cli.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.striatum.cli.console.Counted;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.process.OneLine;
import org.striatum.cli.process.ProcessEnd;
import org.striatum.cli.scan.ScanResults.Failure;
import org.striatum.cli.scan.ScanResults.Outcome;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.run.Progress;
import org.striatum.studies.run.FolderLock;
import org.striatum.studies.run.RunFolder;

/// Runs a plan: every unit that has not finished, one after another. A unit that fails is recorded, and the next begins.
///
/// @param folder scan folder, `plan.json`, `scan.json` and a run folder a unit
/// @param runner of units
/// @param note told what becomes of each
public record Scan(Path folder, ScanPlan plan, UnitRunner runner, Consumer<String> note) {
  private static final String LOG = "study.log";
  /// A run folder that has come to its end has it.
  private static final String REPORT = "report.html";
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
    try (RunFolder scan = RunFolder.create(folder);
        Progress.Task task = progress.start("scan", plan.units().size(), "checkpoint")) {
      ScanResults results = ScanResults.in(folder);
      plan.requireSame(folder, results);
      plan.write(folder);
      for (ScanUnit unit : plan.units()) {
        if (results.of(unit).filter(Outcome::finished).isPresent()
            && Files.isRegularFile(Path.of(unit.output(), REPORT))) {
          note.accept(unit.name() + ": finished before, kept");
        } else {
          results = results.with(run(unit, results));
          results.write(folder);
        }
        task.step(1);
      }
      results = results.inOrderOf(plan);
      results.write(folder);
      conclusion.of(scan, results);
      return results;
    }
  }

  private Outcome run(ScanUnit unit, ScanResults before) throws IOException, InterruptedException {
    Path run = Path.of(unit.output());
    FolderLock.awaitFree(run, ENDING);
    Path log = run.resolve(LOG);
    Files.deleteIfExists(log);
    long started = System.nanoTime();
    ProcessEnd end = runner.run(unit, log);
    if (LocalProcess.interrupted(end)) {
      throw new InterruptedException("interrupted: finished steps are kept, run the same command again to continue");
    }
    Failure failure = end.exitCode() == 0 ? null : failure(end, log);
    if (end instanceof ProcessEnd.Finished(int code, _) && code == ExitCode.PARTIAL) {
      throw new DiskFullException("%s: %s; %s".formatted(unit.name(), failure.message(), left(before, run)));
    }
    note.accept(failure == null
        ? "%s: done in %s".formatted(unit.name(), minutes(Duration.ofNanos(System.nanoTime() - started)))
        : "%s: failed (%s): %s".formatted(unit.name(), failure.kind().word(),
            failure.message()));
    return new Outcome(unit.name(), unit.checkpoint(), unit.key(), failure);
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

  private static Failure failure(ProcessEnd end, Path log) {
    Failure.Kind kind = switch (end) {
      case ProcessEnd.Killed _ -> Failure.Kind.KILLED;
      case ProcessEnd.Hung _ -> Failure.Kind.HUNG;
      case ProcessEnd.Finished finished -> switch (finished.exitCode()) {
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
