package org.striatum.reports.run;

import static org.striatum.reports.page.Notation.auroc;
import static org.striatum.reports.page.Notation.count;
import static org.striatum.reports.page.Notation.effect;
import static org.striatum.reports.page.Notation.outcome;
import static org.striatum.reports.page.Notation.pEquals;
import static org.striatum.reports.page.Notation.range;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.NullBand;
import org.striatum.reports.page.KeyFigure;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;
import org.striatum.studies.intervention.InterventionWords;

/// The run's answer in two sentences, computed from its records: does the model carry its probability of success, and
/// does it use what carries it. A negative answer is stated as clearly as a positive one.
///
/// @param carries what the probes found
/// @param uses what the first intervention found
/// @param damage of that intervention; null if there is none
/// @param word for its verdict; null if there is none
/// @param keys the figures that the sentences are based on
record Conclusion(String question, String carries, String uses, Damage damage, String word, List<KeyFigure> keys) {
  Conclusion {
    keys = List.copyOf(keys);
  }

  static Conclusion of(RunReport.Content content) {
    String question = "Does " + VisibleText.brief(content.checkpoint().name(), 80)
        + " carry, in a few hidden-state coordinates, its own estimate of whether it will solve a problem, and does it"
        + " use them?";
    Optional<Intervention> primary = Optional.ofNullable(content.firstInterventions())
        .flatMap(results -> results.interventions().stream().findFirst());
    Optional<Selection> selection = Optional.ofNullable(content.values()).flatMap(values -> selection(values, primary));
    List<KeyFigure> keys = new ArrayList<>();
    selection.ifPresent(s -> keys.addAll(keys(s, reading(content.values(), s))));
    primary.ifPresent(i -> keys.addAll(keys(i)));
    return new Conclusion(question, carries(content, selection),
        uses(Optional.ofNullable(content.firstInterventions()), primary),
        primary.map(Intervention::damage).orElse(null),
        primary.map(InterventionWords::verdict).orElse(null), keys);
  }

  /// The class of the page's style sheet that colours a verdict; the word itself is always shown with the colour.
  static String tone(Damage damage) {
    return damage.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String tone() {
    return damage == null ? "none" : tone(damage);
  }

  /// The intervention on a set, as the beginning of a sentence.
  static String deed(Intervention intervention) {
    return switch (intervention.kind()) {
      case ZERO -> "Zeroing";
      case MEAN -> "Mean-ablating";
      case RESAMPLE -> "Resampling";
      case STEER -> "Steering";
      case PROJECT_OUT -> "Projecting out";
      case ADD -> "Adding";
    };
  }

  /// The dataset of the first intervention, otherwise the first one with a probe.
  private static Optional<Selection> selection(ValueNeuronResults values, Optional<Intervention> primary) {
    List<Selection> all = Selection.all(values);
    return primary.flatMap(i -> all.stream().filter(s -> s.dataset().equals(i.dataset())).findFirst())
        .or(() -> all.stream().findFirst());
  }

  private static String carries(RunReport.Content content, Optional<Selection> selection) {
    if (content.values() == null) {
      return "Value neurons were not studied in this run.";
    }
    if (selection.isEmpty()) {
      return "No probe could be fitted, so nothing is known about value neurons.";
    }
    Selection s = selection.get();
    return (controls(content.values(), s).map(controls -> carries(content, s, controls))
        .orElseGet(() -> carries(content, s)) + others(content.values(), s)) + ".";
  }

  /// What the controls say of the probe that they are about: the figure and the verdict of the run's answers.
  private static String carries(RunReport.Content content, Selection s, DatasetControls controls) {
    String reaches = "a probe of all coordinates at " + controls.hook()
        + ", chosen on validation problems, reaches AUROC "
        + auroc(controls.whole()) + " on " + count(controls.testProblems(), "test problem");
    String baseline = "prompt length alone gives " + auroc(s.summary().promptLengthAuroc().value())
        + ", and the probe adds " + effect(controls.nuisances().getFirst().increment(), "AUROC") + " to it";
    if (!controls.readable()) {
      return "On " + s.dataset() + " success is not shown to be predictable before the first generated token: "
          + reaches
          + " (" + baseline + ")";
    }
    return "On " + s.dataset() + " success is predictable before the first generated token: " + reaches
        + (controls.moreThanPromptLength() == Verdict.YES
            ? " (" + baseline + ")" + sparse(content, s)
            : ", but " + baseline
                + ", so the hidden state is not shown to hold more than the length of the prompt");
  }

  /// Without controls: the best probe on validation problems, against shuffled rewards.
  private static String carries(RunReport.Content content, Selection s) {
    String chosen = s.probe().probe() + " probe at " + s.hook();
    String reaches = "AUROC " + auroc(s.probe().test()) + " on " + count(s.summary().test(), "test problem");
    String baseline = "prompt length alone gives " + auroc(s.summary().promptLengthAuroc().value());
    NullBand shuffled = s.layer().shuffled();
    String nulls = shuffled.permutations() == 0
        ? "no shuffled rewards to compare with"
        : "shuffled rewards reach " + range(shuffled.low(), shuffled.high(), 3) + ", " + pEquals(shuffled.pValue());
    if (!s.predicts()) {
      return "On " + s.dataset() + " success is not shown to be predictable before the first generated token: the "
          + chosen + ", best on validation problems, reaches " + reaches + " (" + nulls + "; " + baseline + ")";
    }
    if (!s.beatsPromptLength()) {
      return "On " + s.dataset() + " the " + chosen + " predicts success before the first generated token with "
          + reaches + " (" + nulls + "), but " + baseline
          + ", so the hidden state is not shown to hold more than the length of the prompt";
    }
    return "On " + s.dataset() + " the " + chosen + ", chosen on validation problems, predicts success before the"
        + " first generated token with " + reaches + " (" + nulls + "; " + baseline + ")" + sparse(content, s);
  }

  private static Optional<DatasetControls> controls(ValueNeuronResults values, Selection s) {
    return values.controls().stream().filter(controls -> controls.dataset().equals(s.dataset())).findFirst();
  }

  private static String sparse(RunReport.Content content, Selection s) {
    return s.sparse()
        .map(p -> "; a sparse probe on " + s.layer().path().nonZero() + " of " + content.checkpoint().width()
            + " coordinates gives " + auroc(p.test().value()))
        .orElse("");
  }

  private static String others(ValueNeuronResults values, Selection shown) {
    List<String> others = Selection.all(values).stream().filter(s -> !s.dataset().equals(shown.dataset()))
        .map(s -> auroc(reading(values, s).value()) + " on " + s.dataset()).toList();
    return others.isEmpty() ? "" : "; on other tasks " + String.join(", ", others);
  }

  /// AUROC of V(s₀): of the probe that the controls are about, where there are any.
  private static Estimate reading(ValueNeuronResults values, Selection s) {
    return controls(values, s).map(DatasetControls::whole).orElse(s.probe().test());
  }

  private static String uses(Optional<InterventionResults> results, Optional<Intervention> primary) {
    if (results.isEmpty()) {
      return "Whether the model uses such coordinates was not tested: no intervention was made.";
    }
    if (primary.isEmpty()) {
      return "Whether the model uses such coordinates is unknown: the intervention study contains no intervention.";
    }
    Intervention i = primary.get();
    String what = deed(i) + " " + i.set() + " ("
        + (i.kind().ofDirection() ? "a direction" : count(i.size(), "coordinate")) + ") at " + i.where() + " changes "
        + i.outcome().printed() + " on " + i.dataset() + " from " + outcome(i.base().outcome().value(), i.outcome())
        + " to "
        + outcome(i.ablated().outcome().value(), i.outcome()) + " (" + effect(i.effect(), i.outcome()) + ", "
        + count(i.problems(), "problem") + ")";
    String power = InterventionWords.power(i);
    return what + ": " + InterventionWords.finding(i) + "." + (power.isEmpty() ? "" : " " + power);
  }

  private static List<KeyFigure> keys(Selection s, Estimate reading) {
    return List.of(
        new KeyFigure("AUROC of V(s₀)", auroc(reading.value()),
            "95 %: " + range(reading.low(), reading.high(), 3)),
        new KeyFigure("Prompt length alone", auroc(s.summary().promptLengthAuroc().value()), "AUROC of the baseline"));
  }

  private static List<KeyFigure> keys(Intervention i) {
    double scale = Notation.scale(i.outcome());
    int places = scale == 1 ? 3 : 1;
    return List.of(
        new KeyFigure("Effect on " + i.outcome().printed(), effect(i.effect().value(), i.outcome()),
            "95 %: " + Notation.span(scale * i.effect().low(), scale * i.effect().high(), places)),
        new KeyFigure("q, RMS-matched sets", i.matched().qValue().printed(),
            "against random sets " + i.random().qValue()));
  }
}
