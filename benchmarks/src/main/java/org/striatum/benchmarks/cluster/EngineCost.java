package org.striatum.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Comparison.Target.Kind;
import org.striatum.benchmarks.measure.ProcessTree;
import org.striatum.benchmarks.measure.ProcessTree.Cost;
import org.striatum.benchmarks.measure.Sample;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.probe.run.Folders;

/// What it costs that processes share a study's steps: the same study by processes of one thread each and by one process, on the same cores.
public final class EngineCost {
  private static final double MOST = 1.1;
  private static final String SHARED = "ours";
  private static final String ONE_THREAD = "one process of one thread";
  private static final String ALONE = "peer";

  private EngineCost() {}

  public static List<Comparison> run(Setting setting) throws Exception {
    if (!ProcessTree.isWatchable()) {
      setting.note().accept("engine: this system does not tell what a process takes");
      return List.of();
    }
    ProcessTree.run(List.of(launcher(), "--version"), Map.of(), setting.folder(), log(setting)); // builds it
    Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
    sides.put(SHARED, () -> study(setting, SHARED, setting.threads(), 1));
    sides.put(ONE_THREAD, () -> study(setting, ONE_THREAD, 1, 1));
    sides.put(ALONE, () -> study(setting, ALONE, 1, setting.threads()));
    Map<String, List<Sample>> samples = setting.inTurn(sides);
    String work = "`striatum study` of the small model, one task, effort %s: %d processes of one thread each".formatted(
        effort(setting), setting.threads());
    List<Double> shared = samples.get(SHARED).stream().map(Sample::cpu).toList();
    List<Double> alone = samples.get(ONE_THREAD).stream().map(Sample::cpu).toList();
    Target atMost = new Target(Kind.SHARE_OF_THE_PEER, MOST);
    return List.of(
        new Comparison("a shared study, processor time", work, "s", ONE_THREAD, shared, alone, Double.NaN, atMost,
            Map.of()),
        new Comparison("a shared study, time", work, "s", "one process of %d threads".formatted(setting.threads()),
            samples.get(SHARED).stream().map(Sample::seconds).toList(),
            samples.get(ALONE).stream().map(Sample::seconds).toList(), Double.NaN, atMost, Map.of()));
  }

  /// Units of quick effort are seconds: most of them is the start of a process.
  private static String effort(Setting setting) {
    return setting.quick() ? "quick" : "standard";
  }

  private static Sample study(Setting setting, String side, int workers, int threads)
      throws IOException, InterruptedException {
    setting.note().accept("engine: %d × %d threads".formatted(workers, threads));
    Path run = setting.folder().resolve("engine");
    Folders.delete(run);
    List<String> command = new ArrayList<>(List.of(launcher(), "study", setting.reasoner().toString(), "--tasks", "mul",
        "--effort", effort(setting), "--workers", String.valueOf(workers), "--threads", String.valueOf(threads), "-o",
        run.toString()));
    Cost cost = ProcessTree.run(command, Map.of(), setting.folder(), log(setting));
    setting.note().accept("engine: %s took %.0f s, %.0f s of processors".formatted(side, cost.seconds(), cost.cpu()));
    return new Sample(cost.seconds(), cost.cpu(), 1, 0);
  }

  private static String launcher() {
    return Path.of(System.getProperty("striatum.home"), "striatum").toString();
  }

  private static Path log(Setting setting) {
    return setting.folder().resolve("engine.log");
  }
}
