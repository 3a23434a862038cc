package org.striatum.probe.planning;

import java.util.OptionalInt;

/// The chance that more than half of several splits of the same problems answer *yes*, from the chance that one does.
///
///     m = Φ⁻¹(power of one split),   p(u) = Φ((m + √ρ u) / √(1 − ρ))
///     power = ∫ P(Bin(J, p(u)) > J/2) φ(u) du,   ρ = n_test / (n_test + n_fit)
///
/// Whether a split answers *yes* is taken as a normal figure beyond its limit; two random splits share as large a part of their test
/// problems as a split tests, which is the correlation of their figures (Nadeau and Bengio 2003, §3). Splits of the same problems add
/// little: they take away the chance that one split is a lucky or an unlucky one.
///
/// @param splits J; 0 or 1: the answer is that of one split
/// @param tested share of the problems that are test problems, in (0, 1)
public record SplitsPower(int splits, double tested) {
  private static final int GRID = 801;
  private static final double REACH = 8;
  private static final int HALVINGS = 40;

  public SplitsPower {
    if (splits < 0 || !(tested > 0 && tested < 1)) {
      throw new IllegalArgumentException(
          "answers over splits need splits ≥ 0 and a share of test problems in (0, 1), found " + splits + " and "
              + tested);
    }
  }

  /// The power over splits.
  ///
  /// @param one power of one split, in [0, 1]
  public double of(double one) {
    if (splits < 2 || one <= 0 || one >= 1) {
      return one;
    }
    double m = Gaussian.quantile(one);
    double sum = 0;
    double weights = 0;
    for (int k = 0; k < GRID; k++) {
      double u = -REACH + 2 * REACH * k / (GRID - 1);
      double weight = Gaussian.density(u);
      weights += weight;
      sum += weight * majority(Gaussian.cdf((m + Math.sqrt(tested) * u) / Math.sqrt(1 - tested)));
    }
    return sum / weights;
  }

  /// The power that one split must have so that power over splits is enough.
  public double enough() {
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (of(middle) < PowerFormula.ENOUGH) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /// The fewest problems at which a formula's power over splits is enough; see [PowerFormula#problemsNeeded].
  public OptionalInt problemsNeeded(PowerFormula one) {
    return one.problemsNeeded(enough());
  }

  /// P(Bin(J, p) > J/2).
  private double majority(double p) {
    double sum = 0;
    double logChoose = 0;
    for (int k = 0; k <= splits; k++) {
      if (2 * k > splits) {
        sum += p <= 0
            ? 0
            : p >= 1
                ? (k == splits ? 1 : 0)
                : Math.exp(logChoose + k * Math.log(p)
                    + (splits - k) * Math.log1p(-p));
      }
      logChoose += Math.log(splits - k) - Math.log(k + 1.0);
    }
    return sum;
  }
}
