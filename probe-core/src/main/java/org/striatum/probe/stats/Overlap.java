package org.striatum.probe.stats;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import smile.stat.distribution.HyperGeometricDistribution;

/// How far two sets of neurons overlap, and how far two random sets of their sizes would.
///
/// @param population neurons both were drawn from
/// @param first size of the first set
/// @param second size of the second
/// @param shared members in both
public record Overlap(int population, int first, int second, int shared) {
  public Overlap {
    if (population < 1 || first < 0 || second < 0 || first > population || second > population) {
      throw new IllegalArgumentException(
          "set sizes must be in [0, population], found " + first + " and " + second + " of "
              + population);
    }
    if (shared < Math.max(0, first + second - population) || shared > Math.min(first, second)) {
      throw new IllegalArgumentException(
          "sets of " + first + " and " + second + " among " + population + " cannot share "
              + shared);
    }
  }

  /// The overlap of two sets of distinct members.
  public static <T> Overlap of(Collection<T> first, Collection<T> second, int population) {
    Set<T> a = new HashSet<>(first);
    Set<T> b = new HashSet<>(second);
    int firstSize = a.size();
    a.retainAll(b);
    return new Overlap(population, firstSize, b.size(), a.size());
  }

  /// Intersection over union; NaN for two empty sets.
  public double iou() {
    return iou(shared);
  }

  /// The mean IoU of two random sets of these sizes: Σ P[h shared] · h / (first + second − h).
  public double expectedIou() {
    double expected = 0;
    int h = leastPossible();
    for (double p : probabilities()) {
      expected += p * iou(h++);
    }
    return expected;
  }

  /// The chance that two random sets of these sizes share at least as many: the upper tail of the hypergeometric
  /// distribution.
  public double p() {
    double[] probabilities = probabilities();
    double tail = 0;
    for (int k = probabilities.length - 1; k >= shared - leastPossible(); k--) {
      tail += probabilities[k];
    }
    return Math.min(1, tail);
  }

  private double iou(int h) {
    return (double) h / (first + second - h);
  }

  private int leastPossible() {
    return Math.max(0, first + second - population);
  }

  /// P of each possible overlap, from the least: Smile's figure for the most likely one, the others by the ratio of
  /// neighbours, which is exact.
  private double[] probabilities() {
    int least = leastPossible();
    int most = Math.min(first, second);
    double[] p = new double[most - least + 1];
    int mode = Math.clamp((long) (first + 1) * (second + 1) / (population + 2), least, most);
    p[mode - least] = new HyperGeometricDistribution(population, first, second).p(mode);
    for (int h = mode; h < most; h++) {
      p[h + 1 - least] = p[h - least] * ratio(h);
    }
    for (int h = mode; h > least; h--) {
      p[h - 1 - least] = p[h - least] / ratio(h - 1);
    }
    return p;
  }

  /// The probability of h + 1 shared over that of h.
  private double ratio(int h) {
    return (double) (first - h) * (second - h) / ((h + 1.0) * (population - first - second + h + 1.0));
  }
}
