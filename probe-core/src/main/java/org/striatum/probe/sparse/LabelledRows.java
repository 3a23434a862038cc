package org.striatum.probe.sparse;

import java.util.Arrays;

/// Rows of activations, each with a target (a return, or an outcome in {0, 1}), read block by block as often as an
/// algorithm needs, so that memory does not grow with tokens. Every reading gives the same rows in the same order.
public interface LabelledRows {
  /// Coordinates of a row, d.
  int width();

  /// Hands every row to `block`, once.
  void read(Block block);

  /// Takes some rows.
  @FunctionalInterface
  interface Block {
    /// Takes the first `count` rows.
    ///
    /// @param rows (≥ count, d) row-major, to be read before returning and never written
    /// @param targets (≥ count)
    void accept(float[] rows, int count, double[] targets);
  }

  /// Rows held in memory, not copied.
  ///
  /// @param rows (n, width) row-major
  /// @param targets (n)
  /// @throws IllegalArgumentException if the lengths do not fit
  static LabelledRows of(float[] rows, int width, double[] targets) {
    if (width < 1 || (long) width * targets.length != rows.length) {
      throw new IllegalArgumentException("rows must hold targets × width values, found " + rows.length + " values for "
          + targets.length + " targets of width " + width);
    }
    return new LabelledRows() {
      @Override
      public int width() {
        return width;
      }

      @Override
      public void read(Block block) {
        block.accept(rows, targets.length, targets);
      }
    };
  }

  /// Rows held in memory with an outcome: true is 1, false 0.
  static LabelledRows of(float[] rows, int width, boolean[] labels) {
    double[] targets = new double[labels.length];
    Arrays.setAll(targets, i -> labels[i] ? 1 : 0);
    return of(rows, width, targets);
  }

  /// The same without rows that hold NaN or ∞, in themselves or as target.
  default LabelledRows finite() {
    LabelledRows all = this;
    return new LabelledRows() {
      @Override
      public int width() {
        return all.width();
      }

      @Override
      public void read(Block block) {
        int d = width();
        all.read((rows, count, targets) -> {
          float[] kept = new float[count * d];
          double[] keptTargets = new double[count];
          int k = 0;
          for (int i = 0; i < count; i++) {
            if (isFinite(rows, i, d, targets[i])) {
              System.arraycopy(rows, i * d, kept, k * d, d);
              keptTargets[k++] = targets[i];
            }
          }
          block.accept(kept, k, keptTargets);
        });
      }

      @Override
      public LabelledRows finite() {
        return this;
      }
    };
  }

  /// Whether row i and its target hold numbers only.
  static boolean isFinite(float[] rows, int i, int width, double target) {
    // x · 0 is 0 for every number and NaN for NaN and ±∞: one check for the whole row.
    float zero = 0;
    for (int at = i * width, end = at + width; at < end; at++) {
      zero += rows[at] * 0;
    }
    return zero == 0 && Double.isFinite(target);
  }
}
