package org.striatum.reports.run;

import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Frame;
import org.striatum.reports.page.VisibleText;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.registration.PlanReport;
import org.striatum.studies.results.StudyResults;

/// Everything that the template writes, computed: the template only does the layout.
///
/// @param dopamine one part per dataset of the dopamine study; empty without it
/// @param adaptations one per mode; empty if no gate was learned
/// @param neurons that have a page
/// @param rollouts each with its chart if it has a trace
record Page(RunReport.Content content, ValueSection values, InterventionSection interventions,
    List<DopamineFigures> dopamine, List<AdaptationFigures> adaptations, NeuronPages neurons,
    List<RolloutFigure> rollouts) {
  /// Anchor → title in the contents.
  private static final SequencedMap<String, String> SECTIONS = Channel.titles("verdict", "Question and verdict",
      "answers", "Answers", "checkpoint", "Checkpoint", "data", "Data", "value-neurons", "Value neurons", "controls",
      "Controls", "dopamine-neurons", "Dopamine neurons", "interventions", "Interventions", "transfer", "Transfer",
      "uses", "Uses", "adaptation", "Adaptation", "neurons", "Neurons", "others", "Other studies", "rollouts",
      "Sample rollouts",
      "paper", "Comparison with the paper", "limits", "Limits", "settings", "Settings", "manifest", "Manifest");

  static Page of(RunReport.Content run) {
    RunReport.Content content = legible(run);
    return new Page(content, ValueSection.of(content.values(), content.readings()),
        InterventionSection.of(content.interventions()),
        content.dopamine() == null ? List.of() : DopamineFigures.all(content.dopamine()),
        numbered(content.adaptations(), AdaptationFigures::new),
        NeuronPages.of(content.results(), content.readings()), numbered(content.samples(), RolloutFigure::of));
  }

  private static <S, T> List<T> numbered(List<S> parts, BiFunction<S, Integer, T> figures) {
    return IntStream.range(0, parts.size()).mapToObj(i -> figures.apply(parts.get(i), i + 1)).toList();
  }

  List<DatasetSummary> datasets() {
    return content.values() == null ? List.of() : content.values().datasets();
  }

  Conclusion conclusion() {
    return Conclusion.of(content);
  }

  List<PaperComparison> paper() {
    return PaperComparison.all(content.results());
  }

  List<String> limits() {
    return Stream.concat(Limitations.found(content).stream(), Limitations.general(content).stream()).toList();
  }

  ControlFigures controls() {
    return new ControlFigures(content.values() == null ? List.of() : content.values().controls());
  }

  List<Figure> dopaminePower() {
    return content.dopamine() == null ? List.of() : PowerFigure.of(content.dopamine().power());
  }

  /// Null without a transfer study.
  TransferFigures transfer() {
    return content.transfer() == null ? null : new TransferFigures(content.transfer());
  }

  UsesFigures uses() {
    return new UsesFigures(content.confidence(), content.search());
  }

  /// Studies that the page has no section for.
  List<StudyFacts> others() {
    return content.studies().stream().filter(study -> !study.results().isEmpty()).toList();
  }

  /// The content with every name shortened and visible. Rollouts and the manifest are shown in full, each in a box.
  private static RunReport.Content legible(RunReport.Content run) {
    RunReport.RunFacts facts = run.run();
    return new RunReport.Content(VisibleText.brief(run.title(), 300),
        new RunReport.RunFacts(VisibleText.names(facts.checkpoint(), CheckpointFacts.class), facts.sampling(),
            facts.studies().stream().map(study -> VisibleText.names(study, StudyFacts.class)).toList(),
            facts.manifest(), facts.plan() == null ? null : VisibleText.names(facts.plan(), PlanReport.class)),
        // Tokens are shown as they are, each in its place: a blank one is no missing name.
        VisibleText.names(run.results().withAbout(null), StudyResults.class).withAbout(run.results().about()),
        VisibleText.names(run.answers(), StudyAnswers.class),
        run.beside().stream().map(answers -> VisibleText.names(answers, StudyAnswers.class)).toList(), run.samples(),
        run.readings().stream().map(reading -> VisibleText.names(reading, CoordinateReading.class)).toList());
  }

  /// The page's frame, with every chart of every section.
  Frame frame() {
    return new Frame("Striatum run report", content.title(), SECTIONS, Stream
        .of(values.figures(), controls().all().stream(), dopaminePower().stream(),
            dopamine.stream().flatMap(part -> part.figures().stream()),
            interventions.figures(), Stream.ofNullable(transfer()).flatMap(figures -> figures.all().stream()),
            uses().all().stream(), adaptations.stream().flatMap(adaptation -> adaptation.all().stream()),
            values.histograms().stream(),
            neurons.all().stream().map(NeuronPage::histogram).filter(Objects::nonNull),
            rollouts.stream().flatMap(rollout -> Stream.of(rollout.value(), rollout.delta())).filter(Objects::nonNull))
        .flatMap(figures -> figures).toList());
  }
}
