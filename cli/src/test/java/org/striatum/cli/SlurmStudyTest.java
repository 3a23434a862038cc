package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.engine.slurm.SlurmLoopback;
import org.striatum.cli.process.Supervisor;

/// Studies and scans whose work SLURM does: the same bytes as from one process, whatever is cancelled and killed on the way.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Order(1)
class SlurmStudyTest {
  @TempDir
  private static Path folder;

  private static SlurmLoopback slurm;
  private static Path launcher;

  @BeforeAll
  static void start() throws Exception {
    slurm = SlurmLoopback.start(folder.resolve("cluster"));
    launcher = Files.writeString(Files.createDirectories(folder.resolve("home")).resolve("striatum"), """
        #!/bin/sh
        export CLASSPATH='%s' STRIATUM_CACHE='%s'
        exec '%s' -Xmx32m %s %s --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \\
          -Dai.djl.offline=true -Dorg.slf4j.simpleLogger.defaultLogLevel=error -Dstriatum.home='%s' -Xmx1g %s %s "$@"
        """.formatted(System.getProperty("java.class.path"), folder.resolve("cache"),
        Path.of(System.getProperty("java.home"), "bin", "java"), String.join(" ", CommandGroup.SHORT_LIVED),
        Supervisor.class.getName(), folder.resolve("home"), String.join(" ", CommandGroup.SHORT_LIVED),
        Striatum.class.getName()));
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
  }

  @AfterAll
  static void stop() throws Exception {
    if (slurm != null) {
      slurm.close();
    }
  }

  private static CommandGroup start(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("setsid", launcher.toString()));
    command.addAll(arguments);
    Path errors = folder.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(folder.resolve("out").toFile())
        .redirectError(errors.toFile());
    builder.environment().put(slurm.variable().getKey(), slurm.variable().getValue());
    return new CommandGroup(builder.start(), errors);
  }

  /// Waits for a task that runs a moment already.
  ///
  /// @param said by the driver before
  private static String running(CommandGroup driver, String said) throws Exception {
    for (int i = 0; i < 1200 && !driver.said().contains(said); i++) {
      Thread.sleep(100);
    }
    String job = "";
    for (int i = 0; i < 1200 && job.isEmpty(); i++) {
      assertThat(driver.process().isAlive()).as(driver.said()).isTrue();
      Thread.sleep(100);
      job = slurm.say("squeue", "--noheader", "--states=RUNNING", "--format=%F");
    }
    Thread.sleep(1000);
    assertThat(job).as(driver.said()).isNotEmpty();
    return job.lines().findFirst().orElseThrow();
  }

  /// Whatever befalls it: a job that somebody cancels, a process that is killed; then it is let be.
  ///
  /// @param under work that is under way when the process is killed, as it says
  private static String disturbed(List<String> command, String under) throws Exception {
    CommandGroup driver = start(command);
    slurm.say("scancel", running(driver, ""));
    assertThat(driver.process().waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(driver.process().exitValue()).as(driver.said()).isEqualTo(130);
    assertThat(driver.said()).contains("run the same command again");

    driver = start(command);
    running(driver, under);
    driver.kill();

    driver = start(command);
    driver.finish();
    return driver.said();
  }

  private static List<String> command(List<String> beginning, Path output, String... more) {
    List<String> command = new ArrayList<>(beginning);
    command.addAll(Session.SMALL_STUDY);
    command.addAll(List.of("--threads", "1", "--output", output.toString()));
    command.addAll(List.of(more));
    return command;
  }

  @Test
  void aStudyHasTheSameBytes() throws Exception {
    List<String> study = List.of("study", Session.REASONER.toAbsolutePath().normalize().toString());
    Path local = folder.resolve("local/run");
    start(command(study, local)).finish();
    Path there = folder.resolve("there/run");
    disturbed(command(study, there, "--engine", "slurm", "--workers", "2", "--sbatch", "--partition=all --time=30"),
        "ablate/value@1%+dopamine@1% 001");
    assertThat(FolderContents.of(there)).isEqualTo(FolderContents.of(local));
  }

  @Test
  void aScanHasTheSameBytes() throws Exception {
    for (String name : List.of("step1", "step 'é'")) {
      Path copy = Session.copy(Session.REASONER, folder.resolve("series").resolve(name));
      // The same model in other files: another checkpoint.
      Files.writeString(copy.resolve("config.json"),
          Files.readString(copy.resolve("config.json")) + " ".repeat(name.length()));
    }
    List<String> scan = List.of("scan", folder.resolve("series").toString());
    Path output = folder.resolve("scan"); // whose name is in the files
    start(command(scan, output)).finish();
    Map<String, Object> local = FolderContents.of(output);
    Files.move(output, folder.resolve("scanned"));
    assertThat(disturbed(command(scan, output, "--engine", "slurm"), ""))
        .containsPattern("job \\d+ is of a process that has died: it is cancelled first");
    assertThat(FolderContents.of(output)).isEqualTo(local).containsKey("results.duckdb probes");
  }
}
