package org.striatum.cli.engine;

import java.util.List;
import java.util.Optional;
import org.striatum.probe.run.UsageException;

/// What an engine is told.
///
/// @param workers how many units run at a time, as far as it can be said beforehand; empty if nothing was said
/// @param threads of each unit; empty if it takes as many as there are
/// @param sbatch options of SLURM's `sbatch`, as one text
/// @param master URL of Spark's master
/// @param configuration of Spark, `key=value`
public record EngineSettings(Optional<Integer> workers, Optional<Integer> threads, Optional<String> sbatch,
    Optional<String> master, List<String> configuration) {
  /// How many units run at a time, and into how many shares a step is cut, on a cluster of which nobody says it.
  public static final int WORKERS_OF_A_CLUSTER = 16;

  public EngineSettings {
    configuration = List.copyOf(configuration);
    workers.filter(count -> count < 1).ifPresent(count -> {
      throw new UsageException("at least one worker is needed, found " + count);
    });
  }

  /// Refuses what an engine does not take.
  ///
  /// @param engine its name
  public void refuseSlurms(String engine) {
    refuse(sbatch.isPresent(), "--sbatch", engine, "slurm");
  }

  /// The same of what is Spark's.
  public void refuseSparks(String engine) {
    refuse(master.isPresent(), "--master", engine, "spark");
    refuse(!configuration.isEmpty(), "--spark-conf", engine, "spark");
  }

  /// Refuses what a cluster's engine takes.
  public void refuseOthers(String engine) {
    refuseSlurms(engine);
    refuseSparks(engine);
  }

  private static void refuse(boolean given, String option, String engine, String other) {
    if (given) {
      throw new UsageException("%s is for --engine %s, and has no effect with %s".formatted(option, other, engine));
    }
  }
}
