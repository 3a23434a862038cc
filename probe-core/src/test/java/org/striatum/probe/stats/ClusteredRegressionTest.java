package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.NotEnoughData;

class ClusteredRegressionTest {
  private static final int N = 24;

  private static double[] column(IntToDoubleFunction figure) {
    return IntStream.range(0, N).mapToDouble(figure).toArray();
  }

  private static final double[] A = column(i -> 2 * Math.sin(1.7 * i));
  private static final double[] B = column(i -> Math.cos(0.9 * i) + 0.1 * i);
  private static final double[] Y = column(i -> 0.5 + 1.5 * A[i] - 0.8 * B[i] + Math.sin(0.37 * i * i));
  private static final String[] CLUSTERS = IntStream.range(0, N).mapToObj(i -> "c" + i * 5 % 7).toArray(String[]::new);

  /// statsmodels 0.15.0: `OLS(y, X).fit(cov_type='cluster', cov_kwds={'groups': g}, use_t=True)` on the same columns.
  @Test
  void equalsStatsmodels() {
    ClusteredRegression.Fit fit = new ClusteredRegression(new double[][]{A, B}, CLUSTERS).fit(Y);
    assertThat(fit.coefficients()).containsExactly(new double[]{1.5706930076709997, -0.8022410331854194},
        within(1e-12));
    assertThat(fit.errors()).containsExactly(new double[]{0.07594513973136757, 0.07720379205434681}, within(1e-12));
    assertThat(fit.degrees()).isEqualTo(6);
    assertThat(fit.p(0)).isCloseTo(8.315204415953001e-07, Percentage.withPercentage(1e-5));
    assertThat(fit.p(1)).isCloseTo(4.651724524934803e-05, Percentage.withPercentage(1e-5));
  }

  @Test
  void aColumnThatOthersDetermineIsLeftOut() {
    double[] determined = column(i -> 3 * A[i] - 2 * B[i] + 7);
    double[] constant = column(_ -> 1e6 / 3);
    ClusteredRegression.Fit plain = new ClusteredRegression(new double[][]{A, B}, CLUSTERS).fit(Y);
    ClusteredRegression.Fit fit = new ClusteredRegression(new double[][]{A, constant, B, determined}, CLUSTERS).fit(Y);
    assertThat(fit.coefficients()[0]).isCloseTo(plain.coefficients()[0], within(1e-12));
    assertThat(fit.errors()[2]).isCloseTo(plain.errors()[1], within(1e-12));
    assertThat(new double[]{fit.coefficients()[1], fit.coefficients()[3], fit.p(1), fit.p(3)}).containsOnly(Double.NaN);
  }

  /// b − λ a is the coefficient of B where A + λ B stands for A: the same resamples must give the same interval.
  @Test
  void aContrastIsTheCoefficientOfTheDesignThatHoldsIt() {
    double lambda = 0.3;
    double[] mixed = column(i -> A[i] + lambda * B[i]);
    double[][] contrasts = {{-lambda, 1}, {1, 0}};
    Estimate[] found = new ClusteredRegression(new double[][]{A, B}, CLUSTERS).bootstrap(Y, contrasts, 200,
        new SplittableRandom(5));
    Estimate[] held = new ClusteredRegression(new double[][]{mixed, B}, CLUSTERS).bootstrap(Y, 200,
        new SplittableRandom(5));
    for (int c = 0; c < 2; c++) {
      assertThat(found[c].value()).isCloseTo(held[1 - c].value(), within(1e-9));
      assertThat(found[c].low()).isCloseTo(held[1 - c].low(), within(1e-9));
      assertThat(found[c].high()).isCloseTo(held[1 - c].high(), within(1e-9));
    }
    assertThat(new ClusteredRegression(new double[][]{A, A, B}, CLUSTERS)
        .bootstrap(Y, new double[][]{{0, 1, 1}, {1, 0, 0}}, 200, new SplittableRandom(5)))
        .extracting(one -> Double.isNaN(one.value())).containsExactly(true, false);
  }

  @Test
  void scalesWithItsUnits() {
    double[] shifted = column(i -> 1000 * A[i] + 1e6);
    ClusteredRegression.Fit plain = new ClusteredRegression(new double[][]{A, B}, CLUSTERS).fit(Y);
    ClusteredRegression.Fit fit = new ClusteredRegression(new double[][]{shifted, B}, CLUSTERS).fit(Y);
    assertThat(fit.coefficients()[0] * 1000).isCloseTo(plain.coefficients()[0], within(1e-9));
    assertThat(fit.errors()[0] * 1000).isCloseTo(plain.errors()[0], within(1e-9));
  }

  @Test
  void anExactFitHasAPointForAnInterval() {
    double[] exact = column(i -> 2 + 3 * A[i] - B[i]);
    Estimate[] estimates = new ClusteredRegression(new double[][]{A, B}, CLUSTERS).bootstrap(exact, 200,
        new SplittableRandom(1));
    assertThat(new double[]{estimates[0].value(), estimates[0].low(), estimates[0].high()})
        .containsExactly(new double[]{3, 3, 3}, within(1e-9));
    assertThat(estimates[1].value()).isCloseTo(-1, within(1e-9));
  }

  /// Noise shared within clusters: the intervals must be about as wide as the sandwich's, far wider than without
  /// clusters.
  @Test
  void resamplesWholeClusters() {
    SplittableRandom random = new SplittableRandom(2);
    int clusters = 80;
    int each = 10;
    double[] x = new double[clusters * each];
    double[] y = new double[x.length];
    String[] clusterOf = new String[x.length];
    for (int g = 0; g < clusters; g++) {
      double sharedX = random.nextGaussian();
      double sharedY = random.nextGaussian();
      for (int k = g * each; k < (g + 1) * each; k++) {
        x[k] = sharedX + 0.2 * random.nextGaussian();
        y[k] = sharedY + 0.2 * random.nextGaussian();
        clusterOf[k] = "c" + g;
      }
    }
    ClusteredRegression regression = new ClusteredRegression(new double[][]{x}, clusterOf);
    double sandwich = regression.fit(y).errors()[0];
    Estimate interval = regression.bootstrap(y, 1000, new SplittableRandom(3))[0];
    assertThat((interval.high() - interval.low()) / (2 * 1.96)).isCloseTo(sandwich, Percentage.withPercentage(15));
    String[] alone = IntStream.range(0, x.length).mapToObj(i -> "i" + i).toArray(String[]::new);
    assertThat(sandwich).isGreaterThan(2 * new ClusteredRegression(new double[][]{x}, alone).fit(y).errors()[0]);
  }

  @Test
  void refusesWhatItCannotFit() {
    String[] one = new String[N];
    Arrays.fill(one, "c");
    assertThatExceptionOfType(NotEnoughData.class).isThrownBy(() -> new ClusteredRegression(new double[][]{A}, one))
        .withMessage("a clustered regression needs clusters: at least 2, found 1");
    double[] broken = A.clone();
    broken[3] = Double.NaN;
    assertThatIllegalArgumentException().isThrownBy(() -> new ClusteredRegression(new double[][]{broken}, CLUSTERS))
        .withMessageContaining("NaN");
  }
}
