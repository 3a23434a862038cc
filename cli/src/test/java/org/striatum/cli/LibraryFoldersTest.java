package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class LibraryFoldersTest {
  @TempDir
  private Path folder;

  @Test
  void whatLibrariesUnpackIsInTheCache() throws Exception {
    CommandGroup.start(folder, List.of("inspect", Session.REASONER.toString())).finish();
    assertThat(folder.resolve("cache/libraries/djl/tokenizers")).isNotEmptyDirectory();
  }

  /// Java gives the home of a user without one as `?`. JShell keeps its settings in the home.
  @Test
  @Tag("slow")
  void withoutAHomeNothingIsWrittenIntoTheCurrentFolder() throws Exception {
    Path current = Files.createDirectory(folder.resolve("current"));
    Path script = Files.writeString(folder.resolve("script.jsh"), """
        System.out.println(System.getProperty("user.home"))
        System.out.println(org.striatum.probe.run.UserCache.folder())
        """);
    List<String> command = new ArrayList<>(
        List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Duser.home=?"));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.addAll(List.of(Striatum.class.getName(), "shell"));
    ProcessBuilder builder = new ProcessBuilder(command).directory(current.toFile()).redirectInput(script.toFile())
        .redirectError(folder.resolve("errors").toFile());
    Path cache = folder.resolve("cache");
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("STRIATUM_CACHE", cache.toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said.lines()).containsExactly(cache.toString(), cache.toString());
    assertThat(current).isEmptyDirectory();
    assertThat(folder.resolve("errors")).content().isEmpty();
  }
}
