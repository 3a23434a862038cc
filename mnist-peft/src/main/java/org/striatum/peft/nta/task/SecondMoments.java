package org.striatum.peft.nta.task;

import java.util.random.RandomGenerator;

/// XᵀX/B of a batch of B inputs x ~ N(0, I), drawn without drawing the batch.
///
/// A linear network's loss and gradient know a batch only by these moments, which are Wishart distributed: XᵀX = LLᵀ with
/// L lower triangular, L_ij ~ N(0, 1) below the diagonal and L_ii² ~ χ² with B − i degrees of freedom (Bartlett 1933). Where
/// B < d only the first B columns of L are there. That costs d²/2 random numbers and d³/6 products instead of B · d and
/// B · d²/2, and has the same distribution. Not thread-safe.
public final class SecondMoments {
  private final int width;
  private final int batch;
  private final RandomGenerator random;
  private final double[] root; // L: (width, width)
  private final double[] moments; // (width, width)

  /// @param batch B ≥ 1; 0 for infinitely many inputs, whose moments are I
  public SecondMoments(int width, int batch, RandomGenerator random) {
    this.width = width;
    this.batch = batch;
    this.random = random;
    this.root = new double[width * width];
    this.moments = new double[width * width];
    for (int i = 0; i < width; i++) {
      moments[i * width + i] = 1;
    }
  }

  /// Those of the next batch: (width, width), overwritten by the next draw.
  public double[] draw() {
    if (batch == 0) {
      return moments;
    }
    double scale = 1.0 / batch;
    for (int i = 0; i < width; i++) {
      int columns = Math.min(i, batch);
      for (int j = 0; j < columns; j++) {
        root[i * width + j] = random.nextGaussian();
      }
      if (i < batch) {
        root[i * width + i] = Math.sqrt(chiSquare(batch - i));
      }
      for (int j = 0; j <= i; j++) {
        int common = Math.min(j + 1, batch);
        double sum = 0;
        for (int k = 0; k < common; k++) {
          sum += root[i * width + k] * root[j * width + k];
        }
        moments[i * width + j] = sum * scale;
        moments[j * width + i] = sum * scale;
      }
    }
    return moments;
  }

  /// χ² by a gamma variate of shape k/2 (Marsaglia and Tsang 2000); one degree is a squared normal, which that method does
  /// not reach.
  private double chiSquare(int degrees) {
    if (degrees == 1) {
      double normal = random.nextGaussian();
      return normal * normal;
    }
    double d = degrees / 2.0 - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double normal = random.nextGaussian();
      double root3 = 1 + c * normal;
      if (root3 > 0) {
        double v = root3 * root3 * root3;
        if (Math.log(random.nextDouble()) < 0.5 * normal * normal + d - d * v + d * Math.log(v)) {
          return 2 * d * v;
        }
      }
    }
  }
}
