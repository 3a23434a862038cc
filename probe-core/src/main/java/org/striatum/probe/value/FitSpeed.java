package org.striatum.probe.value;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.value.OutcomeRegression.Order;
import org.striatum.probe.value.ValueProbeTraining.Sorting;

/// How fast fits are made on this machine, measured by making one of each kind on made-up states. Each figure is the time of one fit as
/// a share of its size, so that it holds for other sizes: fits of the same kind take time in proportion to what is multiplied in them.
///
/// @param pass of a network over one state, on one thread: seconds per coordinate and hidden unit
/// @param path sparse path: seconds per row and coordinate
/// @param regression logistic regression on all coordinates: seconds per row and coordinate
/// @param crossFit ridge regressions in every fold, in every order, on a few numbers of coordinates: seconds per element of what is
///     multiplied and factorised in them ([#crossFit(long, long)])
public record FitSpeed(double pass, double path, double regression, double crossFit) {
  private static final int STATES = 256;
  /// More are not made up: their time would be noticed. They are scaled from here.
  private static final int MOST_ROWS = 300;
  private static final int MOST_COORDINATES = 256;
  private static final int MOST_TIMES = 20;
  private static final double ENOUGH_SECONDS = 0.1;
  private static final int[] COUNTS = {4, 16, 64};

  public FitSpeed {
    if (!(pass > 0 && path > 0 && regression > 0 && crossFit > 0)) {
      throw new IllegalArgumentException("times of fits must be > 0, found %s, %s, %s and %s".formatted(pass, path,
          regression, crossFit));
    }
  }

  /// Measures them, in about half a second: twice each, and again while it takes less than a tenth of a second.
  ///
  /// @param rows that fits will have
  /// @param width coordinates that they will have
  public static FitSpeed measured(ValueNeuronSettings settings, int rows, int width) {
    int n = Math.clamp(rows, 4 * settings.controls().folds(), MOST_ROWS);
    int d = Math.clamp(width, 1, MOST_COORDINATES);
    InitialStates states = madeUp(n, d);
    int[] counts = Arrays.stream(COUNTS).map(count -> Math.min(count, d)).distinct().toArray();
    ProblemFolds folds = ProblemFolds.deal(states.problems(), settings.controls().folds(),
        new RandomStreams(1).of("folds"));
    double largest = Moments.of(states.labelled()).largestPenalty();
    return new FitSpeed(pass(settings.training().hidden(), d) / STATES / d / settings.training().hidden(),
        fastest(() -> settings.sparse().fit().path(settings.sparse().solver().solver(), states.labelled(), largest,
            settings.sparse().ratio(), settings.sparse().points())) / n / d,
        fastest(() -> LinearProbe.fit(states.rows(), d, states.successes())) / n / d,
        fastest(() -> OutcomeRegression.crossFit(states, folds, Order.values(), counts)) / crossFit(n, d));
  }

  /// Seconds of one network with all processors at work: half way between the fewest passes and the most.
  ///
  /// @param size whose states it is trained on
  public double network(ValueProbeTraining training, ValueFits.Size size) {
    Sorting sorting = training.stopping().sorting();
    int predicting = training.stopping().maxEpochs();
    double ranking = (sorting.least() + sorting.most()) / 2.0;
    double passes = sorting.optimiser().equals(training.optimiser())
        ? Math.max(predicting / 2.0, ranking)
        : predicting / 2.0 + ranking;
    return Math.max(1, passes) * size.states() * size.width() * training.hidden() * pass
        / Runtime.getRuntime().availableProcessors();
  }

  /// Elements of what a cross-fit multiplies (rows × width²) and factorises (width³ / 3).
  static double crossFit(long rows, long width) {
    return (double) rows * width * width + (double) width * width * width / 3;
  }

  /// The products forwards and backwards.
  private static double pass(int hidden, int width) {
    float[] states = new float[STATES * width];
    float[] weights = new float[hidden * width];
    float[] products = new float[STATES * hidden];
    Arrays.fill(states, 0.5f);
    try (HeapProducts.OneThread _ = HeapProducts.oneThread()) {
      return 2 * fastest(
          () -> HeapProducts.timesTransposed(states, weights, 0, products, STATES, hidden, width));
    }
  }

  /// The fastest of a few, of quick work more: the first find code that is not compiled.
  private static double fastest(Runnable work) {
    double fastest = Double.POSITIVE_INFINITY;
    double all = 0;
    for (int k = 0; k < 2 || (k < MOST_TIMES && all < ENOUGH_SECONDS); k++) {
      long started = System.nanoTime();
      work.run();
      double seconds = Math.max(1, System.nanoTime() - started) / 1e9;
      fastest = Math.min(fastest, seconds);
      all += seconds;
    }
    return fastest;
  }

  /// Normal states, the outcome in some of their coordinates and in noise.
  private static InitialStates madeUp(int n, int d) {
    SplittableRandom random = new SplittableRandom(1);
    float[] rows = new float[n * d];
    boolean[] successes = new boolean[n];
    for (int i = 0; i < n; i++) {
      double sum = random.nextGaussian();
      for (int j = 0; j < d; j++) {
        rows[i * d + j] = (float) random.nextGaussian();
        sum += j < 6 ? rows[i * d + j] : 0;
      }
      successes[i] = i < 2 ? i == 0 : sum > 0;
    }
    return new InitialStates(rows, d, successes,
        IntStream.range(0, n).mapToObj(i -> "problem " + i).toArray(String[]::new));
  }
}
