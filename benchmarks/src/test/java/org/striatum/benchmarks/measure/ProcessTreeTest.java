package org.striatum.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "read from /proc")
class ProcessTreeTest {
  @Test
  void countsWhatAChildOfTheCommandTakes(@TempDir Path folder) throws Exception {
    assertThat(ProcessTree.isWatchable()).isTrue();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    // A shell that starts a JVM: what the JVM takes must be seen through the shell.
    ProcessTree.Cost cost = ProcessTree.run(List.of("sh", "-c", "\"$JAVA\" -Xshare:auto -version; true"),
        Map.of("JAVA", java), folder, folder.resolve("log"));
    assertThat(cost.cpu()).isPositive();
    assertThat(folder.resolve("log")).content().contains("version");
    assertThat(cost.peakBytes()).isGreaterThan(1_000_000);
  }

  @Test
  void saysWhatAFailedCommandSaid(@TempDir Path folder) {
    assertThatIOException()
        .isThrownBy(() -> ProcessTree.run(List.of("sh", "-c", "echo no such thing; exit 3"), Map.of(), folder,
            folder.resolve("log")))
        .withMessageContaining("ended with code 3").withMessageContaining("no such thing");
  }
}
