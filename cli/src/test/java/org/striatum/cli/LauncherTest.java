package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The launcher's script, with a `java` that prints its environment and arguments.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
class LauncherTest {
  private static final Path HOME = Path.of(System.getProperty("striatum.home"));

  @TempDir
  private Path folder;

  private Path fakeJava() throws IOException {
    Path home = Files.createDirectories(folder.resolve("jdk/bin")).getParent();
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25\"\n");
    for (String program : List.of("java", "javac")) {
      Path file = Files.writeString(home.resolve("bin").resolve(program), "#!/bin/sh\nenv\necho \"arguments: $*\"\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return home;
  }

  /// What the script starts, where everything is built.
  private List<String> started(Map<String, String> environment) throws Exception {
    Path build = Files.createDirectories(folder.resolve("home/build"));
    Path target = Files.createDirectories(folder.resolve("home/cli/target"));
    Files.copy(HOME.resolve("striatum"), folder.resolve("home/striatum"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.copy(HOME.resolve("build/find-java.sh"), build.resolve("find-java.sh"));
    Files.writeString(folder.resolve("home/pom.xml"), "");
    Files.writeString(target.resolve("cli-1.jar"), "");
    Files.writeString(target.resolve("classpath.txt"), "others.jar");
    Path out = folder.resolve("out");
    ProcessBuilder builder = new ProcessBuilder(folder.resolve("home/striatum").toString(), "demo", "a b")
        .redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().remove("ORT_DISABLE_TELEMETRY"); // that of these tests
    builder.environment().put("JAVA_HOME", fakeJava().toString());
    builder.environment().putAll(environment);
    assertThat(builder.start().waitFor()).as(() -> read(out)).isZero();
    return read(out).lines().toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void commandsMaySendNoUsageData() throws Exception {
    assertThat(started(Map.of())).contains("ORT_DISABLE_TELEMETRY=1", "OPT_OUT_TRACKING=true")
        .last().asString().contains("Supervisor").endsWith(" org.striatum.cli.Striatum demo a b");
  }

  @Test
  void norWithoutASupervisor() throws Exception {
    assertThat(started(Map.of("STRIATUM_IN_PROCESS", "1"))).contains("ORT_DISABLE_TELEMETRY=1", "OPT_OUT_TRACKING=true")
        .last().asString().doesNotContain("Supervisor").endsWith(" org.striatum.cli.Striatum demo a b");
  }
}
