package org.striatum.studies.intervention;

import static org.striatum.studies.answer.AnswerFigures.signed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.striatum.probe.dopamine.LossPower;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Planted;
import org.striatum.studies.answer.Power;
import org.striatum.studies.answer.Unit;

/// Whether dopamine neurons lose their response to surprises where value neurons below are set to zero, dataset by dataset.
public final class SurpriseAnswers {
  /// What the figure behind an answer is.
  static final String FIGURE = "change of the response";

  private SurpriseAnswers() {}

  static List<Finding> of(SurpriseResults results) {
    List<Finding> findings = new ArrayList<>();
    results.responses().forEach(one -> findings.add(Finding.on(one.dataset(), one.verdict(), because(one),
        new Evidence(FIGURE, Unit.DEVIATIONS, one.change(), power(one)))));
    results.notes().forEach(note -> findings.add(new Finding("surprises", Verdict.NOT_TESTED, note, null)));
    return findings;
  }

  private static Power power(SurpriseResponse one) {
    LossPower power = one.power();
    return power.curve().points().isEmpty()
        ? null
        : new Power(Planted.LOSSES, power.curve().effect(), power.atEffect(), power.curve().smallest(), one.problems(),
            power.problemsNeeded(), power.planted());
  }

  private static String because(SurpriseResponse one) {
    return "%s at %s, %d unexpected successes and %d failures: response %s, without %s at %s %s; change %s, beyond %d"
        .formatted(one.neurons().set(), one.neurons().hook(), one.successes(), one.failures(), signed(one.base()),
            one.ablated().set(), one.ablated().hook(), signed(one.left()), signed(one.change()), one.controls().size())
        + " matched sets " + signed(one.excess()) + ", " + one.pValue().equation("p")
        + (words(one).isEmpty() ? "" : ". " + words(one));
  }

  /// What would have been found, as a sentence without its end; empty where nothing could be planted.
  public static String words(SurpriseResponse one) {
    Power power = power(one);
    if (power == null) {
      return "";
    }
    String smallest = Double.isNaN(power.smallest())
        ? "no planted loss four times in five"
        : String.format(Locale.ROOT, "one of %.0f %% four times in five", 100 * power.smallest());
    String needed = Double.isNaN(power.needed())
        ? String.format(Locale.ROOT, "sixteen times the %d %s would not do", power.problems(),
            power.planted().counted())
        : power.needs() + " find it in 80 %";
    return "Planted " + power.words() + ", " + smallest + "; " + needed;
  }
}
