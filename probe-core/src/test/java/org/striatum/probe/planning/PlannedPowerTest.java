package org.striatum.probe.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.probe.dopamine.SignatureTrials;
import org.striatum.probe.dopamine.ValueProcess;
import org.striatum.probe.intervention.Ablation;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.intervention.InterventionStudy;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.ControlSettings;
import org.striatum.probe.value.ValueCodeTrials;

/// What is planned is what then happens: each formula beside repetitions of the study it is about, within ten points. The
/// repetitions are enough for a standard error of three points.
@Tag("slow")
@Order(1)
class PlannedPowerTest {
  private static final double TEN_POINTS = 0.1;
  private static final ControlSettings FEWEST = ControlSettings.QUICK.withFolds(2).withRotations(1)
      .withRandomSets(1);

  /// The probe is fitted and tested by the code of the study; the AUROC that it reaches on average is the effect.
  @ParameterizedTest
  @CsvSource({"0.5, 0.3, 2, 0.70, 150", "0.2, 0.6, 1, 0.75, 250", "0.8, 0.3, 4, 0.66, 120", "0.5, 0.8, 4, 0.62, 300"})
  void predicts(double accuracy, double icc, int samples, double auroc, int problems) {
    OutcomeModel outcomes = new OutcomeModel(accuracy, icc);
    ValueCodeTrials trials = new ValueCodeTrials(new ValueCodeTrials.Code(outcomes, samples, 3, auroc, 0.5),
        new ValueCodeTrials.Independent(8), FEWEST, 0.4, 200);
    List<ValueCodeTrials.Answer> answers = IntStream.range(0, 250)
        .mapToObj(seed -> trials.answer(ValueCodeTrials.Asked.MORE_THAN_LENGTH, problems, seed)).toList();
    double reached = answers.stream().mapToDouble(one -> one.auroc().value()).average().orElseThrow();
    double found = share(answers.stream().map(ValueCodeTrials.Answer::readable).toList());
    double planned = new AurocPower(reached, outcomes, samples, 0.4).at(problems);
    assertThat(planned).isCloseTo(found, within(TEN_POINTS));
  }

  /// The model is ablated by the study, beside matched sets, and the verdict is the study's.
  @ParameterizedTest
  @CsvSource({"0.5, 0.10, 0.10, 100, 39", "0.8, 0.05, 0.02, 200, 99", "0.3, 0.08, 0.15, 160, 59"})
  void used(double accuracy, double drop, double churn, int items, int controls) {
    int found = 0;
    int studies = 60; // each says its own power too, which takes its time
    for (int seed = 0; seed < studies; seed++) {
      found += ablated(new ChurningModel(2 * controls + 2, accuracy, churn, drop, seed), items, controls)
          .verdict() == Verdict.YES ? 1 : 0;
    }
    double planned = new DamagePower(drop, 0, churn, new DamagePower.Design(controls, 1, 1, items)).at(items);
    assertThat(planned).isCloseTo((double) found / studies, within(TEN_POINTS));
  }

  private static InterventionResults ablated(ChurningModel model, int items, int controls) {
    List<InterventionStudy.Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < items; i++) {
      attempts.add(new InterventionStudy.Attempt(new Problem("p" + i, "made", "?", "1", "1"), 0,
          TokenSequence.prompt(new int[]{0}), i));
    }
    List<List<Integer>> matched = IntStream.range(0, controls).mapToObj(c -> List.of(2 + 2 * c, 3 + 2 * c)).toList();
    InterventionStudy.Cut cut = new InterventionStudy.Cut(ChurningModel.HOOK, List.of(0, 1), Ablation.ZERO,
        new MatchedSets(matched, matched, new Matching(1, 1, 0, List.of(), null)), List.of());
    return InterventionResults.of(List.of(new InterventionStudy(model, Progress.NONE).accuracy(
        new InterventionStudy.Plan(true, "made", "value@1%", List.of(cut), PositionMask.ALL), attempts,
        new InterventionStudy.Generation(new Sampling(1, 1, 0, 1, true), tokens -> Integer.toString(tokens[0]),
            (problem, completion) -> completion.equals(problem.answer()) ? 1 : 0, 64),
        new SplittableRandom(model.seed()))), 0.1, List.of(), List.of());
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.3, 0.10, 200", "0.8, 0.6, 0.05, 150", "0.3, 0.1, 0.15, 60"})
  void search(double accuracy, double icc, double gain, int problems) {
    OutcomeModel outcomes = new OutcomeModel(accuracy, icc);
    int found = 0;
    for (int seed = 0; seed < 400; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      double[] chances = outcomes.chances(problems, random);
      String[] ids = IntStream.range(0, problems).mapToObj(i -> "p" + i).toArray(String[]::new);
      double[] differences = new double[problems];
      for (int i = 0; i < problems; i++) {
        boolean base = random.nextDouble() < chances[i];
        boolean searched = random.nextDouble() < chances[i]
            || random.nextDouble() < gain / (1 - accuracy);
        differences[i] = (searched ? 1 : 0) - (base ? 1 : 0);
      }
      found += Verdict.positive(Bootstrap.meanByProblem(ids, differences, random)) == Verdict.YES ? 1 : 0;
    }
    double planned = new PairedPower(gain, outcomes, 1, problems).at(problems);
    assertThat(planned).isCloseTo(found / 400.0, within(TEN_POINTS));
  }

  /// The curve through a few sizes says what another size gives.
  @ParameterizedTest
  @CsvSource({"0.5, 0.3, 4, 16, 0.35", "0.6, 0.5, 3, 8, 0.5"})
  void dopamine(double accuracy, double icc, int steps, int draws, double strength) {
    SignatureTrials trials = new SignatureTrials(
        DopamineSettings.quick().withTests(tests -> tests.withPermutations(199)).withResamples(200),
        ValueProcess.Revealed.even(new OutcomeModel(accuracy, icc), steps), draws, 40);
    List<PowerBySize.Point> points = new ArrayList<>();
    for (int problems : new int[]{80, 160, 320}) {
      points.add(point(trials, problems, strength, 0));
    }
    double found = point(trials, 220, strength, 1000).share();
    assertThat(PowerBySize.of(points).at(220)).isCloseTo(found, within(TEN_POINTS));
  }

  private static PowerBySize.Point point(SignatureTrials trials, int problems, double strength, int from) {
    int found = 0;
    int planted = 0;
    for (int seed = from; seed < from + 40; seed++) {
      SignatureTrials.Found one = trials.of(problems, 0.5, 0.4, strength, 6, seed);
      found += one.found();
      planted += one.planted();
    }
    return new PowerBySize.Point(problems, found, planted);
  }

  private static double share(List<Boolean> found) {
    return found.stream().mapToDouble(one -> one ? 1 : 0).average().orElseThrow();
  }
}
