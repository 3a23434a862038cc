package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.Scaling;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.run.Printed;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.reports.page.Notation;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.baselines.BaselineOverlap;
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.intervention.InterventionWords;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.intervention.SurpriseWords;
import org.striatum.studies.results.StudyResults;

/// A figure of the paper next to ours, case by case. Models, problems and sample sizes differ, so the two are shown together and not
/// tested against each other.
///
/// Source: *Sparse Reward Subsystem in Large Language Models*, arXiv 2602.00986.
///
/// @param figure of the paper, and what it is of
/// @param cases from this run, one where it was not measured
public record PaperComparison(Figure figure, List<Case> cases) {
  private static final double TOP_SHARE_PRUNED = 0.99;

  public PaperComparison {
    cases = cases.isEmpty() ? List.of(new Case("", Notation.ABSENT, Notation.ABSENT)) : List.copyOf(cases);
  }

  /// One case of this run.
  ///
  /// @param of which, e.g. a task and a set of neurons; empty where there is only one
  /// @param ours from this run, a dash if it was not measured
  /// @param verdict what the same figure comes to beside our controls, a dash if it has none
  public record Case(String of, String ours, String verdict) {}

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
    List<Intervention> accuracy = results.interventions().values().stream()
        .flatMap(study -> study.interventions().stream())
        .filter(i -> i.outcome() == OutcomeKind.ACCURACY && i.kind() == AblationKind.ZERO).toList();
    List<Intervention> tested = accuracy.stream().filter(i -> baseline(i).isEmpty()).toList();
    return List.of(
        new PaperComparison(Figure.AUROC, aurocs(results.values(), answers)),
        new PaperComparison(Figure.PRUNED, pruned(results.values(), answers)),
        zeroed(Figure.VALUE_ZEROED, tested),
        controlSets(Figure.RANDOM_ZEROED, tested, Intervention::random),
        controlSets(Figure.MATCHED_ZEROED, tested, Intervention::matched),
        zeroed(Figure.WANDA_ZEROED, of(Baseline.WANDA, accuracy)),
        zeroed(Figure.TERMINAL_ONLY_ZEROED, of(Baseline.TERMINAL_ONLY, accuracy)),
        zeroed(Figure.NEXT_TOKEN_ZEROED, of(Baseline.NEXT_TOKEN, accuracy)),
        overlap(results.values(), results.baselines()),
        new PaperComparison(Figure.SURPRISE, surprise(results.dopamine(), answers)),
        responses(results.surprises()));
  }

  /// What the run says about a question on one task, which other splits of the same rollouts may have decided: `sparse: no`.
  private static String answer(StudyAnswers answers, Question question, String task) {
    return question.label() + ": " + answers.to(question).findings().stream()
        .filter(finding -> task.equals(finding.task())).findFirst().map(Finding::verdict).orElse(Verdict.NOT_TESTED)
        .printed();
  }

  /// How far dopamine neurons still tell unexpected successes from failures, in deviations.
  private static PaperComparison responses(SurpriseResults surprises) {
    List<SurpriseResponse> found = surprises == null ? List.of() : surprises.responses();
    return new PaperComparison(Figure.RESPONSE_LEFT, found.stream()
        .map(one -> new Case(one.dataset() + ", " + SurpriseWords.place(one),
            Notation.signed(one.base().value(), 2) + " → " + Notation.signed(one.left().value(), 2),
            "falls more than under matched sets: " + one.verdict().printed() + ", "
                + SurpriseWords.deviations(one.change()) + ", " + Notation.pEquals(one.pValue())))
        .toList());
  }

  /// Which baseline's set was zeroed, if it was one.
  private static Optional<Baseline> baseline(Intervention i) {
    return Arrays.stream(Baseline.values()).filter(one -> i.set().startsWith(one.printed() + "@")).findFirst();
  }

  private static List<Intervention> of(Baseline baseline, List<Intervention> accuracy) {
    return accuracy.stream().filter(i -> baseline(i).equals(Optional.of(baseline))).toList();
  }

  /// Data, set and place; a set that was named for these data is not named with them again.
  private static String place(Intervention i) {
    String set = i.set().endsWith(":" + i.dataset())
        ? i.set().substring(0, i.set().length() - i.dataset().length() - 1)
        : i.set();
    return i.dataset() + ", " + set + " at " + i.where();
  }

  private static PaperComparison zeroed(Figure figure, List<Intervention> sets) {
    return new PaperComparison(figure,
        sets.stream()
            .map(i -> new Case(place(i),
                Notation.percent(i.base().outcome().value()) + " → " + Notation.percent(i.ablated().outcome().value()),
                InterventionWords.verdict(i)))
            .toList());
  }

  private static PaperComparison controlSets(Figure figure, List<Intervention> tested,
      Function<Intervention, Controls> controls) {
    return new PaperComparison(figure, tested.stream().filter(i -> !controls.apply(i).effects().isEmpty())
        .map(i -> new Case(i.dataset() + ", " + i.where(), mean(controls.apply(i).effects(), i) + " over "
            + Notation.count(controls.apply(i).effects().size(), "set"), Notation.ABSENT))
        .toList());
  }

  /// What the two best 1 % share over all places together; beside it what sets drawn by chance would.
  private static PaperComparison overlap(ValueNeuronResults values, BaselineResults baselines) {
    return new PaperComparison(Figure.NEXT_TOKEN_OVERLAP,
        Optional.ofNullable(values).filter(_ -> baselines != null).stream()
            .flatMap(found -> BaselineOverlap.all(found, baselines).stream())
            .filter(one -> one.baseline() == Baseline.NEXT_TOKEN)
            .map(one -> new Case(Notation.count(one.places().size(), "place"),
                Notation.percent(one.share()) + " (" + one.shared() + " of " + one.size() + " coordinates)",
                "by chance " + Notation.percent(one.chanceShare())))
            .toList());
  }

  /// Of the whole-response probe, unpruned, over the kept test steps at the hook point that each dataset's report shows.
  private static List<Case> surprise(DopamineResults dopamine, StudyAnswers answers) {
    return dopamine == null
        ? List.of()
        : dopamine.datasets().stream().map(DatasetSteps::dataset).map(dataset -> dopamine.chosen(dataset)
            .flatMap(layer -> layer.curve(Scaling.WHOLE_RESPONSE)
                .flatMap(curve -> curve.points().stream().findFirst())
                .map(point -> new Case(dataset + " at " + layer.hook(), Notation.decimals(point.rho().value(), 2),
                    answer(answers, Question.DOPAMINE, dataset))))
            .orElse(new Case(dataset, Notation.ABSENT, answer(answers, Question.DOPAMINE, dataset)))).toList();
  }

  /// All datasets together, then each by the probe and hook point that its report shows.
  private static List<Case> aurocs(ValueNeuronResults values, StudyAnswers answers) {
    List<Selection> selected = values == null ? List.of() : Selection.all(values);
    DoubleSummaryStatistics found = selected.stream().mapToDouble(s -> s.probe().test().value())
        .filter(Double::isFinite).summaryStatistics();
    List<Case> cases = new ArrayList<>();
    if (found.getCount() > 1) {
      cases.add(new Case("all " + Notation.count(found.getCount(), "task"),
          Notation.span(found.getMin(), found.getMax(), 3) + ", mean " + Notation.auroc(found.getAverage()),
          Notation.ABSENT));
    }
    selected.forEach(s -> cases.add(new Case(s.dataset() + ", " + s.probe().probe() + " at " + s.hook(),
        Notation.auroc(s.probe().test().value()), answer(answers, Question.READABLE, s.dataset()))));
    return cases;
  }

  /// For each dataset a curve at the chosen hook point, the TD probe's masked one as in the paper if there is one: unpruned, and at the
  /// ratio nearest 99 %.
  private static List<Case> pruned(ValueNeuronResults values, StudyAnswers answers) {
    return values == null
        ? List.of()
        : Selection.all(values).stream().flatMap(s -> pruned(s, answers).stream()).toList();
  }

  private static Optional<Case> pruned(Selection s, StudyAnswers answers) {
    Optional<PruningCurve> curve = s.layer().pruning().stream().filter(c -> !c.points().isEmpty())
        .max(Comparator.comparing((PruningCurve c) -> c.probe() == ProbeKind.TD && !c.retrained())
            .thenComparing(c -> c.probe() == s.probe().probe()).thenComparing(c -> !c.retrained()));
    return curve.map(c -> {
      PruningPoint whole = c.points().stream().min(Comparator.comparingDouble(PruningPoint::ratio)).orElseThrow();
      PruningPoint near = c.points().stream()
          .min(Comparator.comparingDouble(p -> Math.abs(p.ratio() - TOP_SHARE_PRUNED))).orElseThrow();
      return new Case(s.dataset() + ", " + c.probe() + (c.retrained() ? ", refitted" : ", masked") + " at " + s.hook(),
          Notation.auroc(whole.auroc().value()) + " → " + Notation.auroc(near.auroc().value()) + " at "
              + Notation.percent(near.ratio()),
          answer(answers, Question.SPARSE, s.dataset()) + "; " + answer(answers, Question.BASIS_ALIGNED, s.dataset()));
    });
  }

  private static String mean(List<Double> effects, Intervention intervention) {
    return Notation.effect(effects.stream().mapToDouble(e -> e).filter(Double::isFinite).average().orElse(Double.NaN),
        intervention.outcome());
  }
}
