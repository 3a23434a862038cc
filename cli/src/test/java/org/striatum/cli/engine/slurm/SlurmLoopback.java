package org.striatum.cli.engine.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// SLURM on this machine, started for a test and stopped with it: two processors, no accounting.
///
/// @param folder for everything of it
public record SlurmLoopback(Path folder) implements AutoCloseable {
  private static final Path SCRIPT = Path.of("../build/slurm-loopback").toAbsolutePath().normalize();

  /// Starts it. Skips the test where it is not installed.
  public static SlurmLoopback start(Path folder) throws IOException, InterruptedException {
    for (String program : List.of("munged", "slurmctld", "slurmd", "sbatch")) {
      assumeTrue(Stream.of("/usr/bin", "/usr/sbin", "/bin", "/sbin").map(place -> Path.of(place, program))
          .anyMatch(Files::isExecutable),
          "no SLURM on this machine: install slurmctld, slurmd, slurm-client and munge to run its tests");
    }
    SlurmLoopback started = new SlurmLoopback(folder);
    Path said = Files.createTempFile("slurm-loopback", ".txt"); // not a pipe: what it starts holds it
    int code = script("start", folder).redirectErrorStream(true).redirectOutput(said.toFile()).start().waitFor();
    assertThat(code).as(Files.readString(said)).isZero();
    Files.delete(said);
    return started;
  }

  private static ProcessBuilder script(String what, Path folder) {
    return new ProcessBuilder(SCRIPT.toString(), what, folder.toString());
  }

  /// The variable that programs find it by.
  public Map.Entry<String, String> variable() {
    return Map.entry("SLURM_CONF", folder.resolve("slurm.conf").toString());
  }

  /// Its programs.
  Slurm slurm() {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put(variable().getKey(), variable().getValue());
    return new Slurm(environment);
  }

  /// What one of its programs prints.
  public String say(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(variable().getKey(), variable().getValue());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Arrays.toString(command) + said).isZero();
    return said.strip();
  }

  @Override
  public void close() throws IOException {
    try {
      say("scancel", "--user=" + System.getProperty("user.name"));
      for (int i = 0; i < 300 && !say("squeue", "--noheader").isEmpty(); i++) {
        Thread.sleep(100);
      }
      script("stop", folder).redirectErrorStream(true).redirectOutput(Redirect.DISCARD).start().waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
