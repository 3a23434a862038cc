package org.striatum.probe.planning;

import java.util.List;
import java.util.OptionalInt;

/// Power against the number of problems, from simulations at a few of them: a probit line in √n, which is the form that the
/// power of a test of one mean has.
///
///     power(n) = Φ(a + b √n),   b ≥ 0, by maximum likelihood; half a success and half a failure are added at every point
///
/// (Probit: Bliss 1934; the half: Haldane 1956.)
///
/// @param points simulated
/// @param intercept a
/// @param slope b
public record PowerBySize(List<Point> points, double intercept, double slope) {
  private static final int NEWTON = 100;
  private static final double REACH = 4;

  /// Simulations of one size.
  ///
  /// @param problems n
  /// @param found how often the answer was *yes*
  /// @param simulated how often it was asked
  public record Point(int problems, int found, int simulated) {
    public Point {
      if (problems < 1 || simulated < 1 || found < 0 || found > simulated) {
        throw new IllegalArgumentException("a simulated point needs problems ≥ 1 and found in [0, simulated], found "
            + problems + " problems, " + found + " of " + simulated);
      }
    }

    /// The share found.
    public double share() {
      return (double) found / simulated;
    }
  }

  public PowerBySize {
    points = List.copyOf(points);
  }

  /// Fits the line.
  ///
  /// @throws IllegalArgumentException with fewer than 2 sizes
  public static PowerBySize of(List<Point> points) {
    if (points.stream().map(Point::problems).distinct().count() < 2) {
      throw new IllegalArgumentException("a power curve needs at least 2 numbers of problems, found " + points.size());
    }
    double scale = points.stream().mapToDouble(point -> Math.sqrt(point.problems)).max().orElseThrow();
    double[] fitted = fit(points, scale, true);
    if (fitted[1] < 0) { // more problems cannot take power away: chance did
      fitted = fit(points, scale, false);
    }
    return new PowerBySize(points, fitted[0], fitted[1] / scale);
  }

  /// Fisher scoring; with a slope or with none.
  private static double[] fit(List<Point> points, double scale, boolean sloped) {
    double a = 0;
    double b = 0;
    for (int i = 0; i < NEWTON; i++) {
      double g0 = 0;
      double g1 = 0;
      double h00 = 0;
      double h01 = 0;
      double h11 = 0;
      for (Point point : points) {
        double x = Math.sqrt(point.problems) / scale;
        double eta = Math.clamp(a + b * x, -6, 6);
        double p = Gaussian.cdf(eta);
        double n = point.simulated + 1.0;
        double density = Gaussian.density(eta);
        double score = density * (point.found + 0.5 - n * p) / (p * (1 - p));
        double weight = n * density * density / (p * (1 - p));
        g0 += score;
        g1 += score * x;
        h00 += weight;
        h01 += weight * x;
        h11 += weight * x * x;
      }
      double determinant = h00 * h11 - h01 * h01;
      double stepA = sloped ? (h11 * g0 - h01 * g1) / determinant : g0 / h00;
      double stepB = sloped ? (h00 * g1 - h01 * g0) / determinant : 0;
      a += Math.clamp(stepA, -1, 1);
      b += Math.clamp(stepB, -1, 1);
    }
    return new double[]{a, b};
  }

  /// Power of a study of so many problems.
  public double at(int problems) {
    return Gaussian.cdf(intercept + slope * Math.sqrt(problems));
  }

  /// The problems at which power is enough: the fewest that were simulated where they are enough already; empty beyond four
  /// times the most.
  public OptionalInt problemsNeeded() {
    return problemsNeeded(PowerFormula.ENOUGH);
  }

  /// The same for another power than the one that is enough.
  public OptionalInt problemsNeeded(double power) {
    int fewest = points.stream().mapToInt(Point::problems).min().orElseThrow();
    if (at(fewest) >= power) {
      return OptionalInt.of(fewest);
    }
    double root = (Gaussian.quantile(power) - intercept) / slope;
    int most = points.stream().mapToInt(Point::problems).max().orElseThrow();
    return slope > 0 && root * root <= REACH * most
        ? OptionalInt.of((int) Math.ceil(root * root))
        : OptionalInt.empty();
  }
}
