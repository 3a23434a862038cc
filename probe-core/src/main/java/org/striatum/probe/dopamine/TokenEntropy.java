package org.striatum.probe.dopamine;

/// How undecided a model was about a token.
public final class TokenEntropy {
  private TokenEntropy() {}

  /// Entropy −Σ p ln p of softmax(logits / temperature), in nats, before top-p or top-k cut it; NaN where a logit is NaN.
  ///
  /// @param logits row-major
  /// @param offset where the row begins
  /// @param vocabulary its length
  /// @param temperature > 0
  public static double of(float[] logits, int offset, int vocabulary, double temperature) {
    double most = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < vocabulary; v++) {
      most = Math.max(most, logits[offset + v]);
    }
    double total = 0; // Σ exp(u), u ≤ 0
    double weighted = 0; // Σ u exp(u)
    for (int v = 0; v < vocabulary; v++) {
      double u = (logits[offset + v] - most) / temperature;
      double e = Math.exp(u);
      total += e;
      weighted += e == 0 ? 0 : u * e;
    }
    return Math.log(total) - weighted / total;
  }
}
