package org.striatum.benchmarks.probes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.probe.sparse.LabelledRows;

/// Rows that look like hidden states to a regression, with outcomes: coordinates of very different means and deviations,
/// correlated through common factors, forty of which influence the outcome.
///
/// @param rows (n, width) row-major
/// @param outcomes (n), 0 or 1
record OutcomeRows(float[] rows, double[] outcomes, int width) {
  static final int WIDTH = 896;
  private static final int FACTORS = 32;
  private static final int COUNTING = 40;
  private static final double SHARED = 0.6; // share of a coordinate's deviation that comes from the factors

  /// Draws n rows.
  static OutcomeRows draw(int n, int width, RandomGenerator random) {
    float[] loadings = new float[FACTORS * width];
    for (int i = 0; i < loadings.length; i++) {
      loadings[i] = (float) (SHARED * random.nextGaussian() / Math.sqrt(FACTORS));
    }
    double[] scale = random.doubles(width, -1, 1).map(exponent -> Math.pow(10, exponent)).toArray();
    double[] mean = random.doubles(width, -3, 3).toArray();
    double own = Math.sqrt(1 - SHARED * SHARED);
    float[] rows = new float[n * width];
    double[] outcomes = new double[n];
    float[] factors = new float[FACTORS];
    for (int i = 0; i < n; i++) {
      for (int f = 0; f < FACTORS; f++) {
        factors[f] = (float) random.nextGaussian();
      }
      double logOdds = 0;
      for (int j = 0; j < width; j++) {
        double z = own * random.nextGaussian();
        for (int f = 0; f < FACTORS; f++) {
          z += loadings[f * width + j] * factors[f];
        }
        rows[i * width + j] = (float) (scale[j] * (mean[j] + z));
        logOdds += j % (width / COUNTING) == 0 ? (j / (width / COUNTING) % 2 == 0 ? 0.3 : -0.3) * z : 0;
      }
      outcomes[i] = random.nextDouble() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0;
    }
    return new OutcomeRows(rows, outcomes, width);
  }

  static OutcomeRows draw(Setting setting) {
    return draw(setting.quick() ? 2_000 : 10_000, setting.quick() ? 256 : WIDTH,
        RandomGeneratorFactory.of("L64X128MixRandom").create(7));
  }

  LabelledRows labelled() {
    return LabelledRows.of(rows, width, outcomes);
  }

  /// Writes the rows as F32 and the outcomes as F64, for a peer to read.
  void write(Path rowFile, Path outcomeFile) throws IOException {
    RawFile.write(rowFile, rows);
    RawFile.write(outcomeFile, outcomes);
  }
}
