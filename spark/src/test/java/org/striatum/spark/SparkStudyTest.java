package org.striatum.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.FolderContents;

/// The program itself, over a standalone cluster, by the launcher.
@Tag("slow")
@Order(1)
@EnabledOnOs(OS.LINUX)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class SparkStudyTest {
  private static final Path HOME = Path.of(System.getProperty("striatum.home")).toAbsolutePath().normalize();

  private static final Path CHECKPOINT = HOME.resolve("checkpoints/tiny-reasoner-step2000");

  @TempDir
  private static Path folder;

  private static Loopback cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new Loopback(Files.createDirectories(folder.resolve("cluster")));
    cluster.addWorker();
    cluster.addWorker();
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  /// Of one thread each, so that figures do not depend on how many processors a machine has.
  ///
  /// @param said name of the file that takes what it says
  private static Process begin(String said, List<String> command, List<String> more) throws IOException {
    List<String> words = new ArrayList<>(List.of(HOME.resolve("striatum").toString()));
    words.addAll(command);
    words.addAll(List.of("--tasks", "add", "--effort", "quick", "--limit", "4", "--splits", "2", "--threads", "1"));
    words.addAll(more);
    ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true)
        .redirectOutput(folder.resolve(said + ".txt").toFile());
    builder.environment().put("STRIATUM_CACHE", folder.resolve("cache").toString());
    return builder.start();
  }

  private static List<String> overTheCluster() {
    List<String> words = new ArrayList<>(List.of("--engine", "spark", "--master", cluster.url(), "--workers", "2"));
    Loopback.configuration().forEach(setting -> words.addAll(List.of("--spark-conf", setting)));
    return words;
  }

  private static Process study(String run, List<String> more) throws IOException {
    return begin(run, List.of("study", CHECKPOINT.toString(), "-o", run), more);
  }

  /// A relative run folder, a worker that goes without a word while it computes, and one that comes: all files have the same bytes.
  @Test
  void aStudyOverAClusterThatLosesAWorkerHasTheBytesOfOneMachine() throws Exception {
    assertThat(study("local", List.of()).waitFor()).as(() -> said("local")).isZero();
    Process driver = study("spark", overTheCluster());
    boolean killed = false;
    while (!killed && driver.isAlive()) {
      Optional<ProcessHandle> unit = cluster.unit();
      Thread.sleep(unit.isPresent() ? 1500 : 50);
      if (unit.filter(ProcessHandle::isAlive).isPresent()) {
        cluster.kill(unit.get());
        killed = true;
      }
    }
    cluster.addWorker();
    assertThat(driver.waitFor()).as(() -> said("spark")).isZero();
    assertThat(killed).isTrue();
    assertThat(said("spark")).contains("tried again (2 of 3 times)");
    assertThat(FolderContents.of(folder.resolve("spark"))).isEqualTo(FolderContents.of(folder.resolve("local")))
        .containsKey("report.html");
  }

  /// A unit is the study of a checkpoint. In one place, as paths are part of a scan's plan.
  @Test
  void aScanOverAClusterHasTheBytesOfOneMachine() throws Exception {
    List<String> scan = List.of("scan", CHECKPOINT.toString(),
        CHECKPOINT.resolveSibling("tiny-reasoner-step3000").toString(), "-o", "scan");
    assertThat(begin("scan-local", scan, List.of()).waitFor()).as(() -> said("scan-local")).isZero();
    Path local = Files.move(folder.resolve("scan"), folder.resolve("scanned"));
    assertThat(begin("scan-spark", scan, overTheCluster()).waitFor()).as(() -> said("scan-spark")).isZero();
    assertThat(FolderContents.of(folder.resolve("scan"))).isEqualTo(FolderContents.of(local))
        .containsKeys("report.html", "results.duckdb probes", "tiny-reasoner-step3000/report.html");
  }

  private static String said(String run) {
    try {
      return Files.readString(folder.resolve(run + ".txt"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
