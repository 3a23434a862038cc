package org.striatum.probe.planning;

/// Power of *does search beat random choice*: that the 95 % interval of a paired difference of accuracies lies above 0.
///
///     ψ₀ = 2 a (1 − a)(1 − icc),   ψ = ψ₀ (1 − g / (1 − a)) + g
///     power = Φ(g √n / √(ψ − g²) − 1.96)
///
/// ψ is the share of problems that just one of two arms solves: without a gain two independent completions of one problem, of which
/// one succeeds; a gain g turns as large a share of all failures into successes. (Miettinen 1968; Connor 1987.)
///
/// @param gain g, in (0, 1 − accuracy]
/// @param outcomes of the data set: accuracy a
/// @param tested share of the problems that are test problems
/// @param most test problems that are attempted at most
public record PairedPower(double gain, OutcomeModel outcomes, double tested, int most) implements PowerFormula {
  public PairedPower {
    if (!(gain > 0 && gain <= 1 - outcomes.accuracy())) {
      throw new IllegalArgumentException("a gain over an accuracy of " + outcomes.accuracy() + " must be in (0, "
          + (1 - outcomes.accuracy()) + "], found " + gain);
    }
  }

  @Override
  public double at(int problems) {
    double n = Math.min(most, Math.round(problems * tested));
    double discordant = outcomes.discordance() * (1 - gain / (1 - outcomes.accuracy())) + gain;
    double left = discordant - gain * gain;
    return n < 2 ? 0 : left <= 0 ? 1 : Gaussian.cdf(gain * Math.sqrt(n / left) - Gaussian.TWO_SIDED);
  }
}
