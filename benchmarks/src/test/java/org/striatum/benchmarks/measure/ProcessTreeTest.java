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

@EnabledOnOs(value = OS.LINUX, disabledReason = "asks Linux")
class ProcessTreeTest {
  private static final long TAKEN = 200 << 20;
  /// A JVM that touches that much memory and ends at once: no sampler could count on seeing it.
  private static final String BRIEF = "\"$JAVA\" -XX:+UseSerialGC -Xms200m -Xmx200m -XX:+AlwaysPreTouch -version";

  @TempDir
  private Path folder;

  private ProcessTree.Cost shell(String script) throws Exception {
    return ProcessTree.run(List.of("sh", "-c", script),
        Map.of("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString()), folder,
        folder.resolve("log"));
  }

  @Test
  void countsWhatAChildOfTheCommandTakes() throws Exception {
    assertThat(ProcessTree.isWatchable()).isTrue();
    // `true`: or some shells would become the JVM instead of starting it.
    ProcessTree.Cost cost = shell(BRIEF + "; true");
    assertThat(folder.resolve("log")).content().contains("version");
    assertThat(cost.seconds()).isPositive();
    assertThat(cost.cpu()).isPositive();
    assertThat(cost.peakBytes()).isBetween(TAKEN, 2 * TAKEN);
  }

  @Test
  void aCommandIsNotChargedForAnEarlierOne() throws Exception {
    shell(BRIEF);
    assertThat(shell("true").peakBytes()).isBetween(1L << 20, TAKEN / 2);
  }

  @Test
  void processesOneAfterTheOtherAreAsLargeAsTheLargest() throws Exception {
    assertThat(shell(BRIEF + "; " + BRIEF + "; true").peakBytes()).isBetween(TAKEN, 2 * TAKEN);
  }

  @Test
  void itsProcessesMaySendNoUsageData() throws Exception {
    shell("echo \"$ORT_DISABLE_TELEMETRY\"");
    assertThat(folder.resolve("log")).content().endsWith("1\n");
  }

  @Test
  void saysWhatAFailedCommandSaid() {
    assertThatIOException()
        .isThrownBy(() -> ProcessTree.run(List.of("sh", "-c", "echo no such thing; exit 3"), Map.of(), folder,
            folder.resolve("log")))
        .withMessageContaining("ended with code 3").withMessageContaining("no such thing");
  }
}
