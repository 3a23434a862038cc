package org.striatum.reports.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Frame;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;
import org.striatum.studies.answer.Question;
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
  /// The parts of a study that a run may lack: anchor → title in the contents.
  private static final SequencedMap<String, String> STUDIED = Channel.titles("value-neurons", "Value neurons",
      "controls", "Controls", "splits", "Other splits", "baselines", "Baselines", "dopamine-neurons",
      "Dopamine neurons", "surprises", "Surprises under ablation", "interventions", "Interventions", "mediation",
      "Mediation", "transfer", "Transfer", "uses", "Uses", "adaptation", "Adaptation", "neurons", "Neurons", "others",
      "Other studies", "rollouts", "Sample rollouts");

  /// Those of them that stand behind the evidence, one line each until they are opened.
  private static final List<String> APPENDED = List.of("neurons", "others", "rollouts");

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

  Head head() {
    return Head.of(content);
  }

  /// Whether the run has what a part of the page is about.
  boolean has(String section) {
    return switch (section) {
      case "value-neurons" -> content.values() != null;
      case "controls" -> content.values() != null && !content.values().controls().isEmpty();
      case "splits" -> content.results().splits() != null && content.results().splits().splits() > 0;
      case "baselines" -> content.results().baselines() != null;
      case "dopamine-neurons" -> content.dopamine() != null;
      case "surprises" -> content.results().surprises() != null;
      case "interventions" -> !content.interventions().isEmpty();
      case "mediation" -> content.results().mediation() != null;
      case "transfer" -> content.transfer() != null;
      case "uses" -> content.confidence() != null || content.search() != null;
      case "adaptation" -> !adaptations.isEmpty();
      case "neurons" -> !neurons.all().isEmpty();
      case "others" -> !others().isEmpty();
      case "rollouts" -> !rollouts.isEmpty();
      default -> true;
    };
  }

  /// The parts that the run lacks, by title.
  List<String> lacking() {
    return STUDIED.entrySet().stream().filter(part -> !has(part.getKey()) && !part.getKey().equals("others"))
        .map(part -> part.getValue()).toList();
  }

  /// The anchor of the part that tells of a question.
  String anchor(Question question) {
    return has(Head.section(question)) ? Head.section(question) : "answers";
  }

  /// What the run says about these questions, one sentence each; what nobody asked is left out.
  List<Reply> replies(Question... questions) {
    return Reply.all(head().matrix(), questions);
  }

  /// Rollouts and the share of them that was solved, in one line.
  String dataLine() {
    return datasets().isEmpty()
        ? "How rollouts were drawn and graded."
        : datasets().stream().map(d -> d.dataset() + " " + Notation.percent(d.accuracy().value()) + " right of "
            + Notation.count(d.rollouts())).collect(Collectors.joining(", ")) + " rollouts.";
  }

  private SequencedMap<String, String> sections() {
    SequencedMap<String, String> sections = new LinkedHashMap<>(
        Channel.titles("verdict", "Question and verdict", "answers", "Answers"));
    STUDIED.forEach((anchor, title) -> {
      if (has(anchor) && !APPENDED.contains(anchor)) {
        sections.put(anchor, title);
      }
    });
    sections.putAll(Channel.titles("limits", "Limits", "checkpoint", "Checkpoint", "data", "Data"));
    APPENDED.stream().filter(this::has).forEach(anchor -> sections.put(anchor, STUDIED.get(anchor)));
    sections.putAll(Channel.titles("paper", "Comparison with the paper", "cite", "For a paper", "settings", "Settings",
        "manifest", "Manifest"));
    return sections;
  }

  Citation citation() {
    return Citation.of(content);
  }

  List<PaperComparison> paper() {
    return PaperComparison.all(content.results(), content.answers());
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

  /// None without answers over splits.
  List<Figure> splits() {
    return SplitsFigure.of(content.results().splits());
  }

  /// Null without baselines.
  BaselineFigures baselines() {
    return BaselineFigures.of(content.results().baselines(), content.values());
  }

  SurpriseFigures surprises() {
    return new SurpriseFigures(content.results().surprises());
  }

  /// Null without a mediation study.
  MediationFigures mediation() {
    return MediationFigures.of(content.results().mediation(), content.values());
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
    return new Frame("Striatum run report", content.title(), sections(), Stream
        .of(values.figures(), controls().all().stream(), splits().stream(),
            Stream.ofNullable(baselines()).flatMap(figures -> figures.all().stream()), dopaminePower().stream(),
            dopamine.stream().flatMap(part -> part.figures().stream()),
            surprises().all().stream(), interventions.figures(),
            Stream.ofNullable(mediation()).flatMap(figures -> figures.all().stream()),
            Stream.ofNullable(transfer()).flatMap(figures -> figures.all().stream()),
            uses().all().stream(), adaptations.stream().flatMap(adaptation -> adaptation.all().stream()),
            values.histograms().stream(),
            neurons.all().stream().map(NeuronPage::histogram).filter(Objects::nonNull),
            rollouts.stream().flatMap(rollout -> Stream.of(rollout.value(), rollout.delta())).filter(Objects::nonNull))
        .flatMap(figures -> figures).toList());
  }
}
