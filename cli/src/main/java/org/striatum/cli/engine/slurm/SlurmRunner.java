package org.striatum.cli.engine.slurm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Gatherers;
import org.striatum.cli.engine.EngineSettings;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.UnitScript;
import org.striatum.cli.engine.Units;
import org.striatum.cli.engine.WorkUnit;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.Sha256;

/// Units as tasks of array jobs of SLURM, one job for all that run together.
///
/// Beside the units' folders lies one of the job, with the name of a job that was submitted until all of it has ended: a driver that finds
/// it there cancels that job first, because its own driver has died.
///
/// @param slurm its programs
/// @param options of `sbatch`
/// @param launcher the program `striatum`
/// @param workers how many tasks run at a time at most; empty if SLURM alone decides
/// @param pace how often SLURM is asked
/// @param note told what people should know
public record SlurmRunner(Slurm slurm, SlurmOptions options, Path launcher, Optional<Integer> workers, Pace pace,
    Consumer<String> note) implements UnitRunner {
  /// `MaxArraySize` is 1001 unless an administrator changes it, and no index may reach it.
  private static final int LARGEST_ARRAY = 1000;

  /// How often SLURM is asked and files are looked at.
  ///
  /// @param first time between two questions while things change
  /// @param longest what it grows to while nothing does
  /// @param patience how long an end file may take to be seen after its task has ended
  public record Pace(Duration first, Duration longest, Duration patience) {
    /// What a controller that serves many users bears.
    public static final Pace GENTLE = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(15));
  }

  @Override
  public int places() {
    return workers.orElse(EngineSettings.WORKERS_OF_A_CLUSTER);
  }

  @Override
  public void run(List<WorkUnit> units, Watcher watcher) throws IOException, InterruptedException {
    for (List<WorkUnit> round : rounds(units)) {
      round(round, watcher);
    }
  }

  /// Units by array jobs, in their order.
  static List<List<WorkUnit>> rounds(List<WorkUnit> units) {
    return units.stream().gather(Gatherers.windowFixed(LARGEST_ARRAY)).toList();
  }

  private void round(List<WorkUnit> units, Watcher watcher) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(units.getFirst().folder().toAbsolutePath().resolveSibling(LeftJobs.FOLDER));
    jobs().end(folder.resolve(LeftJobs.NAME));
    for (WorkUnit unit : units) {
      watcher.prepares(unit);
      UnitScript.write(unit, launcher);
    }
    Path script = folder.resolve("array.sh");
    AtomicFile.write(script, SlurmScript.of(units, launcher).getBytes(StandardCharsets.UTF_8));
    String name = name(folder);
    AtomicFile.write(folder.resolve(LeftJobs.NAME), name.getBytes(StandardCharsets.UTF_8)); // before there is a job
    Thread end = new Thread(() -> jobs().cancelled(name), "end-the-job"); // Ctrl-C
    Runtime.getRuntime().addShutdownHook(end);
    try {
      follow(name, script, folder.resolve(LeftJobs.NAME), units, watcher);
    } finally {
      forget(end);
    }
  }

  private void follow(String name, Path script, Path file, List<WorkUnit> units, Watcher watcher)
      throws IOException, InterruptedException {
    boolean over = false;
    boolean refused = false;
    try {
      SlurmJob job = new SlurmJob(slurm,
          slurm.submit(SlurmScript.options(units.size(), workers, name, options), script), units, pace, note);
      job.await(watcher);
      over = job.isOver();
    } catch (SlurmRefusal refusal) {
      refused = true;
      throw refusal;
    } finally {
      // After a refusal there is no job, unless only the answer was lost: then the file stays.
      if (over || (refused ? !jobs().cancelled(name) : jobs().ended(name))) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// A name that no other job has.
  private static String name(Path folder) throws IOException {
    return "striatum-" + Sha256.of("%s %d %s".formatted(folder, ProcessHandle.current().pid(), Instant.now())
        .getBytes(StandardCharsets.UTF_8)).hex().substring(0, 12);
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // it is at work
    }
  }

  private LeftJobs jobs() {
    return new LeftJobs(slurm, pace.first.dividedBy(2), note);
  }
}
