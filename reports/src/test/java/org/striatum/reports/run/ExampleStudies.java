package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.activity.NeuronActivity.Spread;
import org.striatum.probe.dopamine.DopaminePower.Share;
import org.striatum.probe.dopamine.DopaminePower;
import org.striatum.probe.dopamine.DopamineRanking;
import org.striatum.probe.dopamine.DopamineResults.Correlation;
import org.striatum.probe.dopamine.DopamineResults.CurvePoint;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.Flatness;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.Partials;
import org.striatum.probe.dopamine.DopamineResults.Permuted;
import org.striatum.probe.dopamine.DopamineResults.Prediction;
import org.striatum.probe.dopamine.DopamineResults.ProbeCurve;
import org.striatum.probe.dopamine.DopamineResults.ProbeNull;
import org.striatum.probe.dopamine.DopamineResults.Reliability;
import org.striatum.probe.dopamine.DopamineResults.Signature;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.DopamineResults.Surprises;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.dopamine.DopamineResults.Trace;
import org.striatum.probe.dopamine.DopamineResults.TracePoint;
import org.striatum.probe.dopamine.DopamineResults.ValueSlopes;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.LossPower;
import org.striatum.probe.dopamine.Planting;
import org.striatum.probe.dopamine.Scaling;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.dopamine.SurpriseResponse.TracedToken;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.intervention.Transplant;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.answer.Question;
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.baselines.BaselineResults.BaselineRanking;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.splits.SplitsResults;
import org.striatum.studies.splits.SplitsResults.AnswerShares;
import org.striatum.studies.value.ValueAnswers;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.RiskCoverage;
import org.striatum.probe.stats.SplitHalf;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferResults.FunctionalTransfer;
import org.striatum.probe.transfer.TransferResults.Place;
import org.striatum.probe.transfer.TransferResults.Planted;
import org.striatum.probe.transfer.TransferResults.PooledProbes;
import org.striatum.probe.transfer.TransferResults.PooledSets;
import org.striatum.probe.transfer.TransferResults.SetOverlap;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.uses.ConfidenceResults.DatasetConfidence;
import org.striatum.probe.uses.ConfidenceResults.Known;
import org.striatum.probe.uses.ConfidenceResults.Signal;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.SearchResults.Arm;
import org.striatum.probe.uses.SearchResults.Comparison;
import org.striatum.probe.uses.SearchResults.DatasetSearch;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.uses.SearchStudy;
import org.striatum.studies.about.AboutResults.AboutNeuron;
import org.striatum.studies.about.AboutResults.OutputToken;
import org.striatum.studies.about.AboutResults.TokenInContext;
import org.striatum.studies.about.AboutResults;

/// Invented studies of dopamine, transfer and uses with the shape of real ones. No figure was measured.
final class ExampleStudies {
  private static final String RUN = "tiny-reasoner-step2000";

  private ExampleStudies() {}

  /// Every dataset at every layer; one coordinate of the first dataset passes the signature test.
  static DopamineResults dopamine(List<String> datasets, int layers, int width) {
    SplitHalf half = new SplitHalf(300, 0.6, new Estimate(0.75, 0.69, 0.8));
    return new DopamineResults(
        datasets.stream().map(dataset -> new DatasetSteps(dataset, 120, 120, 900, 3, 310, 120, 60, 130,
            "8 continuations a state", new Reliability(half, half, new Estimate(0.6, 0.5, 0.7)), 0, List.of(),
            List.of())).toList(),
        datasets.stream().flatMap(dataset -> IntStream.range(0, layers)
            .mapToObj(layer -> layer(dataset, layer, width, dataset.equals(datasets.getFirst())))).toList(),
        datasets.stream().map(ExampleStudies::power).toList());
  }

  private static DopaminePower power(String dataset) {
    List<Double> strengths = List.of(0.15, 0.25, 0.35, 0.5);
    return new DopaminePower(dataset, 0.35, Stream.concat(
        IntStream.range(0, 4).mapToObj(i -> new Share(Planting.SURPRISE, strengths.get(i), 40, 10 * i + 3)),
        Stream.of(Planting.values()).filter(planting -> planting != Planting.SURPRISE)
            .map(planting -> new Share(planting, 0.5, 40, 1)))
        .toList());
  }

  private static LayerDopamine layer(String dataset, int layer, int width, boolean calls) {
    List<Integer> order = IntStream.range(0, width).map(c -> (c * 5 + 3) % width).boxed().toList();
    List<CurvePoint> points = DoubleStream.of(0, 0.5, 0.9, 0.99)
        .mapToObj(ratio -> new CurvePoint(ratio, (int) Math.max(1, width * (1 - ratio)),
            new Estimate(0.3 - 0.1 * ratio, 0.1, 0.5), ratio == 0 ? Double.NaN : -0.1, ratio == 0 ? Double.NaN : 0.2))
        .toList();
    List<TestedNeuron> tested = order.subList(0, 20).stream().map(coordinate -> new TestedNeuron(coordinate,
        Map.of("td-error-first-layer-l1", order.indexOf(coordinate) + 1, "delta-correlation", 7), 1, 0.9,
        signature(calls && coordinate.equals(order.getFirst())), calls && coordinate.equals(order.getFirst())))
        .toList();
    return new LayerDopamine(dataset, HookPoint.residPost(layer), 400, 130, 48, 0,
        Stream.of(Scaling.values()).map(scaling -> new ProbeCurve(scaling, new Estimate(0.3, 0.2, 0.4), points))
            .toList(),
        0.2 + 0.01 * layer, IntStream.range(0, 120)
            .mapToObj(k -> new Prediction(Math.sin(k) / 3, Math.cos(0.7 * k))).toList(),
        new ProbeNull(19, 0, -0.2, 0.2, 0.05), DopamineRanking.TD_ERROR_FIRST_LAYER_L1, order, List.of(), tested,
        calls ? List.of(order.getFirst()) : List.of(),
        Stream.of(Surprise.values()).flatMap(surprise -> order.subList(0, 3).stream()
            .map(coordinate -> trace(surprise, coordinate))).toList(),
        List.of());
  }

  private static Signature signature(boolean passed) {
    Correlation correlation = new Correlation(0.3, 0.001, passed ? 0.01 : 0.4);
    Estimate slope = new Estimate(0.4, 0.2, 0.6);
    return new Signature(new Partials(correlation, correlation, passed),
        new Surprises(slope, slope, slope, slope, true),
        new Flatness(80, 0.02, -0.05, 0.09, 0.2, 0.01, true), new ValueSlopes(slope, slope, passed),
        new Permuted(380, 199, 0.3, -0.1, 0.1, 0.005, true));
  }

  private static Trace trace(Surprise surprise, int coordinate) {
    List<TracePoint> points = new ArrayList<>();
    for (int offset = -6; offset <= 6; offset++) {
      double mean = (surprise == Surprise.SUCCESS ? 1 : -1) * Math.exp(-offset * offset / 4.0);
      points.add(new TracePoint(offset, 30, new Estimate(mean, mean - 0.2, mean + 0.2), -0.3, 0.3));
    }
    return new Trace(coordinate, surprise, 30, 22, points);
  }

  /// Every pair of datasets at every layer, by both rankings.
  static TransferResults transfer(List<String> datasets, int layers, int width) {
    List<SetOverlap> overlaps = new ArrayList<>();
    List<FunctionalTransfer> functional = new ArrayList<>();
    Estimate some = new Estimate(0.7, 0.6, 0.8);
    for (int layer = 0; layer < layers; layer++) {
      for (String from : datasets) {
        for (String to : datasets) {
          Place first = new Place(RUN, from);
          Place second = new Place(RUN, to);
          if (from.compareTo(to) < 0) {
            for (String ranking : List.of("linear-weight", "study")) {
              overlaps.add(new SetOverlap(first, second, HookPoint.residPost(layer), ranking, "1%", 9, width, 2, 0.125,
                  0.005, 0.001, 0.01, 0.1, 0.3));
            }
          }
          if (!from.equals(to)) {
            functional.add(new FunctionalTransfer(first, second, HookPoint.residPost(layer), 700, 240, 0, some, some,
                some, some, some, new Estimate(0.05, 0.01, 0.09), 0.8, 9, some, some, 0.5, 0.55, 0.6));
          }
        }
      }
    }
    List<Planted> planted = List.of(new Planted(0, 200, 4, 0.02, 0.05, 0.08),
        new Planted(0.5, 200, 178, 0.09, 0.15, 0.2),
        new Planted(1, 200, 200, 0.25, 0.25, 0.25));
    return new TransferResults(List.of(RUN), List.<Basis>of(), List.of(), overlaps, functional,
        List.of(new PooledSets(RUN, RUN, "5%", 6, 5, 0.04, 0.25, 0.05, 0.7, 0.7, -0.05, 0, 0.3, 0.5, planted)),
        List.of(
            new PooledProbes(RUN, RUN, 12, some, new Estimate(0.1, 0.05, 0.15), some, new Estimate(0.05, 0.01, 0.09),
                0.5, 0.5, 0.7)),
        List.of(), List.of());
  }

  static ConfidenceResults confidence(List<String> datasets) {
    List<RiskCoverage.Point> points = IntStream.rangeClosed(1, 20)
        .mapToObj(k -> new RiskCoverage.Point(k / 20.0, 0.4 * k / 20)).toList();
    List<Signal> signals = List.of(
        new Signal("V(s₀)", Known.BEFORE, new Estimate(0.8, 0.7, 0.9), Estimate.exact(Double.NaN), 0.2, 0.05,
            new RiskCoverage(0.2, points)),
        new Signal("mean log-probability", Known.ONE_ROLLOUT, new Estimate(0.7, 0.6, 0.8),
            new Estimate(0.1, -0.02, 0.2), 0.22, 0.06, new RiskCoverage(0.25, points)));
    return new ConfidenceResults(datasets.stream().map(dataset -> new DatasetConfidence(dataset,
        HookPoint.residPost(3), 120, 480, 4, new Estimate(0.6, 0.5, 0.7), 0, signals, List.of())).toList());
  }

  static SearchResults search(List<String> datasets) {
    Arm random = new Arm(SearchStudy.RANDOM, new Estimate(0.6, 0.5, 0.7), 200, 240);
    Arm value = new Arm("value", new Estimate(0.64, 0.54, 0.73), 200, 240);
    Comparison comparison = new Comparison("value", SearchStudy.RANDOM, new Estimate(0.04, -0.02, 0.1), 9, 5, 0.42);
    return new SearchResults(8, 40, datasets.stream().map(dataset -> new DatasetSearch(dataset,
        HookPoint.residPost(3), 120, List.of(random, value), List.of(comparison), List.of())).toList());
  }

  /// What every neuron is about on every dataset, the last one first: texts are the datasets' names.
  static AboutResults about(List<String> datasets, List<NeuronId> neurons) {
    List<AboutNeuron> about = new ArrayList<>();
    for (String dataset : datasets.reversed()) {
      TokenInContext high = new TokenInContext(dataset, 0, 3, true, 9.5, "12 + ", dataset, " = 30");
      TokenInContext low = new TokenInContext(dataset, 1, 0, false, -4.25, "", "+", " 18");
      for (NeuronId neuron : neurons) {
        about.add(new AboutNeuron(dataset, neuron, new Spread(12_000, 0.5, 1.5, 3.5, -2.5, 0.021, 0.013),
            List.of(high, high), List.of(low), List.of(new OutputToken(5, dataset, 0.31)),
            List.of(new OutputToken(6, " 7", -0.42))));
      }
    }
    return new AboutResults(about, "the final norm at the mean state", List.of());
  }

  /// Every question about value on twelve splits: some answers are firm, some are not.
  static SplitsResults splits(List<String> datasets) {
    List<AnswerShares> answers = new ArrayList<>();
    for (int d = 0; d < datasets.size(); d++) {
      for (ValueAnswers.Asked asked : ValueAnswers.ASKED) {
        int yes = asked.question() == Question.READABLE && d == 0 ? 12 : (5 * d + asked.question().name().length()) % 9;
        int untested = d == 2 ? 12 - yes : 0;
        int no = d == 1 ? Math.min(1, 12 - yes) : 0;
        double effect = asked.question() == Question.READABLE ? 0.79 - 0.1 * d : 0.02;
        answers.add(new AnswerShares(asked.question(), datasets.get(d), yes, 12 - yes - no - untested, no, untested,
            asked.figure(), new Estimate(effect, effect - 0.04, effect + 0.05)));
      }
    }
    return new SplitsResults(12, answers, List.of("one-sided has too few problems to be divided"));
  }

  /// Every baseline wherever value neurons were ranked: the terminal-only probe shares some of the best.
  static BaselineResults baselines(ValueNeuronResults values, int width) {
    List<BaselineRanking> rankings = new ArrayList<>();
    for (LayerProbes layer : values.layers()) {
      for (Baseline baseline : Baseline.values()) {
        Set<Integer> order = new LinkedHashSet<>(
            layer.order().subList(0, baseline == Baseline.TERMINAL_ONLY ? layer.hook().toString().length() % 5 : 0));
        IntStream.range(0, width).map(c -> (c * 11 + baseline.name().length()) % width).forEach(order::add);
        rankings.add(new BaselineRanking(baseline, layer.dataset(), layer.hook(),
            baseline == Baseline.WANDA ? 0 : 100, List.copyOf(order)));
      }
    }
    return new BaselineResults(rankings, List.of("modular-arithmetic: no ranking by wanda of a part"));
  }

  /// One response a dataset: lost on the first, hardly changed on others.
  static SurpriseResults surprises(List<String> datasets) {
    List<SurpriseResponse> responses = new ArrayList<>();
    for (String dataset : datasets) {
      boolean lost = dataset.equals(datasets.getFirst());
      double change = lost ? -0.31 : 0.02;
      List<TracedToken> traces = IntStream.rangeClosed(-3, 3).boxed()
          .flatMap(offset -> Stream.of(Surprise.values()).map(surprise -> new TracedToken(surprise, offset, 20 - offset,
              (surprise == Surprise.SUCCESS ? 1 : -1) * Math.exp(-offset * offset / 4.0), 0.1 * offset)))
          .toList();
      responses.add(new SurpriseResponse(dataset, new Read("dopamine@1%", HookPoint.residPost(3), List.of(4, 8)),
          new Read("value@1%", HookPoint.residPost(1), List.of(2, 5)), 21, 34, 40,
          new Estimate(0.62, 0.4, 0.85),
          new Estimate(0.62 + change, 0.1, 0.8), new Estimate(change, change - 0.2, change + 0.15),
          new Estimate(change, change - 0.2, change + 0.15),
          IntStream.range(0, 39).mapToObj(k -> 0.01 * (k % 13) - 0.07).toList(), lost ? 0.025 : 0.6,
          new LossPower(
              new PowerCurve(0, 0.5, List.of(new PowerCurve.Point(0.25, 40, 12), new PowerCurve.Point(0.5, 40, 35))),
              31),
          traces));
    }
    return new SurpriseResults(responses, List.of("one-sided: too few surprises"));
  }

  /// Both directions wherever a probe was fitted: something is carried at the first place, and the whole state carries nothing at
  /// the last.
  static MediationResults mediation(ValueNeuronResults values) {
    List<Mediation> mediations = new ArrayList<>();
    for (LayerProbes layer : values.layers()) {
      for (Transplant transplant : Transplant.values()) {
        boolean carries = layer.equals(values.layers().getFirst());
        double whole = layer.equals(values.layers().getLast()) ? -0.1 : 0.4;
        double effect = carries ? 0.212 : 0.01;
        mediations.add(new Mediation(layer.dataset(), layer.hook(), "value@1%", 9, transplant, 40,
            new Estimate(21.4, 18.2, 24.4), new Estimate(whole, whole - 0.3, whole + 0.3),
            new Estimate(effect, effect - 0.06, effect + 0.07), 1999, 0.004, -0.03, 0.045, carries ? 0.0005 : 0.4,
            new Estimate(effect - 0.004, effect - 0.06, effect + 0.06)));
      }
    }
    return new MediationResults(mediations, List.of("one-sided: no problem with a right and a wrong run"));
  }
}
