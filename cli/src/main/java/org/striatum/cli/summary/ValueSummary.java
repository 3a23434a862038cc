package org.striatum.cli.summary;

import java.util.List;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.value.Ceiling;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueQuestion;
import org.striatum.probe.value.ValueQuestion.Arrangement;

/// The value-neuron study as lines of text.
///
/// @param console where they go
public record ValueSummary(Console console) {
  private static final List<ProbeKind> PROBES = List.of(ProbeKind.LINEAR, ProbeKind.SPARSE, ProbeKind.TD,
      ProbeKind.MONTE_CARLO);

  public void print(ValueNeuronResults values) {
    console.print("");
    console.print(
        "%-6s %9s %9s  %-20s %-24s %s".formatted("task", "problems", "rollouts", "accuracy", "AUROC of prompt length",
            "ceiling of AUROC"));
    for (DatasetSummary dataset : values.datasets()) {
      Ceiling ceiling = dataset.ceiling();
      console.print("%-6s %9d %9d  %-20s %-24s %s".formatted(dataset.dataset(), dataset.problems(), dataset.rollouts(),
          Figures.interval(dataset.accuracy()), Figures.interval(dataset.promptLengthAuroc()),
          ceiling.refused() == null ? Figures.interval(ceiling.auroc()) : "–"));
    }
    values.datasets().stream().filter(dataset -> dataset.ceiling().refused() != null).findFirst()
        .ifPresent(dataset -> console.print("no ceiling, e.g. of %s: %s".formatted(dataset.dataset(),
            dataset.ceiling().refused())));
    console.print("");
    console.print(
        "AUROC of V(s₀) against the outcome, test problems, 95 % interval; last: sparse path under shuffled outcomes");
    console.print("%-6s %-26s %s".formatted("task", "hook point",
        String.join("", PROBES.stream().map(probe -> "%-19s".formatted(probe.printed())).toList())) + "shuffled");
    for (LayerProbes layer : values.layers()) {
      StringBuilder line = new StringBuilder("%-6s %-26s ".formatted(layer.dataset(), layer.hook()));
      for (ProbeKind probe : PROBES) {
        line.append("%-19s".formatted(layer.probes().stream().filter(auroc -> auroc.probe() == probe).findFirst()
            .map(ProbeAuroc::test).map(Figures::interval).orElse("–")));
      }
      console.print(line.append(layer.shuffled().permutations() == 0
          ? "–"
          : "%.2f … %.2f, %s".formatted(layer.shuffled().low(), layer.shuffled().high(),
              layer.shuffled().pValue().equation("p")))
          .toString());
    }
    values.rankingTrainings().forEach(console::print);
    if (!values.controls().isEmpty()) {
      console.print("");
      console.print("Controls at the hook point chosen on validation problems; ridge probe on s₀, test problems");
    }
    for (DatasetControls controls : values.controls()) {
      console.print(controls.dataset() + ": " + controls.line());
      console.print(("  AUROC %s; on %d of %d coordinates %s; native minus rotated basis %s; over prompt"
          + " length %s").formatted(Figures.interval(controls.whole()), controls.sparsity().kept(), controls.width(),
              Figures.signed(controls.sparsity().difference()), Figures.signed(controls.rotation().difference()),
              Figures.signed(controls.nuisances().getFirst().increment())));
      controls.nuisances().stream().filter(baseline -> !baseline.beforeGeneration()).forEach(baseline -> console.print(
          "  over what is known after generation (%s) %s".formatted(baseline.printed(),
              Figures.signed(baseline.increment()))));
      controls.notes().forEach(note -> console.print("  note: " + note));
    }
    power(values);
    disagreement(values);
    for (DatasetSummary dataset : values.datasets()) {
      if (dataset.note() != null) {
        console.print("note: " + dataset.dataset() + ": " + dataset.note());
      }
    }
  }

  private void power(ValueNeuronResults values) {
    List<DatasetControls> planted = values.controls().stream().filter(one -> !one.power().shares().isEmpty()).toList();
    if (planted.isEmpty()) {
      return;
    }
    console.print("");
    console.print(
        "Codes of success planted into the same states, and found by each question, in one coordinate or six weaker ones;"
            + " the declared AUROC is " + planted.getFirst().power().effect());
    console.print("%-6s %-17s %-21s %-28s %-9s %s".formatted("task", "question", "planted", "found by AUROC",
        "smallest", "dense codes called so"));
    for (DatasetControls one : planted) {
      for (ValueQuestion question : ValueQuestion.values()) {
        for (Arrangement arrangement : Arrangement.values()) {
          PowerCurve curve = one.power().curve(question, arrangement);
          if (!curve.points().isEmpty()) {
            console.print("%-6s %-17s %-21s %-28s %-9s %s".formatted(one.dataset(), question.printed(),
                arrangement.printed() + (arrangement == question.arrangement() ? " *" : ""),
                curve.points().stream().map(point -> point.strength() + ": " + point.found() + "/" + point.planted())
                    .collect(Collectors.joining("  ")),
                Double.isNaN(curve.smallest()) ? "–" : "%.2f".formatted(curve.smallest()),
                arrangement == Arrangement.ALONE ? one.power().dense(question) : ""));
          }
        }
      }
    }
    console.print("* the arrangement that decides whether 'no' is an answer");
  }

  /// How far the paper's ranking and the run's own order coordinates alike.
  private void disagreement(ValueNeuronResults values) {
    List<String> lines = values.layers().stream().flatMap(layer -> layer.againstPaper().stream()
        .map(agreement -> "%-6s %-26s %+.2f  %.2f".formatted(layer.dataset(), layer.hook(), agreement.spearman(),
            agreement.iou())))
        .toList();
    if (!lines.isEmpty()) {
      console.print("");
      console.print("Do the paper's ranking (" + Ranking.TD_FIRST_LAYER_L1.printed()
          + ") and this run's agree? Spearman's ρ over all coordinates, IoU of the best");
      lines.forEach(console::print);
    }
  }
}
