package org.striatum.cli.summary;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.stats.Decimals;
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
    console.say("");
    Table tasks = new Table("task", "problems", "rollouts", "accuracy", "AUROC of prompt length", "ceiling of AUROC");
    for (DatasetSummary dataset : values.datasets()) {
      Ceiling ceiling = dataset.ceiling();
      tasks.row(dataset.dataset(), dataset.problems(), dataset.rollouts(), Figures.interval(dataset.accuracy()),
          Figures.interval(dataset.promptLengthAuroc()),
          ceiling.refused() == null ? Figures.interval(ceiling.auroc()) : "–");
    }
    console.print(tasks);
    values.datasets().stream().filter(dataset -> dataset.ceiling().refused() != null).findFirst()
        .ifPresent(dataset -> console.say("no ceiling, e.g. of %s: %s".formatted(dataset.dataset(),
            dataset.ceiling().refused())));
    console.say("");
    console.say(
        "AUROC of V(s₀) against the outcome, test problems, 95 % interval; last: sparse path under shuffled outcomes");
    Table probes = new Table(Stream.of(Stream.of("task", "hook point"), PROBES.stream().map(ProbeKind::printed),
        Stream.of("shuffled")).flatMap(Function.identity()).toArray(String[]::new));
    for (LayerProbes layer : values.layers()) {
      List<Object> row = new ArrayList<>(List.of(layer.dataset(), layer.hook()));
      for (ProbeKind probe : PROBES) {
        row.add(layer.probes().stream().filter(auroc -> auroc.probe() == probe).findFirst()
            .map(ProbeAuroc::test).map(Figures::interval).orElse("–"));
      }
      row.add(layer.shuffled().permutations() == 0
          ? "–"
          : "%.2f to %.2f, %s".formatted(layer.shuffled().low(), layer.shuffled().high(),
              layer.shuffled().pValue().equation("p")));
      probes.row(row.toArray());
    }
    console.print(probes);
    values.rankingTrainings().forEach(console::say);
    if (!values.controls().isEmpty()) {
      console.say("");
      console.say("Controls at the hook point chosen on validation problems; ridge probe on s₀, test problems");
    }
    for (DatasetControls controls : values.controls()) {
      console.say(controls.dataset() + ": " + controls.line());
      console.say(("  AUROC %s; on %d of %d coordinates %s; native minus rotated basis %s; over prompt"
          + " length %s").formatted(Figures.interval(controls.whole()), controls.sparsity().kept(), controls.width(),
              Figures.signed(controls.sparsity().difference()), Figures.signed(controls.rotation().difference()),
              Figures.signed(controls.nuisances().getFirst().increment())));
      controls.nuisances().stream().filter(baseline -> !baseline.beforeGeneration()).forEach(baseline -> console.say(
          "  over what is known after generation (%s) %s".formatted(baseline.printed(),
              Figures.signed(baseline.increment()))));
      controls.notes().forEach(note -> console.say("  note: " + note));
    }
    power(values);
    disagreement(values);
    for (DatasetSummary dataset : values.datasets()) {
      if (dataset.note() != null) {
        console.say("note: " + dataset.dataset() + ": " + dataset.note());
      }
    }
  }

  private void power(ValueNeuronResults values) {
    List<DatasetControls> planted = values.controls().stream().filter(one -> !one.power().shares().isEmpty()).toList();
    if (planted.isEmpty()) {
      return;
    }
    console.say("");
    console.say(
        "Codes of success planted into the same states, and found by each question, in one coordinate or six weaker ones;"
            + " the declared AUROC is " + planted.getFirst().power().effect());
    Table table = new Table("task", "question", "planted", "found by AUROC", "smallest", "dense codes called so");
    for (DatasetControls one : planted) {
      for (ValueQuestion question : ValueQuestion.values()) {
        for (Arrangement arrangement : Arrangement.values()) {
          PowerCurve curve = one.power().curve(question, arrangement);
          if (!curve.points().isEmpty()) {
            table.row(one.dataset(), question.printed(),
                arrangement.printed() + (arrangement == question.arrangement() ? " *" : ""),
                curve.points().stream().map(point -> point.strength() + ": " + point.found() + "/" + point.planted())
                    .collect(Collectors.joining("  ")),
                Double.isNaN(curve.smallest()) ? "–" : "%.2f".formatted(curve.smallest()),
                arrangement == Arrangement.ALONE ? one.power().dense(question) : "");
          }
        }
      }
    }
    console.print(table);
    console.say("* the arrangement that decides whether 'no' is an answer");
  }

  /// How far the paper's ranking and the run's own order coordinates alike.
  private void disagreement(ValueNeuronResults values) {
    Table table = new Table("task", "hook point", "ρ", "IoU");
    values.layers()
        .forEach(layer -> layer.againstPaper().ifPresent(agreement -> table.row(layer.dataset(), layer.hook(),
            Decimals.signed(agreement.spearman(), 2), Decimals.of(agreement.iou(), 2))));
    if (!table.isEmpty()) {
      console.say("");
      console.say("Do the paper's ranking (" + Ranking.TD_FIRST_LAYER_L1.printed()
          + ") and this run's agree? Spearman's ρ over all coordinates, IoU of the best");
      console.print(table);
    }
  }
}
