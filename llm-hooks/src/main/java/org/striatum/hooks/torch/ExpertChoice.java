package org.striatum.hooks.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/// The experts with the largest scores of each row; of equal ones, the first. Which they are has no gradient.
final class ExpertChoice {
  private final NDManager manager;
  private final float[] scores; // (rows, experts)
  private final int rows;
  private final int experts;
  private final int[][] chosen; // row → experts, largest first

  /// @param scores (rows, experts)
  /// @param count experts of a row
  ExpertChoice(NDManager manager, NDArray scores, int count) {
    this.manager = manager;
    this.scores = scores.toFloatArray();
    this.rows = Math.toIntExact(scores.getShape().get(0));
    this.experts = Math.toIntExact(scores.getShape().get(1));
    this.chosen = new int[rows][count];
    for (int row = 0; row < rows; row++) {
      boolean[] taken = new boolean[experts];
      for (int rank = 0; rank < count; rank++) {
        chosen[row][rank] = largest(row, taken);
        taken[chosen[row][rank]] = true;
      }
    }
  }

  private int largest(int row, boolean[] taken) {
    int largest = -1;
    for (int e = 0; e < experts; e++) {
      if (!taken[e] && (largest < 0 || score(row, e) > score(row, largest))) {
        largest = e;
      }
    }
    return largest;
  }

  private float score(int row, int expert) {
    return scores[row * experts + expert];
  }

  /// 1 for each expert chosen, 0 elsewhere: (rows, experts).
  NDArray marked() {
    float[] marks = new float[scores.length];
    for (int row = 0; row < rows; row++) {
      for (int expert : chosen[row]) {
        marks[row * experts + expert] = 1;
      }
    }
    return array(marks);
  }

  /// 1 for the expert chosen at this rank.
  NDArray marked(int rank) {
    float[] marks = new float[scores.length];
    for (int row = 0; row < rows; row++) {
      marks[row * experts + chosen[row][rank]] = 1;
    }
    return array(marks);
  }

  /// The expert chosen at this rank: (rows, 1).
  NDArray numbers(int rank) {
    long[] numbers = new long[rows];
    for (int row = 0; row < rows; row++) {
      numbers[row] = chosen[row][rank];
    }
    return manager.create(numbers, new Shape(rows, 1));
  }

  /// 1 for each score s with (m − s) / max(|s|, m) ≤ 2 ε, m being that of this rank; 0 elsewhere and for higher ranks.
  NDArray near(int rank, double tolerance) {
    float limit = (float) (2 * tolerance);
    float[] near = new float[scores.length];
    for (int row = 0; row < rows; row++) {
      float most = score(row, chosen[row][rank]);
      for (int e = 0; e < experts; e++) {
        float s = score(row, e);
        near[row * experts + e] = (most - s) / Math.max(Math.abs(s), most) > limit ? 0 : 1;
      }
      for (int higher = 0; higher < rank; higher++) {
        near[row * experts + chosen[row][higher]] = 0;
      }
    }
    return array(near);
  }

  private NDArray array(float[] values) {
    return manager.create(values, new Shape(rows, experts));
  }
}
