package org.striatum.probe.value;

import java.util.Arrays;
import java.util.Locale;
import org.striatum.probe.run.Printed;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.sparse.PathSolver;
import org.striatum.probe.sparse.SparsePath;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.Ranks;
import smile.math.blas.LAPACK;
import smile.math.blas.Layout;
import smile.math.blas.UPLO;

/// Ridge regression of the outcome on z-scored s₀, from one correlation matrix: refitting on other coordinates or to
/// other outcomes costs no pass over the states' products. What the controls refit thousands of times.
final class OutcomeRegression {
  private static final double LASSO_RATIO = 0.05;
  private static final int LASSO_POINTS = 12;

  /// How coordinates are put in order, best first.
  enum Order implements Printed {
    /// |correlation| with the outcome, each coordinate alone.
    CORRELATION,
    /// |coefficient| of the ridge regression on all.
    RIDGE,
    /// The penalty at which the lasso path takes the coordinate up.
    LASSO;

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// As it is printed.
    @Override
    public String toString() {
      return printed();
    }
  }

  private final InitialStates states;
  private final Standardisation scale;
  private final double[][] correlations; // (width, width)
  private final double[] factor; // Cholesky factor of correlations + penalty
  private final double[] products; // (width)
  private final double mean;
  private final double penalty; // a state

  private OutcomeRegression(InitialStates states, Standardisation scale, double[][] correlations, double[] factor,
      double[] products, double mean) {
    this.states = states;
    this.scale = scale;
    this.correlations = correlations;
    this.factor = factor;
    this.products = products;
    this.mean = mean;
    this.penalty = NeuronRanking.RIDGE_PENALTY / states.size();
  }

  static OutcomeRegression of(InitialStates states) {
    Moments moments = Moments.of(states.labelled());
    double[][] correlations = moments.correlations();
    int d = states.width();
    double[] factor = new double[d * d];
    for (int j = 0; j < d; j++) {
      System.arraycopy(correlations[j], 0, factor, j * d, d);
      factor[j * d + j] += NeuronRanking.RIDGE_PENALTY / states.size();
    }
    LAPACK.engine.potrf(Layout.ROW_MAJOR, UPLO.LOWER, d, factor, d);
    return new OutcomeRegression(states, moments.scale(), correlations, factor, moments.targetProducts(),
        moments.targetMean());
  }

  /// The same states with other outcomes.
  OutcomeRegression with(boolean[] outcomes) {
    int d = states.width();
    double[] sums = new double[d]; // Σ (y − ȳ) x
    double total = 0;
    for (boolean outcome : outcomes) {
      total += outcome ? 1.0 / outcomes.length : 0;
    }
    float[] rows = states.rows();
    double[] means = scale.means();
    for (int i = 0; i < outcomes.length; i++) {
      double y = (outcomes[i] ? 1 : 0) - total;
      for (int j = 0; j < d; j++) {
        sums[j] += y * (rows[i * d + j] - means[j]);
      }
    }
    double[] deviations = scale.deviations();
    Arrays.setAll(sums, j -> deviations[j] == 0 ? 0 : sums[j] / (deviations[j] * outcomes.length));
    return new OutcomeRegression(states.with(outcomes), scale, correlations, factor, sums, total);
  }

  int[] order(Order order) {
    return order(order, products.length);
  }

  /// The best `head` coordinates in their order, then the others in any.
  int[] order(Order order, int head) {
    double[] scores = switch (order) {
      case CORRELATION -> absolute(products);
      case RIDGE -> absolute(whole().coefficients());
      case LASSO -> lasso(head);
    };
    return Ranks.top(scores, scores.length);
  }

  private double[] lasso(int head) {
    double largest = Arrays.stream(products).map(Math::abs).max().orElseThrow();
    return largest > 0
        ? new PathSolver().elasticNet(scale, mean, correlations, products,
            SparsePath.lambdas(largest, LASSO_RATIO, LASSO_POINTS), 1, head).importance()
        : new double[products.length];
  }

  private static double[] absolute(double[] values) {
    return Arrays.stream(values).map(Math::abs).toArray();
  }

  /// Fitted on all coordinates.
  LinearPredictor whole() {
    double[] b = products.clone();
    LAPACK.engine.potrs(Layout.ROW_MAJOR, UPLO.LOWER, b.length, 1, factor, b.length, b, 1);
    return new LinearPredictor(scale, mean, b);
  }

  /// Fitted on the first k of an order.
  LinearPredictor head(int[] order, int k) {
    return k == order.length ? whole() : on(Arrays.copyOf(order, k));
  }

  /// Fitted on some coordinates; all others have coefficient 0.
  LinearPredictor on(int[] coordinates) {
    int k = coordinates.length;
    double[] matrix = new double[k * k];
    double[] b = new double[k];
    for (int r = 0; r < k; r++) {
      b[r] = products[coordinates[r]];
      for (int s = 0; s < k; s++) {
        matrix[r * k + s] = correlations[coordinates[r]][coordinates[s]];
      }
      matrix[r * k + r] += penalty;
    }
    LAPACK.engine.posv(Layout.ROW_MAJOR, UPLO.LOWER, k, 1, matrix, k, b, 1);
    double[] coefficients = new double[scale.width()];
    for (int r = 0; r < k; r++) {
      coefficients[coordinates[r]] = b[r];
    }
    return new LinearPredictor(scale, mean, coefficients);
  }

  /// What probes that have not seen a problem say of it.
  ///
  /// @param aurocs mean held-out AUROC of the probe refitted on the k best coordinates: (orders, counts)
  /// @param scores of each state by the probe on all coordinates: (size)
  record CrossFit(double[][] aurocs, double[] scores) {}

  /// One probe a fold, for both. Folds without both outcomes are left out of the AUROCs.
  static CrossFit crossFit(InitialStates states, ProblemFolds folds, Order[] orders, int[] counts) {
    double[][] mean = new double[orders.length][counts.length];
    double[] scores = new double[states.size()];
    int used = 0;
    for (int fold = 0; fold < folds.folds(); fold++) {
      int[] inside = folds.inside(fold);
      InitialStates held = states.items(inside);
      OutcomeRegression outside = of(states.items(folds.outside(fold)));
      double[] own = outside.whole().scores(held.rows(), held.size());
      for (int k = 0; k < inside.length; k++) {
        scores[inside[k]] = own[k];
      }
      if (!Double.isNaN(held.auroc(own))) {
        used++;
        add(mean, outside, held, orders, counts);
      }
    }
    int n = used;
    Arrays.stream(mean).forEach(row -> Arrays.setAll(row, k -> n == 0 ? Double.NaN : row[k] / n));
    return new CrossFit(mean, scores);
  }

  /// Adds the held-out AUROCs of one fold.
  static void add(double[][] sums, OutcomeRegression regression, InitialStates held, Order[] orders, int[] counts) {
    int most = Arrays.stream(counts).max().orElseThrow();
    for (int o = 0; o < orders.length; o++) {
      int[] order = regression.order(orders[o], most);
      for (int k = 0; k < counts.length; k++) {
        sums[o][k] += held.auroc(regression.head(order, counts[k]).scores(held.rows(), held.size()));
      }
    }
  }
}
