package org.striatum.benchmarks.scans;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.striatum.benchmarks.measure.Findings;
import org.striatum.benchmarks.measure.ProcessTree;
import org.striatum.benchmarks.measure.ProcessTree.Cost;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.benchmarks.measure.Trend;
import org.striatum.benchmarks.measure.Trend.Growth;

/// What a scan costs against the number of checkpoints, and what one checkpoint costs against tokens, layers and
/// coordinates: the command line from outside, every command in its own processes, the heap of each with the same
/// bound.
public final class ScanCost {
  private static final double FROM_A_LINE = 0.1;
  private static final double FROM_FLAT = 0.1;
  private static final int HEAP_MEGABYTES = 384;
  private static final int[] FACTORS = {1, 2, 4};

  private ScanCost() {}

  public static Findings run(Setting setting) throws Exception {
    if (!ProcessTree.isWatchable()) {
      setting.note().accept("scan: this system does not tell what a process takes");
      return new Findings(List.of(), List.of(), List.of());
    }
    CommandLine commands = new CommandLine(setting.folder(), HEAP_MEGABYTES);
    commands.version(); // builds it where sources changed
    List<Trend> trends = new ArrayList<>();
    trends.addAll(checkpoints(setting, commands));
    Workload base = setting.quick() ? new Workload(60, 16, 2, 64) : new Workload(200, 64, 2, 128);
    trends.addAll(tokens(setting, commands, base));
    trends.addAll(layers(setting, commands, base));
    trends.addAll(width(setting, commands, base));
    return new Findings(List.of(), trends, List.of());
  }

  private static List<Trend> checkpoints(Setting setting, CommandLine commands) throws Exception {
    Path series = setting.folder().resolve("series");
    List<Double> sizes = new ArrayList<>();
    List<Cost> costs = new ArrayList<>();
    for (int turn = 0; turn < turns(setting); turn++) {
      for (int count : setting.quick() ? new int[]{1, 2, 3} : new int[]{1, 2, 4}) {
        setting.note().accept("scan: " + count + " checkpoints, turn " + (turn + 1));
        Checkpoints.series(setting.reasoner(), series, count);
        sizes.add((double) count);
        costs.add(commands.scan(series));
      }
    }
    String work = "`striatum scan` of copies of the small model, a study of one task at one hook point each, heap ≤ %d MB"
        .formatted(HEAP_MEGABYTES);
    return trends("checkpoints", work, sizes, costs, Growth.FLAT);
  }

  private static List<Trend> tokens(Setting setting, CommandLine commands, Workload base) throws Exception {
    List<Workload> workloads = new ArrayList<>();
    for (int factor : FACTORS) {
      workloads.add(new Workload(2 * factor * base.rollouts(), base.length(), base.layers(), base.width()));
    }
    Measurements measured = measure(setting, commands, workloads);
    return trends("1,000 tokens", work("rollouts of %d tokens, %d layers of %d coordinates".formatted(base.length(),
        base.layers(), base.width())), measured.of.stream().map(workload -> workload.tokens() / 1000.0).toList(),
        measured.costs, Growth.FLAT);
  }

  private static List<Trend> layers(Setting setting, CommandLine commands, Workload base) throws Exception {
    List<Workload> workloads = new ArrayList<>();
    for (int factor : FACTORS) {
      workloads.add(new Workload(base.rollouts(), base.length(), base.layers() * factor, base.width()));
    }
    Measurements measured = measure(setting, commands, workloads);
    return trends("layers", work("%d rollouts of %d tokens, %d coordinates".formatted(base.rollouts(), base.length(),
        base.width())), measured.of.stream().map(workload -> (double) workload.layers()).toList(), measured.costs,
        Growth.LINEAR);
  }

  private static List<Trend> width(Setting setting, CommandLine commands, Workload base) throws Exception {
    List<Workload> workloads = new ArrayList<>();
    for (int factor : FACTORS) {
      workloads.add(new Workload(base.rollouts(), base.length(), base.layers(), base.width() * factor));
    }
    Measurements measured = measure(setting, commands, workloads);
    return trends("coordinates", work("%d rollouts of %d tokens, %d layers".formatted(base.rollouts(), base.length(),
        base.layers())), measured.of.stream().map(workload -> (double) workload.width()).toList(), measured.costs,
        Growth.LINEAR);
  }

  private static String work(String what) {
    return "`rollouts --import`, `capture` of every residual point and `probe` of them, random weights, " + what
        + ", heap ≤ " + HEAP_MEGABYTES + " MB";
  }

  private static int turns(Setting setting) {
    return setting.quick() ? 1 : 2;
  }

  private record Measurements(List<Workload> of, List<Cost> costs) {}

  /// All workloads one after the other, then all again.
  private static Measurements measure(Setting setting, CommandLine commands, List<Workload> workloads)
      throws IOException, InterruptedException {
    Measurements measured = new Measurements(new ArrayList<>(), new ArrayList<>());
    for (int turn = 0; turn < turns(setting); turn++) {
      for (Workload workload : workloads) {
        setting.note().accept("scan: " + workload + ", turn " + (turn + 1));
        measured.of.add(workload);
        measured.costs.add(commands.study(workload, setting.reasoner()));
      }
    }
    return measured;
  }

  private static List<Trend> trends(String axis, String work, List<Double> sizes, List<Cost> costs, Growth memory) {
    return trends(axis, axis, work, sizes, costs, memory);
  }

  /// Time, processor time and peak memory of whole processes.
  ///
  /// @param against what they grow with
  /// @param axis its unit
  static List<Trend> trends(String against, String axis, String work, List<Double> sizes, List<Cost> costs,
      Growth memory) {
    return List.of(
        new Trend("time against " + against, work, axis, "s", sizes, costs.stream().map(Cost::seconds).toList(),
            Growth.LINEAR, FROM_A_LINE),
        new Trend("processor time against " + against, work, axis, "s", sizes, costs.stream().map(Cost::cpu).toList(),
            Growth.LINEAR, FROM_A_LINE),
        new Trend("peak memory against " + against, work, axis, "MB", sizes,
            costs.stream().map(Cost::peakMegabytes).toList(), memory, FROM_FLAT));
  }
}
