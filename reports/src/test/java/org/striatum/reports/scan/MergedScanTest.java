package org.striatum.reports.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.reports.database.ResultsDatabase;

/// The end of a scan of many checkpoints.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Order(1)
class MergedScanTest {
  private static final int[] COUNTS = {10, 40, 150};
  private static final String HEAP = "256m";
  private static final long PAGE_BYTES = 6_000_000;

  @TempDir
  private static Path folder;

  @BeforeAll
  static void runs() throws IOException {
    InventedRuns.write(folder.resolve("runs"), Arrays.stream(COUNTS).max().orElseThrow());
  }

  /// What a merge took.
  ///
  /// @param cpu seconds of processor time
  private record Cost(double seconds, double cpu, long peakBytes) {}

  private static Cost merge(int count, Path scan, Path events) throws Exception {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx" + HEAP, "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
        System.getProperty("java.class.path"), MergedScan.class.getName(), folder.resolve("runs").toString(),
        Integer.toString(count), scan.toString(), events.toString()));
    Path said = folder.resolve("said");
    int code = new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile())
        .redirectOutput(said.toFile()).start().waitFor();
    assertThat(code).as(Files.readString(folder.resolve("errors"))).isZero();
    String[] words = Files.readString(said).strip().split(" ", -1);
    return new Cost(Double.parseDouble(words[0]), Double.parseDouble(words[1]), Long.parseLong(words[2]));
  }

  /// Time and memory are printed, not asserted; but the heap is bounded, and the tables have what they must.
  @Test
  void timeAndMemoryAreToldAndThePageStaysSmall() throws Exception {
    List<Cost> costs = new ArrayList<>();
    List<SortedMap<String, Double>> reads = new ArrayList<>();
    for (int count : COUNTS) {
      Path scan = folder.resolve("scan" + count);
      Path events = folder.resolve(count + ".jfr");
      costs.add(merge(count, scan, events));
      reads.add(reads(events));
      Cost cost = costs.getLast();
      System.out.printf("merge of %d checkpoints: %.1f s, %.1f s of processor time, peak %.0f MB with a heap of %s;"
          + " series.json %.1f MB, report.html %.1f MB, results.duckdb %.1f MB%n", count, cost.seconds(), cost.cpu(),
          cost.peakBytes() / 1e6, HEAP, megabytes(scan.resolve("results/series.json")),
          megabytes(scan.resolve("report.html")), megabytes(scan.resolve("results.duckdb")));
      assertThat(count(scan, "bases")).isEqualTo(2L * count - 3);
      assertThat(count(scan, "checkpoints")).isEqualTo(count);
      assertThat(count(scan, "transfer")).as("more than the tested pairs").isGreaterThan(36L * 2 * count);
      assertThat(Files.size(scan.resolve("report.html"))).isLessThan(PAGE_BYTES);
    }
    for (int i = 1; i < COUNTS.length; i++) {
      Cost less = costs.get(i - 1);
      Cost more = costs.get(i);
      int further = COUNTS[i] - COUNTS[i - 1];
      System.out.printf("from %d to %d: %.2f s of processor time and %.2f MB a checkpoint%n", COUNTS[i - 1], COUNTS[i],
          (more.cpu() - less.cpu()) / further, (more.peakBytes() - less.peakBytes()) / 1e6 / further);
    }
    everyFileIsReadAsOften(reads);
  }

  /// How often a run's files are read does not depend on how many runs there are: the store's index once, results twice (their checksum,
  /// their figures) by the comparison and twice for the tables.
  private static void everyFileIsReadAsOften(List<SortedMap<String, Double>> reads) {
    assertThat(reads.getFirst()).containsEntry("activations/index.json", 1.0)
        .containsEntry("results/probe.json", 4.0)
        .allSatisfy((_, times) -> assertThat(times).isLessThanOrEqualTo(4));
    assertThat(reads).containsOnly(reads.getFirst());
  }

  private static long count(Path scan, String table) throws IOException {
    return (Long) ResultsDatabase.query(scan, "SELECT count(*) FROM " + table).rows().getFirst().getFirst();
  }

  private static double megabytes(Path file) throws IOException {
    return Files.size(file) / 1e6;
  }

  /// File in a run folder → bytes that were read of it over its size, the most of all runs.
  private static SortedMap<String, Double> reads(Path events) throws IOException {
    SortedMap<String, Long> bytes = new TreeMap<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(events)) {
      String file = event.getEventType().getName().equals("jdk.FileRead") ? event.getString("path") : null;
      if (file != null && Path.of(file).startsWith(folder.resolve("runs"))) {
        bytes.merge(file, event.getLong("bytesRead"), Long::sum);
      }
    }
    SortedMap<String, Double> reads = new TreeMap<>();
    for (String file : bytes.keySet()) {
      Path inRun = folder.resolve("runs").relativize(Path.of(file));
      reads.merge(inRun.subpath(1, inRun.getNameCount()).toString(),
          (double) bytes.get(file) / Files.size(Path.of(file)),
          Math::max);
    }
    return reads;
  }
}
