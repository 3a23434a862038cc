package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.Decision.Reason;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.stats.McNemar;

/// Interventions whose p are corrected together. A test that could not be made (NaN) counts in none.
///
/// @param correction p of a family to q
record TestFamily(List<MeasuredIntervention> tests, UnaryOperator<double[]> correction) {
  private static final double ROUNDING = 1e-12;

  /// Every test judged by its corrected p, by what would have passed, and by its power.
  ///
  /// @param effect that must be found four times in five: a share of accuracy, or of the probability of a solution
  List<Intervention> judged(double effect) {
    double[] random = p(one -> one.random().p());
    double[] matched = p(one -> one.matched().p());
    double[] qRandom = corrected(random);
    double[] qMatched = corrected(matched);
    int made = (int) Arrays.stream(matched).filter(p -> !Double.isNaN(p)).count();
    List<Intervention> judged = new ArrayList<>();
    for (int i = 0; i < tests.size(); i++) {
      MeasuredIntervention test = tests.get(i);
      Intervention one = test.intervention();
      double limit = limit(matched, i, one.matched().available());
      double critical = critical(one, limit);
      AblationPower power = test.drops().power(one.outcome(), limit, effect);
      Reason reason = reason(one, qMatched[i], limit, critical, power);
      judged.add(one.judged(qRandom[i], qMatched[i],
          new Decision(damage(one, qRandom[i], reason), reason, made, limit, critical, power)));
    }
    return judged;
  }

  private double[] p(ToDoubleFunction<Intervention> of) {
    return tests.stream().map(MeasuredIntervention::intervention).mapToDouble(of).toArray();
  }

  private double[] corrected(double[] p) {
    double[] made = correction.apply(Arrays.stream(p).filter(value -> !Double.isNaN(value)).toArray());
    double[] q = p.clone();
    int next = 0;
    for (int i = 0; i < q.length; i++) {
      q[i] = Double.isNaN(p[i]) ? Double.NaN : made[next++];
    }
    return q;
  }

  /// The largest p of one test that passes while the others' are as they are: q rises with it, so that halving finds it.
  private double limit(double[] p, int i, int controls) {
    if (Double.isNaN(p[i])) {
      return Double.NaN;
    }
    double[] tried = p.clone();
    int low = 0; // so many of 1 + controls pass
    int high = 1 + controls;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      tried[i] = middle / (1.0 + controls);
      if (passes(corrected(tried)[i])) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low == 0 ? Double.NaN : low / (1.0 + controls);
  }

  private static boolean passes(double q) {
    return q <= Damage.LEVEL + ROUNDING;
  }

  private static double critical(Intervention one, double limit) {
    double controls = one.matched().critical(limit);
    return one.pairs() ? Math.min(controls, criticalPairs(one)) : controls;
  }

  /// The smallest damage that McNemar's test would have shown with as many repaired as there are.
  private static double criticalPairs(Intervention one) {
    int repaired = one.ablated().mcNemar().repaired();
    int broken = IntStream.iterate(repaired + 1, b -> b + 1).filter(b -> McNemar.exact(b, repaired) <= Damage.LEVEL)
        .findFirst().orElseThrow();
    return -(double) (broken - repaired) / one.problems();
  }

  private static Reason reason(Intervention one, double qMatched, double limit, double critical, AblationPower power) {
    if (!one.emptyMaskIdentical()) {
      return Reason.EMPTY_MASK;
    }
    if (one.matched().effects().isEmpty()) {
      return Reason.NO_MATCHED_SETS;
    }
    if (Double.isNaN(limit)) {
      return Reason.TOO_FEW_CONTROLS;
    }
    if (one.isDamaged() && passes(qMatched)) {
      return Reason.EXCEEDS_CONTROLS;
    }
    if (Double.isNaN(one.effect().low())) {
      return Reason.NO_INTERVAL;
    }
    return !excludes(one, limit, critical)
        ? Reason.INTERVAL_HOLDS_CRITICAL
        : power.isEnough() ? Reason.EXCLUDED : Reason.LACKS_POWER;
  }

  /// Whether the interval of the effect, or of what it is beyond the matched controls' mean, lies above what would have been
  /// specific. The second leaves out what set and controls share: which items were drawn.
  private static boolean excludes(Intervention one, double limit, double critical) {
    Controls matched = one.matched();
    return one.effect().low() >= critical - ROUNDING
        || matched.excess().low() + matched.mean() >= matched.critical(limit) - ROUNDING;
  }

  private static Damage damage(Intervention one, double qRandom, Reason reason) {
    return switch (reason) {
      case EXCEEDS_CONTROLS -> Damage.SPECIFIC;
      case EXCLUDED -> one.isDamaged() && passes(qRandom) ? Damage.GENERIC : Damage.NONE;
      case INTERVAL_HOLDS_CRITICAL, LACKS_POWER, NO_INTERVAL -> Damage.UNDECIDED;
      case TOO_FEW_CONTROLS -> isAtFloor(one) ? Damage.UNDECIDED : Damage.NOT_TESTED;
      case NO_MATCHED_SETS, EMPTY_MASK -> Damage.NOT_TESTED;
    };
  }

  /// Beyond every control that there was: more of them would decide.
  private static boolean isAtFloor(Intervention one) {
    return one.isDamaged() && one.matched().p() <= (1 + ROUNDING) / (1 + one.matched().available());
  }
}
