package org.striatum.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What the launcher's process says where it cannot start the command.
@EnabledOnOs(OS.LINUX)
class SupervisorTest {
  private static final int USAGE = 2;

  @TempDir
  private Path folder;

  private List<String> refused(Path temporary, Path cache) throws Exception {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m",
        "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), "-Djava.io.tmpdir=" + temporary,
        "-Dstriatum.cache=" + cache, "-Duser.name=me", Supervisor.class.getName(), "-version").redirectErrorStream(true)
        .start();
    List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(process.waitFor()).as(said.toString()).isEqualTo(USAGE);
    return said;
  }

  @Test
  void withoutAPlaceForTemporaryFilesItSaysSo() throws Exception {
    Path nobodys = Path.of("/proc"); // not even root's
    assertThat(refused(nobodys, folder)).singleElement().asString().startsWith("striatum: ")
        .contains(nobodys.resolve("striatum-").toString());
  }

  @Test
  void withoutAPlaceForTheCacheItSaysWhatNamesOne() throws Exception {
    Path cache = Files.writeString(folder.resolve("file"), "").resolve("cache");
    Path taken = Files.writeString(folder.resolve("striatum-me"), "");
    assertThat(refused(folder, cache)).singleElement().asString().startsWith("striatum: ")
        .contains(cache.toString(), taken.toString(), "STRIATUM_CACHE");
  }
}
