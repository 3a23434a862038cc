package org.striatum.benchmarks.probes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Peer;
import org.striatum.benchmarks.measure.ProcessTree;
import org.striatum.benchmarks.measure.Sample;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.sparse.PathSolver;
import org.striatum.probe.sparse.SparsePath;

/// The lasso and the L1-logistic path of an outcome on rows in memory against scikit-learn, from the rows to the last
/// coefficient on both sides. How near each side is to the optimum is computed here, independently of both.
public final class SparsePaths {
  private static final int LASSO_POINTS = 100;
  private static final double LASSO_RATIO = 1e-3;
  private static final int LASSO_PATHS = 5; // a turn: one takes a third of a second
  private static final Target LASSO_TARGET = new Target(Target.Kind.TIMES_THE_PEER, 1.5);
  private static final int LOGISTIC_POINTS = 20;
  private static final double LOGISTIC_RATIO = 0.02;
  private static final Target LOGISTIC_TARGET = new Target(Target.Kind.TIMES_THE_PEER, 3);
  private static final Target FLAT = new Target(Target.Kind.SHARE_OF_THE_PEER, 1.05);
  private static final int MOST_STREAMED_TURNS = 3;
  /// Largest difference of coefficients, over the largest of the point; of objectives, over the objective.
  private static final double SAME_COEFFICIENTS = 0.01;
  private static final double SAME_OBJECTIVE = 1e-4;
  private static final List<Double> TOLERANCES = List.of(1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9);
  private static final List<Double> LOGISTIC_TOLERANCES = List.of(1e-2, 1e-3, 1e-4);

  private SparsePaths() {}

  /// Two values: the peer's default tolerance, and the loosest at which it is equally near to the optimum as ours.
  public static List<Comparison> lasso(Setting setting) throws Exception {
    OutcomeRows rows = OutcomeRows.draw(setting);
    LassoOptimum optimum = new LassoOptimum(Moments.of(rows.labelled()));
    double[] lambdas = SparsePath.lambdas(optimum.largestPenalty(), LASSO_RATIO, LASSO_POINTS);
    PathSolver solver = new PathSolver();
    Callable<SparsePath> fit = () -> solver.elasticNet(Moments.of(rows.labelled()), lambdas, 1);
    FittedPath ours = FittedPath.of(fit.call());
    double violation = optimum.violation(ours.coefficients(), lambdas);
    String work = "%d penalties down to %s of the largest, %,d × %d rows; %d paths".formatted(LASSO_POINTS,
        Double.toString(LASSO_RATIO), rows.outcomes().length, rows.width(), LASSO_PATHS);
    setting.note().accept("lasso: " + work);
    List<Peer> peers = peer(setting, rows);
    try {
      List<Comparison> comparisons = new ArrayList<>();
      List<Double> tolerances = new ArrayList<>(List.of(TOLERANCES.getFirst()));
      for (Peer peer : peers) {
        for (double tolerance : TOLERANCES) {
          FittedPath theirs = FittedPath.of(peer.say(lasso(lambdas, tolerance, true)));
          if (optimum.violation(theirs.coefficients(), lambdas) <= violation) {
            tolerances.add(tolerance);
            break;
          }
        }
      }
      for (double tolerance : tolerances.stream().distinct().toList()) {
        Map<String, Double> notes = new LinkedHashMap<>();
        notes.put("ours: largest violation of optimality, share of λ", violation);
        Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
        sides.put("ours", () -> measured(fit, LASSO_PATHS));
        for (Peer peer : peers) {
          FittedPath theirs = FittedPath.of(peer.say(lasso(lambdas, tolerance, true)));
          notes.put("peer: largest violation of optimality, share of λ",
              optimum.violation(theirs.coefficients(), lambdas));
          notes.put("largest difference of coefficients", ours.same(theirs, SAME_COEFFICIENTS));
          sides.put("peer", () -> peer.ask(lasso(lambdas, tolerance, false)));
        }
        Setting.warmUp(sides);
        comparisons.add(Comparison.ofRates(
            tolerance == TOLERANCES.getFirst() ? "lasso path" : "lasso path, peer equally near to the optimum", work,
            "paths/s",
            "scikit-learn lasso_path, Gram, tol %.0e".formatted(tolerance), setting.inTurn(sides), LASSO_TARGET,
            notes));
      }
      comparisons.addAll(streamed(setting));
      return comparisons;
    } finally {
      peers.forEach(Peer::close);
    }
  }

  /// Rows that are not kept, in its own process: its memory must not grow with their number.
  private static List<Comparison> streamed(Setting setting) throws Exception {
    if (!ProcessTree.isWatchable()) {
      return List.of();
    }
    int rows = setting.quick() ? 100_000 : 1_000_000;
    int width = setting.quick() ? 256 : OutcomeRows.WIDTH;
    List<Double> all = new ArrayList<>();
    List<Double> quarter = new ArrayList<>();
    List<Double> seconds = new ArrayList<>();
    for (int turn = 0; turn < Math.min(setting.repeats(), MOST_STREAMED_TURNS); turn++) {
      setting.note().accept("lasso: %,d × %d rows streamed, turn %d".formatted(rows, width, turn + 1));
      ProcessTree.Cost cost = streamed(setting, rows, width);
      all.add(cost.peakMegabytes());
      seconds.add(cost.seconds());
      quarter.add(streamed(setting, rows / 4, width).peakMegabytes());
    }
    return List.of(new Comparison("lasso path, streamed: peak memory",
        "100 penalties, %,d × %d rows in blocks of 1,024, a new process each time, heap ≤ 256 MB".formatted(rows,
            width),
        "MB",
        "ourselves, %,d rows".formatted(rows / 4), all, quarter, Double.NaN, FLAT,
        Map.of("seconds, start of the process included", Comparison.median(seconds))));
  }

  private static ProcessTree.Cost streamed(Setting setting, int rows, int width) throws Exception {
    return ProcessTree.run(
        List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseParallelGC",
            "--enable-native-access=ALL-UNNAMED", StreamedPath.class.getName(), Integer.toString(rows),
            Integer.toString(width)),
        Map.of("OPENBLAS_NUM_THREADS", Integer.toString(setting.threads())), setting.folder(),
        setting.folder().resolve("streamed.log"));
  }

  /// The peer is the faster of liblinear and saga, each at the loosest tolerance at which no point's objective is further
  /// from ours than [#SAME_OBJECTIVE].
  public static List<Comparison> logistic(Setting setting) throws Exception {
    OutcomeRows rows = OutcomeRows.draw(setting);
    LogisticObjective objective = new LogisticObjective(rows);
    double[] lambdas = SparsePath.lambdas(Moments.of(rows.labelled()).largestPenalty(), LOGISTIC_RATIO,
        LOGISTIC_POINTS);
    PathSolver solver = new PathSolver();
    Callable<SparsePath> fit = () -> solver.logistic(rows.labelled(), lambdas);
    FittedPath ours = FittedPath.of(fit.call());
    String work = "%d penalties down to %s of the largest, %,d × %d rows; 1 path".formatted(LOGISTIC_POINTS,
        Double.toString(LOGISTIC_RATIO), rows.outcomes().length, rows.width());
    setting.note().accept("logistic: " + work);
    List<Peer> peers = peer(setting, rows);
    try {
      Map<String, Double> notes = new LinkedHashMap<>();
      Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
      sides.put("ours", () -> measured(fit, 1));
      String against = "scikit-learn LogisticRegression";
      for (Peer peer : peers) {
        LogisticPeer chosen = LogisticPeer.fastest(peer, lambdas, LOGISTIC_TOLERANCES,
            path -> objective.distance(ours, path, lambdas) <= SAME_OBJECTIVE);
        setting.note().accept("logistic: the faster is " + chosen);
        against = "scikit-learn " + chosen;
        notes.put("largest difference of objectives, share", objective.distance(ours, chosen.path(), lambdas));
        sides.put("peer", () -> peer.ask(chosen.request(false)));
      }
      return List.of(Comparison.ofRates("L1-logistic path", work, "paths/s", against, setting.inTurn(sides),
          LOGISTIC_TARGET, notes));
    } finally {
      peers.forEach(Peer::close);
    }
  }

  private static Map<String, Object> lasso(double[] lambdas, double tolerance, boolean give) {
    return Map.of("lasso", lambdas, "tol", tolerance, "give", give, "paths", give ? 1 : LASSO_PATHS);
  }

  private static Sample measured(Callable<SparsePath> fit, int paths) throws Exception {
    return Setting.measured(() -> {
      double size = 0;
      for (int path = 0; path < paths; path++) {
        size = FittedPath.of(fit.call()).size();
      }
      return new double[]{paths, size};
    });
  }

  private static List<Peer> peer(Setting setting, OutcomeRows rows) throws Exception {
    Path rowFile = setting.folder().resolve("rows.f32");
    Path outcomeFile = setting.folder().resolve("outcomes.f64");
    rows.write(rowFile, outcomeFile);
    return setting.peer("paths.py", "--rows", rowFile.toString(), "--outcomes", outcomeFile.toString(), "--width",
        Integer.toString(rows.width()), "--threads", Integer.toString(setting.threads()));
  }
}
