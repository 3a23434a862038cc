package org.striatum.cli.summary;

import java.util.List;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.probe.dopamine.DopaminePower;
import org.striatum.probe.dopamine.DopaminePower.Share;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.CurvePoint;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.ProbeCurve;
import org.striatum.probe.dopamine.DopamineResults.ProbeNull;
import org.striatum.probe.dopamine.DopamineVerdict;
import org.striatum.probe.dopamine.Planting;
import org.striatum.probe.dopamine.Scaling;

/// The dopamine study as lines of text.
///
/// @param console where they go
public record DopamineSummary(Console console) {
  private static final double NEARLY_ALL = 0.99;

  public void print(DopamineResults results) {
    console.print("");
    console.print("%-6s %9s %6s %6s  %-20s %-20s %s".formatted("task", "rollouts", "steps", "kept", "reliability of V̂",
        "of δ", "reproduced"));
    for (DatasetSteps row : results.datasets()) {
      console.print("%-6s %9d %6d %6d  %-20s %-20s %s".formatted(row.dataset(), row.rollouts(), row.steps(), row.kept(),
          Figures.interval(row.reliability().value().reliability()),
          Figures.interval(row.reliability().delta().reliability()),
          Figures.interval(row.reliability().replicated())));
    }
    console.print("");
    console.print(
        "Spearman's ρ of the TD-error probe with δ, kept test steps, 95 % interval; last: significant coordinates of those"
            + " tested");
    console.print("%-6s %-26s %-22s %-22s %-28s %s".formatted("task", "hook point", "all coordinates", "99 % removed",
        "reassigned δ", "significant"));
    for (LayerDopamine layer : results.layers()) {
      console.print("%-6s %-26s %-22s %-22s %-28s %d of %d".formatted(layer.dataset(), layer.hook(), rho(layer, 0),
          rho(layer, NEARLY_ALL), shuffled(layer.shuffled()), layer.significant().size(), layer.tested().size()));
    }
    results.layers().stream().flatMap(layer -> layer.curves().stream().filter(curve -> curve.sorted() != null)
        .filter(curve -> !curve.sorted().stable())
        .map(curve -> "note: %s at %s: the order by weights (%s) was still changing after %d passes, overlap %.2f"
            .formatted(layer.dataset(), layer.hook(), curve.scaling(), curve.sorted().passes(),
                curve.sorted().overlap())))
        .forEach(console::print);
    power(results, console);
    console.print("");
    results.verdicts().stream().map(DopamineVerdict::words).forEach(console::print);
    for (DatasetSteps row : results.datasets()) {
      row.warnings().forEach(warning -> console.print("warning: " + row.dataset() + ": " + warning));
      row.notes().forEach(note -> console.print("note: " + row.dataset() + ": " + note));
    }
    for (String note : results.layers().stream()
        .flatMap(layer -> layer.notes().stream().map(note -> layer.dataset() + ": " + note)).distinct()
        .collect(Collectors.toList())) {
      console.print("note: " + note);
    }
  }

  private static void power(DopamineResults results, Console console) {
    List<DopaminePower> planted = results.power().stream().filter(power -> !power.shares().isEmpty()).toList();
    if (planted.isEmpty()) {
      return;
    }
    console.print("");
    console.print("Planted into the same activations, and found by the signature test; r: correlation with δ");
    List<Share> columns = planted.getFirst().shares();
    console.print("%-6s %s".formatted("task",
        columns.stream().map(share -> "%-12s".formatted(heading(share))).collect(Collectors.joining(" "))));
    for (DopaminePower power : planted) {
      console.print("%-6s %s".formatted(power.dataset(), power.shares().stream()
          .map(share -> "%-12s".formatted(share.found() + "/" + share.planted())).collect(Collectors.joining(" "))));
    }
  }

  private static String heading(Share share) {
    return share.planting() == Planting.SURPRISE ? "r = " + share.strength() : share.planting().printed();
  }

  private static String rho(LayerDopamine layer, double ratio) {
    return layer.curve(Scaling.CAUSAL).map(ProbeCurve::points).stream().flatMap(points -> points.stream())
        .filter(point -> point.ratio() == ratio).findFirst().map(CurvePoint::rho).map(Figures::interval)
        .orElse("–");
  }

  private static String shuffled(ProbeNull shuffled) {
    return shuffled.retrainings() == 0
        ? "–"
        : "%+.2f … %+.2f, %s".formatted(shuffled.low(), shuffled.high(), shuffled.pValue().equation("p"));
  }
}
