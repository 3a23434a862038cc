package org.striatum.probe.intervention;

import java.util.Arrays;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.FiniteValues;

/// How large each coordinate of a hook point is, in units of h: control sets are matched on
/// RMS, sinks are found by the greatest.
///
/// @param rms root mean square over positions other than the first (an attention sink in most models): (d)
/// @param greatest largest |h| over all positions: (d)
public record CoordinateScales(double[] rms, double[] greatest) {
  public CoordinateScales {
    if (rms.length == 0 || rms.length != greatest.length) {
      throw new IllegalArgumentException(
          "scales must be of one width ≥ 1, found " + rms.length + " and " + greatest.length);
    }
    rms = rms.clone();
    greatest = greatest.clone();
  }

  /// Collects scales from rows as they stream by. Rows with NaN or ∞ are left out.
  public static final class Tally {
    private final double[] squares;
    private final double[] greatest;
    private long rows;

    public Tally(int width) {
      squares = new double[width];
      greatest = new double[width];
    }

    /// Adds consecutive positions of one sequence.
    ///
    /// @param values (rows, width) row-major
    /// @param firstPosition position of the first row in its sequence
    public void add(float[] values, int count, int firstPosition) {
      int width = squares.length;
      for (int row = 0; row < count; row++) {
        if (!FiniteValues.only(values, row * width, width)) {
          continue;
        }
        boolean counted = firstPosition + row > 0;
        rows += counted ? 1 : 0;
        for (int i = 0; i < width; i++) {
          double h = values[row * width + i];
          greatest[i] = Math.max(greatest[i], Math.abs(h));
          squares[i] += counted ? h * h : 0;
        }
      }
    }

    /// The scales of what was added.
    ///
    /// @throws NotEnoughData if no row behind a first position was
    public CoordinateScales scales() {
      NotEnoughData.require("scales of coordinates", "finite rows behind the first position", rows, 1);
      return new CoordinateScales(Arrays.stream(squares).map(sum -> Math.sqrt(sum / rows)).toArray(), greatest);
    }
  }
}
