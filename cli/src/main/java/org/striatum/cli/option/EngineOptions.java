package org.striatum.cli.option;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.striatum.cli.console.Console;
import org.striatum.cli.engine.Engine;
import org.striatum.cli.engine.EngineSettings;
import org.striatum.cli.engine.LocalEngine;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.UnitThreads;
import org.striatum.probe.run.UsageException;
import picocli.CommandLine.Option;

/// Where work is done.
public final class EngineOptions {
  @Option(names = "--engine", paramLabel = "ENGINE", defaultValue = LocalEngine.NAME, description = "Where work is done: local (processes of this machine, default), slurm or spark; what is written is the same.")
  private String engine;

  @Option(names = "--workers", paramLabel = "N", description = "Units of work at a time (local: default 1; on a cluster: into how many shares a step is cut, default 16).")
  private Integer workers;

  @Option(names = "--sbatch", paramLabel = "OPTIONS", description = "Options of sbatch, in quotes, for --engine slurm.")
  private String sbatch;

  @Option(names = "--master", paramLabel = "URL", description = "Spark's master, for --engine spark.")
  private String master;

  @Option(names = "--spark-conf", paramLabel = "KEY=VALUE", description = "A setting of Spark, for --engine spark; may be given again.")
  private List<String> configuration = List.of();

  /// Whether everything is done in this process.
  ///
  /// @throws UsageException for options that such an engine does not take
  public boolean isThisProcess() {
    if (!engine.equals(LocalEngine.NAME)) {
      return false;
    }
    settings(0).refuseOthers(LocalEngine.NAME);
    return workers == null || workers == 1;
  }

  /// Threads of each of several processes of this machine; empty where there is one, or they run elsewhere.
  public Optional<UnitThreads> threads() {
    return engine.equals(LocalEngine.NAME) && !isThisProcess()
        ? Optional.of(UnitThreads.of(Runtime.getRuntime().availableProcessors(), workers))
        : Optional.empty();
  }

  /// How many units run at a time, as far as it can be said beforehand.
  public int workers() {
    return workers != null ? workers : engine.equals(LocalEngine.NAME) ? 1 : EngineSettings.WORKERS_OF_A_CLUSTER;
  }

  /// Opens the engine.
  ///
  /// @param threads of each unit; 0 for as many as there are
  public UnitRunner open(UnitProcess process, int threads, Console console) throws IOException {
    return Engine.named(engine).open(settings(threads), process, console::note);
  }

  private EngineSettings settings(int threads) {
    return new EngineSettings(Optional.ofNullable(workers), Optional.of(threads).filter(count -> count > 0),
        Optional.ofNullable(sbatch), Optional.ofNullable(master), configuration);
  }
}
