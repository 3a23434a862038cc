package org.striatum.reports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.answer.StudyAnswers;
import org.striatum.probe.answer.StudyResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;

/// Everything the template writes, computed: the template itself only lays out.
///
/// @param datasets of the value-neuron study; empty without it
/// @param selections the hook point and probe each dataset is summed up by
/// @param byLayer one chart a dataset
/// @param byPruning one chart a selection that has pruning curves
/// @param agreement of the rankings; null where none was computed
/// @param byPath one chart a selection that has a path
/// @param interventions each with its chart, but for the last ones where there are many
/// @param curves dose and steering charts
/// @param dopamine one part a dataset of the dopamine study; empty without it
/// @param rollouts each with its chart where it has a trace
/// @param transfer charts and rows of the transfer study; null without it
/// @param uses charts of confidence and search
/// @param adaptations one a mode; empty where no gate was learned
record Page(RunReport.Content content, Conclusion conclusion, List<DatasetSummary> datasets,
    List<Selection> selections, List<Figure> byLayer, List<Figure> byPruning,
    Figure agreement, List<Figure> byPath,
    List<InterventionPart> interventions, List<Figure> curves, List<DopamineFigures> dopamine,
    List<RolloutFigure> rollouts, List<PaperComparison> paper, List<String> limits, TransferFigures transfer,
    UsesFigures uses, List<AdaptationFigures> adaptations) {
  private static final String FOLDER = "/org/striatum/reports/";
  private static final List<InlineScript> ENGINE = InlineScript.engine();
  private static final InlineScript SCRIPT = InlineScript.resource(FOLDER + "report.js");
  private static final InlineScript STYLE = InlineScript.resource(FOLDER + "report.css");
  private static final int INTERVENTION_CHARTS = 12;
  private static final String NOTICES = InlineScript.text(FOLDER + "third-party.txt");

  /// An intervention and its chart; null beyond the charts a page holds.
  record InterventionPart(Intervention intervention, Figure figure) {}

  static Page of(RunReport.Content run) {
    RunReport.Content content = legible(run);
    List<DatasetSummary> datasets = content.values() == null ? List.of() : content.values().datasets();
    List<Selection> selections = content.values() == null ? List.of() : Selection.all(content.values());
    List<Figure> byLayer = new ArrayList<>();
    List<Figure> byPruning = new ArrayList<>();
    List<Figure> byPath = new ArrayList<>();
    if (content.values() != null) {
      ValueFigures figures = ValueFigures.of(content.values());
      for (Selection selection : selections) {
        byLayer.add(figures.byLayer(selection.summary(), byLayer.size() + 1));
        if (!selection.layer().pruning().isEmpty()) {
          byPruning.add(figures.byPruning(selection, byPruning.size() + 1));
        }
        if (!selection.layer().path().points().isEmpty()) {
          byPath.add(figures.byPath(selection, byPath.size() + 1));
        }
      }
    }
    List<InterventionPart> interventions = new ArrayList<>();
    List<Figure> curves = new ArrayList<>();
    if (content.interventions() != null) {
      for (Intervention intervention : content.interventions().interventions()) {
        interventions.add(new InterventionPart(intervention, interventions.size() < INTERVENTION_CHARTS
            ? InterventionFigure.of(intervention, interventions.size() + 1)
            : null));
      }
      for (Curve curve : content.interventions().curves()) {
        Figure figure = CurveFigure.of(curve, curves.size() + 1);
        if (figure != null) {
          curves.add(figure);
        }
      }
    }
    List<RolloutFigure> rollouts = new ArrayList<>();
    for (SampleRollout rollout : content.samples()) {
      rollouts.add(RolloutFigure.of(rollout, rollouts.size() + 1));
    }
    return new Page(content, Conclusion.of(content), datasets, selections, byLayer, byPruning,
        ValueFigures.agreement(selections), byPath, interventions,
        curves, content.dopamine() == null ? List.of() : DopamineFigures.all(content.dopamine()), rollouts,
        PaperComparison.all(content),
        Stream.concat(Limits.found(content).stream(), Limits.general().stream()).toList(),
        content.transfer() == null ? null : new TransferFigures(content.transfer()),
        new UsesFigures(content.confidence(), content.search()), IntStream.range(0, content.adaptations().size())
            .mapToObj(i -> new AdaptationFigures(content.adaptations().get(i), i + 1)).toList());
  }

  /// The content with every name brief and visible. Rollouts and the manifest are shown whole, each in its own box.
  private static RunReport.Content legible(RunReport.Content run) {
    return new RunReport.Content(VisibleText.brief(run.title(), 300),
        VisibleText.names(run.checkpoint(), CheckpointFacts.class), run.sampling(),
        VisibleText.names(run.results(), StudyResults.class),
        run.beside().stream().map(answers -> VisibleText.names(answers, StudyAnswers.class)).toList(), run.samples(),
        run.manifest());
  }

  /// What a browser may do with the page: run the inlined scripts and styles by their hashes, show images the scripts
  /// make, and nothing else; no address is ever asked for anything.
  String policy() {
    String scripts = Stream.concat(ENGINE.stream(), Stream.of(SCRIPT)).map(InlineScript::hash)
        .collect(Collectors.joining(" "));
    return "default-src 'none'; script-src " + scripts + "; style-src " + STYLE.hash()
        + "; img-src data: blob:; base-uri 'none'; form-action 'none'";
  }

  List<InlineScript> engine() {
    return ENGINE;
  }

  InlineScript script() {
    return SCRIPT;
  }

  InlineScript style() {
    return STYLE;
  }

  String notices() {
    return NOTICES;
  }

  /// Every chart and both themes as JSON that may stand inside a script element: no character that could end it.
  String charts() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.set("light", Chart.theme(false));
    root.set("dark", Chart.theme(true));
    ArrayNode charts = root.putArray("charts");
    Stream
        .of(byLayer.stream(), byPruning.stream(), Stream.ofNullable(agreement), byPath.stream(),
            dopamine.stream().flatMap(part -> part.figures().stream()),
            interventions.stream().map(InterventionPart::figure).filter(Objects::nonNull), curves.stream(),
            transfer == null ? Stream.<Figure>empty() : transfer.all().stream(), uses.all().stream(),
            adaptations.stream().flatMap(adaptation -> adaptation.all().stream()),
            rollouts.stream().map(RolloutFigure::figure).filter(Objects::nonNull))
        .flatMap(figures -> figures)
        .forEach(figure -> charts.add(figure.chart().payload()));
    String json = root.toString();
    for (Map.Entry<String, String> escape : List.of(Map.entry("<", "\\u003c"), Map.entry(">", "\\u003e"),
        Map.entry("&", "\\u0026"), Map.entry("\u2028", "\\u2028"), Map.entry("\u2029", "\\u2029"))) {
      json = json.replace(escape.getKey(), escape.getValue());
    }
    return json;
  }
}
