package org.striatum.cli.engine.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.engine.RunnerFactory;
import org.striatum.cli.engine.UnitEnd;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.UnitRunnerContract;
import org.striatum.cli.engine.Units;
import org.striatum.cli.engine.WorkUnit;
import org.striatum.probe.run.UsageException;

/// The contract with SLURM itself.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Order(1)
class SlurmTest extends UnitRunnerContract {
  private static final SlurmRunner.Pace PACE = new SlurmRunner.Pace(Duration.ofSeconds(1), Duration.ofSeconds(2),
      Duration.ofSeconds(3));

  @TempDir
  private static Path cluster;

  private static SlurmLoopback slurm;

  /// Over the programs of this machine, for the cluster that a file beside the launcher names.
  public static final class Real implements RunnerFactory {
    @Override
    public UnitRunner open(Path home, Consumer<String> note) throws IOException {
      return runner(new SlurmLoopback(Path.of(Files.readString(home.resolve("cluster")))), "", home, note);
    }
  }

  private static SlurmRunner runner(SlurmLoopback slurm, String options, Path home, Consumer<String> note) {
    return new SlurmRunner(slurm.slurm(), SlurmOptions.of(options), home.resolve("striatum"), Optional.empty(),
        PACE, note);
  }

  @BeforeAll
  static void start() throws Exception {
    slurm = SlurmLoopback.start(cluster);
  }

  @AfterAll
  static void stop() throws Exception {
    if (slurm != null) {
      slurm.close();
    }
  }

  @Override
  protected Class<? extends RunnerFactory> factory() {
    return Real.class;
  }

  /// SLURM starts some two a second here.
  @Override
  protected int many() {
    return 40;
  }

  @Override
  protected void furnish(Path home) throws IOException {
    Files.writeString(home.resolve("cluster"), slurm.folder().toString());
  }

  @Test
  void aCancelledJobInterrupts() throws Exception {
    Path file = folder().resolve("process");
    Told told = new Told();
    Thread cancels = Thread.ofPlatform().start(() -> {
      process(file);
      try {
        slurm.say("scancel", slurm.say("squeue", "--noheader", "--format=%F"));
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> {
      try (UnitRunner runner = runner()) {
        new Units(runner, notes()::add).run(List.of(unit("waits", "wait", file)), told);
      }
    });
    cancels.join();
    assertThat(told.ends()).isEmpty();
  }

  /// What took too long is tested without SLURM, which needs more than a minute to see that.
  @Test
  void aRequeuedTaskBeginsAgain() throws Exception {
    Path file = folder().resolve("requeued");
    WorkUnit requeued = unit("requeued", "wait", file);
    Told told = new Told();
    Thread steps = Thread.ofPlatform().start(() -> {
      try {
        process(file);
        String job = slurm.say("squeue", "--noheader", "--format=%F", "--name="
            + Files.readString(folder().resolve("units/.slurm/job.txt"))).lines().findFirst().orElseThrow();
        Files.delete(file);
        slurm.say("scontrol", "requeue", job + "_1");
        // It is held for two minutes from when it has ended: said again until it is heard.
        for (int i = 0; i < 300 && Files.notExists(file); i++) {
          if (!slurm.say("squeue", "--noheader", "--states=PENDING", "--format=%T").isEmpty()) {
            // It may have begun since it was asked for.
            slurm.say("sh", "-c", "scontrol update jobid=" + job + "_1 starttime=now || true");
          }
          Thread.sleep(200);
        }
        process(file).destroyForcibly();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    try (UnitRunner runner = runner()) {
      runner.run(List.of(requeued), told);
    }
    steps.join();
    assertThat(told.of(requeued)).startsWith("prepares", "begins").endsWith("ends").containsOnlyOnce("ends");
    assertThat(told.ends()).extracting(UnitEnd::kind).containsExactly(UnitEnd.Kind.KILLED);
  }

  @Test
  void theJobOfADriverThatDiedIsCancelledFirst() throws Exception {
    Path file = folder().resolve("process");
    Process driver = driver(file);
    ProcessHandle left = process(file);
    driver.destroyForcibly().waitFor();
    assertThat(run(unit("other", "append", folder().resolve("ran"), "once")).ends()).allMatch(UnitEnd::isSuccess);
    assertThat(notes()).filteredOn(note -> note.contains("died")).hasSize(1);
    assertThat(left.isAlive()).isFalse();
  }

  @Test
  void aNodeThatDoesNotSeeTheLauncherIsNamed() throws Exception {
    Files.delete(home().resolve("striatum"));
    try (UnitRunner runner = runner()) {
      assertThatExceptionOfType(UsageException.class).isThrownBy(
          () -> runner.run(List.of(unit("one", "append", folder().resolve("ran"), "once")), new Told()))
          .withMessageContaining("no shared folder");
    }
  }

  @Test
  void whatSbatchRefusesIsItsOwnLine() throws Exception {
    assertThatExceptionOfType(UsageException.class).isThrownBy(
        () -> runner(slurm, "--partition=none", home(), notes()::add)
            .run(List.of(unit("one", "append", folder().resolve("ran"), "once")), new Told()))
        .withMessageContaining("invalid partition specified: none");
  }
}
