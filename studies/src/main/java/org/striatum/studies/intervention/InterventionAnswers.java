package org.striatum.studies.intervention;

import java.util.List;
import org.striatum.probe.intervention.AblationPower;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Planted;
import org.striatum.studies.answer.Power;
import org.striatum.studies.answer.Unit;

/// Whether the model uses its value neurons, by primary interventions only: they were fixed before the run.
final class InterventionAnswers {
  private InterventionAnswers() {}

  static List<Finding> of(InterventionResults interventions) {
    if (interventions.interventions().stream().noneMatch(Intervention::primary)) {
      return List.of(new Finding("primary interventions", Verdict.NOT_TESTED,
          "none could be measured: " + String.join("; ", interventions.notes().stream().distinct().toList()), null));
    }
    return interventions.interventions().stream().filter(Intervention::primary)
        .map(one -> new Finding("%s, %s of %s".formatted(one.dataset(), one.set(), one.where()), one.verdict(),
            because(one), null, one.dataset(), evidence(one)))
        .toList();
  }

  private static Evidence evidence(Intervention one) {
    AblationPower power = one.decision().power();
    return new Evidence("change against matched sets", Unit.of(one.outcome()),
        one.matched().excess(),
        Double.isNaN(power.effect())
            ? null
            : new Power(switch (one.outcome()) {
              case ACCURACY -> Planted.DROPS;
              case LOG_PROBABILITY -> Planted.LOG_PROBABILITY_DROPS;
            }, power.effect(), power.atEffect(), power.smallest(), one.problems(), power.problemsNeeded(),
                power.planted()));
  }

  private static String because(Intervention one) {
    String power = InterventionWords.power(one);
    Unit unit = Unit.of(one.outcome());
    return "%s from %s by %s, beyond matched sets by %s: %s".formatted(one.outcome(),
        InterventionWords.outcome(one.base().outcome().value(), one.outcome()),
        unit.of(one.effect()), unit.of(one.matched().excess()), InterventionWords.finding(one))
        + (power.isEmpty() ? "" : ". " + power.substring(0, power.length() - 1));
  }
}
