package org.striatum.reports.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import org.striatum.probe.run.Progress;
import org.striatum.reports.database.DatabaseStep;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesStep;

/// The end of a scan in a process of its own: comparison, database and page of the first runs in a folder. Prints seconds, seconds of
/// processor time and peak memory in bytes.
final class MergedScan {
  private MergedScan() {}

  /// Merges.
  ///
  /// @param words runs, how many of them, the scan's folder, and a file for what is read
  public static void main(String... words) throws IOException {
    Path runs = Path.of(words[0]);
    int count = Integer.parseInt(words[1]);
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileRead").withThreshold(Duration.ZERO);
      recording.start();
      long start = System.nanoTime();
      merge(runs, count, Path.of(words[2]));
      System.out.println((System.nanoTime() - start) / 1e9 + " "
          + ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3 + " " + peak());
      recording.stop();
      recording.dump(Path.of(words[3]));
    }
  }

  private static void merge(Path runs, int count, Path scan) throws IOException {
    SequencedMap<String, Path> folders = new LinkedHashMap<>();
    IntStream.range(0, count).mapToObj(InventedRuns::name).forEach(name -> folders.put(name, runs.resolve(name)));
    SeriesStep step = SeriesStep.of(folders, StudyRegistry.standard().studies());
    try (RunFolder folder = RunFolder.create(scan)) {
      StudyRun run = new StudyRun(folder, Version.environment(1), RunModel.none(), _ -> {}, Progress.NONE);
      SeriesResults series = run.run(step, step.about().defaults());
      DatabaseStep database = new DatabaseStep(step, series);
      run.run(database, database.about().defaults());
      ScanReport.write(new ScanReport.Content("Scan of " + count + " checkpoints", series, List.of(), List.of(), "{}"),
          scan.resolve("report.html"));
    }
  }

  /// The most memory that this process has had resident.
  private static long peak() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines.filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }
  }
}
