package org.striatum.probe.planning;

/// Power of the first part of the signature test: a partial Spearman correlation with δ̂, corrected over the family. The
/// other four parts only take away: it is an upper bound of what is found, and says what more continuations can do.
///
///     ρ = r √reliability,   power = Φ((|z(ρ)| √(n − c − 3) / 1.03) − z₁₋α/₂ₘ),   z(ρ) = artanh ρ
///
/// (Fisher 1921; variance of Spearman's ρ: Fieller, Hartley and Pearson 1957; attenuation: Spearman 1904.)
///
/// @param correlation r of the coordinate with the true δ, in (0, 1)
/// @param reliability of δ̂, in (0, 1]
/// @param steps tested steps a test problem
/// @param tested share of the problems that are test problems
/// @param family coordinates that are tested, of which one is looked for
public record SurprisePower(double correlation, double reliability, double steps, double tested, int family)
    implements
      PowerFormula {
  private static final int COVARIATES = 4; // value, position, length, entropy
  private static final double SPEARMAN = Math.sqrt(1.06);

  public SurprisePower {
    if (!(correlation > 0 && correlation < 1)) {
      throw new IllegalArgumentException("a correlation with δ must be in (0, 1), found " + correlation);
    }
    if (!(reliability > 0 && reliability <= 1) || !(steps > 0) || family < 1) {
      throw new IllegalArgumentException("a plan needs a reliability in (0, 1], steps > 0 and a family ≥ 1, found "
          + reliability + ", " + steps + " and " + family);
    }
  }

  /// The reliability of K measurements from that of K₀.
  ///
  ///     R(K) = K R₁ / (1 + (K − 1) R₁),   R₁ = R(K₀) / (K₀ − (K₀ − 1) R(K₀))
  ///
  /// (Spearman 1910, Brown 1910.)
  public static double reliability(double measured, int at, int draws) {
    double single = measured / (at - (at - 1) * measured);
    return draws * single / (1 + (draws - 1) * single);
  }

  @Override
  public double at(int problems) {
    double n = Math.round(problems * tested) * steps - COVARIATES - 3;
    if (n <= 0) {
      return 0;
    }
    double rho = correlation * Math.sqrt(reliability);
    double atanh = 0.5 * Math.log((1 + rho) / (1 - rho));
    return Gaussian.cdf(atanh * Math.sqrt(n) / SPEARMAN - Gaussian.quantile(1 - 0.025 / family));
  }
}
