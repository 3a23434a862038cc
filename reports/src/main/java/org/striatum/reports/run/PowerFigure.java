package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.series;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.dopamine.DopaminePower;
import org.striatum.probe.dopamine.DopaminePower.Share;
import org.striatum.probe.dopamine.Planting;
import org.striatum.probe.power.PowerCurve;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;

/// Power curves of the signature test: the share of planted dopamine neurons that it finds, one curve per dataset.
final class PowerFigure {
  private PowerFigure() {}

  /// One chart of all datasets; none where nothing was planted.
  static List<Figure> of(List<DopaminePower> power) {
    List<DopaminePower> drawn = power.stream().filter(one -> !one.shares().isEmpty()).toList();
    if (drawn.isEmpty()) {
      return List.of();
    }
    List<List<Object>> rows = new ArrayList<>();
    for (DopaminePower one : drawn) {
      for (Share share : one.shares()) {
        if (share.planting() == Planting.SURPRISE) {
          rows.add(Chart.row(one.dataset(), share.strength(), 100 * share.value(), 100 * PowerCurve.ENOUGH,
              share.found() + " of " + share.planted()));
        }
      }
    }
    List<String> datasets = drawn.stream().map(DopaminePower::dataset).toList();
    Channel strength = quantitative("x", "r").titled("r, correlation with δ").axis("grid", BooleanNode.FALSE);
    Channel found = quantitative("y", "found").titled("found, %").domain(0, 100);
    Channel colour = series("color", "dataset", datasets).unlabelled();
    Chart chart = new Chart("dopamine-power", "Share of planted dopamine neurons found, against their strength", 190,
        List.of("dataset", "r", "found", "enough", "_found"), rows, null,
        List.of(
            Layer.of("line", strength, quantitative("y", "enough").titled("found, %").domain(0, 100))
                .with("style", "baseline").dashed(),
            Layer.of("line", strength, found, colour), Layer.of("point", strength, found, colour,
                tooltip(Channel.titles("dataset", "dataset", "r", "r", "_found", "found")))));
    return List.of(new Figure("Power of the signature test",
        "Share of the planted neurons that pass all five parts, by their correlation with δ. Dashed: four in five. The"
            + " declared effect is r = " + Notation.significant(drawn.getFirst().effect(), 3) + ".",
        chart));
  }
}
