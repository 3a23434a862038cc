package org.striatum.probe.planning;

import org.striatum.probe.stats.McNemar;

/// Power of *does zeroing these neurons hurt more than zeroing matched ones*: that accuracy falls (interval below 0 and
/// McNemar's exact test) and falls below what all but a few matched sets do.
///
///     broken B, repaired C of n items ~ Multinomial(churn/2 + drop, churn/2);   of a matched set churn/2 + generic, churn/2
///     power = Σ P(B, C) · [damaged] · P(at most k of m matched sets do as much),   k = ⌊0.05 (m + 1) / h⌋ − 1
///
/// Summed exactly over B and C. h is the number of primary interventions, of which the first is judged at 0.05 / h (Holm
/// 1979). The matched sets are taken as independent of each other given the items.
///
/// @param drop of accuracy by the set, in (0, 1)
/// @param generic drop of accuracy by a matched set, in [0, drop)
/// @param churn share of items that any such ablation breaks or repairs at random
/// @param design how it is measured
public record DamagePower(double drop, double generic, double churn, Design design) implements PowerFormula {
  private static final double LEVEL = 0.05;
  private static final double NEGLIGIBLE = 1e-12;
  private static final int MOST_ITEMS = 2000;
  private static final int DEVIATIONS = 9; // beyond which a count of a binomial is left out

  /// How damage is measured.
  ///
  /// @param controls matched sets, m
  /// @param primary interventions that share one family, h
  /// @param tested share of the problems that are test problems
  /// @param most test problems that are attempted at most
  public record Design(int controls, int primary, double tested, int most) {
    public Design {
      if (controls < 1 || primary < 1 || most < 2) {
        throw new IllegalArgumentException("an ablation needs controls ≥ 1, primary interventions ≥ 1 and problems ≥ 2,"
            + " found " + controls + ", " + primary + " and " + most);
      }
    }

    /// Matched sets that may do as much damage; −1 where p at its floor is not small enough.
    public int allowed() {
      return (int) Math.floor(LEVEL * (controls + 1) / primary + 1e-9) - 1;
    }

    /// Items of a study of so many problems.
    int items(int problems) {
      return (int) Math.min(most, Math.round(problems * tested));
    }
  }

  public DamagePower {
    if (!(drop > 0 && drop < 1)) {
      throw new IllegalArgumentException("a drop of accuracy must be in (0, 1), found " + drop);
    }
    if (!(generic >= 0 && generic < drop) || !(churn >= 0 && churn + drop <= 1)) {
      throw new IllegalArgumentException("matched sets must do less damage than the set, and churn and drop be ≤ 1"
          + " together, found " + generic + ", " + churn + " and " + drop);
    }
  }

  /// The fewest matched sets that p ≤ 0.05 can come from.
  public static int fewestControls(int primary) {
    return (int) Math.round(primary / LEVEL) - 1;
  }

  @Override
  public int largest() {
    return (int) Math.ceil(Math.min(MOST_ITEMS, design.most) / design.tested) + 1;
  }

  @Override
  public double at(int problems) {
    int n = design.items(problems);
    int allowed = design.allowed();
    if (n < 2 || allowed < 0) {
      return 0;
    }
    double[] asMuch = atLeast(new Changes(n, churn / 2 + generic, churn / 2));
    double[] few = new double[n + 1]; // net breaks → chance that at most `allowed` matched sets do as much
    for (int net = 0; net <= n; net++) {
      few[net] = atMost(allowed, design.controls, asMuch[net]);
    }
    Changes own = new Changes(n, churn / 2 + drop, churn / 2);
    double power = 0;
    for (int broken = own.fewest(own.broken); broken <= own.most(own.broken); broken++) {
      for (int repaired = 0; repaired < broken && repaired <= own.most(own.repaired); repaired++) {
        double p = own.probability(broken, repaired);
        if (p > NEGLIGIBLE && isDamage(n, broken, repaired)) {
          power += p * few[broken - repaired];
        }
      }
    }
    return Math.min(1, power);
  }

  private static boolean isDamage(int n, int broken, int repaired) {
    double effect = (double) (broken - repaired) / n;
    double error = Math.sqrt(((double) (broken + repaired) / n - effect * effect) / n);
    return effect > Gaussian.TWO_SIDED * error && McNemar.exact(broken, repaired) <= LEVEL;
  }

  /// Net breaks → the chance of as many or more.
  private static double[] atLeast(Changes changes) {
    double[] exactly = new double[changes.n + 1];
    for (int broken = changes.fewest(changes.broken); broken <= changes.most(changes.broken); broken++) {
      for (int repaired = 0; repaired <= Math.min(broken, changes.most(changes.repaired)); repaired++) {
        exactly[broken - repaired] += changes.probability(broken, repaired);
      }
    }
    for (int net = changes.n - 1; net >= 0; net--) {
      exactly[net] += exactly[net + 1];
    }
    return exactly;
  }

  /// P[Binomial(m, p) ≤ k].
  private static double atMost(int k, int m, double p) {
    double sum = 0;
    double choose = 0; // ln
    for (int i = 0; i <= Math.min(k, m); i++) {
      sum += Math.exp(choose + log(p, i) + log(1 - p, m - i));
      choose += Math.log((double) (m - i) / (i + 1));
    }
    return Math.min(1, sum);
  }

  /// count · ln p, where nothing to the power of nothing is one.
  private static double log(double p, int count) {
    return count == 0 ? 0 : count * Math.log(Math.max(p, 0));
  }

  /// Items that change, of n.
  ///
  /// @param factorials ln k! for every k up to n
  private record Changes(int n, double broken, double repaired, double[] factorials) {
    Changes(int n, double broken, double repaired) {
      this(n, broken, repaired, new double[n + 1]);
      for (int k = 1; k <= n; k++) {
        factorials[k] = factorials[k - 1] + Math.log(k);
      }
    }

    int fewest(double share) {
      return (int) Math.max(0, n * share - DEVIATIONS * Math.sqrt(n * share * (1 - share) + 1));
    }

    int most(double share) {
      return (int) Math.min(n, n * share + DEVIATIONS * Math.sqrt(n * share * (1 - share) + 1));
    }

    double probability(int b, int c) {
      return b + c > n
          ? 0
          : Math.exp(factorials[n] - factorials[b] - factorials[c] - factorials[n - b - c] + log(broken, b)
              + log(repaired, c) + log(1 - broken - repaired, n - b - c));
    }
  }
}
