package org.striatum.reports.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults.Arm;
import org.striatum.probe.adaptation.AdaptationResults.LearnedLayer;
import org.striatum.probe.adaptation.AdaptationResults.Outcome;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.model.NeuronId;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.studies.adaptation.AdaptationAnswers;
import org.striatum.studies.answer.Answer.Finding;

/// The charts and rows of one adaptation study.
///
/// @param number distinguishes it from those of other modes
record AdaptationFigures(AdaptationResults results, int number) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String IN_MODE = "in mode";
  private static final String OUT_OF_MODE = "other tasks";
  private static final String LOUDER = "louder";
  private static final String QUIETER = "quieter";
  /// The most neurons of an arm that are drawn, so that the page stays small for every model.
  private static final int DRAWN = 1200;
  private static final int LISTED = 8;

  /// One gated neuron after training.
  ///
  /// @param arm that it belongs to
  /// @param change its mean factor, minus 1
  record Changed(String arm, NeuronId neuron, double gain, double threshold, double before, double after,
      double change) {}

  /// Every chart that has data.
  List<Figure> all() {
    return Stream.of(changes(), gates()).filter(Objects::nonNull).toList();
  }

  /// The chart that the section opens with; none without data.
  List<Figure> first() {
    return all().stream().limit(1).toList();
  }

  /// The charts behind it.
  List<Figure> others() {
    return all().stream().skip(1).toList();
  }

  /// The question with its answers.
  List<Finding> findings() {
    return AdaptationAnswers.places(results);
  }

  /// The neurons that each gated arm changed most; without those of matched sets.
  List<Changed> mostChanged() {
    return shown().stream().flatMap(arm -> changed(arm).stream().limit(LISTED)).toList();
  }

  /// How the gates of an arm changed, in words.
  String moved(Arm arm) {
    List<Changed> neurons = changed(arm);
    long closed = neurons.stream().filter(one -> one.after < one.before - 0.01).count();
    long opened = neurons.stream().filter(one -> one.after > one.before + 0.01).count();
    return "%s: of %s, %d close by more than 1 %% of positions and %d open; gains lie between %s and %s".formatted(
        arm.name(), Notation.count(neurons.size(), "gated neuron"), closed, opened,
        Notation.decimals(neurons.stream().mapToDouble(Changed::gain).min().orElse(Double.NaN), 2),
        Notation.decimals(neurons.stream().mapToDouble(Changed::gain).max().orElse(Double.NaN), 2));
  }

  /// Arms whose gates are shown: all except random sets.
  List<Arm> shown() {
    return results.arms().stream().filter(arm -> !arm.gates().isEmpty() && !arm.name().isMatched()).toList();
  }

  /// The arm's neurons, the most changed first.
  List<Changed> changed(Arm arm) {
    return arm.gates().stream()
        .flatMap(layer -> IntStream.range(0, layer.gain().length).mapToObj(k -> changed(arm, layer, k)))
        .sorted(Comparator.comparingDouble((Changed one) -> Math.abs(one.change)).reversed()).toList();
  }

  private static Changed changed(Arm arm, LearnedLayer layer, int k) {
    return new Changed(arm.name().printed(), layer.neuron(k), layer.gain()[k], layer.threshold()[k], layer.before()[k],
        layer.after()[k], layer.change(k));
  }

  private Figure changes() {
    List<List<Object>> rows = new ArrayList<>();
    List<String> arms = new ArrayList<>();
    for (Arm arm : results.arms()) {
      if (arm.name() != AdaptationArm.FROZEN) {
        arms.add(arm.name().printed());
        rows.add(row(arm, IN_MODE, arm.inMode()));
        if (arm.outOfMode() != null) {
          rows.add(row(arm, OUT_OF_MODE, arm.outOfMode()));
        }
      }
    }
    if (rows.isEmpty()) {
      return null;
    }
    List<String> places = List.of(IN_MODE, OUT_OF_MODE);
    String title = "change, nats per token";
    Channel arm = Channel.ordinal("y", "arm", arms).unlabelled();
    Channel place = Channel.ordinal("yOffset", "where", places);
    Channel colour = Channel.series("color", "where", places).unlabelled();
    Chart chart = new Chart("adaptation-" + number, "Change of log-probability of each arm, in mode and on other tasks",
        Math.max(160, 36 * arms.size()),
        List.of("arm", "where", "change", "low", "high", "_change", "_accuracy", "_parameters"), rows, null,
        List.of(
            Layer.of("rule", Channel.quantitative("x", "low").titled(title), Channel.end("x2", "high"), arm, place,
                colour).where("isValid(datum.low) && isValid(datum.high)").with("strokeWidth", 2),
            Layer.of("point", Channel.quantitative("x", "change").titled(title), arm, place, colour,
                Channel.tooltip(Channel.titles("arm", "arm", "where", "on", "_change", "change", "_accuracy",
                    "accuracy", "_parameters", "parameters")))));
    return new Figure("What each arm gained and forgot",
        "Mean log-probability per token of reference solutions on held-out problems minus the frozen model's, with"
            + " 95 % intervals over problems and trainings (or sets). Right of 0 is better; every arm was trained for "
            + Notation.count(results.protocol().steps(), "step") + ".",
        chart);
  }

  private static List<Object> row(Arm arm, String where, Outcome outcome) {
    return Chart.row(arm.name().printed(), where, outcome.logProbabilityChange().value(),
        outcome.logProbabilityChange().low(),
        outcome.logProbabilityChange().high(), Notation.decimals(outcome.logProbabilityChange().value(), 4),
        Notation.percent(outcome.accuracy().value()), Notation.count(arm.parameters()));
  }

  /// One strip per hook point, one dot per gated coordinate, above or below the strip's middle by how much it was amplified
  /// or attenuated.
  private Figure gates() {
    List<List<Object>> rows = new ArrayList<>();
    List<String> arms = new ArrayList<>();
    List<String> hooks = results.protocol().hooks().stream().map(Object::toString).toList();
    List<String> reach = new ArrayList<>();
    for (Arm arm : shown()) {
      List<Changed> changed = changed(arm); // the most changed first
      double most = changed.isEmpty() ? 0 : Math.abs(changed.getFirst().change);
      if (!(most > 0)) {
        continue;
      }
      arms.add(arm.name().printed());
      reach.add("±" + Notation.decimals(1.05 * most, 2) + " for " + arm.name());
      for (Changed one : changed.stream().limit(DRAWN).toList()) {
        rows.add(Chart.row(arm.name().printed(), one.neuron.hook().toString(), one.neuron.coordinate(), one.change,
            one.change / most, one.change >= 0 ? LOUDER : QUIETER, Notation.decimals(one.gain, 3),
            Notation.decimals(one.threshold, 2),
            Notation.decimals(one.before, 4), Notation.decimals(one.after, 4)));
      }
    }
    if (rows.isEmpty()) {
      return null;
    }
    String first = arms.contains(AdaptationArm.ALL.printed()) ? AdaptationArm.ALL.printed() : arms.getFirst();
    Chart chart = new Chart("gates-" + number, "Change of each gated coordinate, by hook point",
        (hooks.size() > 8 ? 44 : 90) * hooks.size() + 40,
        List.of("arm", "hook point", "coordinate", "change", "_height", "direction", "_gain", "_threshold", "_before",
            "_after"),
        rows, new Chart.Choice("arm", "arm ", arms, first),
        List.of(Layer.of("point", Channel.quantitative("x", "coordinate").titled("coordinate"),
            Channel.ordinal("y", "hook point", hooks).unlabelled().axis("labelLimit", JSON.numberNode(170))
                .axis("grid", JSON.booleanNode(true)),
            Channel.quantitative("yOffset", "_height").domain(-1.05, 1.05).scaled("reverse",
                JSON.booleanNode(true)),
            Channel.outcome("color", "direction", List.of(LOUDER, QUIETER)).unlabelled(),
            Channel.tooltip(Channel.titles("hook point", "hook point", "coordinate", "coordinate", "direction",
                "direction", "_gain", "gain γ", "_threshold", "threshold τ̃", "_before", "openness before", "_after",
                "openness after")))
            .with("size", 16)));
    return new Figure("What each neuron learned",
        "One strip per hook point, one dot per gated coordinate: above the middle those that were amplified, below it"
            + " those that were attenuated, by γ·g − 1 (g averaged over validation solutions). A strip has the range "
            + String.join(", ", reach) + ". For each arm the training that was best on validation problems.",
        chart);
  }
}
