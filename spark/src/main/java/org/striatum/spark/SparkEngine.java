package org.striatum.spark;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.striatum.cli.engine.Engine;
import org.striatum.cli.engine.EngineSettings;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.UnitScript;

/// Executors of Apache Spark.
public final class SparkEngine implements Engine {
  static final String NAME = "spark";

  private final Path jar;

  /// The engine that sends executors the jar that it comes from.
  public SparkEngine() {
    this(origin());
  }

  SparkEngine(Path jar) {
    this.jar = jar;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public UnitRunner open(EngineSettings settings, UnitProcess process, Consumer<String> note) {
    settings.refuseSlurms(NAME);
    Path launcher = UnitScript.launcher();
    // The executors may not be there yet, and files do not depend on their number.
    return new SparkRunner(SparkMaster.of(settings).connect(jar), launcher,
        settings.workers().orElse(EngineSettings.WORKERS_OF_A_CLUSTER), note);
  }

  private static Path origin() {
    try {
      return Path.of(UnitTask.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
