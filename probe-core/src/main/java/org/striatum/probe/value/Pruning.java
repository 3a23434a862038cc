package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;

/// AUROC of V(s₀) on test problems as coordinates are removed, best kept longest, against random coordinates kept
/// instead. (arXiv 2602.00986, §3.2, masks; refitting is ours.)
final class Pruning {
  private final InitialStates test;
  private final List<Double> ratios;
  private final int randomSets;
  private final int resamples;
  private final RandomGenerator random;
  private final List<int[]> draws;

  /// V(s₀) of the test states when only some coordinates are kept.
  @FunctionalInterface
  interface Kept {
    /// One score a test state: (test size).
    ///
    /// @param coordinates kept, rising
    double[] scores(int[] coordinates);
  }

  /// What random coordinates reach at each ratio.
  ///
  /// @param low 2.5 percentile: (ratios), NaN without draws
  /// @param high 97.5 percentile
  record RandomBand(double[] low, double[] high) {}

  /// Draws the random sets once, so that all curves meet the same ones. A draw is an order; a ratio keeps its head.
  Pruning(InitialStates test, ValueNeuronSettings settings, RandomGenerator random) {
    this.test = test;
    this.ratios = settings.pruning().ratios();
    this.randomSets = settings.pruning().randomSets();
    this.resamples = settings.summary().resamples();
    this.random = random;
    this.draws = IntStream.range(0, randomSets).mapToObj(_ -> randomOrder(test.width(), random)).toList();
  }

  /// Removed coordinates stand at their training mean.
  Kept masked(ValueProbe probe) {
    return coordinates -> probe.values(test.rows(), test.size(), coordinates);
  }

  /// The linear probe refitted on the kept coordinates.
  Kept retrained(InitialStates train) {
    return coordinates -> {
      InitialStates kept = train.columns(coordinates);
      return LinearProbe.fit(kept.rows(), kept.width(), kept.successes())
          .scores(test.columns(coordinates).rows(), test.size());
    };
  }

  /// AUROCs of one draw: (ratios), NaN where nothing is removed, but in the first.
  private record Reached(double[] aurocs) {}

  /// The band that randomly kept coordinates reach.
  ///
  /// @param name of the pieces, distinct
  /// @param operations of a score, about, for each coordinate kept
  /// @param pieces one a draw
  /// @param progress stepped once a draw
  RandomBand randomBand(String name, Kept kept, double operations, Pieces pieces, Progress.Task progress) {
    double coordinates = ratios.stream().mapToInt(this::count).sum();
    Work<Reached> work = Work.of(name, Reached.class, randomSets, operations * coordinates,
        draw -> new Reached(reached(draw, kept)));
    progress.step(work.count() - pieces.left(work));
    List<Reached> reached = pieces.all(work, computed -> progress.step(computed.size()));
    double[][] aurocs = new double[ratios.size()][randomSets]; // (ratios, draws)
    for (int draw = 0; draw < randomSets; draw++) {
      for (int i = 0; i < ratios.size(); i++) {
        aurocs[i][draw] = reached.get(isWhole(i) ? 0 : draw).aurocs[i];
      }
    }
    double[] low = new double[ratios.size()];
    double[] high = new double[ratios.size()];
    for (int i = 0; i < low.length; i++) {
      Arrays.sort(aurocs[i]);
      low[i] = randomSets == 0 ? Double.NaN : Bootstrap.quantile(aurocs[i], 0.025);
      high[i] = randomSets == 0 ? Double.NaN : Bootstrap.quantile(aurocs[i], 0.975);
    }
    return new RandomBand(low, high);
  }

  private double[] reached(int draw, Kept kept) {
    double[] aurocs = new double[ratios.size()];
    // Keeping all is the same in every draw, and the dearest fit of all.
    Arrays.setAll(aurocs, i -> isWhole(i) && draw > 0
        ? Double.NaN
        : test.auroc(kept.scores(head(draws.get(draw), count(ratios.get(i))))));
    return aurocs;
  }

  private boolean isWhole(int ratio) {
    return count(ratios.get(ratio)) == test.width();
  }

  /// A curve without its band.
  PruningCurve curve(ProbeKind probe, Ranking by, boolean retrained, NeuronRanking ranking, Kept kept) {
    List<PruningPoint> points = new ArrayList<>();
    for (int i = 0; i < ratios.size(); i++) {
      int count = count(ratios.get(i));
      double[] scores = kept.scores(head(ranking.order(), count));
      points.add(new PruningPoint(ratios.get(i), count, test.estimate(scores, resamples, random), Double.NaN,
          Double.NaN));
    }
    return new PruningCurve(probe, by, retrained, points);
  }

  /// The same curve with its band.
  static PruningCurve within(PruningCurve curve, RandomBand band) {
    List<PruningPoint> points = new ArrayList<>();
    for (PruningPoint point : curve.points()) {
      int i = points.size();
      points.add(new PruningPoint(point.ratio(), point.kept(), point.auroc(), band.low()[i], band.high()[i]));
    }
    return new PruningCurve(curve.probe(), curve.ranking(), curve.retrained(), points);
  }

  /// Coordinates left at a ratio: at least one.
  private int count(double ratio) {
    return (int) Math.max(1, Math.round(test.width() * (1 - ratio)));
  }

  private static int[] head(int[] order, int count) {
    int[] head = Arrays.copyOf(order, count);
    Arrays.sort(head);
    return head;
  }

  private static int[] randomOrder(int width, RandomGenerator random) {
    int[] order = IntStream.range(0, width).toArray();
    Ranks.shuffle(order, random);
    return order;
  }
}
