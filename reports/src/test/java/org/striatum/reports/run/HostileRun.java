package org.striatum.reports.run;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.CurveKind;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Ranking;
import org.striatum.studies.run.FlatRecord.Entry;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.CurvePoint;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.intervention.InterventionResults.Prediction;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.Writing;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.probe.value.Ceiling;
import org.striatum.probe.value.ValueNeuronResults;
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
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.results.StudyResults;

/// A run of strangers: every text that can come from outside tries to be something else, and no interval is known.
public final class HostileRun {
  public static final String SCRIPT = "<script>window.hacked = 1; alert(1)</script>";
  public static final List<String> TEXTS = List.of(SCRIPT, "</script></style></title></textarea>-->",
      "<img src=x onerror=\"window.hacked = 2\">", "\" onmouseover=\"window.hacked = 3\" x='", "{{ 7 * 7 }} ${7 * 7} `",
      "שלום עולם \u202e override \u2066 isolate", "😀👩‍👩‍👧‍👦 e\u0301", "\u2028\u2029\u0000\u0007\ud800 end",
      "=HYPERLINK(\"x\")", "&lt;b&gt;&amp;amp;", "x".repeat(10_000), "");

  private static final Estimate UNKNOWN = new Estimate(Double.NaN, Double.NaN, Double.NaN);

  private HostileRun() {}

  public static RunReport.Content content() {
    List<SampleRollout> samples = new ArrayList<>();
    for (String text : TEXTS) {
      ValueTrace trace = new ValueTrace(SCRIPT, HookPoint.residPost(0), 1,
          Double.NaN,
          List.of(new TokenValue(text, 0.3, Double.NaN, true), new TokenValue(text, Double.NaN, 0.1, true),
              new TokenValue(text, 7, -3, false)),
          Double.NaN, List.of(new StepValue(1, 3, 0.5, Double.NaN, 4)));
      samples.add(new SampleRollout(text, text, text, text, 1, trace));
      samples.add(new SampleRollout(text, text, text, text, 0, null));
    }
    CheckpointFacts checkpoint = new CheckpointFacts(SCRIPT + "n".repeat(500), SCRIPT, 1, 4, 1, 7, 100, SCRIPT,
        List.of(new CheckpointFacts.FileHash(SCRIPT, SCRIPT)), SCRIPT);
    StudyResults found = new StudyResults(values(), null, ExampleStudies.dopamine(TEXTS, 1, 40),
        ExampleRun.named(interventions()),
        ExampleStudies.transfer(TEXTS, 1, 40), ExampleStudies.confidence(TEXTS), ExampleStudies.search(TEXTS),
        List.of(), new BaselineResults(List.of(), TEXTS), ExampleStudies.surprises(TEXTS),
        ExampleStudies.splits(TEXTS), ExampleStudies.mediation(values()));
    StudyResults results = found.withAbout(ExampleStudies.about(TEXTS, RunReport.named(found)));
    RunReport.RunFacts facts = new RunReport.RunFacts(checkpoint, ExampleRun.sampling(),
        TEXTS.stream().map(text -> new StudyFacts(text, text, List.of(new Entry(text, TextNode.valueOf(text))),
            List.of(new Entry(text, TextNode.valueOf(text))))).toList(),
        "{\"a\": \"" + SCRIPT + "\"}");
    return new RunReport.Content(SCRIPT, facts, results, ExampleRun.answers(results), List.of(), samples,
        TEXTS.stream().map(text -> new CoordinateReading(text, new NeuronId(HookPoint.residPost(0), 2), 3, 2, UNKNOWN,
            Double.NaN, Double.NaN, List.of(1, 0), List.of(0, 1))).toList());
  }

  private static ValueNeuronResults values() {
    List<DatasetSummary> datasets = new ArrayList<>();
    List<LayerProbes> layers = new ArrayList<>();
    for (String name : TEXTS) {
      datasets.add(new DatasetSummary(name, 3, 9, UNKNOWN, Double.NaN, 1, 1, 1, 5, UNKNOWN,
          new Ceiling(UNKNOWN, 1, name), name));
      layers.add(new LayerProbes(name, HookPoint.residPost(0),
          List.of(new ProbeAuroc(ProbeKind.TD, Double.NaN, UNKNOWN),
              new ProbeAuroc(ProbeKind.LINEAR, 0.6, Estimate.exact(0.61))),
          new NullBand(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN),
          List.of(new PruningCurve(ProbeKind.TD, Ranking.TD_FIRST_LAYER_L1, true, List.of(
              new PruningPoint(0, 4, Estimate.exact(0.61), Double.NaN, Double.NaN),
              new PruningPoint(0.5, 2, UNKNOWN, Double.NaN, Double.NaN)))),
          new PathSummary(0.1, 2, List.of(new PathPoint(0.1, 2, 0.6), new PathPoint(0.01, 3, Double.NaN))),
          List.of(new RankedNeuron(1, 2, Map.of(SCRIPT, Double.NaN), Map.of(SCRIPT, 3))),
          List.of(new Agreement(SCRIPT, SCRIPT, Double.NaN, 1, Double.NaN)), Ranking.TD_FIRST_LAYER_L1, List.of(2)));
    }
    return new ValueNeuronResults(datasets, layers);
  }

  private static InterventionResults interventions() {
    Writing writing = new Writing(UNKNOWN, UNKNOWN, UNKNOWN);
    Prediction prediction = new Prediction(UNKNOWN, UNKNOWN);
    return new InterventionResults(TEXTS.stream().map(text -> {
      Arm arm = new Arm(text, 1, UNKNOWN, UNKNOWN, null, writing, prediction);
      Controls controls = new Controls(List.of(Double.NaN), 1, Double.NaN, Double.NaN, 0, UNKNOWN, null, null);
      return new Intervention(false, text, text, List.of(new LayerSet(HookPoint.residPost(0), List.of(1),
          new Matching(0.1, Double.NaN, Double.NaN, List.of(), text))), AblationKind.ZERO, Double.NaN, PositionMask.ALL,
          OutcomeKind.ACCURACY, 2, 1, false, arm,
          arm, List.of(arm), controls, new Controls(List.of(), 0, Double.NaN, Double.NaN, 0, UNKNOWN, null, null),
          ExampleRun.decision(Damage.NOT_TESTED, OutcomeKind.ACCURACY));
    }).toList(), TEXTS.stream()
        .map(text -> new Curve(CurveKind.DOSE, text, HookPoint.residPost(0), text, AblationKind.ZERO, PositionMask.ALL,
            2, 1,
            List.of(new CurvePoint(Double.NaN, 1, UNKNOWN, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, text))))
        .toList(), TEXTS);
  }
}
