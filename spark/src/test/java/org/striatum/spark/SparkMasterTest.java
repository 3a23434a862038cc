package org.striatum.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.engine.Engine;
import org.striatum.cli.engine.EngineSettings;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.probe.run.UsageException;

@ResourceLock("spark") // of which a JVM runs one
class SparkMasterTest {
  private static final Path JAR = Path.of("none.jar");

  private static EngineSettings told(String master, String... configuration) {
    return new EngineSettings(Optional.empty(), Optional.of(4), Optional.empty(), Optional.ofNullable(master),
        List.of(configuration));
  }

  @Test
  void theEngineIsFoundByName() {
    assertThat(Engine.named("spark")).isInstanceOf(SparkEngine.class);
  }

  @Test
  void aMasterMustBeNamed() {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> SparkMaster.of(told(null)))
        .withMessageContaining("--master");
  }

  @Test
  void optionsOfAnotherEngineAreRefused() {
    EngineSettings slurms = new EngineSettings(Optional.empty(), Optional.empty(), Optional.of("--mem=1G"),
        Optional.of("local[1]"),
        List.of());
    assertThatExceptionOfType(UsageException.class).isThrownBy(
        () -> new SparkEngine().open(slurms, new UnitProcess("none", _ -> {}), _ -> {}))
        .withMessageContaining("--sbatch");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "spark.cores.max", "=2", "cores=2", "spark.master=local", "spark.task.maxFailures=4",
      "spark.speculation=true", "spark.jars=a.jar", "spark.ui.enabled=true"})
  void settingsThatAreNoneOrNotTheUsersAreRefused(String setting) {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> SparkMaster.of(told("local[1]", setting)))
        .withMessageContaining("--spark-conf");
  }

  @Test
  void settingsArePassedAsTheyAre() {
    assertThat(SparkMaster.of(told("local[1]", "spark.a=b=c", "spark.b=")).configuration())
        .containsEntry("spark.a", "b=c").containsEntry("spark.b", "");
  }

  @Test
  void aUnitTakesAsManyCoresAsThreadsUnlessItIsSaid() {
    assertThat(SparkMaster.of(told("spark://127.0.0.1:1")).configuration()).containsEntry("spark.task.cpus", "4");
    assertThat(SparkMaster.of(told("spark://127.0.0.1:1", "spark.task.cpus=2")).configuration())
        .containsEntry("spark.task.cpus", "2");
    assertThat(SparkMaster.of(told("local[2]")).configuration()).as("units at a time").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"spark://", "spark://host", "spark://host:", "spark://host:x", "spark://127.0.0.1:99999"})
  void anAddressThatIsNoneIsRefused(String url) {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> SparkMaster.of(told(url)).connect(JAR));
  }

  @Test
  void aMasterThatDoesNotAnswerIsRefusedAtOnce() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertThatExceptionOfType(UsageException.class).isThrownBy(
        () -> SparkMaster.of(told("spark://127.0.0.1:" + port)).connect(JAR))
        .withMessageContaining("127.0.0.1:" + port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mars://there", "yarn", "k8s://https://127.0.0.1:1"})
  void aMasterThatThisSparkDoesNotKnowIsRefused(String url) {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> SparkMaster.of(told(url)).connect(JAR))
        .withMessageContaining(url);
  }

  @Test
  void aSettingThatSparkRefusesIsTheUsers() {
    assertThatExceptionOfType(UsageException.class).isThrownBy(
        () -> SparkMaster.of(told("local[1]", "spark.task.cpus=many")).connect(JAR))
        .withMessageContaining("spark.task.cpus");
  }
}
