package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.Scaling;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.run.Printed;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.reports.page.Notation;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.baselines.BaselineOverlap;
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.intervention.InterventionWords;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.intervention.SurpriseWords;
import org.striatum.studies.results.StudyResults;

/// A figure of the paper next to ours. Models, problems and sample sizes differ, so the two are shown together and not
/// tested against each other.
///
/// Source: *Sparse Reward Subsystem in Large Language Models*, arXiv 2602.00986.
///
/// @param figure of the paper, and what it is of
/// @param ours from this run, a dash if it was not measured
/// @param verdict what the same figure comes to beside our controls, a dash if it has none
public record PaperComparison(Figure figure, String ours, String verdict) {
  private static final double TOP_SHARE_PRUNED = 0.99;

  /// Quantities whose verdict is the answer to a question of the run.
  private static final Map<Figure, List<Question>> ANSWERED = Map.of(Figure.AUROC, List.of(Question.READABLE),
      Figure.PRUNED, List.of(Question.SPARSE, Question.BASIS_ALIGNED));

  /// What the paper reports.
  public enum Figure implements Printed {
    AUROC("AUROC of V(s₀)", "0.59–0.73, mean 0.67"), PRUNED("AUROC after pruning", "flat to 99 % pruned"), VALUE_ZEROED(
        "Accuracy, one layer's top 1 % zeroed", "75.2 % → 37.0 %, 13.6 %, 29.4 %, 1.2 % (layers 2–5)"), RANDOM_ZEROED(
            "Accuracy, random 1 % zeroed", "−0.6 points, mean"), MATCHED_ZEROED("Accuracy, RMS-matched sets zeroed",
                "not reported"), WANDA_ZEROED("Accuracy, Wanda's top 1 % zeroed", "−9.4 points"), TERMINAL_ONLY_ZEROED(
                    "Accuracy, a terminal-only probe's top 1 % zeroed",
                    "−8.8 points"), NEXT_TOKEN_ZEROED("Accuracy, a next-token probe's top 1 % zeroed",
                        "not known"), NEXT_TOKEN_OVERLAP("Value and next-token sets in common",
                            "0.7 %"), SURPRISE("Spearman's ρ of prediction and δ", "0.3–0.4"), RESPONSE_LEFT(
                                "Response to surprises, value neurons zeroed", "disturbed (v1, shown as traces)");

    private final String printed;
    private final String published;

    Figure(String printed, String published) {
      this.printed = printed;
      this.published = published;
    }

    /// What is measured.
    @Override
    public String printed() {
      return printed;
    }

    /// As published.
    public String published() {
      return published;
    }
  }

  /// Every row, with the run's answers where a question asks the same.
  public static List<PaperComparison> all(StudyResults results, StudyAnswers answers) {
    return measured(results).stream().map(row -> row.answered(answers)).toList();
  }

  /// The same with what the run's answers say, which other splits of the same rollouts may have decided.
  private PaperComparison answered(StudyAnswers answers) {
    List<Question> asked = ANSWERED.getOrDefault(figure, List.of());
    List<String> found = asked.stream().map(answers::to).flatMap(answer -> answer.findings().stream()
        .map(finding -> answer.question().label() + ": " + finding.verdict().printed() + " (" + finding.of() + ")"))
        .toList();
    return found.isEmpty() ? this : new PaperComparison(figure, ours, joined(found));
  }

  private static List<PaperComparison> measured(StudyResults results) {
    ValueNeuronResults values = results.values();
    List<Intervention> accuracy = results.interventions().values().stream()
        .flatMap(study -> study.interventions().stream())
        .filter(i -> i.outcome() == OutcomeKind.ACCURACY && i.kind() == AblationKind.ZERO).toList();
    List<Intervention> tested = accuracy.stream().filter(i -> baseline(i).isEmpty()).toList();
    List<PaperComparison> rows = new ArrayList<>();
    rows.add(new PaperComparison(Figure.AUROC, aurocs(values),
        controls(values, on -> "predicts success: " + (on.readable() ? "yes" : "undecided"))));
    rows.add(new PaperComparison(Figure.PRUNED, pruned(values),
        controls(values, on -> "sparse: " + on.sparse().printed() + "; aligned with coordinates: "
            + on.basisAligned().printed())));
    rows.add(zeroed(Figure.VALUE_ZEROED, tested));
    rows.add(controlSets(Figure.RANDOM_ZEROED, tested, Intervention::random));
    rows.add(controlSets(Figure.MATCHED_ZEROED, tested, Intervention::matched));
    rows.add(zeroed(Figure.WANDA_ZEROED, of(Baseline.WANDA, accuracy)));
    rows.add(zeroed(Figure.TERMINAL_ONLY_ZEROED, of(Baseline.TERMINAL_ONLY, accuracy)));
    rows.add(zeroed(Figure.NEXT_TOKEN_ZEROED, of(Baseline.NEXT_TOKEN, accuracy)));
    rows.add(overlap(values, results.baselines()));
    DopamineResults dopamine = results.dopamine();
    rows.add(new PaperComparison(Figure.SURPRISE, surprise(dopamine),
        dopamine == null
            ? Notation.ABSENT
            : joined(dopamine.verdicts().stream()
                .map(one -> "signature test passed: " + one.verdict().printed() + " (" + one.dataset() + ")")
                .toList())));
    rows.add(responses(results.surprises()));
    return List.copyOf(rows);
  }

  /// How far dopamine neurons still tell unexpected successes from failures, in deviations.
  private static PaperComparison responses(SurpriseResults surprises) {
    List<SurpriseResponse> found = surprises == null ? List.of() : surprises.responses();
    return new PaperComparison(Figure.RESPONSE_LEFT,
        joined(found.stream().map(one -> Notation.decimals(one.base().value(), 2) + " → "
            + Notation.decimals(one.left().value(), 2) + " (" + one.neurons().set() + " at " + one.neurons().hook()
            + ", "
            + one.ablated().set() + " at " + one.ablated().hook() + ", " + one.dataset() + ")").toList()),
        joined(found.stream().map(one -> "falls more than under matched sets: " + one.verdict().printed() + ", "
            + SurpriseWords.deviations(one.change()) + ", " + Notation.pEquals(one.pValue()) + " (" + one.dataset()
            + ")")
            .toList()));
  }

  /// Which baseline's set was zeroed, if it was one.
  private static Optional<Baseline> baseline(Intervention i) {
    return Arrays.stream(Baseline.values()).filter(one -> i.set().startsWith(one.printed() + "@")).findFirst();
  }

  private static List<Intervention> of(Baseline baseline, List<Intervention> accuracy) {
    return accuracy.stream().filter(i -> baseline(i).equals(Optional.of(baseline))).toList();
  }

  private static PaperComparison zeroed(Figure figure, List<Intervention> sets) {
    return new PaperComparison(figure,
        joined(sets.stream().map(i -> Notation.percent(i.base().outcome().value()) + " → "
            + Notation.percent(i.ablated().outcome().value()) + " (" + i.set() + ", " + i.where() + ", " + i.dataset()
            + ")").toList()),
        joined(sets.stream().map(i -> InterventionWords.verdict(i) + " (" + i.set() + ", " + i.where() + ", "
            + i.dataset() + ")").toList()));
  }

  private static PaperComparison controlSets(Figure figure, List<Intervention> tested,
      Function<Intervention, Controls> controls) {
    return new PaperComparison(figure,
        joined(tested.stream().filter(i -> !controls.apply(i).effects().isEmpty())
            .map(i -> mean(controls.apply(i).effects(), i) + " over "
                + Notation.count(controls.apply(i).effects().size(), "set") + " (" + i.where() + ", " + i.dataset()
                + ")")
            .toList()),
        Notation.ABSENT);
  }

  /// What the two best 1 % share over all places together; beside it what sets drawn by chance would.
  private static PaperComparison overlap(ValueNeuronResults values, BaselineResults baselines) {
    return Optional.ofNullable(values).filter(_ -> baselines != null).stream()
        .flatMap(found -> BaselineOverlap.all(found, baselines).stream())
        .filter(one -> one.baseline() == Baseline.NEXT_TOKEN).findFirst()
        .map(one -> new PaperComparison(Figure.NEXT_TOKEN_OVERLAP,
            Notation.percent(one.share()) + " (" + one.shared() + " of " + one.size() + " coordinates over "
                + Notation.count(one.places().size(), "hook point") + ")",
            "by chance " + Notation.percent(one.chanceShare())))
        .orElse(new PaperComparison(Figure.NEXT_TOKEN_OVERLAP, Notation.ABSENT, Notation.ABSENT));
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
