package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.Scaling;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.reports.page.Notation;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.intervention.InterventionWords;

/// A figure of the paper next to ours. Models, problems and sample sizes differ, so the two are shown together and not
/// tested against each other.
///
/// Source: *Sparse Reward Subsystem in Large Language Models*, arXiv 2602.00986.
///
/// @param quantity what is measured
/// @param paper as published
/// @param ours from this run, a dash if it was not measured
/// @param verdict what the same figure comes to beside our controls, a dash if it has none
public record PaperComparison(String quantity, String paper, String ours, String verdict) {
  private static final double TOP_SHARE_PRUNED = 0.99;
  private static final String VALUE = "AUROC of V(s₀)";
  private static final String PRUNED = "AUROC after pruning";
  /// Quantities whose verdict is the answer to a question of the run.
  private static final Map<String, List<Question>> ANSWERED = Map.of(VALUE, List.of(Question.READABLE), PRUNED,
      List.of(Question.SPARSE, Question.BASIS_ALIGNED));

  static List<PaperComparison> all(RunReport.Content content) {
    return all(content.values(), content.firstInterventions(), content.dopamine()).stream()
        .map(row -> row.answered(content.answers())).toList();
  }

  /// The same with what the run's answers say, which other splits of the same rollouts may have decided.
  private PaperComparison answered(StudyAnswers answers) {
    List<Question> asked = ANSWERED.getOrDefault(quantity, List.of());
    List<String> found = asked.stream().map(answers::to).flatMap(answer -> answer.findings().stream()
        .map(finding -> answer.question().label() + ": " + finding.verdict().printed() + " (" + finding.of() + ")"))
        .toList();
    return found.isEmpty() ? this : new PaperComparison(quantity, paper, ours, joined(found));
  }

  /// Every row.
  ///
  /// @param values null if they were not studied; the others likewise
  public static List<PaperComparison> all(ValueNeuronResults values, InterventionResults interventions,
      DopamineResults dopamine) {
    List<Intervention> accuracy = interventions == null
        ? List.of()
        : interventions.interventions().stream()
            .filter(i -> i.outcome() == OutcomeKind.ACCURACY && i.kind() == AblationKind.ZERO).toList();
    List<PaperComparison> rows = new ArrayList<>();
    rows.add(new PaperComparison(VALUE, "0.59–0.73, mean 0.67", aurocs(values),
        controls(values, on -> "predicts success: " + (on.readable() ? "yes" : "undecided"))));
    rows.add(new PaperComparison(PRUNED, "flat to 99 % pruned", pruned(values),
        controls(values, on -> "sparse: " + on.sparse().printed() + "; aligned with coordinates: "
            + on.basisAligned().printed())));
    rows.add(new PaperComparison("Accuracy, one layer's top 1 % zeroed",
        "75.2 % → 37.0 %, 13.6 %, 29.4 %, 1.2 % (layers 2–5)",
        joined(accuracy.stream().map(i -> Notation.percent(i.base().outcome().value()) + " → "
            + Notation.percent(i.ablated().outcome().value()) + " (" + i.set() + ", " + i.where() + ", " + i.dataset()
            + ")")
            .toList()),
        joined(accuracy.stream().map(i -> InterventionWords.verdict(i) + " (" + i.set() + ", " + i.where() + ")")
            .toList())));
    rows.add(new PaperComparison("Accuracy, random 1 % zeroed", "−0.6 points, mean",
        joined(accuracy.stream().filter(i -> !i.random().effects().isEmpty())
            .map(i -> mean(i.random().effects(), i) + " over "
                + Notation.count(i.random().effects().size(), "set") + " (" + i.where() + ", " + i.dataset() + ")")
            .toList()),
        Notation.ABSENT));
    rows.add(new PaperComparison("Accuracy, RMS-matched sets zeroed", "not reported",
        joined(accuracy.stream().filter(i -> !i.matched().effects().isEmpty())
            .map(i -> mean(i.matched().effects(), i) + " over "
                + Notation.count(i.matched().effects().size(), "set") + " (" + i.where() + ", " + i.dataset() + ")")
            .toList()),
        Notation.ABSENT));
    rows.add(new PaperComparison("Spearman's ρ of prediction and δ", "0.3–0.4", surprise(dopamine),
        dopamine == null
            ? Notation.ABSENT
            : joined(dopamine.verdicts().stream()
                .map(one -> "signature test passed: " + one.verdict().printed() + " (" + one.dataset() + ")")
                .toList())));
    return List.copyOf(rows);
  }

  private static String controls(ValueNeuronResults values, Function<DatasetControls, String> words) {
    return values == null
        ? Notation.ABSENT
        : joined(values.controls().stream().map(on -> words.apply(on) + " (" + on.dataset() + ")").toList());
  }

  /// Of the whole-response probe, unpruned, over the kept test steps at the hook point that each dataset's report shows.
  private static String surprise(DopamineResults dopamine) {
    return dopamine == null
        ? Notation.ABSENT
        : joined(dopamine.datasets().stream().flatMap(row -> dopamine.chosen(row.dataset()).stream())
            .flatMap(layer -> layer.curve(Scaling.WHOLE_RESPONSE).stream()
                .flatMap(curve -> curve.points().stream().limit(1))
                .map(point -> Notation.decimals(point.rho().value(), 2) + " (" + layer.dataset() + ", " + layer.hook()
                    + ")"))
            .toList());
  }

  private static String aurocs(ValueNeuronResults values) {
    DoubleSummaryStatistics found = new DoubleSummaryStatistics();
    if (values != null) {
      Selection.all(values).stream().mapToDouble(s -> s.probe().test().value()).filter(Double::isFinite)
          .forEach(found);
    }
    return found.getCount() == 0
        ? Notation.ABSENT
        : found.getCount() == 1
            ? Notation.auroc(found.getMin())
            : Notation.span(found.getMin(), found.getMax(), 3) + ", mean " + Notation.auroc(found.getAverage())
                + " over " + Notation.count(found.getCount(), "dataset");
  }

  /// For each dataset, the first curve at the chosen hook point: unpruned, and at the ratio nearest 99 %.
  private static String pruned(ValueNeuronResults values) {
    return values == null
        ? Notation.ABSENT
        : joined(Selection.all(values).stream().flatMap(s -> pruned(s).stream()).toList());
  }

  private static Optional<String> pruned(Selection s) {
    Optional<PruningCurve> curve = s.layer().pruning().stream().filter(c -> !c.points().isEmpty())
        .max(Comparator.comparing((PruningCurve c) -> c.probe() == s.probe().probe())
            .thenComparing(c -> !c.retrained()));
    return curve.map(c -> {
      PruningPoint whole = c.points().stream().min(Comparator.comparingDouble(PruningPoint::ratio)).orElseThrow();
      PruningPoint near = c.points().stream()
          .min(Comparator.comparingDouble(p -> Math.abs(p.ratio() - TOP_SHARE_PRUNED))).orElseThrow();
      return Notation.auroc(whole.auroc().value()) + " → " + Notation.auroc(near.auroc().value()) + " at "
          + Notation.percent(near.ratio()) + " (" + s.dataset() + ", " + c.probe()
          + (c.retrained() ? ", refitted)" : ", masked)");
    });
  }

  private static String mean(List<Double> effects, Intervention intervention) {
    return Notation.effect(effects.stream().mapToDouble(e -> e).filter(Double::isFinite).average().orElse(Double.NaN),
        intervention.outcome());
  }

  private static String joined(List<String> parts) {
    return parts.isEmpty() ? Notation.ABSENT : String.join("\n", parts);
  }
}
