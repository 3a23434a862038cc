package org.striatum.probe.planning;

import java.util.OptionalInt;
import org.striatum.probe.stats.Overlap;

/// Power of *do the sets transfer*: that four fifths of the pairs of sets overlap beyond chance after correction.
///
///     shared ~ Binomial(k, s),   s = 2 IoU / (1 + IoU);   beyond chance where the hypergeometric tail is ≤ 0.04
///
/// 0.04 is what Benjamini and Hochberg's rule comes to where four fifths of all tests are rejected at 0.05. The pairs are taken
/// as independent. It depends on the size of the sets, not on the number of problems: how many of those a ranking
/// needs to reach this overlap is what a study's ceiling measures.
///
/// @param width coordinates at a hook point
/// @param iou intersection over union of two sets, in (0, 1)
/// @param pairs of sets, ≥ 1
public record OverlapPower(int width, double iou, int pairs) {
  private static final double LEVEL = 0.04;
  private static final double NEARLY_ALL = 0.8;

  public OverlapPower {
    if (!(iou > 0 && iou < 1)) {
      throw new IllegalArgumentException("an intersection over union must be in (0, 1), found " + iou);
    }
    if (width < 2 || pairs < 1) {
      throw new IllegalArgumentException("an overlap needs a width ≥ 2 and pairs ≥ 1, found " + width + " and " + pairs);
    }
  }

  /// Power for sets of k coordinates.
  public double at(int k) {
    double share = 2 * iou / (1 + iou);
    double one = 0;
    for (int shared = 0; shared <= k; shared++) {
      if (shared >= 2L * k - width && new Overlap(width, k, k, shared).p() <= LEVEL) {
        one += binomial(k, shared, share);
      }
    }
    double power = 0;
    for (int passed = (int) Math.ceil(NEARLY_ALL * pairs - 1e-9); passed <= pairs; passed++) {
      power += binomial(pairs, passed, Math.min(1, one));
    }
    return Math.min(1, power);
  }

  /// The fewest coordinates a set at which the power is enough; empty where a tenth of the width does not suffice.
  public OptionalInt sizeNeeded() {
    for (int k = 1; k <= Math.max(1, width / 10); k++) {
      if (at(k) >= PowerFormula.ENOUGH) {
        return OptionalInt.of(k);
      }
    }
    return OptionalInt.empty();
  }

  private static double binomial(int n, int k, double p) {
    double chance = 1;
    for (int i = 0; i < k; i++) {
      chance *= p * (n - i) / (k - i);
    }
    return chance * Math.pow(1 - p, n - k);
  }
}
