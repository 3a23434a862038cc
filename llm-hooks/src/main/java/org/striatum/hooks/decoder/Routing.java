package org.striatum.hooks.decoder;

/// How a router's logits become weights of the experts that they choose.
///
/// @param rule formula
/// @param chosen experts of a row
/// @param tolerance of [Rule#SPARSE_MIXER], ε
public record Routing(Rule rule, int chosen, double tolerance) {
  public enum Rule {
    /// Softmax over the largest logits alone (which is softmax over all, divided by the sum of those chosen).
    SOFTMAX_OF_CHOSEN,
    /// Softmax over all logits s; those of the largest.
    SOFTMAX_OF_ALL,
    /// The two largest logits, one after the other: softmax over the logits s with (m − s) / max(|s|, m) ≤ 2 ε, m being the
    /// largest one left (SparseMixer, arXiv 2409.12136, as it is computed after training).
    SPARSE_MIXER
  }

  public Routing {
    if (chosen < 1 || (rule == Rule.SPARSE_MIXER && chosen != 2)) {
      throw new IllegalArgumentException("a router chooses an expert or more, " + Rule.SPARSE_MIXER + " two, found "
          + chosen);
    }
  }

  /// Softmax.
  ///
  /// @param normalised whether the weights of a row sum to one
  static Routing softmax(int chosen, boolean normalised) {
    return new Routing(normalised ? Rule.SOFTMAX_OF_CHOSEN : Rule.SOFTMAX_OF_ALL, chosen, 0);
  }
}
