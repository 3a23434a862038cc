package org.striatum.cli;

import java.util.List;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;

/// Results as lines of text.
///
/// @param console where they go
record StudySummary(Console console) {
  private static final List<String> PROBES = List.of("linear", "sparse", "td", "monte-carlo");

  void print(ValueNeuronResults values) {
    console.print("");
    console.print(
        "%-6s %9s %9s  %-20s %s".formatted("task", "problems", "rollouts", "accuracy", "AUROC of prompt length"));
    for (DatasetSummary dataset : values.datasets()) {
      console.print("%-6s %9d %9d  %-20s %s".formatted(dataset.dataset(), dataset.problems(), dataset.rollouts(),
          interval(dataset.accuracy()), interval(dataset.promptLengthAuroc())));
    }
    console.print("");
    console.print(
        "AUROC of V(s₀) against the outcome, test problems, 95 % interval; last: sparse path under shuffled outcomes");
    console.print("%-6s %-26s %s".formatted("task", "hook point",
        String.join("", PROBES.stream().map(probe -> "%-19s".formatted(probe)).toList())) + "shuffled");
    for (LayerProbes layer : values.layers()) {
      StringBuilder line = new StringBuilder("%-6s %-26s ".formatted(layer.dataset(), layer.hook()));
      for (String probe : PROBES) {
        line.append("%-19s".formatted(layer.probes().stream().filter(auroc -> auroc.probe().equals(probe)).findFirst()
            .map(ProbeAuroc::test).map(StudySummary::interval).orElse("–")));
      }
      console.print(line.append(layer.shuffled().permutations() == 0
          ? "–"
          : "%.2f … %.2f, p = %.3f".formatted(layer.shuffled().low(), layer.shuffled().high(), layer.shuffled().p()))
          .toString());
    }
    if (!values.controls().isEmpty()) {
      console.print("");
      console.print("Controls at the hook point that validation problems choose; ridge probe on s₀, test problems");
    }
    for (DatasetControls controls : values.controls()) {
      console.print(controls.dataset() + ": " + controls.line());
      console.print(("  AUROC %s; on %d of %d coordinates %s; native less rotated basis %s; over prompt"
          + " length %s").formatted(interval(controls.whole()), controls.sparsity().kept(), controls.width(),
              signed(controls.sparsity().difference()), signed(controls.rotation().difference()),
              signed(controls.nuisances().getFirst().increment())));
      controls.notes().forEach(note -> console.print("  note: " + note));
    }
    for (DatasetSummary dataset : values.datasets()) {
      if (dataset.note() != null) {
        console.print("note: " + dataset.dataset() + ": " + dataset.note());
      }
    }
  }

  void print(InterventionResults results) {
    console.print("");
    console.print(
        "Zero ablation of each layer's set, test problems; effect = ablated − base; p against random and RMS-matched sets"
            + " (secondary: q)");
    console
        .print("%-6s %-26s %-16s %-10s %-25s %-8s %-8s %s".formatted("task", "hook point", "outcome", "base", "effect",
            "random", "matched", "verdict"));
    for (Intervention one : results.interventions()) {
      console.print("%-6s %-26s %-16s %-10.3f %-25s %-8.3f %-8s %s".formatted(one.dataset(), one.hook(), one.outcome(),
          one.base().value(), signed(one.effect()), one.qRandom(),
          Double.isNaN(one.qMatched()) ? "–" : "%.3f".formatted(one.qMatched()), words(one)));
    }
    results.interventions().stream().filter(Intervention::primary).findFirst().ifPresent(this::verdict);
  }

  private void verdict(Intervention primary) {
    console.print("");
    console.print(
        ("Verdict: %s. Zeroing %s (%d neurons of %s, found on %s) moves accuracy from %.3f by %s; McNemar p = %.3g"
            + " (%d broken, %d repaired); p = %.3f against random sets, %s against RMS-matched sets.")
            .formatted(words(primary),
                primary.set(), primary.coordinates().size(), primary.hook(), primary.dataset(), primary.base().value(),
                signed(primary.effect()), primary.mcNemar().p(), primary.mcNemar().broken(),
                primary.mcNemar().repaired(),
                primary.pRandom(), Double.isNaN(primary.pMatched())
                    ? "no verdict (" + primary.matching().refused() + ")"
                    : "%.3f".formatted(primary.pMatched())));
  }

  private static String words(Intervention one) {
    return switch (one.verdict()) {
      case VALUE_SPECIFIC -> "value-specific damage";
      case GENERIC -> "generic damage, no more than of equally large coordinates";
      case NONE -> "no damage beyond random sets";
      case UNDECIDED -> "undecided, no RMS-matched sets";
    };
  }

  private static String interval(Estimate estimate) {
    return Double.isNaN(estimate.value())
        ? "–"
        : "%.3f [%.2f, %.2f]".formatted(estimate.value(), estimate.low(), estimate.high());
  }

  private static String signed(Estimate estimate) {
    return "%+.3f [%+.3f, %+.3f]".formatted(estimate.value(), estimate.low(), estimate.high());
  }
}
