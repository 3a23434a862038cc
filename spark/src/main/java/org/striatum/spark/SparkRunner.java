package org.striatum.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.WorkUnit;

/// Units as jobs of Spark.
final class SparkRunner implements UnitRunner {
  private final JavaSparkContext context;
  private final Path launcher;
  private final int places;
  private final Consumer<String> note;
  private int rounds;

  /// @param launcher the program `striatum`, by a name that executors see
  /// @param note told if Spark does not begin
  SparkRunner(JavaSparkContext context, Path launcher, int places, Consumer<String> note) {
    this.context = context;
    this.launcher = launcher;
    this.places = places;
    this.note = note;
  }

  @Override
  public int places() {
    return places;
  }

  @Override
  public void run(List<WorkUnit> units, Watcher watcher) throws IOException, InterruptedException {
    rounds++;
    new SparkRound(context, "units-" + rounds, units, watcher, note).run(launcher);
  }

  @Override
  public void close() {
    context.close();
  }
}
