package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Frame;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.results.StudyResults;

/// Everything that the template writes, computed: the template only does the layout.
///
/// @param datasets of the value-neuron study; empty without it
/// @param selections the hook point and probe that represent each dataset
/// @param byLayer one chart per dataset
/// @param byPruning one chart per selection that has pruning curves
/// @param agreement of the rankings; null if none was computed
/// @param byPath one chart per selection that has a path
/// @param controls charts of the controls on the probe
/// @param interventions each with its chart, except the last ones if there are many
/// @param curves dose and steering charts
/// @param dopamine one part per dataset of the dopamine study; empty without it
/// @param rollouts each with its chart if it has a trace
/// @param transfer charts and rows of the transfer study; null without it
/// @param uses charts of confidence and search
/// @param adaptations one per mode; empty if no gate was learned
/// @param neurons that have a page
/// @param histograms of the best coordinates, one chart per selection that has readings
record Page(RunReport.Content content, Conclusion conclusion, List<DatasetSummary> datasets,
    List<Selection> selections, List<Figure> byLayer, List<Figure> byPruning,
    Figure agreement, List<Figure> byPath, ControlFigures controls,
    List<InterventionPart> interventions, List<Figure> curves, List<DopamineFigures> dopamine,
    List<RolloutFigure> rollouts, List<PaperComparison> paper, List<String> limits, TransferFigures transfer,
    UsesFigures uses, List<AdaptationFigures> adaptations, NeuronPages neurons, List<Figure> histograms) {
  /// Anchor → title in the contents.
  private static final SequencedMap<String, String> SECTIONS = Channel.titles("verdict", "Question and verdict",
      "answers", "Answers", "checkpoint", "Checkpoint", "data", "Data", "value-neurons", "Value neurons", "controls",
      "Controls", "dopamine-neurons", "Dopamine neurons", "interventions", "Interventions", "transfer", "Transfer",
      "uses", "Uses", "adaptation", "Adaptation", "neurons", "Neurons", "others", "Other studies", "rollouts",
      "Sample rollouts",
      "paper", "Comparison with the paper", "limits", "Limits", "settings", "Settings", "manifest", "Manifest");
  private static final int INTERVENTION_CHARTS = 12;

  /// An intervention and its chart; null beyond the largest number of charts.
  ///
  /// @param name of the study that it belongs to
  record InterventionPart(String name, Intervention intervention, Figure figure) {}

  /// Notes of every named intervention study, with its name if there are several.
  List<String> interventionNotes() {
    boolean several = content.interventions().size() > 1;
    return content.interventions().entrySet().stream()
        .flatMap(named -> named.getValue().notes().stream()
            .map(note -> several ? named.getKey() + ": " + note : note))
        .toList();
  }

  /// Studies that the page has no section for.
  List<StudyFacts> others() {
    return content.studies().stream().filter(study -> !study.results().isEmpty()).toList();
  }

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
    for (Map.Entry<String, InterventionResults> named : content.interventions().entrySet()) {
      for (Intervention intervention : named.getValue().interventions()) {
        interventions.add(new InterventionPart(named.getKey(), intervention, interventions.size() < INTERVENTION_CHARTS
            ? InterventionFigure.of(intervention, interventions.size() + 1)
            : null));
      }
      for (Curve curve : named.getValue().curves()) {
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
        ValueFigures.agreement(selections), byPath,
        new ControlFigures(content.values() == null ? List.of() : content.values().controls()), interventions,
        curves, content.dopamine() == null ? List.of() : DopamineFigures.all(content.dopamine()), rollouts,
        PaperComparison.all(content),
        Stream.concat(Limitations.found(content).stream(), Limitations.general(content).stream()).toList(),
        content.transfer() == null ? null : new TransferFigures(content.transfer()),
        new UsesFigures(content.confidence(), content.search()), IntStream.range(0, content.adaptations().size())
            .mapToObj(i -> new AdaptationFigures(content.adaptations().get(i), i + 1)).toList(),
        NeuronPages.of(content.results(), content.readings()), histograms(selections, content.readings()));
  }

  private static List<Figure> histograms(List<Selection> selections, List<CoordinateReading> readings) {
    List<Figure> figures = new ArrayList<>();
    for (Selection selection : selections) {
      List<CoordinateReading> own = selection.layer().top().stream().flatMap(neuron -> readings.stream()
          .filter(reading -> reading.dataset().equals(selection.dataset())
              && reading.neuron().equals(new NeuronId(selection.hook(), neuron.coordinate()))))
          .toList();
      Figure figure = HistogramFigure.of("histogram-" + (figures.size() + 1),
          selection.dataset() + ", " + selection.hook(), own, Page::label, "coordinate ");
      if (figure != null) {
        figures.add(figure);
      }
    }
    return figures;
  }

  private static String label(CoordinateReading reading) {
    return reading.neuron().coordinate() + ", AUROC " + Notation.auroc(reading.auroc().value());
  }

  /// The content with every name shortened and visible. Rollouts and the manifest are shown in full, each in a box.
  private static RunReport.Content legible(RunReport.Content run) {
    return new RunReport.Content(VisibleText.brief(run.title(), 300),
        VisibleText.names(run.checkpoint(), CheckpointFacts.class), run.sampling(),
        VisibleText.names(run.results(), StudyResults.class), VisibleText.names(run.answers(), StudyAnswers.class),
        run.beside().stream().map(answers -> VisibleText.names(answers, StudyAnswers.class)).toList(), run.samples(),
        run.readings().stream().map(reading -> VisibleText.names(reading, CoordinateReading.class)).toList(),
        run.studies().stream().map(study -> VisibleText.names(study, StudyFacts.class)).toList(), run.manifest());
  }

  /// The page's frame, with every chart of every section.
  Frame frame() {
    return new Frame("Striatum run report", content.title(), SECTIONS, Stream
        .of(byLayer.stream(), byPruning.stream(), Stream.ofNullable(agreement), byPath.stream(),
            controls.all().stream(),
            dopamine.stream().flatMap(part -> part.figures().stream()),
            interventions.stream().map(InterventionPart::figure).filter(Objects::nonNull), curves.stream(),
            transfer == null ? Stream.<Figure>empty() : transfer.all().stream(), uses.all().stream(),
            adaptations.stream().flatMap(adaptation -> adaptation.all().stream()),
            histograms.stream(), neurons.all().stream().map(NeuronPage::histogram).filter(Objects::nonNull),
            rollouts.stream().flatMap(rollout -> Stream.of(rollout.value(), rollout.delta())).filter(Objects::nonNull))
        .flatMap(figures -> figures).toList());
  }
}
