package org.striatum.studies.intervention;

import static org.striatum.studies.answer.AnswerFigures.signed;

import java.util.List;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;

/// Whether the model uses its value neurons, by primary interventions only: they were fixed before the run.
final class InterventionAnswers {
  private InterventionAnswers() {}

  static List<Finding> of(InterventionResults interventions) {
    if (interventions.interventions().stream().noneMatch(Intervention::primary)) {
      return List.of(new Finding("primary interventions", Verdict.NOT_TESTED,
          "none could be measured: " + String.join("; ", interventions.notes().stream().distinct().toList())));
    }
    return interventions.interventions().stream().filter(Intervention::primary)
        .map(one -> new Finding("%s, %s of %s".formatted(one.dataset(), one.set(), one.where()), one.verdict(),
            because(one)))
        .toList();
  }

  private static String because(Intervention one) {
    String power = InterventionWords.power(one);
    return "%s from %.3f by %s, beyond matched sets by %s: %s".formatted(one.outcome(), one.base().outcome().value(),
        signed(one.effect()), signed(one.matched().excess()), InterventionWords.finding(one))
        + (power.isEmpty() ? "" : ". " + power.substring(0, power.length() - 1));
  }
}
