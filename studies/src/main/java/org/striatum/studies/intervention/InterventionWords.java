package org.striatum.studies.intervention;

import java.util.Locale;
import org.striatum.probe.intervention.AblationPower;
import org.striatum.probe.intervention.Decision;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.stats.Decimals;
import org.striatum.studies.answer.Unit;

/// What an intervention came to, in words: the same on the command line, in answers and in reports.
public final class InterventionWords {
  private InterventionWords() {}

  /// The verdict and its reason, e.g. `no (no more damage than control sets)`.
  public static String verdict(Intervention intervention) {
    return intervention.verdict().printed() + " (" + reason(intervention) + ")";
  }

  private static String reason(Intervention one) {
    Decision decision = one.decision();
    return switch (decision.reason()) {
      case EXCEEDS_CONTROLS -> one.specific();
      case EXCLUDED -> one.damage() == Damage.GENERIC ? "generic damage" : "no more damage than control sets";
      case INTERVAL_HOLDS_CRITICAL -> "the interval holds damage that would be specific";
      case LACKS_POWER -> "a drop of " + declared(decision.power().effect(), one.outcome()) + " would often be missed";
      case NO_INTERVAL -> "one problem only";
      case TOO_FEW_CONTROLS -> one.damage() == Damage.UNDECIDED
          ? "beyond all controls, which are too few for " + tests(decision) + ": " + enough(decision)
          : "too few controls for " + tests(decision) + ": " + enough(decision);
      case NO_MATCHED_SETS -> "no RMS-matched sets";
      case EMPTY_MASK -> "the empty mask changed the outcomes";
    };
  }

  /// What the controls say of the effect, as the end of a sentence.
  public static String finding(Intervention one) {
    String random = against(one.random(), "random set");
    String matched = against(one.matched(), "RMS-matched set");
    return switch (one.decision().reason()) {
      case EXCEEDS_CONTROLS -> "more damage than that of sets of equally large coordinates (" + matched
          + "), so the effect is " + one.specific();
      case EXCLUDED -> one.damage() == Damage.GENERIC
          ? "more damage than that of random sets (" + random
              + ") but not more than that of sets of equally large coordinates (" + matched
              + "), so the damage is generic, and it is not shown that the model uses what they carry"
          : "no more damage than that of control sets of the same size (" + random + "; " + matched
              + "), so it is not shown that the model uses these coordinates";
      case INTERVAL_HOLDS_CRITICAL, LACKS_POWER, NO_INTERVAL ->
        "not shown to be more damage than that of sets of equally large coordinates (" + random + "; " + matched
            + "), and it is undecided whether there is none: " + reason(one);
      case TOO_FEW_CONTROLS -> one.damage() == Damage.UNDECIDED
          ? "more damage than that of every control (" + random + "; " + matched + "), of which there are too few for "
              + tests(one.decision()) + ": " + enough(one.decision())
          : "with so few controls no effect could pass among " + tests(one.decision()) + " (" + random + "; " + matched
              + "): " + enough(one.decision());
      case NO_MATCHED_SETS -> "without RMS-matched controls (" + (one.refused() == null ? "none" : one.refused())
          + ") the run cannot decide whether this is more than an effect of size (" + random + ")";
      case EMPTY_MASK -> "the empty mask changed the outcomes, so this result must not be used";
    };
  }

  private static String against(Controls controls, String kind) {
    int sets = controls.effects().size();
    return controls.qValue().equation("q") + " against " + sets + " " + kind + (sets == 1 ? "" : "s");
  }

  private static String enough(Decision decision) {
    return decision.controlsEnough() + " of each kind would do";
  }

  private static String tests(Decision decision) {
    return decision.tests() == 1 ? "a test" : decision.tests() + " tests";
  }

  /// What the same items and controls could have shown: critical damage, power at the declared drop, the smallest drop found
  /// four times in five, and problems needed. Empty where nothing could be tested.
  public static String power(Intervention one) {
    Decision decision = one.decision();
    AblationPower power = decision.power();
    if (Double.isNaN(decision.critical())) {
      return "";
    }
    String declared = declared(power.effect(), one.outcome());
    String specific = "An effect below " + Unit.of(one.outcome()).of(decision.critical()) + " would have been specific";
    if (Double.isNaN(power.atEffect())) {
      return specific + "; a drop of " + declared + " beyond matched sets cannot happen here, so there is no power.";
    }
    return specific + "; a drop of " + declared + " beyond what matched sets do, planted into these items, is found in "
        + percent(power.atEffect()) + smallest(one) + ". " + needed(one, declared);
  }

  private static String smallest(Intervention one) {
    double smallest = one.decision().power().smallest();
    return Double.isNaN(smallest)
        ? ", and no planted drop four times in five"
        : ", one of " + size(smallest, one.outcome()) + " four times in five";
  }

  private static String needed(Intervention one, String declared) {
    double needed = one.decision().power().problemsNeeded();
    return Double.isNaN(needed)
        ? "Sixteen times as many test problems would not find " + declared + " in 80 %."
        : "To find " + declared + " in 80 % about " + Math.round(needed) + " test problems are needed; there are "
            + one.problems() + ".";
  }

  /// A drop that was found, in its unit: `9.0 points`, `0.105 nats`.
  public static String size(double drop, OutcomeKind outcome) {
    String size = Unit.of(outcome).of(Math.abs(drop));
    return size.startsWith("+") ? size.substring(1) : size;
  }

  /// A drop that somebody declared, with no more digits than it has: `10 points`.
  private static String declared(double drop, OutcomeKind outcome) {
    return Unit.of(outcome).size(drop);
  }

  /// An outcome in its unit: `63.0 %`, `−0.52 nats`.
  static String outcome(double value, OutcomeKind outcome) {
    return switch (outcome) {
      case ACCURACY -> Decimals.of(100 * value, 1) + " %";
      case LOG_PROBABILITY -> Decimals.of(value, 2) + " nats";
    };
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }
}
