package org.striatum.probe.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.striatum.probe.run.NotEnoughData;

/// Risk against coverage: answer only the most confident items, and how many of those are wrong?
///
/// @param aurc mean risk over coverages 1/n, 2/n, …, 1; the error rate where confidence is constant
/// @param points the curve at every twentieth of the items, rising
public record RiskCoverage(double aurc, List<Point> points) {
  private static final int SHARES = 20;

  /// One point of the curve.
  ///
  /// @param coverage share of items answered, the most confident first
  /// @param risk share of them that are wrong; within equal confidence the expected one
  public record Point(double coverage, double risk) {}

  public RiskCoverage {
    points = List.copyOf(points);
  }

  /// The curve of some items. Items of equal confidence are taken in random order, in expectation. (El-Yaniv and Wiener
  /// 2010; Geifman and El-Yaniv 2017.)
  ///
  /// @param confidence (n), higher is surer
  /// @param right (n)
  /// @throws NotEnoughData without items
  /// @throws IllegalArgumentException on different lengths or a NaN
  public static RiskCoverage of(double[] confidence, boolean[] right) {
    int n = confidence.length;
    if (right.length != n) {
      throw new IllegalArgumentException(
          "risk and coverage need one outcome per item, found " + right.length + " for " + n);
    }
    NotEnoughData.require("a curve of risk against coverage", "items", n, 1);
    TreeMap<Double, int[]> levels = new TreeMap<>((a, b) -> Double.compare(b, a)); // → items, wrong ones
    for (int i = 0; i < n; i++) {
      if (Double.isNaN(confidence[i])) {
        throw new IllegalArgumentException("a confidence must be a number, found NaN at item " + i);
      }
      int[] level = levels.computeIfAbsent(confidence[i] + 0.0, _ -> new int[2]);
      level[0]++;
      level[1] += right[i] ? 0 : 1;
    }
    double[] risk = new double[n];
    int taken = 0;
    int wrong = 0;
    for (int[] level : levels.values()) {
      for (int k = 1; k <= level[0]; k++) {
        risk[taken + k - 1] = (wrong + (double) level[1] * k / level[0]) / (taken + k);
      }
      taken += level[0];
      wrong += level[1];
    }
    double sum = 0;
    for (double r : risk) {
      sum += r;
    }
    List<Point> points = new ArrayList<>();
    for (int share = 1; share <= SHARES; share++) {
      int kept = Math.max(1, Math.round((float) n * share / SHARES));
      points.add(new Point((double) kept / n, risk[kept - 1]));
    }
    return new RiskCoverage(sum / n, points);
  }
}
