package org.striatum.reports.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults.Arm;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.probe.value.ValueNeuronResults.RankedNeuron;
import org.striatum.reports.page.InlineScript;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;
import org.striatum.reports.run.SampleRollout.TokenValue;
import org.striatum.reports.run.SampleRollout.ValueTrace;
import org.striatum.studies.answer.Question;
import org.striatum.studies.baselines.BaselineOverlap;
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.intervention.InterventionWords;
import org.striatum.studies.intervention.MediationWords;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.intervention.SurpriseWords;
import org.striatum.studies.registration.PlanReport;
import org.striatum.studies.registration.PlanReport.Deviation;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.run.Manifest.PrimaryFamily;
import org.striatum.studies.splits.SplitsResults;

class RunReportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PAGE = RunReport.render(ExampleRun.content());

  @TempDir
  Path folder;

  @Test
  void equalContentGivesEqualBytes() {
    assertThat(RunReport.render(ExampleRun.content())).isEqualTo(PAGE);
  }

  /// A plan comes from a file: its texts are shown, never interpreted.
  @Test
  void aPlanAndWhatDeviatesStandBeforeTheAnswers() {
    RunReport.Content plain = ExampleRun.content();
    RunReport.RunFacts facts = plain.run();
    PlanReport plan = new PlanReport(Sha256.of(new byte[0]),
        new PrimaryFamily(List.of("blocks.*"), List.of("value@1%"), "zero", "accuracy", 0.1, 7),
        List.of(
            new Deviation("probe", "split.train", DoubleNode.valueOf(0.5), TextNode.valueOf("<script>0.6</script>"))));
    String page = RunReport.render(new RunReport.Content(plain.title(), new RunReport.RunFacts(facts.checkpoint(),
        facts.sampling(), facts.studies(), facts.manifest(), plan), plain.results(), plain.answers(), plain.beside(),
        plain.samples(), plain.readings()));
    assertThat(page).contains(Sha256.of(new byte[0]).hex(), "split.train was planned as 0.5",
        "&lt;script&gt;0.6&lt;/script&gt;").doesNotContain("<script>0.6");
    assertThat(page.indexOf("id=\"plan\"")).isBetween(page.indexOf("id=\"verdict\""), page.indexOf("id=\"answers\""));
    assertThat(PAGE).contains("This run was not registered by a plan");
  }

  /// What it takes to ask again the same way.
  @Test
  void theDataSectionHasTheChecksumsOfTemplateAndExamples() {
    RunReport.Content plain = ExampleRun.content();
    RunReport.RunFacts facts = plain.run();
    SamplingFacts sampling = facts.sampling();
    Sha256 template = Sha256.of(new byte[]{1});
    Sha256 examples = Sha256.of(new byte[]{2});
    PromptFormat prompts = new PromptFormat(
        new PromptFormat.Chat("default", "chat_template.jinja", template, null, new TreeMap<>(), null),
        new PromptFormat.Shots(2, null, new TreeMap<>(Map.of("gsm8k", examples))), new TreeMap<>(), List.of(),
        PromptFormat.Thinking.USUAL);
    String page = RunReport.render(new RunReport.Content(plain.title(), new RunReport.RunFacts(facts.checkpoint(),
        new SamplingFacts(sampling.sampling(), sampling.rolloutsPerProblem(), sampling.seed(), prompts,
            sampling.graders()),
        facts.studies(), facts.manifest(), facts.plan()), plain.results(), plain.answers(), plain.beside(),
        plain.samples(), plain.readings()));
    assertThat(page).containsPattern("chat_template\\.jinja\\), SHA-256 <span class=\"mono\">" + template.hex())
        .containsPattern("<dt>Worked examples</dt><dd>2 [^\n]*gsm8k[^\n]*" + examples.hex());
    assertThat(PAGE).doesNotContain("Worked examples");
  }

  @Test
  void writesThePageWholeAndLeavesNothingBeside() throws IOException {
    Path file = folder.resolve("report.html");
    Files.writeString(file, "an older report");
    RunReport.write(ExampleRun.content(), file);
    assertThat(Files.readString(file)).isEqualTo(PAGE);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  @Tag("slow")
  void aReportOfALargeModelIsSmall() {
    RunReport.Content large = ExampleRun.content(32, 4096);
    List<TokenValue> tokens = IntStream.range(0, 20_000)
        .mapToObj(t -> new TokenValue(" token" + t, 0.001 * (t % 1000), 0.01, false)).toList();
    ValueTrace trace = new ValueTrace("td", HookPoint.residPost(31), 240, 0.5, tokens, 0.1, List.of());
    List<SampleRollout> samples = IntStream.range(0, 12)
        .mapToObj(i -> new SampleRollout("d" + i, "p", "prompt", "token ".repeat(20_000), 1, trace)).toList();
    List<Intervention> interventions = IntStream.range(0, 400)
        .mapToObj(i -> large.firstInterventions().interventions().get(i % 4)).toList();
    StudyResults found = large.results();
    StudyResults results = new StudyResults(found.values(), found.about(), found.dopamine(),
        ExampleRun.named(new InterventionResults(interventions, large.firstInterventions().curves(), List.of())),
        found.transfer(),
        found.confidence(), found.search(), found.adaptations(), null, null, null, null);
    String page = RunReport.render(new RunReport.Content("large",
        ExampleRun.facts(List.of(), large.manifest()), results, large.answers(), List.of(), samples,
        large.readings()));
    assertThat(page.getBytes(StandardCharsets.UTF_8).length).isBetween(1_000_000, 15_000_000);
  }

  @Test
  void everyNeuronNamedHasAPageThatSaysWhatIsKnown() {
    RunReport.Content content = ExampleRun.content();
    NeuronPages pages = NeuronPages.of(content.results(), content.readings());
    assertThat(pages.all()).hasSize(NeuronPages.MOST).extracting(NeuronPage::anchor).doesNotHaveDuplicates();
    Selection selection = Selection.all(content.values()).getFirst();
    RankedNeuron best = selection.layer().top().getFirst();
    NeuronPage page = pages.pages().get(new NeuronId(selection.hook(), best.coordinate()));
    assertThat(page.standing().ranks().get("l1").get(page.standing().datasets().indexOf(selection.dataset())))
        .isEqualTo(1);
    assertThat(page.readings()).hasSize(3);
    assertThat(PAGE).contains("id=\"" + page.anchor() + "\"", "href=\"#" + page.anchor() + "\"",
        "dopamine neuron on 1 of 3 datasets");
    // A set that holds it, its part in the signature test and a partner in transfer.
    assertThat(pages.all()).anySatisfy(one -> assertThat(one.sets()).isNotEmpty())
        .anySatisfy(one -> assertThat(one.signatures()).anyMatch(signed -> signed.tested().significant()))
        .anySatisfy(one -> assertThat(one.partners()).isNotEmpty())
        .anySatisfy(one -> assertThat(one.gates()).isNotEmpty());
    assertThat(RunReport.render(ExampleRun.with(List.of()))).doesNotContain("id=\"neurons\"");
  }

  /// What it is about comes before where it ranks, on the task that it was found for before the others.
  @Test
  void aNeuronsPageOpensOnTheTaskThatItWasFoundFor() {
    RunReport.Content content = ExampleRun.content();
    NeuronPages pages = NeuronPages.of(content.results(), content.readings());
    assertThat(pages.all()).extracting(NeuronPage::dataset).doesNotContainNull();
    Selection.all(content.values()).forEach(selection -> assertThat(pages.pages()
        .get(new NeuronId(selection.hook(), selection.layer().top().getFirst().coordinate())).dataset())
        .isEqualTo(selection.dataset()));
    int told = 0;
    for (NeuronPage page : pages.all()) {
      if (page.readings().stream().anyMatch(reading -> reading.dataset().equals(page.dataset()))) {
        assertThat(page.readings().getFirst().dataset()).isEqualTo(page.dataset());
      }
      if (page.tokens().stream().anyMatch(tokens -> tokens.dataset().equals(page.dataset()))) {
        told++;
        assertThat(page.tokens().getFirst().dataset()).isEqualTo(page.dataset());
        assertThat(page.known()).startsWith("highest at “");
      }
      int from = PAGE.indexOf("id=\"" + page.anchor() + "\"");
      List<Integer> order = Stream.of("Tokens of ", "Alone, ", "Ranks, ")
          .map(part -> PAGE.indexOf("aria-label=\"" + part + page.neuron(), from)).filter(at -> at >= 0).toList();
      assertThat(order).isSorted().isNotEmpty();
    }
    assertThat(told).isPositive();
  }

  @Test
  void namesTheFileItCannotWrite() {
    assertThatThrownBy(() -> RunReport.write(ExampleRun.content(), folder.resolve("missing").resolve("report.html")))
        .isInstanceOf(IOException.class).hasMessageContaining("missing");
  }

  @Test
  void sectionsStandInOrder() {
    assertThat(Pattern.compile("<section id=\"([^\"]+)\"").matcher(PAGE).results().map(r -> r.group(1)))
        .containsExactly("verdict", "answers", "value-neurons", "controls", "splits", "baselines", "dopamine-neurons",
            "surprises", "interventions", "mediation", "transfer", "uses", "adaptation", "limits", "checkpoint", "data",
            "neurons", "others", "rollouts", "paper", "cite", "settings", "manifest", "glossary");
    assertThat(Pattern.compile("<li><a href=\"#([^\"]+)\"").matcher(PAGE).results().map(r -> r.group(1)))
        .containsExactly("verdict", "answers", "value-neurons", "controls", "splits", "baselines", "dopamine-neurons",
            "surprises", "interventions", "mediation", "transfer", "uses", "adaptation", "limits", "checkpoint", "data",
            "neurons", "others", "rollouts", "paper", "cite", "settings", "manifest", "glossary");
  }

  @Test
  void everyFigureGivenAppears() throws IOException {
    RunReport.Content content = ExampleRun.content();
    String text = text(PAGE);
    JsonNode charts = charts(PAGE);
    for (DatasetSummary d : content.values().datasets()) {
      assertThat(text).contains(d.dataset(), Notation.count(d.problems()), Notation.count(d.rollouts()),
          Notation.percent(d.accuracy().value()), Notation.percent(d.finished()),
          Notation.auroc(d.promptLengthAuroc()));
    }
    List<Double> drawn = numbers(charts);
    for (LayerProbes layer : content.values().layers()) {
      for (ProbeAuroc probe : layer.probes()) {
        assertThat(drawn).contains(probe.test().value(), probe.test().low(), probe.test().high(), probe.validation());
      }
      assertThat(drawn).contains(layer.shuffled().mean(), layer.shuffled().low(), layer.shuffled().high());
      layer.pruning().forEach(curve -> assertThat(drawn)
          .containsAll(curve.points().stream().map(PruningPoint::auroc).map(e -> e.value()).toList()));
      layer.path().points()
          .forEach(point -> assertThat(drawn).contains(point.lambda(), point.validationAuroc()));
    }
    for (Selection s : Selection.all(content.values())) {
      s.layer().top().forEach(neuron -> assertThat(text).contains(">" + neuron.coordinate() + "<"));
      s.layer().agreement().forEach(a -> assertThat(drawn).contains(a.spearman(), a.iou()));
    }
    for (int i = 0; i < content.firstInterventions().interventions().size(); i++) {
      Intervention intervention = content.firstInterventions().interventions().get(i);
      assertThat(text).contains(Notation.outcome(intervention.base().outcome().value(), intervention.outcome()),
          Notation.outcome(intervention.ablated().outcome().value(), intervention.outcome()),
          Notation.effect(intervention.effect().value(), intervention.outcome()),
          Notation.p(intervention.random().q()), Notation.p(intervention.matched().q()),
          Notation.coordinates(intervention.layers().getFirst().coordinates()),
          InterventionWords.verdict(intervention));
    }
    // Every matched set of every intervention is one dot of its outcome's chart.
    for (OutcomeKind outcome : OutcomeKind.values()) {
      assertThat(controls(charts, "interventions-" + outcome)).isEqualTo(content.firstInterventions().interventions()
          .stream().filter(one -> one.outcome() == outcome)
          .mapToInt(one -> Math.min(200, one.matched().effects().size())).sum());
    }
    assertThat(text).contains("0.59–0.73, mean 0.67", "flat to 99 % pruned", "37.0 %, 13.6 %, 29.4 %, 1.2 %",
        "−0.6 points", "494,032,768", "151,936", "9f3a".repeat(16), "20260201");
    content.samples().forEach(s -> assertThat(text).contains(s.problem()));
  }

  @Test
  void anAdaptationStudyIsShownWhole() throws IOException {
    String text = text(PAGE);
    assertThat(text).contains("Specialised to mul-long", "mul-long, value@2</strong>: yes.", "no arm lora: none here",
        Question.ADAPTATION.text(), ">bitfit<", "0.0770", "blocks.3.hook_resid_post[400]", "0.4375", "−0.606",
        "1 are value neurons");
    JsonNode charts = charts(PAGE);
    assertThat(numbers(charts)).contains(0.031, 0.077, 0.012, -0.0155);
    assertThat(charts.findValuesAsText("id")).contains("adaptation-1", "gates-1");
    // Random sets are a comparison, not gates to look at neuron by neuron.
    assertThat(new AdaptationFigures(ExampleRun.adaptation(), 1).shown()).extracting(Arm::name)
        .containsExactly(AdaptationArm.VALUE);
    assertThat(RunReport.render(ExampleRun.with(List.of()))).doesNotContain("id=\"adaptation\"");
  }

  /// Every study with a section opens with its sentence, and its figures stand in table and chart.
  @Test
  void studiesWithoutAQuestionOpenWithWhatTheCommandLinePrints() throws IOException {
    StudyResults results = ExampleRun.content().results();
    String text = text(PAGE);
    assertThat(text).contains(results.splits().sentence() + ".", MediationWords.sentence(results.mediation()) + ".",
        SurpriseWords.sentence(results.surprises()) + ".",
        BaselineOverlap.sentence(BaselineOverlap.all(results.values(), results.baselines())) + ".");
    assertThat(text).contains(results.splits().notes()).contains(results.mediation().notes())
        .contains(results.surprises().notes()).contains(results.baselines().notes());
    JsonNode charts = charts(PAGE);
    assertThat(charts.findValuesAsText("id")).contains("splits-answers", "baseline-overlap", "surprise-changes",
        "surprise-traces", "mediation-chosen", "mediation-others");
    List<Double> drawn = numbers(charts);
    results.surprises().responses()
        .forEach(one -> assertThat(drawn).contains(one.change().value(), one.change().low()).containsAll(
            one.controls()));
    results.splits().answers().forEach(one -> assertThat(text).contains(one.printed()));
    results.mediation().mediations()
        .forEach(one -> assertThat(text).contains(Notation.signed(one.beyond().value(), 3), Notation.p(one.pValue())));
  }

  /// A study that found nothing to look at has its section, its notes and no chart.
  @Test
  void studiesThatFoundNothingSaySo() {
    StudyResults empty = new StudyResults(null, null, null, ExampleRun.named(null), null, null, null, List.of(),
        new BaselineResults(List.of(), List.of("no baseline")), new SurpriseResults(List.of(), List.of("no surprise")),
        new SplitsResults(12, List.of(), List.of("no split")), new MediationResults(List.of(), List.of("no pair")));
    String page = RunReport.render(new RunReport.Content("A run", ExampleRun.facts(List.of(), "{}"), empty,
        ExampleRun.answers(empty), List.of(), List.of(), List.of()));
    assertThat(page).contains("no baseline", "no surprise", "no split", "no pair").doesNotContain("class=\"chart\"");
    assertThat(page.substring(page.indexOf("id=\"lacking\""), page.indexOf("id=\"checkpoint\"")))
        .doesNotContain("other splits", "baselines", "surprises", "mediation");
  }

  @Test
  void absentPartsSaySo() {
    String page = RunReport.render(ExampleRun.with(List.of()));
    assertThat(page).contains(
        "Not part of this run: value neurons, controls, other splits, baselines, dopamine neurons, surprises under"
            + " ablation, interventions, mediation, transfer, uses, adaptation, neurons, sample rollouts.",
        "No dataset summary",
        "No question was put to this run.");
    assertThat(page).doesNotContain("class=\"chart\"");
    assertThat(RunReport.render(ExampleRun.with(null, new InterventionResults(List.of(), List.of(), List.of()))))
        .contains("The intervention study contains no intervention.");
  }

  @Test
  void nothingUnknownIsWrittenAsANumber() {
    String page = RunReport.render(HostileRun.content());
    assertThat(text(page)).contains("[no interval]").doesNotContain("NaN [", "NaN%", "NaN\u202f", ">NaN<", "Infinity");
    assertThat(charts(page).toString()).doesNotContain("\"NaN\"", "Infinity");
  }

  /// The template engine writes an enum's Java name unless it is told otherwise.
  @Test
  void noJavaNameIsShown() {
    Stream.of(ProbeKind.values(), Ranking.values(), Verdict.values()).flatMap(Arrays::stream).map(Enum::name)
        .forEach(name -> assertThat(PAGE).doesNotContain(">" + name + "<"));
  }

  @Test
  void asksNoNetworkForAnything() {
    String text = text(PAGE);
    assertThat(Pattern.compile("https?://[^\"\\s<}]+").matcher(text).results().map(MatchResult::group))
        .containsOnly("https://arxiv.org/abs/2602.00986", "https://arxiv.org/abs/2602.11726");
    assertThat(text).doesNotContain(" src=", "<link", "@import", "url(");
    assertThat(PAGE).doesNotContain("sourceMappingURL").contains("default-src &#39;none&#39;");
  }

  @Test
  void thePolicyRunsOnlyTheScriptsPutThere() {
    List<String> hashes = Pattern.compile("(?s)<(?:script|style)>(.*?)</(?:script|style)>").matcher(PAGE).results()
        .map(r -> new InlineScript(r.group(1)).hash().replace("'", "&#39;")).toList();
    assertThat(hashes).hasSize(5);
    String policy = PAGE.substring(PAGE.indexOf("Content-Security-Policy"), PAGE.indexOf("referrer"));
    assertThat(policy).contains(hashes).doesNotContain("unsafe");
  }

  @Test
  void strangersTextIsEscaped() {
    String page = RunReport.render(HostileRun.content());
    assertThat(Pattern.compile("<script").matcher(page).results().count())
        .isEqualTo(Pattern.compile("<script").matcher(PAGE).results().count());
    String text = text(page);
    assertThat(Pattern.compile("<[^>]*hacked").matcher(text).results().map(MatchResult::group)).isEmpty();
    assertThat(text).contains("&lt;script&gt;window.hacked = 1; alert(1)&lt;/script&gt;", "{{ 7 * 7 }} ${7 * 7} `",
        "שלום עולם", "😀👩‍👩‍👧‍👦", "x".repeat(10_000)).doesNotContain("<img", "\u202e", "\u2028", "\u0000");
  }

  @Property(tries = 50)
  void noTextEndsTheScriptItStandsIn(@ForAll @Size(max = 4) List<String> texts) throws IOException {
    List<TokenValue> tokens = Stream.concat(texts.stream(), Stream.of("</script>", "<!--", "\u2028"))
        .map(text -> new TokenValue(text, 0.5, 0.1, false)).toList();
    SampleRollout rollout = new SampleRollout("d", "p", "", "", 1,
        new ValueTrace("td", HookPoint.residPost(0), 1, 0.4, tokens, 0.5, List.of()));
    String json = Page.of(ExampleRun.with(List.of(rollout))).frame().charts();
    assertThat(json).doesNotContain("<", ">", "&", "\u2028", "\u2029");
    JsonNode rows = JSON.readTree(json).at("/charts/0/rows");
    for (int t = 0; t < tokens.size(); t++) {
      assertThat(rows.get(t + 1).get(3).asText()).isEqualTo(VisibleText.brief(tokens.get(t).text(), 40));
    }
  }

  /// The page without its scripts and styles, intervals beside their figures.
  private static String text(String page) {
    return page.replaceAll("(?s)<(script|style)[^>]*>.*?</\\1>", "").replace("<span class=\"interval\">", " ")
        .replaceAll("<a class=\"neuron-link\"[^>]*>([^<]*)</a>", "$1");
  }

  private static JsonNode charts(String page) {
    String start = "<script type=\"application/json\" id=\"charts\">";
    int from = page.indexOf(start) + start.length();
    try {
      return JSON.readTree(page.substring(from, page.indexOf("</script>", from))).get("charts");
    } catch (IOException e) {
      throw new AssertionError("the charts are no JSON", e);
    }
  }

  private static List<Double> numbers(JsonNode charts) {
    List<Double> numbers = new ArrayList<>();
    charts.forEach(chart -> chart.get("rows").forEach(row -> row.forEach(cell -> {
      if (cell.isNumber()) {
        numbers.add(cell.doubleValue());
      }
    })));
    return numbers;
  }

  private static int controls(JsonNode charts, String id) {
    int controls = 0;
    for (JsonNode chart : charts) {
      for (JsonNode row : chart.get("rows")) {
        controls += chart.get("id").asText().equals(id) && row.get(0).asText().equals("control") ? 1 : 0;
      }
    }
    return controls;
  }
}
