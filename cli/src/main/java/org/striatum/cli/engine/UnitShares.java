package org.striatum.cli.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.striatum.cli.console.ExitCode;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.Progress;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.shares.ShareEngine;
import org.striatum.studies.shares.SharesFailedException;

/// Shares of a study's steps as units: each is the study's own command line, with the folder of its share behind it.
///
/// @param command of the study
/// @param environment that every worker must have
/// @param progress over units
public record UnitShares(UnitRunner runner, List<String> command, Environment environment,
    Progress progress, Consumer<String> note) implements ShareEngine {
  /// To start a process and open a checkpoint takes about a third of it, on a busy machine nearly all.
  private static final Duration WORTH = Duration.ofSeconds(10);
  private static final String LOG = "log.txt";

  public UnitShares {
    command = List.copyOf(command);
  }

  @Override
  public int shares() {
    return runner.places();
  }

  @Override
  public Duration worth() {
    return WORTH;
  }

  @Override
  public void compute(String step, List<Path> folders) throws IOException {
    List<WorkUnit> units = new ArrayList<>();
    for (Path share : folders) {
      Path folder = share.toAbsolutePath().normalize();
      List<String> words = new ArrayList<>(command);
      words.addAll(List.of(Expected.OPTION, folder.toString()));
      new Expected(environment, Collections.emptySortedMap()).write(folder);
      units.add(new WorkUnit(step + " " + folder.getFileName(), words, folder, folder.resolve(LOG)));
    }
    List<String> failed = new ArrayList<>();
    try (Progress.Task task = progress.start(step + ", shares", units.size(), "unit")) {
      new Units(runner, note).run(units, new UnitRunner.Watcher() {
        @Override
        public void begins(WorkUnit unit, String where) {
          if (!where.equals(LocalRunner.HERE)) {
            note.accept(unit.name() + ": begins on " + where);
          }
        }

        @Override
        public void ends(WorkUnit unit, UnitEnd end) throws IOException {
          task.step(1);
          if (end.exitCode() == ExitCode.PARTIAL) {
            throw new DiskFullException(unit.name() + ": " + end.message().orElse("its disk is full"));
          }
          if (!end.isSuccess()) {
            failed.add("%s: %s".formatted(unit.name(),
                end.message().orElse("exit code " + end.exitCode() + ", see " + unit.log())));
            note.accept(failed.getLast());
          }
        }
      });
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted.getMessage(), interrupted);
    }
    if (!failed.isEmpty()) {
      throw new SharesFailedException(
          "%d of %d units of %s failed, first %s".formatted(failed.size(), units.size(), step,
              failed.getFirst()));
    }
  }
}
