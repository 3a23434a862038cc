package org.striatum.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `benchmarks/run`, with a `java` that prints its environment and arguments.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
class RunScriptTest {
  @TempDir
  private Path folder;

  @Test
  void measurementsMaySendNoUsageData() throws Exception {
    Path home = folder.resolve("home");
    Path target = Files.createDirectories(home.resolve("benchmarks/target"));
    Files.copy(Path.of("run"), home.resolve("benchmarks/run"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.copy(Path.of("../build/find-java.sh"),
        Files.createDirectories(home.resolve("build")).resolve("find-java.sh"));
    Files.writeString(home.resolve("pom.xml"), "");
    Files.writeString(target.resolve("classpath.txt"), "others.jar");
    Path jdk = Files.createDirectories(folder.resolve("jdk/bin")).getParent();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
    for (String program : List.of("java", "javac")) {
      Path file = Files.writeString(jdk.resolve("bin").resolve(program), "#!/bin/sh\nenv\necho \"arguments: $*\"\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path out = folder.resolve("out");
    ProcessBuilder builder = new ProcessBuilder(home.resolve("benchmarks/run").toString(), "mnist")
        .redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().remove("ORT_DISABLE_TELEMETRY"); // that of these tests
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.start().waitFor();
    assertThat(Files.readAllLines(out)).contains("ORT_DISABLE_TELEMETRY=1", "OPT_OUT_TRACKING=true").last().asString()
        .endsWith("org.striatum.benchmarks.Benchmarks mnist");
  }
}
