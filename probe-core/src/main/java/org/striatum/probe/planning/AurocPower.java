package org.striatum.probe.planning;

/// Power of *does the state predict success*: that the 95 % interval of the probe's AUROC on test problems lies above ½.
///
///     Q₁ = A / (2 − A),   Q₂ = 2A² / (1 + A)
///     Var = (A(1 − A) + (P − 1)(Q₁ − A²) + (N − 1)(Q₂ − A²)) / (P N) · (1 + (K − 1) icc)
///     power = Φ((A − ½) / √Var − 1.96)
///
/// with P right and N wrong test rollouts. (Hanley and McNeil 1982.) The last factor is the design effect of rollouts that
/// share a problem and therefore a score (Kish 1965): at A = ½ the kernel of the AUROC has within a problem the very
/// correlation of the outcomes; above ½ it is an approximation.
///
/// @param auroc A, that the fitted probe reaches on new problems, in (0.5, 1)
/// @param outcomes of the data set
/// @param samples rollouts of each problem, K
/// @param tested share of the problems that are test problems, in (0, 1)
public record AurocPower(double auroc, OutcomeModel outcomes, int samples, double tested) implements PowerFormula {
  public AurocPower {
    if (!(auroc > 0.5 && auroc < 1)) {
      throw new IllegalArgumentException("an AUROC to be shown must be in (0.5, 1), found " + auroc);
    }
    if (samples < 1 || !(tested > 0 && tested < 1)) {
      throw new IllegalArgumentException("a plan needs rollouts per problem ≥ 1 and a share of test problems in (0, 1),"
          + " found " + samples + " and " + tested);
    }
  }

  /// The standard error of the AUROC; NaN where fewer than one rollout of a class is expected.
  public double error(int problems) {
    double rollouts = Math.round(problems * tested) * (double) samples;
    double right = rollouts * outcomes.accuracy();
    double wrong = rollouts - right;
    if (right < 1 || wrong < 1) {
      return Double.NaN;
    }
    double square = auroc * auroc;
    double variance = (auroc * (1 - auroc) + (right - 1) * (auroc / (2 - auroc) - square)
        + (wrong - 1) * (2 * square / (1 + auroc) - square)) / (right * wrong);
    return Math.sqrt(variance * (1 + (samples - 1) * outcomes.icc()));
  }

  @Override
  public double at(int problems) {
    double error = error(problems);
    return Double.isNaN(error) ? 0 : Gaussian.cdf((auroc - 0.5) / error - Gaussian.TWO_SIDED);
  }
}
