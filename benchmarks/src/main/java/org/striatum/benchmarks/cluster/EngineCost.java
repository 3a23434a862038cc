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

/// What it costs that processes share a study's steps: processor time of the same study by processes of one thread each and by one process
/// of one thread. Their difference, divided by the number of units, is what a unit takes beside its work, whatever its length; it is held
/// against a unit of a minute.
public final class EngineCost {
  private static final double MOST = 1.1;
  /// Seconds of processors that a unit of work should take at least.
  private static final double MINUTE = 60;
  private static final String SHARED = "ours";
  private static final String ALONE = "peer";

  private EngineCost() {}

  public static List<Comparison> run(Setting setting) throws Exception {
    if (!ProcessTree.isWatchable()) {
      setting.note().accept("engine: this system does not tell what a process takes");
      return List.of();
    }
    ProcessTree.run(List.of(launcher(), "--version"), Map.of(), setting.folder(), log(setting)); // builds it
    Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
    sides.put(SHARED, () -> study(setting, setting.threads()));
    sides.put(ALONE, () -> study(setting, 1));
    Map<String, List<Sample>> samples = setting.inTurn(sides);
    List<Sample> shared = samples.get(SHARED);
    List<Sample> alone = samples.get(ALONE);
    double whole = Comparison.median(alone.stream().map(Sample::cpu).toList());
    String work = "`striatum study` of the small model, %d problems of a task, effort quick: %d processes of one thread each; a minute of work and what a unit takes beside it"
        .formatted(problems(setting), setting.threads());
    Map<String, Double> notes = Map.of("units", Comparison.median(shared.stream().map(Sample::work).toList()),
        "the study shared: processor seconds", Comparison.median(shared.stream().map(Sample::cpu).toList()),
        "the study by one process: processor seconds", whole);
    return List.of(new Comparison("a unit of a minute, processor time", work, "s", "one process of one thread",
        shared.stream().map(sample -> MINUTE + (sample.cpu() - whole) / sample.work()).toList(),
        alone.stream().map(_ -> MINUTE).toList(), Double.NaN, new Target(Kind.SHARE_OF_THE_PEER, MOST), notes));
  }

  /// So few that three studies of each side take minutes.
  private static int problems(Setting setting) {
    return setting.quick() ? 12 : 20;
  }

  /// One study; its work is the number of its units, 0 of one process.
  private static Sample study(Setting setting, int workers) throws IOException, InterruptedException {
    Path run = setting.folder().resolve("engine");
    Folders.delete(run);
    List<String> command = new ArrayList<>(List.of(launcher(), "study", setting.reasoner().toString(), "--tasks", "mul",
        "--effort", "quick", "--splits", "0", "--limit", String.valueOf(problems(setting)), "--threads", "1",
        "--workers", String.valueOf(workers), "-o", run.toString()));
    SeenUnits units = SeenUnits.of(run);
    Cost cost;
    try (units) {
      cost = ProcessTree.run(command, Map.of(), setting.folder(), log(setting));
    }
    setting.note().accept("engine: %d at a time took %.0f s, %.0f s of processors, %d units".formatted(workers,
        cost.seconds(), cost.cpu(), units.count()));
    return new Sample(cost.seconds(), cost.cpu(), units.count(), 0);
  }

  private static String launcher() {
    return Path.of(System.getProperty("striatum.home"), "striatum").toString();
  }

  private static Path log(Setting setting) {
    return setting.folder().resolve("engine.log");
  }
}
