package org.striatum.reports.run;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.adaptation.AdaptationResults.Comparison;
import org.striatum.probe.adaptation.AdaptationResults.LearnedLayer;
import org.striatum.probe.adaptation.AdaptationResults.Outcome;
import org.striatum.probe.adaptation.AdaptationResults.Protocol;
import org.striatum.probe.adaptation.AdaptationResults.SharedNeurons;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.AblationPower;
import org.striatum.probe.intervention.AblationPower.Share;
import org.striatum.probe.intervention.CurveKind;
import org.striatum.probe.intervention.Decision;
import org.striatum.probe.intervention.Decision.Reason;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.CurvePoint;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.intervention.InterventionResults.Prediction;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.Writing;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.Stability;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.Ceiling;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.DatasetControls.NuisanceBaseline;
import org.striatum.probe.value.DatasetControls.RandomSets;
import org.striatum.probe.value.DatasetControls.Reliability;
import org.striatum.probe.value.DatasetControls.ReliabilityBin;
import org.striatum.probe.value.DatasetControls.RotationControl;
import org.striatum.probe.value.DatasetControls.RotationPoint;
import org.striatum.probe.value.DatasetControls.SetStability;
import org.striatum.probe.value.DatasetControls.Sparsity;
import org.striatum.probe.value.PlantedCode;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValuePower;
import org.striatum.probe.value.ValueQuestion;
import org.striatum.probe.value.ValueQuestion.Arrangement;
import org.striatum.probe.value.ValueNeuronResults.Agreement;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.NullBand;
import org.striatum.probe.value.ValueNeuronResults.PathPoint;
import org.striatum.probe.value.ValueNeuronResults.PathSummary;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.probe.value.ValueNeuronResults.RankedNeuron;
import org.striatum.reports.run.SampleRollout.StepValue;
import org.striatum.reports.run.SampleRollout.TokenValue;
import org.striatum.reports.run.SampleRollout.ValueTrace;
import org.striatum.studies.adaptation.GateStep;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.intervention.SurpriseStep;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.run.FlatRecord.Entry;
import org.striatum.studies.run.Study;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// An invented run with the shape and size of a real one: three datasets, twelve layers, four probes.
public final class ExampleRun {
  public static final int WIDTH = 896;
  private static final int LAYERS = 12;
  private static final List<String> RANKINGS = List.of("l1", "functional", "univariate", "sparse");
  private static final double[] RATIOS = {0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998};

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20260201);

  private final int layers;
  private final int width;

  private ExampleRun(int layers, int width) {
    this.layers = layers;
    this.width = width;
  }

  public static RunReport.Content content() {
    return content(LAYERS, WIDTH);
  }

  /// The same of a model of another size: as many charts and tables as it makes.
  static RunReport.Content content(int layers, int width) {
    ExampleRun run = new ExampleRun(layers, width);
    ValueNeuronResults values = run.values();
    List<String> datasets = values.datasets().stream().map(DatasetSummary::dataset).toList();
    StudyResults found = new StudyResults(values, null, ExampleStudies.dopamine(datasets, layers, width),
        named(run.interventions()), ExampleStudies.transfer(datasets, layers, width),
        ExampleStudies.confidence(datasets),
        ExampleStudies.search(datasets), List.of(adaptation()), ExampleStudies.baselines(values, width),
        ExampleStudies.surprises(datasets), ExampleStudies.splits(datasets),
        ExampleStudies.mediation(values));
    StudyResults results = found.withAbout(ExampleStudies.about(datasets, RunReport.named(found)));
    return new RunReport.Content("tiny-reasoner: value neurons on three arithmetic sets", facts(studies(), manifest()),
        results, answers(results), List.of(), run.samples(), readings(RunReport.named(results)));
  }

  /// What `study` runs of it, without the studies that are asked for by name.
  static RunReport.Content study() {
    RunReport.Content whole = content();
    StudyResults all = whole.results();
    StudyResults results = new StudyResults(all.values(), all.about(), all.dopamine(), all.interventions(),
        all.transfer(), all.confidence(), all.search(), List.of(), null, null, all.splits(), null);
    return new RunReport.Content(whole.title(), whole.run(), results, answers(results), List.of(), whole.samples(),
        whole.readings());
  }

  /// An invented adaptation study: two gated arms, one of them a matched set's, and BitFit.
  public static AdaptationResults adaptation() {
    HookPoint hook = HookPoint.residPost(3);
    LearnedLayer layer = new LearnedLayer(hook, new int[]{17, 400, 800}, new float[]{1.25f, 0.9f, 1},
        new float[]{-3.5f, 0.25f, -4}, new float[]{0.9996f, 0.9995f, 1}, new float[]{0.999f, 0.4375f, 1});
    return new AdaptationResults("mul-long", "mul",
        new Protocol(List.of(hook), "2", 40, 16, 512, 48, 100, List.of(0.01, 0.03), 5, 4, -4, 0, 1),
        List.of(adapted(AdaptationArm.FROZEN, 0, 0, List.of()), adapted(AdaptationArm.VALUE, 0.031, 2, List.of(layer)),
            adapted(AdaptationArm.VALUE_MATCHED, 0.012, 2, List.of(layer)),
            adapted(AdaptationArm.BITFIT, 0.077, 0, List.of())),
        List.of(new Comparison(AdaptationArm.VALUE, AdaptationArm.VALUE_MATCHED, new Estimate(0.019, 0.004, 0.033),
            new Estimate(0.02, -0.01, 0.05), new Estimate(0, -0.01, 0.01), 0.012, 4, 5)),
        List.of(new SharedNeurons(AdaptationArm.VALUE, new Overlap(896, 2, 2, 1))), 3.25e-6,
        List.of("no arm lora: none here"));
  }

  private static AdaptationResults.Arm adapted(AdaptationArm name, double gained, int neurons,
      List<LearnedLayer> gates) {
    Outcome in = new Outcome("mul-long", new Estimate(0.4 + gained, 0.35, 0.5), new Estimate(-0.3 + gained, -0.4, -0.2),
        new Estimate(gained, gained - 0.01, gained + 0.01), new Estimate(gained, gained - 0.02, gained + 0.02));
    Outcome out = new Outcome("other tasks", new Estimate(0.7, 0.65, 0.75), new Estimate(-0.1, -0.2, -0.05),
        new Estimate(-0.5 * gained, -0.05, 0.01), new Estimate(-0.5 * gained, -0.04, 0.02));
    return new AdaptationResults.Arm(name, neurons, 2 * neurons, List.of(), in, out, List.of(out),
        gates.isEmpty() ? null : new Estimate(0.4, 0.3, 0.5), gates.isEmpty() ? Double.NaN : 0.0004, gates);
  }

  /// The same with other results.
  public static RunReport.Content with(ValueNeuronResults values, InterventionResults interventions) {
    StudyResults results = new StudyResults(values, null, null, named(interventions), null, null, null, List.of(), null,
        null, null, null);
    return new RunReport.Content("A run", facts(List.of(), "{}"), results, answers(results), List.of(), List.of(),
        List.of());
  }

  /// Which run it was, with these studies.
  public static RunReport.RunFacts facts(List<StudyFacts> studies, String manifest) {
    return new RunReport.RunFacts(checkpoint(), sampling(), studies, manifest);
  }

  /// What the studies with a section say of their results.
  public static StudyAnswers answers(StudyResults results) {
    Map<Question, List<Finding>> findings = new EnumMap<>(Question.class);
    add(findings, ProbeStep.STUDY, results.values());
    add(findings, DopamineStep.STUDY, results.dopamine());
    add(findings, SurpriseStep.STUDY, results.surprises());
    results.interventions().values().forEach(one -> add(findings, AblationStep.STUDY, one));
    add(findings, CompareStep.STUDY, results.transfer());
    add(findings, SearchStep.STUDY, results.search());
    results.adaptations().forEach(one -> add(findings, GateStep.STUDY, one));
    if (results.splits() != null) {
      findings.forEach((question, found) -> found.replaceAll(one -> results.splits().decided(question, one)));
    }
    return StudyAnswers.of(checkpoint().name(), findings);
  }

  private static <R extends Record> void add(Map<Question, List<Finding>> findings, Study<?, R> study, R results) {
    if (results != null) {
      study.answers(checkpoint().name(), results)
          .forEach((question, found) -> findings.computeIfAbsent(question, _ -> new ArrayList<>()).addAll(found));
    }
  }

  /// Under one name; nothing of null.
  public static SequencedMap<String, InterventionResults> named(InterventionResults interventions) {
    SequencedMap<String, InterventionResults> named = new LinkedHashMap<>();
    if (interventions != null) {
      named.put("value@1%", interventions);
    }
    return named;
  }

  /// One study with a section and one without.
  static List<StudyFacts> studies() {
    return List.of(
        new StudyFacts("probe", "Fit probes.",
            List.of(new Entry("seed", TextNode.valueOf("1")), new Entry("split.train", TextNode.valueOf("0.5"))),
            List.of()),
        new StudyFacts("weather", "Look out of the window.", List.of(new Entry("days", TextNode.valueOf("3"))),
            List.of(new Entry("sky[0]", TextNode.valueOf("grey")), new Entry("degrees", TextNode.valueOf("11.5")))));
  }

  /// The same with other samples.
  public static RunReport.Content with(List<SampleRollout> samples) {
    return new RunReport.Content("A run", facts(List.of(), "{}"), StudyResults.NONE, answers(StudyResults.NONE),
        List.of(), samples, List.of());
  }

  public static CheckpointFacts checkpoint() {
    return new CheckpointFacts("tiny-reasoner-step2000", "qwen2", LAYERS, WIDTH, 14, 151_936, 494_032_768L, "BF16",
        List.of(new CheckpointFacts.FileHash("model-00001-of-00002.safetensors", "9f3a".repeat(16)),
            new CheckpointFacts.FileHash("model-00002-of-00002.safetensors", "07bc".repeat(16)),
            new CheckpointFacts.FileHash("tokenizer.json", "5e11".repeat(16))),
        "no BOS, left padding, no chat template");
  }

  public static SamplingFacts sampling() {
    return new SamplingFacts(new Sampling(1.0, 0.95, 0, 256, true), 8, 20260201, PromptFormat.PLAIN, new TreeMap<>());
  }

  public static String manifest() {
    return """
        {
          "checkpoint" : { "model-00001-of-00002.safetensors" : "%s" },
          "tokenizer" : { "bos" : false, "padding" : "left" },
          "hooks" : [ "blocks.*.hook_resid_post" ],
          "seed" : 20260201,
          "threads" : 2
        }
        """.formatted("9f3a".repeat(16));
  }

  /// A dataset with one linear probe at one layer, for tests that need a case by itself.
  public static ValueNeuronResults oneProbe(Estimate test, Estimate promptLength, NullBand shuffled) {
    DatasetSummary dataset = new DatasetSummary("alone", 300, 2400, new Estimate(0.5, 0.46, 0.54), 1, 180, 60, 60, 0,
        promptLength, CEILING, null);
    LayerProbes layer = new LayerProbes("alone", HookPoint.residPost(3),
        List.of(new ProbeAuroc(ProbeKind.LINEAR, 0.7, test)),
        shuffled, List.of(), new PathSummary(Double.NaN, 0, List.of()), List.of(), List.of(),
        Ranking.TD_FIRST_LAYER_L1, List.of());
    return new ValueNeuronResults(List.of(dataset), List.of(layer));
  }

  public static Intervention intervention(Damage damage, double pRandom, double pMatched) {
    return intervention("value@1%", damage, pRandom, pMatched);
  }

  public static Intervention intervention(String set, Damage damage, double pRandom, double pMatched) {
    List<Double> matched = damage == Damage.NOT_TESTED ? List.of() : List.of(-0.02, -0.01, 0.0);
    return new Intervention(true, "alone", set, List.of(new LayerSet(HookPoint.residPost(3), List.of(3, 17),
        new Matching(0.1, 0.09, 0.002, List.of(4), damage == Damage.NOT_TESTED
            ? "only 7 coordinates within tolerance"
            : null))),
        AblationKind.ZERO, Double.NaN, PositionMask.ALL, OutcomeKind.ACCURACY, 200, 200, true,
        new Arm("base", 0, new Estimate(0.62, 0.55, 0.69), new Estimate(0, 0, 0), null, writing(21.4), null),
        new Arm(set, 2, new Estimate(0.415, 0.35, 0.48), new Estimate(-0.205, -0.26, -0.15),
            new McNemarTable(52, 11, 1.2e-7), writing(25.2), null),
        List.of(new Arm("complement", 894, new Estimate(0, 0, 0), new Estimate(-0.62, -0.69, -0.55),
            new McNemarTable(124, 0, 1e-30), writing(110), null)),
        new Controls(List.of(-0.01, 0.0, 0.01), 3, pRandom, pRandom, 0, new Estimate(-0.205, -0.26, -0.15),
            writing(21.3), null),
        new Controls(matched, matched.size(), pMatched, pMatched, 0, new Estimate(-0.195, -0.25, -0.14),
            matched.isEmpty() ? null : writing(22.9), null),
        decision(damage, OutcomeKind.ACCURACY));
  }

  /// As a study of enough problems would write it.
  public static Decision decision(Damage damage, OutcomeKind outcome) {
    Reason reason = switch (damage) {
      case SPECIFIC -> Reason.EXCEEDS_CONTROLS;
      case GENERIC, NONE -> Reason.EXCLUDED;
      case UNDECIDED -> Reason.INTERVAL_HOLDS_CRITICAL;
      case NOT_TESTED -> Reason.NO_MATCHED_SETS;
    };
    return damage == Damage.NOT_TESTED
        ? new Decision(damage, reason, 2, Double.NaN, Double.NaN,
            new AblationPower(outcome.drop(0.1), List.of(), Double.NaN))
        : new Decision(damage, reason, 2, 0.03, -0.08, new AblationPower(outcome.drop(0.1),
            List.of(new Share(outcome.drop(0.02), 200, 3), new Share(outcome.drop(0.05), 200, 60),
                new Share(outcome.drop(0.1), 200, 184), new Share(outcome.drop(0.2), 200, 200),
                new Share(outcome.drop(0.4), outcome == OutcomeKind.ACCURACY ? 0 : 200,
                    outcome == OutcomeKind.ACCURACY ? 0 : 200)),
            180));
  }

  private static Writing writing(double tokens) {
    return new Writing(new Estimate(tokens, tokens - 1, tokens + 1), Estimate.exact(0.98), Estimate.exact(0.99));
  }

  /// One set at one hook point, as a real study writes it.
  private static Intervention intervention(boolean primary, String dataset, String set,
      AblationKind kind, PositionMask positions, OutcomeKind outcome, int items, LayerSet layer, Estimate base,
      Estimate ablated,
      Estimate effect, List<Double> random, double pRandom, List<Double> matched, double pMatched,
      McNemarTable mcNemar, Damage damage) {
    boolean accuracy = outcome == OutcomeKind.ACCURACY;
    Prediction prediction = accuracy
        ? null
        : new Prediction(new Estimate(1.9, 1.8, 2.0), new Estimate(0.0123, 0.01, 0.015));
    Writing writing = accuracy ? writing(32) : null;
    return new Intervention(primary, dataset, set, List.of(layer), kind, Double.NaN, positions, outcome, items, items,
        true,
        new Arm("base", 0, base, new Estimate(0, 0, 0), null, writing, prediction),
        new Arm(set, layer.coordinates().size(), ablated, effect, mcNemar, writing, prediction),
        List.of(new Arm("largest RMS", layer.coordinates().size(), ablated, effect, mcNemar, writing, prediction),
            new Arm("complement", WIDTH - layer.coordinates().size(), ablated, effect, mcNemar, writing, prediction)),
        new Controls(random, random.size(), pRandom, pRandom, 0, effect, writing, null),
        new Controls(matched, matched.size(), pMatched, pMatched, 1,
            matched.isEmpty() ? Estimate.exact(Double.NaN) : effect,
            matched.isEmpty() ? null : writing, prediction),
        decision(damage, outcome));
  }

  private ValueNeuronResults values() {
    List<DatasetSummary> datasets = List.of(
        new DatasetSummary("chain-arithmetic", 1200, 9600, new Estimate(0.6214, 0.603, 0.640), 0.998, 720, 240, 240, 0,
            new Estimate(0.658, 0.611, 0.704), CEILING, null),
        new DatasetSummary("word-problems", 600, 4800, new Estimate(0.384, 0.352, 0.417), 0.914, 360, 120, 120, 3,
            new Estimate(0.571, 0.503, 0.640), CEILING, null),
        new DatasetSummary("modular-arithmetic", 400, 3200, new Estimate(0.231, 0.198, 0.266), 1, 240, 80, 80, 0,
            new Estimate(0.702, 0.618, 0.781),
            new Ceiling(Estimate.exact(Double.NaN), 3, "needs K ≥ 2 rollouts of at least half the problems"),
            "blocks.0.hook_resid_post: each fold needs right and wrong rollouts"));
    double[] reach = {0.83, 0.72, 0.62};
    double[] spread = {0.028, 0.042, 0.055};
    List<LayerProbes> layers = new ArrayList<>();
    for (int d = 0; d < datasets.size(); d++) {
      for (int layer = 0; layer < this.layers; layer++) {
        double rise = 1 - Math.exp(-layer / 2.4) - 0.012 * Math.max(0, layer - 7);
        layers.add(layer(datasets.get(d), layer, 0.5 + (reach[d] - 0.5) * rise, spread[d]));
      }
    }
    return new ValueNeuronResults(datasets, layers, List.of(controls()));
  }

  private static DatasetControls controls() {
    Estimate some = new Estimate(0.02, -0.01, 0.05);
    Estimate whole = new Estimate(0.81, 0.76, 0.86);
    RandomSets random = new RandomSets(99, 0.62, 0.55, 0.68, 0.01, null);
    RandomSets none = new RandomSets(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, "too few others");
    return new DatasetControls("chain-arithmetic", HookPoint.residPost(7), 896, 240, 1920, whole, true,
        new Sparsity("lasso", 11, 11 / 896.0, whole, some, 0.02, random, some, none, whole, some, List.of(4, 9),
            Verdict.YES),
        new RotationControl(20, List.of(new RotationPoint(0.99, 9, whole, 0.6, 0.55, 0.65, some, 0.048)), some, 0.048,
            Verdict.UNDECIDED),
        List.of(new NuisanceBaseline(List.of("prompt length", "its square"), true, whole, whole, some, Verdict.NO)),
        null,
        new Reliability(0.18, 0.24, 0.04, List.of(new ReliabilityBin(0, 0.1, 3, 0.05, 0.1),
            new ReliabilityBin(0.1, 0.2, 0, Double.NaN, Double.NaN))),
        List.of(new SetStability("lasso", "problem resamples", 45, new Stability(whole, 0.5, 20, 45))),
        power(), List.of("no nested selection: too few problems"));
  }

  private static final Ceiling CEILING = new Ceiling(new Estimate(0.87, 0.84, 0.9), 1200, null);

  private static ValuePower power() {
    List<ValuePower.Share> shares = new ArrayList<>();
    for (ValueQuestion question : ValueQuestion.values()) {
      for (Arrangement arrangement : Arrangement.values()) {
        for (PlantedCode code : PlantedCode.values()) {
          shares.add(new ValuePower.Share(question, code, arrangement, 0.7, 12, code == PlantedCode.DENSE ? 0 : 7, 1));
        }
        shares.add(new ValuePower.Share(question, PlantedCode.ONE, arrangement, 0.8, 6, 6, 0));
      }
    }
    return new ValuePower(0.7, 0.84, shares);
  }

  private LayerProbes layer(DatasetSummary dataset, int layer, double level, double spread) {
    double td = level - 0.035 + noise(0.012);
    double sparse = level - 0.008 + noise(0.010);
    List<ProbeAuroc> probes = List.of(probe(ProbeKind.LINEAR, level + noise(0.010), spread),
        probe(ProbeKind.TD, td, spread * 1.1),
        probe(ProbeKind.MONTE_CARLO, level + 0.006 + noise(0.010), spread), probe(ProbeKind.SPARSE, sparse, spread));
    NullBand shuffled = new NullBand(199, 0.501 + noise(0.004), 0.5 - 2.1 * spread, 0.5 + 2.05 * spread,
        sparse > 0.5 + 2.05 * spread ? 0.005 : 0.06 + 0.2 * random.nextDouble());
    List<PruningCurve> pruning = List.of(curve(ProbeKind.TD, false, td, spread, 0.10),
        curve(ProbeKind.TD, true, td, spread, 0.03),
        curve(ProbeKind.MONTE_CARLO, false, level, spread, 0.06));
    List<PathPoint> points = new ArrayList<>();
    for (int k = 0; k < 24; k++) {
      double lambda = 0.2 * Math.pow(0.78, k);
      int kept = k == 0 ? 0 : (int) Math.round(1.6 * Math.pow(1.29, k));
      double fit = 0.5 + (level - 0.5) * (1 - Math.exp(-kept / 6.0)) - 0.00013 * kept;
      points.add(new PathPoint(lambda, kept, k == 0 ? 0.5 : fit + noise(0.004)));
    }
    PathPoint best = points.stream().max((a, b) -> Double.compare(a.validationAuroc(), b.validationAuroc()))
        .orElseThrow();
    List<RankedNeuron> top = new ArrayList<>();
    List<Integer> order = new ArrayList<>(IntStream.range(0, width).boxed().toList());
    for (int rank = 1; rank <= 10; rank++) {
      Map<String, Double> scores = new LinkedHashMap<>();
      scores.put("l1", 41.2 / rank + noise(0.3));
      scores.put("functional", 3.1 / rank + noise(0.05));
      scores.put("univariate", 0.5 + (level - 0.5) * (1.05 - 0.06 * rank));
      if (rank < 8) {
        scores.put("sparse", 0.9 / rank);
      }
      top.add(new RankedNeuron(rank, order.remove(random.nextInt(order.size())), scores, Map.of("l1", rank)));
    }
    List<Agreement> agreement = new ArrayList<>();
    for (int a = 0; a < RANKINGS.size(); a++) {
      for (int b = a + 1; b < RANKINGS.size(); b++) {
        agreement.add(new Agreement(RANKINGS.get(a), RANKINGS.get(b), 0.75 - 0.15 * (b - a) + noise(0.04), 9,
            0.5 - 0.12 * (b - a) + 0.05 * random.nextDouble()));
      }
    }
    return new LayerProbes(dataset.dataset(), HookPoint.residPost(layer), probes, shuffled, pruning,
        new PathSummary(best.lambda(), best.nonZero(), points), top, agreement, Ranking.TD_FIRST_LAYER_L1,
        Stream.concat(top.stream().map(RankedNeuron::coordinate), order.stream()).toList());
  }

  private ProbeAuroc probe(ProbeKind name, double auroc, double spread) {
    return new ProbeAuroc(name, auroc + noise(0.008), new Estimate(auroc, auroc - 1.9 * spread, auroc + 1.8 * spread));
  }

  private PruningCurve curve(ProbeKind probe, boolean retrained, double level, double spread, double loss) {
    List<PruningPoint> points = new ArrayList<>();
    for (double ratio : RATIOS) {
      double value = level - loss * Math.max(0, level - 0.5) * Math.pow(ratio, 14) * 3 + noise(0.004);
      double chance = 0.5 + (level - 0.5) * Math.pow(1 - ratio, 0.35);
      points.add(new PruningPoint(ratio, Math.max(1, (int) Math.round(width * (1 - ratio))),
          new Estimate(value, value - 1.9 * spread, value + 1.8 * spread),
          ratio == 0 ? Double.NaN : chance - 0.045, ratio == 0 ? Double.NaN : Math.min(level + 0.01, chance + 0.05)));
    }
    return new PruningCurve(probe, Ranking.TD_FIRST_LAYER_L1, retrained, points);
  }

  private InterventionResults interventions() {
    List<Integer> nine = List.of(17, 88, 203, 341, 402, 515, 640, 711, 868);
    return new InterventionResults(List.of(
        intervention(true, "chain-arithmetic", "value@1%", AblationKind.ZERO, PositionMask.ALL, OutcomeKind.ACCURACY,
            240,
            new LayerSet(HookPoint.residPost(7), nine, new Matching(0.10, 0.0994, 0.0031, List.of(4, 458), null)),
            new Estimate(0.6250, 0.565, 0.685), new Estimate(0.4125, 0.350, 0.475),
            new Estimate(-0.2125, -0.2708, -0.1542), effects(99, -0.004, 0.012, 240), 0.01,
            effects(99, -0.061, 0.034, 240), 0.01, new McNemarTable(63, 12, 2.1e-9), Damage.SPECIFIC),
        intervention(false, "word-problems", "value@1%", AblationKind.MEAN, PositionMask.GENERATED,
            OutcomeKind.ACCURACY, 120,
            new LayerSet(HookPoint.residPost(7), nine, new Matching(0.10, 0.0987, -0.0012, List.of(4, 458), null)),
            new Estimate(0.3917, 0.308, 0.475), new Estimate(0.3083, 0.225, 0.392),
            new Estimate(-0.0833, -0.1417, -0.0250), effects(99, -0.003, 0.014, 120), 0.015,
            effects(99, -0.07, 0.034, 120), 0.51, new McNemarTable(16, 6, 0.052), Damage.GENERIC),
        intervention(false, "chain-arithmetic", "dopamine@5%", AblationKind.ZERO, PositionMask.ALL,
            OutcomeKind.LOG_PROBABILITY, 240,
            new LayerSet(HookPoint.residPost(2), IntStream.range(0, 45).map(c -> 7 + 19 * c).boxed().toList(),
                new Matching(0.10, 0.1, 0.0102, List.of(4), null)),
            new Estimate(-14.21, -14.9, -13.5), new Estimate(-14.30, -15.0, -13.6),
            new Estimate(-0.091, -0.204, 0.018), effects(999, -0.055, 0.05, 0), 0.213, effects(999, -0.12, 0.08, 0),
            0.64, null, Damage.NONE),
        intervention(false, "modular-arithmetic", "value@1%", AblationKind.ZERO, PositionMask.ALL, OutcomeKind.ACCURACY,
            80,
            new LayerSet(HookPoint.residPost(11), List.of(4, 458), new Matching(0.10, Double.NaN, Double.NaN,
                List.of(4, 458), "the set itself holds the sinks 4 and 458")),
            new Estimate(0.2375, 0.15, 0.3375), new Estimate(0.0125, 0, 0.0375),
            new Estimate(-0.225, -0.325, Double.NaN), effects(99, -0.002, 0.01, 80), 0.015, List.of(), Double.NaN,
            new McNemarTable(18, 0, 7.6e-6), Damage.NOT_TESTED)),
        List.of(curve(CurveKind.DOSE, AblationKind.ZERO, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2),
            curve(CurveKind.STEERING, AblationKind.STEER, -4, -2, -1, 1, 2, 4)),
        List.of("dopamine@significant holds no neuron at any studied hook point: nothing was ablated"));
  }

  private static Curve curve(CurveKind subject, AblationKind kind, double... at) {
    List<CurvePoint> points = new ArrayList<>();
    for (double x : at) {
      double effect = subject == CurveKind.DOSE ? -20 * x : 0.05 * x - 0.03 * x * x;
      points
          .add(new CurvePoint(x, 9, new Estimate(effect, effect - 0.1, effect + 0.08), 99, effect / 2, effect / 2 - 0.2,
              effect / 2 + 0.1, 0.04, null));
    }
    return new Curve(subject, "chain-arithmetic", HookPoint.residPost(7), "value@1%", kind, PositionMask.ALL, 240, 240,
        points);
  }

  private List<SampleRollout> samples() {
    return List.of(
        new SampleRollout("chain-arithmetic", "chain-000731", "Start with 7. Add 5. Multiply by 3. What is it now?\n",
            "7 + 5 = 12\n12 * 3 = 36\nAnswer: 36", 1,
            trace(
                List.of("7", " +", " 5", " =", " 12", "\n", "12", " *", " 3", " =", " 36", "\n", "Answer", ":", " 36"),
                0.58, 0.97)),
        new SampleRollout("chain-arithmetic", "chain-000745",
            "Start with 18. Subtract 9. Multiply by 12. Add 41. What is it now?\n",
            "18 - 9 = 9\n9 * 12 = 98\n98 + 41 = 139\nAnswer: 139", 0,
            trace(List.of("18", " -", " 9", " =", " 9", "\n", "9", " *", " 12", " =", " 98", "\n", "98", " +", " 41",
                " =", " 139", "\n", "Answer", ":", " 139"), 0.52, 0.04)),
        new SampleRollout("word-problems", "word-000012",
            "Mia has 12 apples and gives a third of them to Tom. How many are left?\n", "12 / 3 = 4\nAnswer: 4", 0,
            null));
  }

  private ValueTrace trace(List<String> tokens, double from, double to) {
    List<TokenValue> values = new ArrayList<>();
    double before = from;
    for (int t = 0; t < tokens.size(); t++) {
      double along = 1 / (1 + Math.exp(-(t - 0.55 * tokens.size()) * 1.1));
      double value = from + (to - from) * along + noise(0.05);
      values.add(new TokenValue(tokens.get(t), value, value - before, false));
      before = value;
    }
    int half = tokens.size() / 2;
    return new ValueTrace("td", HookPoint.residPost(7), 240, from, values, (to > from ? 1 : 0) - before,
        List.of(new StepValue(1, half, 0.5, 0.125, 8), new StepValue(half + 1, tokens.size(), 0.625,
            to > from ? 0.375 : -0.625, 8)));
  }

  /// Invented readings of every neuron named, on its own dataset and another.
  static List<CoordinateReading> readings(List<NeuronId> neurons) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    return neurons.stream().flatMap(neuron -> Stream.of("chain-arithmetic", "word-problems", "modular-arithmetic")
        .map(dataset -> new CoordinateReading(dataset, neuron, 240, 120, new Estimate(0.62, 0.55, 0.69), -2.5, 3.1,
            counts(random, 9), counts(random, 14))))
        .toList();
  }

  private static List<Integer> counts(RandomGenerator random, int middle) {
    return IntStream.range(0, CoordinateReading.BINS)
        .mapToObj(bin -> (int) Math.max(0, 12 - Math.abs(bin - middle) * 1.5 + random.nextInt(3))).toList();
  }

  /// Effects of control sets; of accuracies, which come in steps of one item.
  private List<Double> effects(int n, double mean, double spread, int items) {
    return Stream.generate(() -> mean + noise(spread)).limit(n)
        .map(e -> items == 0 ? e : Math.rint(e * items) / items).toList();
  }

  private double noise(double spread) {
    return spread * random.nextGaussian();
  }
}
