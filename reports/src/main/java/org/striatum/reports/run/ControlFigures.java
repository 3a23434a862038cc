package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.DatasetControls.ReliabilityBin;
import org.striatum.probe.value.DatasetControls.RotationPoint;
import org.striatum.probe.value.PlantedCode;
import org.striatum.probe.value.ValuePower;
import org.striatum.probe.value.ValuePower.Share;
import org.striatum.probe.value.ValueQuestion;
import org.striatum.probe.value.ValueQuestion.Arrangement;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;

/// The charts of the controls on the value probe, with a choice of dataset above each.
///
/// @param controls one per dataset
record ControlFigures(List<DatasetControls> controls) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  ControlFigures {
    controls = List.copyOf(controls);
  }

  /// Every chart that has data.
  List<Figure> all() {
    return Stream.of(rotation(), reliability()).filter(Objects::nonNull).toList();
  }

  /// The chart that the section opens with; none without data.
  List<Figure> first() {
    return all().stream().limit(1).toList();
  }

  /// The charts behind it.
  List<Figure> others() {
    return all().stream().skip(1).toList();
  }

  /// AUROCs of planted codes, rising.
  static List<Double> strengths(ValuePower power) {
    return power.shares().stream().map(Share::strength).distinct().sorted().toList();
  }

  /// Where codes were planted for a question.
  static List<Arrangement> arrangements(ValuePower power, ValueQuestion question) {
    return power.of(question).filter(share -> share.code().isDeclared()).map(Share::arrangement).distinct().sorted()
        .toList();
  }

  /// `9/12`; empty where none was planted.
  static String found(ValuePower power, ValueQuestion question, Arrangement arrangement, double strength) {
    return power.curve(question, arrangement).points().stream().filter(point -> point.strength() == strength)
        .findFirst().map(point -> point.found() + "/" + point.planted()).orElse("");
  }

  /// Stronger codes found.
  static String six(ValuePower power, ValueQuestion question, Arrangement arrangement) {
    return power.of(question).filter(share -> share.code() == PlantedCode.SIX && share.arrangement() == arrangement)
        .findFirst().map(share -> share.found() + "/" + share.planted()).orElse("");
  }

  /// Codes of the declared effect that were answered no.
  static String denied(ValuePower power, ValueQuestion question, Arrangement arrangement) {
    List<Share> declared = power.of(question).filter(share -> share.code().isDeclared()
        && share.arrangement() == arrangement && share.strength() == power.effect()).toList();
    return declared.isEmpty()
        ? ""
        : declared.stream().mapToInt(Share::denied).sum() + "/" + declared.stream().mapToInt(Share::planted).sum();
  }

  private Figure rotation() {
    List<List<Object>> rows = rows(c -> c.rotation().points().stream()
        .map(r -> Chart.row(c.dataset(), 1 - r.ratio(), r.kept(), r.unrotated().value(), r.unrotated().low(),
            r.unrotated().high(), r.rotatedMean(), r.low(), r.high(), Notation.percent(r.ratio()),
            Notation.auroc(r.unrotated()), Notation.span(r.low(), r.high(), 3), r.difference().signed(3),
            Notation.p(PValue.counted(r.p(), c.rotation().rotations()))))
        .toList());
    if (rows.isEmpty()) {
      return null;
    }
    List<Double> shares = controls.stream().flatMap(c -> c.rotation().points().stream()).map(RotationPoint::ratio)
        .distinct().map(ratio -> 1 - ratio).sorted().toList();
    double least = shares.getFirst();
    Channel kept = quantitative("x", "share_kept").titled("coordinates removed (log scale of those left)")
        .scaled("type", "log").scaled("reverse", BooleanNode.TRUE)
        .domain(least * 0.9, Math.min(1, shares.getLast() * 1.1))
        .axis("values", numbers(shares)).axis("labelExpr", "format(100 * (1 - datum.value), '.4~r') + ' %'")
        .axis("grid", BooleanNode.FALSE);
    Channel shown = tooltip(Channel.titles("_ratio", "removed", "kept", "coordinates left", "_native", "native, 95 %",
        "_rotated", "rotated, 95 %", "_difference", "native minus rotated, 95 %", "_p", "p"));
    Chart chart = new Chart("rotation-control", "AUROC on the best coordinates, native and in rotated bases", 200,
        List.of("dataset", "share_kept", "kept", "native", "low", "high", "rotated_mean", "rotated_low", "rotated_high",
            "_ratio", "_native", "_rotated", "_difference", "_p"),
        rows, choice(),
        List.of(
            Layer.of("area", kept, auroc("rotated_low"), end("y2", "rotated_high"))
                .where("isValid(datum.rotated_low) && isValid(datum.rotated_high)").with("style", "null-band"),
            Layer.of("line", kept, auroc("rotated_mean")).where("isValid(datum.rotated_mean)")
                .with("style", "baseline").dashed(),
            Layer.of("line", kept, auroc("native")).with("style", "finding").with("strokeWidth", 1.5),
            Layer.of("rule", kept, auroc("low"), end("y2", "high"))
                .where("isValid(datum.low) && isValid(datum.high)").with("style", "finding").with("strokeWidth", 1.5),
            Layer.of("point", kept, auroc("native"), shown).with("style", "finding")));
    return new Figure("Pruning in the native and in rotated bases",
        "Test AUROC on the best coordinates, refitted, with 95 % intervals by problem. Grey: mean and 2.5–97.5 percentiles"
            + " over random orthogonal bases of the z-scored states, with the ranking chosen again in each. Where the"
            + " band is equally high, single coordinates are not the natural unit.",
        chart);
  }

  private Figure reliability() {
    List<List<Object>> rows = rows(c -> {
      List<List<Object>> own = new ArrayList<>();
      for (ReliabilityBin bin : c.calibration().bins()) {
        if (bin.rollouts() > 0) {
          own.add(Chart.row(c.dataset(), "bin", bin.meanProbability(), bin.rate(), bin.rollouts(),
              Notation.span(bin.low(), bin.high(), 1), Notation.decimals(bin.meanProbability(), 3),
              Notation.decimals(bin.rate(), 3)));
        }
      }
      if (!own.isEmpty()) {
        own.add(Chart.row(c.dataset(), "ideal", 0.0, 0.0, null, "", "", ""));
        own.add(Chart.row(c.dataset(), "ideal", 1.0, 1.0, null, "", "", ""));
      }
      return own;
    });
    if (rows.isEmpty()) {
      return null;
    }
    Channel predicted = quantitative("x", "predicted").titled("predicted probability").domain(0, 1);
    Channel rate = quantitative("y", "succeeded").titled("share of successes").domain(0, 1);
    Channel size = quantitative("size", "rollouts").with("legend", JSON.nullNode())
        .scaled("range", JSON.arrayNode().add(30).add(400));
    Chart chart = new Chart("value-reliability", "Share of successes against the predicted probability", 240,
        List.of("dataset", "kind", "predicted", "succeeded", "rollouts", "_bin", "_predicted", "_succeeded"), rows,
        choice(),
        List.of(
            Layer.of("line", predicted, rate).where("datum.kind === 'ideal'").with("style", "baseline")
                .dashed().with("tooltip", JSON.nullNode()),
            Layer.of("line", predicted, rate).where("datum.kind === 'bin'").with("style", "finding")
                .with("strokeWidth", 1.5),
            Layer.of("point", predicted, rate, size,
                tooltip(Channel.titles("_bin", "predicted", "rollouts", "rollouts", "_predicted", "mean predicted",
                    "_succeeded", "succeeded")))
                .where("datum.kind === 'bin'").with("style", "finding")));
    return new Figure("Are its probabilities calibrated?",
        "Test rollouts by predicted probability, after a logistic curve fitted to cross-fitted scores; larger points"
            + " stand for more rollouts. On the dashed line probabilities are perfectly calibrated.",
        chart);
  }

  private List<List<Object>> rows(Function<DatasetControls, List<List<Object>>> of) {
    return controls.stream().map(of).flatMap(List::stream).toList();
  }

  private Chart.Choice choice() {
    List<String> datasets = controls.stream().map(DatasetControls::dataset).toList();
    return new Chart.Choice("dataset", "data ", datasets, datasets.getFirst());
  }

  private static Channel auroc(String field) {
    return quantitative("y", field).titled("AUROC").scaled("zero", BooleanNode.FALSE);
  }

  private static ArrayNode numbers(List<Double> values) {
    ArrayNode array = JSON.arrayNode();
    values.forEach(array::add);
    return array;
  }
}
