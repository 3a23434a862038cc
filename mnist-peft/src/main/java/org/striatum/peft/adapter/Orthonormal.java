package org.striatum.peft.adapter;

import java.util.random.RandomGenerator;

/// Matrices of orthonormal rows, (rows, width) row-major.
final class Orthonormal {
  private Orthonormal() {}

  /// Random directions, uniform on the sphere.
  static float[] rows(int rows, int width, RandomGenerator random) {
    float[] matrix = new float[rows * width];
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = (float) random.nextGaussian();
    }
    restore(matrix, rows, width);
    return matrix;
  }

  /// Makes nearly orthonormal rows orthonormal again, in place: each loses its share in those before it and is scaled to
  /// length 1 (Gram and Schmidt).
  static void restore(float[] matrix, int rows, int width) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < i; j++) {
        double share = product(matrix, i, j, width);
        for (int k = 0; k < width; k++) {
          matrix[i * width + k] -= (float) (share * matrix[j * width + k]);
        }
      }
      double length = Math.sqrt(product(matrix, i, i, width));
      for (int k = 0; k < width; k++) {
        matrix[i * width + k] /= (float) length;
      }
    }
  }

  private static double product(float[] matrix, int i, int j, int width) {
    double sum = 0;
    for (int k = 0; k < width; k++) {
      sum += (double) matrix[i * width + k] * matrix[j * width + k];
    }
    return sum;
  }
}
