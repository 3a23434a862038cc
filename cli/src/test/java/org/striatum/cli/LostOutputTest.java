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
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;

/// Results that cannot be written are an error of every command: what a script redirects must not be empty without its knowing.
@EnabledOnOs(OS.LINUX)
class LostOutputTest {
  @TempDir
  private Path folder;

  private int run(Redirect out, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        Striatum.class.getName()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out)
        .redirectError(folder.resolve("err").toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("STRIATUM_CACHE", folder.resolve("cache").toString());
    Process process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  @Test
  @Tag("slow")
  void aFullDiskIsSaid() throws Exception {
    for (String[] words : new String[][]{{"tasks"}, {"--version"}, {"tasks", "--json"}, {"help", "study"}}) {
      assertThat(run(Redirect.to(new File("/dev/full")), words)).as(String.join(" ", words))
          .isEqualTo(ExitCode.PARTIAL);
      assertThat(Files.readString(folder.resolve("err"))).contains("standard output cannot be written");
    }
  }

  @Test
  void aReaderThatHasSeenEnoughIsNoError() throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c",
        "'%s' --enable-native-access=ALL-UNNAMED %s help study 2>'%s' | true".formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"), Striatum.class.getName(), folder.resolve("err")));
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    assertThat(builder.start().waitFor()).isZero();
    assertThat(Files.readString(folder.resolve("err"))).isEmpty();
  }
}
