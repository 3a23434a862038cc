package org.striatum.spark;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.striatum.cli.engine.EngineSettings;
import org.striatum.cli.engine.RunnerFactory;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.UnitRunnerContract;

/// With Spark's executor in the same process; [SparkClusterTest] has others.
@Tag("slow")
@ResourceLock("spark") // of which a JVM runs one
@EnabledOnOs(OS.LINUX)
class SparkRunnerTest extends UnitRunnerContract {
  /// Three at a time.
  public static final class Three implements RunnerFactory {
    @Override
    public UnitRunner open(Path home, Consumer<String> note) {
      EngineSettings settings = new EngineSettings(Optional.empty(), Optional.empty(), Optional.empty(),
          Optional.of("local[3]"),
          Loopback.configuration());
      return new SparkRunner(SparkMaster.of(settings).connect(Loopback.jar()), home.resolve("striatum"), 3, note);
    }
  }

  @Override
  protected Class<? extends RunnerFactory> factory() {
    return Three.class;
  }

  @Override
  protected List<String> driverOptions() {
    return Stream.concat(Stream.of("-Xmx512m", "-Dspark.module.jar=" + Loopback.jar()),
        Stream.of(JavaModuleOptions.defaultModuleOptions().split(" "))).toList();
  }
}
