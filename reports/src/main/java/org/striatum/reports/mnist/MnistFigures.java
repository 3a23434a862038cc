package org.striatum.reports.mnist;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.series;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.striatum.peft.mnist.AbsentMode;
import org.striatum.peft.mnist.FoundationQuality;
import org.striatum.peft.mnist.GateCost;
import org.striatum.peft.mnist.Hardening;
import org.striatum.peft.mnist.MethodResult;
import org.striatum.peft.mnist.ModeSpecialization;
import org.striatum.peft.mnist.ModeSwitching;
import org.striatum.peft.mnist.OverSeeds;
import org.striatum.peft.mnist.SpecializationTable.Cell;
import org.striatum.peft.mnist.SpecializationTable.Digit;
import org.striatum.peft.mnist.SpecializationTable.LayerGate;
import org.striatum.probe.stats.Estimate;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.Picture;

/// The charts of mode specialisation on MNIST. Each is null if its part was not run.
record MnistFigures(ModeSpecialization results) {
  /// Differences of accuracy are drawn as they are written.
  private static final double POINTS = 100;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String OURS = "here";
  private static final String PAPER = "paper";
  private static final String SOFT = "soft";
  private static final String HARD = "hard";
  private static final String RAISED = "raised";
  private static final String LOWERED = "lowered";
  private static final int GATES_A_ROW = 32;

  /// An image and its class.
  record Shown(String name, String source) {}

  /// Every chart that has data.
  List<Figure> all() {
    return Stream.of(table(), gates(), budget(), hardening(), foundations(), absent(), switching(), ablation())
        .filter(Objects::nonNull).toList();
  }

  /// The digits in each mode.
  List<Shown> digits() {
    List<Shown> shown = new ArrayList<>();
    for (Digit digit : results.table().first().digits()) {
      shown.add(new Shown(digit.label() + ", " + digit.mode(), Picture.grey(digit.rows(), digit.columns(),
          digit.pixels())));
    }
    return shown;
  }

  /// Our accuracies with their intervals, over the paper's mean ± standard deviation.
  Figure table() {
    if (results.table() == null) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> methods = results.methods().stream().map(MethodResult::name).toList();
    for (MethodResult method : results.methods()) {
      rows.add(ours(method, "0°", method.accuracy0()));
      rows.add(ours(method, "45°", method.accuracy45()));
    }
    for (Cell cell : results.table().cells()) {
      rows.add(Chart.row(cell.method(), cell.mode(), PAPER, cell.paper(), cell.paper() - cell.paperSd(),
          cell.paper() + cell.paperSd(),
          Notation.decimals(cell.paper(), 3) + " ± " + Notation.decimals(cell.paperSd(), 3)));
    }
    List<String> modes = List.of("0°", "45°");
    Channel method = ordinal("y", "method", methods).unlabelled();
    Channel side = ordinal("yOffset", "mode", modes);
    Channel colour = series("color", "mode", modes).unlabelled();
    Chart chart = new Chart("mnist-table", "Accuracy of each method in both modes, here and in the paper",
        44 * methods.size(),
        List.of("method", "mode", "source", "accuracy", "low", "high", "_accuracy"), rows, null,
        List.of(
            Layer.of("rule", accuracy("x", "low"), end("x2", "high"), method, side)
                .where("datum.source === '" + PAPER + "'").with("style", "baseline").with("strokeWidth", 9)
                .with("opacity", 0.35),
            Layer.of("rule", accuracy("x", "low"), end("x2", "high"), method, side, colour)
                .where("datum.source === '" + OURS + "' && isValid(datum.low)").with("strokeWidth", 2),
            Layer.of("point", accuracy("x", "accuracy"), method, side, colour,
                tooltip(Channel.titles("method", "method", "mode", "on", "_accuracy", "accuracy")))
                .where("datum.source === '" + OURS + "'")));
    return new Figure("Accuracy in both modes",
        "Points: mean over " + seeds()
            + " on the test images, with 95 % intervals of the mean, seeds resampled. Grey bars: the"
            + " paper's mean ± one standard deviation.",
        chart);
  }

  private static List<Object> ours(MethodResult method, String mode, OverSeeds accuracy) {
    return Chart.row(method.name(), mode, OURS, accuracy.mean(), accuracy.ci()[0], accuracy.ci()[1],
        figure(accuracy, 3));
  }

  /// Gates of the first seed, one square per unit.
  Figure gates() {
    if (results.table() == null) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> shown = new ArrayList<>();
    for (LayerGate layer : results.table().first().gates()) {
      add(rows, shown, "layer " + (layer.layer() + 1) + ", gain γ − 1", layer.gains(), 1);
      add(rows, shown, "layer " + (layer.layer() + 1) + ", threshold τ", layer.thresholds(), 0);
    }
    int most = results.table().first().gates().stream().mapToInt(layer -> layer.gains().length).max().orElse(1);
    Channel x = quantitative("x", "column").unlabelled().with("axis", JSON.nullNode()).domain(0, GATES_A_ROW);
    Channel y = quantitative("y", "line").unlabelled().with("axis", JSON.nullNode()).scaled("reverse",
        BooleanNode.TRUE);
    Channel strength = quantitative("fillOpacity", "size").with("legend", JSON.nullNode())
        .scaled("range", JSON.arrayNode().add(0.04).add(1)).scaled("domainMin", JSON.numberNode(0));
    Chart chart = new Chart("mnist-gates", "The learned gate of every hidden unit",
        Math.max(60, 26 * ((most + GATES_A_ROW - 1) / GATES_A_ROW)),
        List.of("what", "unit", "column", "_right", "line", "_below", "change", "size", "direction", "_change"), rows,
        new Chart.Choice("what", "show ", shown, shown.getFirst()),
        List.of(Layer.of("rect", x, end("x2", "_right"), y, end("y2", "_below"), strength,
            series("color", "direction", List.of(RAISED, LOWERED)).unlabelled(),
            tooltip(Channel.titles("what", "", "unit", "unit", "_change", "learned")))));
    return new Figure("The gate of every unit",
        "One square per hidden unit of seed " + results.table().first().seed() + ", " + GATES_A_ROW
            + " per row, coloured by how much its gain or threshold changed in training.",
        chart);
  }

  private static void add(List<List<Object>> rows, List<String> shown, String what, float[] values, double start) {
    shown.add(what);
    for (int i = 0; i < values.length; i++) {
      double change = values[i] - start;
      int column = i % GATES_A_ROW;
      int line = i / GATES_A_ROW;
      rows.add(Chart.row(what, i, (double) column, column + 0.92, (double) line, line + 0.9, change, Math.abs(change),
          change >= 0 ? RAISED : LOWERED, Notation.decimals(change, 4)));
    }
  }

  /// Gain at 45° of each method, the smallest budget first.
  Figure budget() {
    if (results.tuned() == null) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> methods = new ArrayList<>();
    for (MethodResult method : results.tuned().methods().stream().filter(one -> one.trainable() > 0)
        .sorted(Comparator.comparingInt(MethodResult::trainable)).toList()) {
      String label = method.name() + " (" + Notation.count(method.trainable()) + ")";
      methods.add(label);
      rows.add(Chart.row(label, method.trainable(), POINTS * method.gain45().mean(), POINTS * method.gain45().ci()[0],
          POINTS * method.gain45().ci()[1], method.name().matches("(tau|gamma).*"), change(method.gain45()),
          change(method.forgetting()), Notation.significant(method.learningRate(), 2)));
    }
    Channel method = ordinal("y", "method", methods).unlabelled().axis("labelLimit", JSON.numberNode(200));
    String title = "gain at 45° over frozen (points)";
    Channel gain = sparse(quantitative("x", "gain").titled(title));
    Channel shown = tooltip(
        Channel.titles("method", "method", "_gain", "gain at 45°", "_forgetting", "change at 0°", "_rate",
            "learning rate"));
    Chart chart = new Chart("mnist-budget", "Gain at 45° of each method, by the number of values it trains",
        24 * methods.size(),
        List.of("method", "trainable", "gain", "low", "high", "gate", "_gain", "_forgetting", "_rate"), rows, null,
        List.of(
            Layer.of("rule", sparse(quantitative("x", "low").titled(title)), end("x2", "high"), method)
                .where("isValid(datum.low) && !datum.gate").with("style", "control").with("strokeWidth", 1.5),
            Layer.of("rule", sparse(quantitative("x", "low").titled(title)), end("x2", "high"), method)
                .where("isValid(datum.low) && datum.gate").with("style", "finding").with("strokeWidth", 1.5),
            Layer.of("point", gain, method, shown).where("!datum.gate").with("style", "control"),
            Layer.of("point", gain, method, shown).where("datum.gate").with("style", "finding")));
    return new Figure("Gain at 45° by budget",
        "In brackets the number of trained values. Each method at its best learning rate, chosen from one grid on validation"
            + " images of other seeds; mean and 95 % interval over " + seeds()
            + ", paired with the frozen network. Coloured:"
            + " gates.",
        chart);
  }

  /// Soft and hard accuracy over sharpness, a choice of λ.
  Figure hardening() {
    if (results.hardening() == null) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> penalties = new ArrayList<>();
    for (Hardening.HardenedGate setting : results.hardening().gates()) {
      String penalty = Notation.plain(setting.lambda());
      if (!penalties.contains(penalty)) {
        penalties.add(penalty);
      }
      rows.add(hardening(penalty, setting, SOFT, setting.soft().at45()));
      rows.add(hardening(penalty, setting, HARD, setting.hard().at45()));
    }
    List<String> kinds = List.of(SOFT, HARD);
    Channel sharpness = quantitative("x", "sharpness").titled("sharpness s (log scale)").scaled("type", "log")
        .axis("grid", BooleanNode.FALSE).axis("format", "~r");
    Channel colour = series("color", "gate", kinds).unlabelled();
    Chart chart = new Chart("mnist-hardening", "Accuracy of soft and hardened gates against sharpness", 260,
        List.of("lambda", "sharpness", "gate", "accuracy", "low", "high", "_accuracy"), rows,
        new Chart.Choice("lambda", "λ ", penalties, penalties.getFirst()),
        List.of(
            Layer.of("area", sharpness, accuracy("y", "low"), end("y2", "high"), colour)
                .where("isValid(datum.low)").with("opacity", 0.15),
            Layer.of("line", sharpness, accuracy("y", "accuracy"), colour),
            Layer.of("point", sharpness, accuracy("y", "accuracy"), colour,
                tooltip(Channel.titles("gate", "gate", "sharpness", "s", "lambda", "λ", "_accuracy", "accuracy")))));
    return new Figure("Hardening a soft gate",
        "Accuracy at 45° of the gate as trained and with g = 1[z > τ], mean and 95 % interval over " + seeds() + ".",
        chart);
  }

  private static List<Object> hardening(String penalty, Hardening.HardenedGate setting, String kind,
      OverSeeds accuracy) {
    return Chart.row(penalty, setting.sharpness(), kind, accuracy.mean(), accuracy.ci()[0], accuracy.ci()[1],
        figure(accuracy, 3));
  }

  /// The gain of adaptation on foundation networks of growing quality.
  Figure foundations() {
    if (results.foundations() == null) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> methods = new ArrayList<>();
    List<String> optimizers = new ArrayList<>();
    for (FoundationQuality.Foundation foundation : results.foundations().foundations()) {
      String optimizer = foundation.training().optimizer().name();
      if (!optimizers.contains(optimizer)) {
        optimizers.add(optimizer);
      }
      for (MethodResult method : foundation.methods()) {
        if (method.trainable() > 0) {
          if (!methods.contains(method.name())) {
            methods.add(method.name());
          }
          rows.add(Chart.row(method.name(), optimizer, foundation.quality().mean(),
              POINTS * method.gain45().mean(), POINTS * method.gain45().ci()[0], POINTS * method.gain45().ci()[1],
              figure(foundation.quality(), 3),
              change(method.gain45()), Notation.count(foundation.images(), "image")));
        }
      }
    }
    Channel quality = accuracy("x", "quality").titled("accuracy of the foundation");
    Channel colour = series("color", "method", methods).unlabelled();
    Channel shape = series("shape", "foundation_by", optimizers).unlabelled();
    String title = "gain at 45° over frozen (points)";
    Chart chart = new Chart("mnist-foundations", "Gain at 45° against the foundation's accuracy", 280,
        List.of("method", "foundation_by", "quality", "gain", "low", "high", "_quality", "_gain", "_images"), rows,
        null,
        List.of(
            Layer.of("line", quality, quantitative("y", "gain").titled(title), colour)
                .where("datum.foundation_by === '" + optimizers.getFirst() + "'").with("strokeWidth", 1.5),
            Layer.of("rule", quality, quantitative("y", "low").titled(title), end("y2", "high"), colour)
                .where("isValid(datum.low)").with("strokeWidth", 1.5),
            Layer.of("point", quality, quantitative("y", "gain").titled(title), colour, shape,
                tooltip(Channel.titles("method", "method", "foundation_by", "foundation by", "_quality", "its accuracy",
                    "_images", "of", "_gain", "gain at 45°")))));
    return new Figure("Gain over better foundation networks",
        "Each method at its usual rate on foundation networks trained for longer and longer, mean and 95 % interval over "
            + seeds()
            + "; the other shape: foundation trained with Adam.",
        chart);
  }

  /// Accuracy in modes the foundation never saw.
  Figure absent() {
    if (results.absent() == null) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> methods = new ArrayList<>();
    List<String> modes = new ArrayList<>();
    for (AbsentMode.Reached reached : results.absent().methods()) {
      if (!methods.contains(reached.method())) {
        methods.add(reached.method());
      }
      if (!modes.contains(reached.mode())) {
        modes.add(reached.mode());
      }
      rows.add(Chart.row(reached.mode(), reached.method(), reached.accuracy().mean(), reached.accuracy().ci()[0],
          reached.accuracy().ci()[1], figure(reached.accuracy(), 3), change(reached.behindFull()),
          Notation.count(reached.trainable())));
    }
    Channel method = ordinal("y", "method", methods).unlabelled();
    Channel at = sparse(quantitative("x", "accuracy").titled("accuracy").domain(0, 1));
    Chart chart = new Chart("mnist-absent", "Accuracy in a mode that the foundation network never saw",
        26 * methods.size() + 30,
        List.of("mode", "method", "accuracy", "low", "high", "_accuracy", "_behind", "_trainable"), rows,
        new Chart.Choice("mode", "mode ", modes, modes.getFirst()),
        List.of(
            Layer
                .of("rule", sparse(quantitative("x", "low").titled("accuracy").domain(0, 1)), end("x2", "high"), method)
                .where("isValid(datum.low)").with("strokeWidth", 1.5),
            Layer.of("point", at, method, tooltip(Channel.titles("method", "method", "_accuracy", "accuracy", "_behind",
                "minus full fine-tuning", "_trainable", "values")))));
    return new Figure("Modes whose features the foundation network lacks",
        "Accuracy in the mode after " + Notation.count(results.absent().steps(), "step")
            + ", mean and 95 % interval over "
            + seeds() + "; each method at its best rate.",
        chart);
  }

  /// Accuracy of each gate in each mode.
  Figure switching() {
    if (results.switching() == null) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> gates = results.switching().accuracies().stream().map(ModeSwitching.Switched::gate).distinct()
        .toList();
    List<String> modes = results.switching().accuracies().stream().map(ModeSwitching.Switched::mode).distinct()
        .toList();
    for (ModeSwitching.Switched switched : results.switching().accuracies()) {
      rows.add(Chart.row(switched.gate(), switched.mode(), switched.accuracy().mean(), switched.accuracy().ci()[0],
          switched.accuracy().ci()[1], figure(switched.accuracy(), 3)));
    }
    Channel gate = ordinal("y", "gate", gates).titled("gate");
    Channel side = ordinal("yOffset", "mode", modes);
    Channel colour = series("color", "mode", modes).unlabelled();
    Chart chart = new Chart("mnist-switching", "Accuracy of each gate in each mode", 40 * gates.size() + 20,
        List.of("gate", "mode", "accuracy", "low", "high", "_accuracy"), rows, null,
        List.of(
            Layer.of("rule", accuracy("x", "low"), end("x2", "high"), gate, side, colour).where("isValid(datum.low)")
                .with("strokeWidth", 2),
            Layer.of("point", accuracy("x", "accuracy"), gate, side, colour,
                tooltip(Channel.titles("gate", "gate", "mode", "on", "_accuracy", "accuracy")))));
    return new Figure("Switching two gates on one network",
        "Accuracy without a gate and with the gate of each mode, in both modes; mean and 95 % interval over " + seeds()
            + ".",
        chart);
  }

  /// Setting to 0 the units that a gate changed most, compared with random ones.
  Figure ablation() {
    if (results.cost() == null || results.cost().ablated().isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> rankings = new ArrayList<>();
    for (GateCost.Ablated ablated : results.cost().ablated()) {
      if (!rankings.contains(ablated.ranking())) {
        rankings.add(ablated.ranking());
      }
      rows.add(Chart.row(ablated.ranking(), ablated.share(), POINTS * ablated.beyondRandom45().mean(),
          POINTS * ablated.beyondRandom45().ci()[0], POINTS * ablated.beyondRandom45().ci()[1],
          Notation.percent(ablated.share()),
          figure(ablated.accuracy45(), 3), figure(ablated.random45(), 3), change(ablated.beyondRandom45())));
    }
    String title = "accuracy at 45°, minus random units (points)";
    Channel share = quantitative("x", "share").titled("share of the units set to 0 (log scale)").scaled("type", "log")
        .axis("values", shares(results.cost().ablated())).axis("format", "~%").axis("grid", BooleanNode.FALSE);
    Channel colour = series("color", "ranking", rankings).unlabelled();
    Chart chart = new Chart("mnist-ablation", "Accuracy with the most gated units set to 0, minus random units", 260,
        List.of("ranking", "share", "beyond_random", "low", "high", "_share", "_accuracy", "_random", "_beyond"), rows,
        null,
        List.of(
            Layer.of("line", share, quantitative("y", "beyond_random").titled(title), colour).with("strokeWidth", 1.5),
            Layer.of("rule", share, quantitative("y", "low").titled(title), end("y2", "high"), colour)
                .where("isValid(datum.low)").with("strokeWidth", 1.5),
            Layer.of("point", share, quantitative("y", "beyond_random").titled(title), colour,
                tooltip(Channel.titles("ranking", "by", "_share", "set to 0", "_accuracy", "accuracy at 45°", "_random",
                    "random units", "_beyond", "difference")))));
    return new Figure("Do the most gated units matter most?",
        "Units set to 0 in each layer, ranked by how much the gate changed them, minus the mean of equally many random units;"
            + " below 0 they matter more. Mean and 95 % interval over " + seeds() + ", paired.",
        chart);
  }

  private static ArrayNode shares(List<GateCost.Ablated> ablated) {
    ArrayNode shares = JSON.arrayNode();
    ablated.stream().map(GateCost.Ablated::share).distinct().forEach(shares::add);
    return shares;
  }

  private String seeds() {
    return Notation.count(results.settings().seeds().count(), "seed");
  }

  private static Channel accuracy(String name, String field) {
    return sparse(quantitative(name, field).titled("accuracy").scaled("zero", BooleanNode.FALSE));
  }

  /// Few labels: accuracies have three digits.
  private static Channel sparse(Channel axis) {
    return axis.axis("tickCount", JSON.numberNode(6));
  }

  /// `0.854 [0.850 to 0.858]`.
  static String figure(OverSeeds value, int places) {
    return estimate(value).printed(places);
  }

  /// A difference of accuracies in points: `+1.3 points [0.9 to 1.7]`.
  static String change(OverSeeds value) {
    return Notation.effect(estimate(value), "accuracy");
  }

  private static Estimate estimate(OverSeeds value) {
    return new Estimate(value.mean(), value.ci()[0], value.ci()[1]);
  }
}
