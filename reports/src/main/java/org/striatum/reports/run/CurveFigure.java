package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.probe.intervention.CurveKind;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.CurvePoint;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;

/// A dose or steering curve: the set's effect with its interval, and the band of RMS-matched sets treated in the same way.
final class CurveFigure {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final OutcomeKind OUTCOME = OutcomeKind.LOG_PROBABILITY;

  private CurveFigure() {}

  /// The chart of a curve; null if it has no point to show.
  static Figure of(Curve curve, int number) {
    boolean dose = curve.subject() == CurveKind.DOSE;
    List<CurvePoint> points = curve.points().stream()
        .filter(point -> Double.isFinite(point.x()) && Double.isFinite(point.effect().value())).toList();
    if (points.isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    if (!dose && points.stream().noneMatch(point -> point.x() == 0)) {
      // Nothing added changes nothing: known without measuring.
      rows.add(Chart.row(0.0, points.getFirst().coordinates(), 0.0, null, null, 0.0, 0.0, 0.0, null, "α = 0",
          Notation.effect(0, OUTCOME) + ", known", "0", Notation.ABSENT));
    }
    for (CurvePoint point : points) {
      double x = dose ? 100 * point.x() : point.x();
      rows.add(Chart.row(x, point.coordinates(), point.effect().value(), point.effect().low(), point.effect().high(),
          point.mean(), point.low(), point.high(), point.p(),
          dose ? Notation.percent(point.x()) : "α = " + Notation.significant(point.x(), 3),
          Notation.effect(point.effect(), OUTCOME), Notation.span(point.low(), point.high(), 3),
          Notation.p(point.pValue())));
    }
    Channel x = quantitative("x", "x")
        .titled(dose ? "coordinates ablated, best of the ranking first (%)" : "α, standard deviations towards success")
        .axis("grid", BooleanNode.FALSE);
    Channel along = dose ? x.scaled("type", "log") : x;
    SequencedMap<String, String> titles = new LinkedHashMap<>();
    titles.put("_x", dose ? "dose" : "strength");
    titles.put("coordinates", "coordinates");
    titles.put("_effect", "effect, 95 %");
    titles.put("_matched", "RMS-matched, 95 %");
    titles.put("_p", "p");
    Channel shown = tooltip(titles);
    Chart chart = new Chart("curve-" + number,
        "Effect on log-probability against " + (dose ? "dose" : "steering strength"), 240,
        List.of("x", "coordinates", "effect", "low", "high", "matched_mean", "matched_low", "matched_high", "p", "_x",
            "_effect", "_matched", "_p"),
        rows, null, layers(points, along, shown));
    return new Figure((dose ? "Dose: " : "Steering: ") + curve.set() + ", " + curve.hook() + ", " + curve.dataset(),
        caption(curve, dose), chart);
  }

  /// Values that no point has are not drawn.
  private static List<Layer> layers(List<CurvePoint> points, Channel along, Channel shown) {
    List<Layer> layers = new ArrayList<>();
    if (points.stream().anyMatch(point -> Double.isFinite(point.low()) && Double.isFinite(point.high()))) {
      layers.add(Layer.of("area", along, effect("matched_low"), end("y2", "matched_high"))
          .where("isValid(datum.matched_low) && isValid(datum.matched_high)").with("style", "null-band"));
      layers.add(Layer.of("line", along, effect("matched_mean")).where("isValid(datum.matched_mean)")
          .with("style", "baseline").with("strokeDash", JSON.arrayNode().add(3).add(3)));
    }
    layers.add(Layer.of("line", along, effect("effect")).with("style", "finding").with("strokeWidth", 1.5));
    if (points.stream().anyMatch(point -> Double.isFinite(point.effect().low()))) {
      layers.add(Layer.of("rule", along, effect("low"), end("y2", "high"))
          .where("isValid(datum.low) && isValid(datum.high)").with("style", "finding").with("strokeWidth", 1.5));
    }
    layers.add(Layer.of("point", along, effect("effect"), shown).with("style", "finding"));
    return layers;
  }

  private static Channel effect(String field) {
    return quantitative("y", field).titled("change in log-probability (nats)");
  }

  private static String caption(Curve curve, boolean dose) {
    int most = curve.points().stream().mapToInt(CurvePoint::controls).max().orElse(0);
    long bare = curve.points().stream().filter(point -> point.refused() != null).count();
    return (dose
        ? "The best coordinates of the ranking behind " + curve.set() + ", in growing numbers ("
            + curve.kind().printed() + ")"
        : curve.set() + " moved by α standard deviations, each coordinate towards its mean before success")
        + ", at " + curve.positions() + " positions: effect on the log-probability of "
        + Notation.count(curve.items(), "reference solution") + " of " + Notation.count(curve.problems(), "problem")
        + ", 95 % intervals by paired bootstrap over problems. Grey: mean and 2.5–97.5 percentiles of up to "
        + Notation.count(most, "RMS-matched set") + " treated in the same way at each point."
        + (bare > 0 ? " At " + Notation.count(bare, "point") + " no matched sets could be drawn." : "")
        + " A curve carries no verdict.";
  }
}
