package org.striatum.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
class UnitScriptTest {
  @TempDir
  private Path folder;

  /// What the launcher is told by a unit's script, word by word: the options of Java, then its arguments.
  private List<String> told(Map<String, String> environment, String... command) throws Exception {
    Path launcher = Files.writeString(folder.resolve("it's the launcher"),
        "#!/bin/sh\nprintf '%s\\n' $STRIATUM_JAVA_OPTIONS \"$@\"\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    WorkUnit unit = new WorkUnit("one\n\"", List.of(command), folder.resolve("unit"), folder.resolve("log.txt"));
    Files.deleteIfExists(unit.log());
    ProcessBuilder builder = new ProcessBuilder("sh", UnitScript.write(unit, launcher).toString());
    builder.environment().remove("STRIATUM_JAVA_OPTIONS");
    builder.environment().putAll(environment);
    assertThat(builder.start().waitFor()).isZero();
    return Files.readAllLines(unit.log());
  }

  @Test
  void wordsReachTheLauncherAsTheyAre() throws Exception {
    assertThat(told(Map.of(), "a b", "c'd", "$e", "\\").subList(UnitCompiler.OPTIONS.size(), 8))
        .containsExactly("a b", "c'd", "$e", "\\");
  }

  /// Of two options of Java that disagree the last one holds.
  @Test
  void theUsersOptionsOfJavaComeBehindThoseOfAUnit() throws Exception {
    assertThat(told(Map.of())).isEqualTo(UnitCompiler.OPTIONS);
    List<String> told = told(Map.of("STRIATUM_JAVA_OPTIONS", "-Xmx3g -XX:Tier4InvocationThreshold=1"));
    assertThat(told).startsWith(UnitCompiler.OPTIONS.toArray(String[]::new))
        .endsWith("-Xmx3g", "-XX:Tier4InvocationThreshold=1");
  }
}
