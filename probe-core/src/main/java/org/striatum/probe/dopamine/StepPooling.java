package org.striatum.probe.dopamine;

import java.util.Locale;
import org.striatum.probe.run.Printed;
import org.striatum.probe.sparse.Standardisation;

/// How the activations of a step's tokens become one: the surprise of a step may show at every token of it or at one.
public enum StepPooling implements Printed {
  /// The mean, as in the papers. What shows at one token of n is divided by n.
  MEAN(1) {
    @Override
    void pool(float[] rows, int first, int last, int width, float[] into, int at) {
      for (int j = 0; j < width; j++) {
        double sum = 0;
        for (int t = first; t <= last; t++) {
          sum += rows[t * width + j];
        }
        into[at + j] = (float) (sum / (last - first + 1));
      }
    }
  },
  /// The last token's: by then the whole step is known.
  LAST(1) {
    @Override
    void pool(float[] rows, int first, int last, int width, float[] into, int at) {
      System.arraycopy(rows, last * width, into, at, width);
    }
  },
  /// The z-score that is largest in magnitude, with its sign.
  MAX(2) {
    @Override
    void pool(float[] rows, int first, int last, int width, float[] into, int at) {
      for (int j = 0; j < width; j++) {
        into[at + j] = rows[first * width + j];
        into[at + width + j] = rows[first * width + j];
        for (int t = first + 1; t <= last; t++) {
          into[at + j] = Math.max(into[at + j], rows[t * width + j]);
          into[at + width + j] = Math.min(into[at + width + j], rows[t * width + j]);
        }
      }
    }

    @Override
    double z(Standardisation scale, int j, float[] pooled, int at) {
      double high = scale.z(j, pooled[at + j]);
      double low = scale.z(j, pooled[at + scale.width() + j]);
      return high >= -low ? high : low;
    }
  };

  /// Values of each coordinate that are kept.
  private final int parts;

  StepPooling(int parts) {
    this.parts = parts;
  }

  /// Pools states first to last, both included: (parts, width) values from place `at` on.
  ///
  /// @param rows (states, width) row-major
  abstract void pool(float[] rows, int first, int last, int width, float[] into, int at);

  /// z of a pooled coordinate.
  ///
  /// @param at where the step's values begin
  double z(Standardisation scale, int j, float[] pooled, int at) {
    return scale.z(j, pooled[at + j]);
  }

  /// Values that a step takes.
  int values(int width) {
    return Math.multiplyExact(parts, width);
  }

  /// The pooling of that printed name.
  ///
  /// @throws IllegalArgumentException on any other name
  public static StepPooling named(String name) {
    return Printed.named(StepPooling.class, "pooling", name);
  }

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
