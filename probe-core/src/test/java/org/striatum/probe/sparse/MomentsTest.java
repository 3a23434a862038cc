package org.striatum.probe.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.NotEnoughData;
import smile.math.blas.BLAS;
import smile.math.blas.openblas.OpenBLAS;

class MomentsTest {
  private static final int D = 7;

  private static double[] flat(Moments moments) {
    return Arrays.stream(moments.correlations()).flatMapToDouble(Arrays::stream).toArray();
  }

  @Test
  void productsAreNative() {
    assertThat(BLAS.engine).isInstanceOf(OpenBLAS.class);
  }

  /// Against two-pass formulas in plain loops.
  @Test
  void equalTheDefinition() {
    Sample sample = Sample.draw(2500, 1, 0);
    Moments moments = Moments.of(sample.labelled());
    double[] means = new double[D];
    double meanY = Arrays.stream(sample.y).average().orElseThrow();
    for (int i = 0; i < sample.n(); i++) {
      for (int j = 0; j < D; j++) {
        means[j] += sample.rows[i * D + j] / (double) sample.n();
      }
    }
    double[][] correlations = moments.correlations();
    double[] products = moments.targetProducts();
    double[] deviations = moments.scale().deviations();
    assertThat(moments.scale().means()).containsExactly(means, within(1e-12));
    assertThat(moments.targetMean()).isCloseTo(meanY, within(1e-12));
    for (int j = 0; j < D; j++) {
      double product = 0;
      double[] covariance = new double[D];
      for (int i = 0; i < sample.n(); i++) {
        double xj = sample.rows[i * D + j] - means[j];
        product += xj * (sample.y[i] - meanY) / sample.n();
        for (int k = 0; k < D; k++) {
          covariance[k] += xj * (sample.rows[i * D + k] - means[k]) / sample.n();
        }
      }
      assertThat(deviations[j]).isCloseTo(Math.sqrt(covariance[j]), within(1e-12));
      assertThat(products[j]).isCloseTo(product / deviations[j], within(1e-12));
      for (int k = 0; k < D; k++) {
        assertThat(correlations[j][k]).isCloseTo(covariance[k] / deviations[j] / deviations[k], within(1e-12));
      }
    }
  }

  @Property(tries = 30)
  void mergedEqualsPooled(@ForAll long seed, @ForAll @IntRange(max = 1500) int first,
      @ForAll @IntRange(min = 1, max = 1500) int second) {
    Sample a = Sample.draw(first, seed, 30);
    Sample b = Sample.draw(second, seed + 1, -20);
    Moments merged = Moments.of(a.labelled());
    merged.add(Moments.of(b.labelled()));
    Moments pooled = Moments.of(a.labelled());
    pooled.add(b.rows, second, b.y);
    assertThat(merged.rows()).isEqualTo(pooled.rows()).isEqualTo(first + second);
    assertThat(merged.scale().means()).containsExactly(pooled.scale().means(), within(1e-10));
    assertThat(flat(merged)).containsExactly(flat(pooled), within(1e-10));
    assertThat(merged.targetProducts()).containsExactly(pooled.targetProducts(), within(1e-10));
    assertThat(merged.targetVariance()).isCloseTo(pooled.targetVariance(), within(1e-10));
  }

  /// However the rows are cut into calls, the bits are the same.
  @Property(tries = 20)
  void chunksDoNotMatter(@ForAll long seed, @ForAll @IntRange(min = 1, max = 900) int chunk) {
    Sample sample = Sample.draw(2100, seed, 5);
    Moments whole = Moments.of(sample.labelled());
    Moments chunked = new Moments(D);
    for (int from = 0; from < sample.n(); from += chunk) {
      int to = Math.min(from + chunk, sample.n());
      chunked.add(Arrays.copyOfRange(sample.rows, from * D, to * D), to - from, Arrays.copyOfRange(sample.y, from, to));
    }
    assertThat(flat(chunked)).containsExactly(flat(whole));
    assertThat(chunked.targetProducts()).containsExactly(whole.targetProducts());
  }

  /// Massive activations have means far beyond their deviation: a sum of squares would keep no digit here.
  @Test
  void largeMeansCostNoDigits() {
    SplittableRandom random = new SplittableRandom(8);
    float[] rows = new float[2 * 5000];
    double[] y = new double[5000];
    for (int i = 0; i < 5000; i++) {
      rows[2 * i] = 2_000_000 + random.nextInt(8); // floats keep these exactly
      rows[2 * i + 1] = rows[2 * i] - 2_000_000;
      y[i] = random.nextGaussian();
    }
    Moments moments = Moments.of(LabelledRows.of(rows, 2, y));
    assertThat(moments.correlations()[0][1]).isCloseTo(1, within(1e-12));
    assertThat(moments.scale().deviations()[0]).isCloseTo(moments.scale().deviations()[1], within(1e-9));
    assertThat(moments.targetProducts()[0]).isCloseTo(moments.targetProducts()[1], within(1e-12));
  }

  @Test
  void badRowsAreCountedAndLeftOut() {
    Sample sample = Sample.draw(50, 4, 0);
    Moments clean = Moments.of(sample.labelled());
    float[] rows = Arrays.copyOf(sample.rows, 53 * D);
    double[] y = Arrays.copyOf(sample.y, 53);
    rows[50 * D + 3] = Float.NaN;
    rows[51 * D] = Float.NEGATIVE_INFINITY;
    y[52] = Double.POSITIVE_INFINITY;
    Moments moments = Moments.of(LabelledRows.of(rows, D, y));
    assertThat(moments.rows()).isEqualTo(50);
    assertThat(moments.excluded()).isEqualTo(3);
    assertThat(flat(moments)).containsExactly(flat(clean));
    int[] kept = new int[1];
    LabelledRows.of(rows, D, y).finite().read((_, count, _) -> kept[0] += count);
    assertThat(kept[0]).isEqualTo(50);
  }

  @Test
  void constantCoordinatesHaveNoScale() {
    float[] rows = {0.1f, 1, 0.1f, 2, 0.1f, 4};
    Moments moments = Moments.of(LabelledRows.of(rows, 2, new double[]{1, 2, 3}));
    assertThat(moments.scale().isConstant(0)).isTrue();
    assertThat(flat(moments)).containsExactly(new double[]{0, 0, 0, 1}, within(1e-15));
    assertThat(moments.targetProducts()[0]).isZero();
    assertThat(moments.scale().z(0, 5)).isZero();
  }

  @Test
  void misuseIsExplained() {
    assertThatThrownBy(() -> new Moments(0)).hasMessageContaining("[1, 16000], found 0");
    assertThatThrownBy(() -> new Moments(3).scale()).isInstanceOf(NotEnoughData.class)
        .hasMessageContaining("at least 1, found 0");
    assertThatThrownBy(() -> new Moments(3).add(new Moments(4))).hasMessageContaining("width 4 do not fit width 3");
    assertThatThrownBy(() -> new Moments(3).add(new float[5], 2, new double[2])).hasMessageContaining("cannot add 2");
    assertThatThrownBy(() -> LabelledRows.of(new float[5], 2, new double[2])).hasMessageContaining("found 5 values");
  }

  @Test
  void rootMeanSquareOfACoordinate() {
    Standardisation scale = Moments.of(LabelledRows.of(new float[]{3, -2, 5, -2}, 2, new double[]{0, 1})).scale();
    assertThat(scale.rms()).containsExactly(new double[]{Math.sqrt(17), 2}, within(1e-12));
  }

  private record Sample(float[] rows, double[] y) {
    static Sample draw(int n, long seed, double offset) {
      SplittableRandom random = new SplittableRandom(seed);
      float[] rows = new float[n * D];
      double[] y = new double[n];
      for (int i = 0; i < n; i++) {
        y[i] = random.nextGaussian() + offset;
        for (int j = 0; j < D; j++) {
          rows[i * D + j] = (float) (random.nextGaussian() * (j + 1) + 0.3 * y[i] + offset);
        }
      }
      return new Sample(rows, y);
    }

    int n() {
      return y.length;
    }

    LabelledRows labelled() {
      return LabelledRows.of(rows, D, y);
    }
  }
}
