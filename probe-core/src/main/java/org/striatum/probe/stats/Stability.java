package org.striatum.probe.stats;

import java.util.List;
import java.util.Set;

/// How far feature sets chosen on several resamples agree, corrected for chance: 1 where all are the same, about 0 where
/// they are drawn at random, below where they avoid each other.
///
///     Φ = 1 − mean over f of s²(f) / (k̄/d · (1 − k̄/d)),   s²(f) = M/(M − 1) · p(f)(1 − p(f))
///
/// where p(f) is the share of the M sets that hold feature f and k̄ their mean size. The interval is the normal one with
/// the paper's variance. (Nogueira, Sechidis and Brown 2018, JMLR 18(174), definition 4 and theorem 7.)
///
/// @param phi Φ with its 95 % interval; NaN where every set is empty or holds everything
/// @param meanIou intersection over union, averaged over pairs of sets
/// @param sets how many were compared
/// @param meanSize k̄
public record Stability(Estimate phi, double meanIou, int sets, double meanSize) {
  private static final double NORMAL_975 = 1.959963984540054;

  /// The stability of some sets.
  ///
  /// @param sets at least 2, of features in [0, features)
  /// @param features d, how many could be chosen
  /// @throws IllegalArgumentException on fewer sets or a feature outside
  public static Stability of(List<Set<Integer>> sets, int features) {
    int m = sets.size();
    if (m < 2) {
      throw new IllegalArgumentException("stability compares at least 2 sets, found " + m);
    }
    double[] share = new double[features];
    double size = 0;
    for (Set<Integer> set : sets) {
      for (int f : set) {
        if (f < 0 || f >= features) {
          throw new IllegalArgumentException("a feature must be in [0, " + features + "), found " + f);
        }
        share[f] += 1.0 / m;
      }
      size += (double) set.size() / m;
    }
    double spread = 0;
    for (double p : share) {
      spread += m / (m - 1.0) * p * (1 - p) / features;
    }
    double q = size / features;
    double chance = q * (1 - q);
    double iou = meanIou(sets, features);
    if (!(chance > 1e-12)) {
      return new Stability(Estimate.exact(Double.NaN), iou, m, size);
    }
    double phi = 1 - spread / chance;
    double[] parts = new double[m];
    double mean = 0;
    for (int i = 0; i < m; i++) {
      double own = (double) sets.get(i).size() / features;
      double held = sets.get(i).stream().mapToDouble(f -> share[f]).sum() / features;
      parts[i] = (held - own * q + phi / 2 * (2 * q * own - own - q + 1)) / chance;
      mean += parts[i] / m;
    }
    double variance = 0;
    for (double part : parts) {
      variance += 4.0 / ((double) m * m) * (part - mean) * (part - mean);
    }
    double half = NORMAL_975 * Math.sqrt(variance);
    return new Stability(new Estimate(phi, phi - half, phi + half), iou, m, size);
  }

  private static double meanIou(List<Set<Integer>> sets, int features) {
    double sum = 0;
    int pairs = 0;
    for (int i = 0; i < sets.size(); i++) {
      for (int j = i + 1; j < sets.size(); j++) {
        if (!sets.get(i).isEmpty() || !sets.get(j).isEmpty()) {
          sum += Overlap.of(sets.get(i), sets.get(j), features).iou();
          pairs++;
        }
      }
    }
    return pairs == 0 ? Double.NaN : sum / pairs;
  }
}
