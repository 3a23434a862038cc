package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;

/// The current folder is a run folder like any other, whatever it is called.
class RunHereTest {
  @TempDir
  private Path folder;

  @Test
  void inTheCurrentFolder() throws Exception {
    inTheCurrentFolder("");
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "./."})
  @Tag("slow")
  void inTheCurrentFolder(String output) throws Exception {
    Path run = Files.createDirectories(folder.resolve("here"));
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        "-Dai.djl.offline=true", Striatum.class.getName(), "rollouts",
        Session.REASONER.toAbsolutePath().normalize().toString(), "--tasks", "mul", "--limit", "3", "--max-new-tokens",
        "9", "--output", output));
    File errors = folder.resolve("err").toFile();
    ProcessBuilder builder = new ProcessBuilder(command).directory(run.toFile()).redirectOutput(Redirect.DISCARD)
        .redirectError(errors);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("STRIATUM_CACHE", folder.resolve("cache").toString());
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(errors.toPath())).isZero();
    try (RunFolder read = RunFolder.read(run)) {
      assertThat(StudyRun.rollouts(read)).hasSize(3);
      assertThat(read.differences()).isEmpty();
    }
  }
}
