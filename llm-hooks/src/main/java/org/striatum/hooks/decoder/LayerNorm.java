package org.striatum.hooks.decoder;

import org.striatum.hooks.checkpoint.Weight;

/// (x − mean(x)) / √(var(x) + ε) ⊙ (offset + w) + b, over each of `groups` runs of n coordinates.
///
/// @param groups 1, or heads where each head is normed by itself
/// @param width n
/// @param weight (n), (groups, n) where each group has its own, or null for none
/// @param bias (n), or null for none
/// @param offset 0, or 1 where the weight is stored as its difference from one
public record LayerNorm(int groups, int width, Weight weight, Weight bias, double offset, double epsilon) {
  public LayerNorm {
    if (groups < 1 || width < 1 || !(epsilon > 0)) {
      throw new IllegalArgumentException(
          "a norm needs groups and width ≥ 1 and ε > 0, found " + groups + ", " + width + " and " + epsilon);
    }
    if (bias != null && weight == null) {
      throw new IllegalArgumentException("a norm with a bias has a weight");
    }
  }

  /// Whether each group has weights of its own.
  public boolean weightByGroup() {
    return weight != null && weight.shape().size() == 2;
  }
}
