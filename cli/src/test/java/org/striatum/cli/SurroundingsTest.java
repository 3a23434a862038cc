package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.process.Supervisor;

/// Commands where the user's surroundings are not as usual: they work, or end in one line.
@EnabledOnOs(OS.LINUX)
class SurroundingsTest {
  private static final Set<PosixFilePermission> OWNER = EnumSet.of(PosixFilePermission.OWNER_READ,
      PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

  @TempDir
  private Path folder;

  private record Ended(int code, List<String> said) {
    private void asInOneLine(int expected) {
      assertThat(code).as(said.toString()).isEqualTo(expected);
      assertThat(said).noneMatch(line -> line.startsWith("\tat ")).last().asString().startsWith("striatum: ")
          .doesNotContain("bug", "java.");
    }

    private void asItShould() {
      assertThat(code).as(said.toString()).isZero();
    }
  }

  /// A few rollouts of problems from a table: ONNX Runtime, tokenizers and DuckDB are loaded.
  private Ended rollouts(String shell, Path temporary, Map<String, String> environment, Path output) throws Exception {
    Path problems = Files.writeString(folder.resolve("problems.csv"), "question,answer\n1+2=,3\n");
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", shell + "; exec \"$@\"", "sh",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m"));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.addAll(List.of("-Djava.io.tmpdir=" + temporary, Supervisor.class.getName(),
        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-Xmx1g"));
    command.addAll(CommandGroup.SHORT_LIVED);
    command
        .addAll(List.of(Striatum.class.getName(), "rollouts", Session.REASONER.toAbsolutePath().normalize().toString(),
            "--data", problems.toString(), "--columns", "prompt=question,answer=answer", "--grader", "number",
            "--max-new-tokens", "9", "--output", output.toString()));
    Path said = folder.resolve("said");
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(said.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("STRIATUM_CACHE", folder.resolve("cache").toString());
    builder.environment().putAll(environment);
    builder.environment().values().removeIf(""::equals);
    int code = builder.start().waitFor();
    return new Ended(code, Files.readAllLines(said));
  }

  private Path temporary() throws IOException {
    return Files.createDirectories(folder.resolve("tmp"));
  }

  @Test
  @Tag("slow")
  void withoutAHome() throws Exception {
    rollouts(":", temporary(), Map.of("HOME", "", "USER", "", "LOGNAME", ""), folder.resolve("run")).asItShould();
  }

  @Test
  void withoutAPlaceForTemporaryFiles() throws Exception {
    Ended ended = rollouts(":", folder.resolve("none"), Map.of(), folder.resolve("run"));
    ended.asInOneLine(ExitCode.USAGE);
    assertThat(ended.said()).last().asString().contains(folder.resolve("none").toString(), "TMPDIR");
  }

  /// A command needs a page for its signs of life; DuckDB 60 MB for its library.
  @ParameterizedTest
  @ValueSource(strings = {"4k", "256k"})
  @Tag("slow")
  void withoutRoomForTemporaryFiles(String size) throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.toString()) == 0,
        "only root can mount a small disk");
    try {
      if (size.equals("4k")) {
        Files.write(disk.resolve("full"), new byte[4096]);
        rollouts(":", disk, Map.of(), folder.resolve("run")).asInOneLine(ExitCode.USAGE);
      } else {
        rollouts(":", disk, Map.of(), folder.resolve("run")).asInOneLine(ExitCode.PARTIAL);
      }
    } finally {
      run("umount", disk.toString());
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.DISCARD).start().waitFor();
  }

  /// The run's files have what the user's mask leaves; temporary ones are the user's alone.
  @Test
  @Tag("slow")
  void filesAreAsOpenAsTheMaskHasThem() throws Exception {
    for (String mask : List.of("022", "077")) {
      Path run = folder.resolve("run" + mask);
      rollouts("umask " + mask, temporary(), Map.of(), run).asItShould();
      try (Stream<Path> all = Files.walk(run)) {
        for (Path file : all.toList()) {
          Set<PosixFilePermission> found = Files.getPosixFilePermissions(file);
          assertThat(found.contains(PosixFilePermission.OTHERS_READ)).as("%s of %s", found, file)
              .isEqualTo(mask.equals("022"));
          if (mask.equals("077")) {
            assertThat(OWNER).containsAll(found);
          }
        }
      }
    }
  }

  /// The launcher asks for the second locale where there is only the first.
  @Test
  @Tag("slow")
  void namesBeyondAsciiNeedALocaleThatHasThem() throws Exception {
    Path run = folder.resolve("größer 日本");
    rollouts(":", temporary(), Map.of("LC_ALL", "C.UTF-8"), run).asItShould();
    assertThat(run.resolve("rollouts.jsonl")).isNotEmptyFile();
    Ended refused = rollouts(":", temporary(), Map.of("LC_ALL", "C"), folder.resolve("größer"));
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.said()).singleElement().asString().startsWith("striatum: ").contains("LC_ALL=C.UTF-8")
        .doesNotContain("java.");
  }

  @Test
  void whatCanBeNoNameOfAFileIsSaidInOneLine() {
    Session refused = Session.of("inspect", "a\0b");
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errorLines()).singleElement().asString().doesNotContain("java.");
  }
}
