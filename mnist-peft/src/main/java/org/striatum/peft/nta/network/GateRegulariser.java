package org.striatum.peft.nta.network;

import java.util.Locale;
import org.striatum.probe.run.PrintedLater;

/// What keeps gates non-negative and bounded. (§2 and App. A.)
///
///     λ · (w₀ R_nonneg + w₁ R_norm) / (w₀ + w₁)
///     R_nonneg = 10 · Σ max(0, −c)      R_L1 = 10 · ½(‖c‖₁ − 1)²      R_L2 = ½(‖c‖₂ − 1)²
///
/// @param lambda λ ≥ 0; 0 asks nothing
/// @param nonneg w₀ ≥ 0
/// @param norm the norm that is kept near 1
/// @param normWeight w₁ ≥ 0
public record GateRegulariser(double lambda, double nonneg, Norm norm, double normWeight) {
  /// No regulariser.
  public static final GateRegulariser NONE = new GateRegulariser(0, 1, Norm.L1, 1);

  /// Slope of what negativity costs.
  private static final double NONNEG = 10;
  /// Curvature of the L1 norm's penalty.
  private static final double L1 = 10;

  /// Sum of sizes, or Euclidean length.
  public enum Norm implements PrintedLater {
    L1, L2;

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public GateRegulariser {
    if (!(lambda >= 0 && Double.isFinite(lambda))) {
      throw new IllegalArgumentException("λ must be ≥ 0 and finite, found " + lambda);
    }
    if (!(nonneg >= 0 && normWeight >= 0 && nonneg + normWeight > 0 && Double.isFinite(nonneg + normWeight))) {
      throw new IllegalArgumentException(
          "the regulariser's weights must be ≥ 0, finite and not both 0, found " + nonneg + " and " + normWeight);
    }
  }

  /// The same with another λ.
  public GateRegulariser withLambda(double other) {
    return new GateRegulariser(other, nonneg, norm, normWeight);
  }

  /// The cost of the gates c; its slope is added to `gradient`. The norm is that of all gates together, one per path or
  /// more.
  ///
  /// @param gradient ∂/∂c of everything: (gates)
  /// @param c (gates)
  double addTo(double[] gradient, double[] c) {
    if (lambda == 0) {
      return 0;
    }
    double share = lambda / (nonneg + normWeight);
    double negative = 0;
    double length1 = 0;
    double squares = 0;
    for (int i = 0; i < c.length; i++) {
      negative += Math.max(0, -c[i]);
      length1 += Math.abs(c[i]);
      squares += c[i] * c[i];
    }
    double length2 = Math.sqrt(squares);
    double cost = nonneg * NONNEG * negative;
    cost += normWeight * switch (norm) {
      case L1 -> L1 * 0.5 * (length1 - 1) * (length1 - 1);
      case L2 -> 0.5 * (length2 - 1) * (length2 - 1);
    };
    for (int i = 0; i < c.length; i++) {
      double slope = switch (norm) {
        case L1 -> L1 * (length1 - 1) * Math.signum(c[i]);
        case L2 -> length2 == 0 ? 0 : (length2 - 1) * c[i] / length2;
      };
      gradient[i] += share * (normWeight * slope - (c[i] < 0 ? nonneg * NONNEG : 0));
    }
    return share * cost;
  }
}
