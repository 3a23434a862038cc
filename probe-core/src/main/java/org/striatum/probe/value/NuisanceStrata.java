package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.sparse.LabelledRows;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.DotProduct;
import org.striatum.probe.stats.Ranks;

/// How well a coordinate tells outcomes apart among rollouts that are alike in nuisance variables.
///
///     AUROC = Σₕ (Pₕ Nₕ / (nₕ + 1)) AUROCₕ / Σₕ Pₕ Nₕ / (nₕ + 1)
///
/// over strata h of Pₕ right and Nₕ wrong rollouts, nₕ together (van Elteren 1960). Strata are groups of at least ten neighbours in
/// the outcome's logistic regression on the variables (Hansen 2008); rollouts with equal variables are never parted. What still
/// varies with the variables inside a stratum is taken out by least squares on all rollouts before coordinates are compared.
/// Where no variable varies there is one stratum, and this is the plain AUROC.
final class NuisanceStrata {
  private static final double C = 1; // a few variables: hardly any penalty
  private static final int SMALLEST = 10; // rollouts of a stratum; its comparisons lose one part in eleven
  private static final double ROUNDING = 1e-10; // of a coordinate's variance

  private final int[][] strata; // those with both outcomes
  private final boolean[] outcomes;
  private final double[][] basis; // orthonormal, spans the varying variables: (q, n)

  private NuisanceStrata(int[][] strata, boolean[] outcomes, double[][] basis) {
    this.strata = strata;
    this.outcomes = outcomes;
    this.basis = basis;
  }

  /// @param variables (n, q)
  /// @param outcomes (n)
  /// @throws NotEnoughData if rollouts that are alike all ended alike: the variables explain everything
  static NuisanceStrata of(double[][] variables, boolean[] outcomes) {
    double[][] basis = basis(variables);
    int[] all = IntStream.range(0, outcomes.length).toArray();
    int[][] strata = basis.length == 0 ? new int[][]{all} : strata(scores(variables, outcomes));
    int[][] mixed = Arrays.stream(strata).filter(stratum -> rights(stratum, outcomes) > 0
        && rights(stratum, outcomes) < stratum.length).toArray(int[][]::new);
    NotEnoughData.require("a ranking after nuisances", "groups of like rollouts with both outcomes", mixed.length, 1);
    return new NuisanceStrata(mixed, outcomes, basis);
  }

  private static int rights(int[] items, boolean[] outcomes) {
    return (int) Arrays.stream(items).filter(i -> outcomes[i]).count();
  }

  private static double[] scores(double[][] variables, boolean[] outcomes) {
    int q = variables[0].length;
    float[] rows = new float[variables.length * q];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) variables[i / q][i % q];
    }
    return LinearProbe.fit(LabelledRows.of(rows, q, outcomes), C).scores(rows, variables.length);
  }

  /// Groups of neighbours in score, ties together.
  private static int[][] strata(double[] scores) {
    int n = scores.length;
    int[] order = Ranks.top(scores, n);
    List<int[]> strata = new ArrayList<>();
    int from = 0;
    while (from < n) {
      int to = Math.min(n, from + SMALLEST);
      while (to < n && scores[order[to]] == scores[order[to - 1]]) {
        to++;
      }
      strata.add(Arrays.copyOfRange(order, from, to));
      from = to;
    }
    return strata.toArray(int[][]::new);
  }

  /// Gram–Schmidt over the centred variables; those that follow from others are left out.
  private static double[][] basis(double[][] variables) {
    List<double[]> basis = new ArrayList<>();
    for (int v = 0; variables.length > 0 && v < variables[0].length; v++) {
      int column = v;
      double[] x = Arrays.stream(variables).mapToDouble(row -> row[column]).toArray();
      double before = centre(x);
      double[][] found = basis.toArray(double[][]::new);
      takeOut(x, found);
      takeOut(x, found); // once more, for what rounding left
      double left = DotProduct.of(x, x);
      if (left > ROUNDING * before) {
        double length = Math.sqrt(left);
        Arrays.setAll(x, i -> x[i] / length);
        basis.add(x);
      }
    }
    return basis.toArray(double[][]::new);
  }

  /// Takes the mean away; returns the sum of squares left.
  private static double centre(double[] x) {
    double mean = Arrays.stream(x).average().orElse(0);
    Arrays.setAll(x, i -> x[i] - mean);
    return DotProduct.of(x, x);
  }

  private static void takeOut(double[] x, double[][] basis) {
    for (double[] direction : basis) {
      double along = DotProduct.of(x, direction);
      Arrays.setAll(x, i -> x[i] - along * direction[i]);
    }
  }

  /// AUROC of a coordinate among like rollouts; ½ where the variables leave nothing of it.
  ///
  /// @param values (n)
  double auroc(double[] values) {
    double[] x = values.clone();
    double before = centre(x);
    if (basis.length > 0) {
      takeOut(x, basis);
      if (DotProduct.of(x, x) <= ROUNDING * before) {
        return 0.5;
      }
    }
    double mean = 0;
    double weights = 0;
    for (int[] stratum : strata) {
      double right = rights(stratum, outcomes);
      double weight = right * (stratum.length - right) / (stratum.length + 1);
      weights += weight;
      double own = Auroc.of(taken(basis.length > 0 ? x : values, stratum), taken(outcomes, stratum));
      mean += (own - mean) * (weight / weights);
    }
    return mean;
  }

  private static double[] taken(double[] x, int[] items) {
    return Arrays.stream(items).mapToDouble(i -> x[i]).toArray();
  }

  private static boolean[] taken(boolean[] all, int[] items) {
    boolean[] taken = new boolean[items.length];
    for (int k = 0; k < items.length; k++) {
      taken[k] = all[items[k]];
    }
    return taken;
  }
}
