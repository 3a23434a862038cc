package org.striatum.cli.summary;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
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
import org.striatum.probe.stats.Decimals;

/// The dopamine study as lines of text.
///
/// @param console where they go
public record DopamineSummary(Console console) {
  private static final double NEARLY_ALL = 0.99;

  public void print(DopamineResults results) {
    console.say("");
    Table tasks = new Table("task", "rollouts", "steps", "kept", "reliability of V̂", "of δ", "reproduced");
    for (DatasetSteps row : results.datasets()) {
      tasks.row(row.dataset(), row.rollouts(), row.steps(), row.kept(),
          Figures.interval(row.reliability().value().reliability()),
          Figures.interval(row.reliability().delta().reliability()),
          Figures.interval(row.reliability().replicated()));
    }
    console.print(tasks);
    console.say("");
    console.say(
        "Spearman's ρ of the TD-error probe with δ, kept test steps, 95 % interval; last: significant coordinates of those"
            + " tested");
    Table layers = new Table("task", "hook point", "all coordinates", "99 % removed", "reassigned δ", "significant");
    for (LayerDopamine layer : results.layers()) {
      layers.row(layer.dataset(), layer.hook(), rho(layer, 0), rho(layer, NEARLY_ALL), shuffled(layer.shuffled()),
          layer.significant().size() + " of " + layer.tested().size());
    }
    console.print(layers);
    results.layers().stream().flatMap(layer -> layer.curves().stream().filter(curve -> curve.sorted() != null)
        .filter(curve -> !curve.sorted().stable())
        .map(curve -> "note: %s at %s: the order by weights (%s) was still changing after %d passes, overlap %.2f"
            .formatted(layer.dataset(), layer.hook(), curve.scaling(), curve.sorted().passes(),
                curve.sorted().overlap())))
        .forEach(console::say);
    power(results, console);
    console.say("");
    results.verdicts().stream().map(DopamineVerdict::words).forEach(console::say);
    for (DatasetSteps row : results.datasets()) {
      row.warnings().forEach(warning -> console.say("warning: " + row.dataset() + ": " + warning));
      row.notes().forEach(note -> console.say("note: " + row.dataset() + ": " + note));
    }
    for (String note : results.layers().stream()
        .flatMap(layer -> layer.notes().stream().map(note -> layer.dataset() + ": " + note)).distinct()
        .collect(Collectors.toList())) {
      console.say("note: " + note);
    }
  }

  private static void power(DopamineResults results, Console console) {
    List<DopaminePower> planted = results.power().stream().filter(power -> !power.shares().isEmpty()).toList();
    if (planted.isEmpty()) {
      return;
    }
    console.say("");
    console.say("Planted into the same activations, and found by the signature test; r: correlation with δ");
    List<Share> columns = planted.getFirst().shares();
    Table table = new Table(Stream.concat(Stream.of("task"), columns.stream().map(DopamineSummary::heading))
        .toArray(String[]::new));
    for (DopaminePower power : planted) {
      table.row(Stream.concat(Stream.of(power.dataset()), power.shares().stream()
          .map(share -> share.found() + "/" + share.planted())).toArray());
    }
    console.print(table);
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
        : Decimals.signed(shuffled.low(), 2) + " to " + Decimals.signed(shuffled.high(), 2) + ", "
            + shuffled.pValue().equation("p");
  }
}
