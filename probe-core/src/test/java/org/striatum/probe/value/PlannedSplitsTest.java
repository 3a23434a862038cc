package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.planning.AurocPower;
import org.striatum.probe.planning.OutcomeModel;
import org.striatum.probe.planning.SplitsPower;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.ListedTrajectories.Trajectory;

/// The power over splits that is planned is what made-up data then give by the study's own code, within ten points.
@Tag("slow")
@Order(2)
class PlannedSplitsTest {
  private static final int SPLITS = 10;
  private static final int DATASETS = 120;
  private static final double TESTED = 0.3;
  private static final int WIDTH = 8;
  private static final int CODE = 3;
  private static final HookPoint HOOK = HookPoint.residPost(0);

  /// What one made-up data set came to.
  ///
  /// @param yes splits of each question that say yes
  private record Found(double auroc, Map<ValueQuestion, Integer> yes) {}

  @ParameterizedTest
  @CsvSource({"0.5, 0.3, 2, 0.68, 140", "0.25, 0.5, 1, 0.72, 260", "0.7, 0.4, 3, 0.63, 200"})
  void theAnswerOfMostSplits(double accuracy, double icc, int samples, double auroc, int problems) {
    OutcomeModel outcomes = new OutcomeModel(accuracy, icc);
    List<Found> found = new ArrayList<>();
    for (int seed = 0; seed < DATASETS; seed++) {
      found.add(found(outcomes, samples, auroc, problems, seed));
    }
    double reached = found.stream().mapToDouble(Found::auroc).average().orElseThrow();
    SplitsPower planned = new SplitsPower(SPLITS, TESTED);
    double one = new AurocPower(reached, outcomes, samples, TESTED).at(problems);
    System.out.printf("AUROC %.3f: planned of one split %.3f, found %.3f; of most %.3f, found %.3f%n", reached, one,
        ofOne(found, ValueQuestion.PREDICTS), planned.of(one), ofMost(found, ValueQuestion.PREDICTS));
    assertThat(planned.of(one)).as("whether it predicts").isCloseTo(ofMost(found, ValueQuestion.PREDICTS), within(0.1));
    double more = ofOne(found, ValueQuestion.MORE_THAN_LENGTH);
    System.out.printf("more: one split %.3f; planned of most %.3f, found %.3f%n", more, planned.of(more),
        ofMost(found, ValueQuestion.MORE_THAN_LENGTH));
    assertThat(planned.of(more)).as("whether it is more than length")
        .isCloseTo(ofMost(found, ValueQuestion.MORE_THAN_LENGTH), within(0.1));
  }

  private static double ofOne(List<Found> found, ValueQuestion question) {
    return found.stream().mapToInt(one -> one.yes().get(question)).sum() / (double) (found.size() * SPLITS);
  }

  private static double ofMost(List<Found> found, ValueQuestion question) {
    return found.stream().filter(one -> 2 * one.yes().get(question) > SPLITS).count() / (double) found.size();
  }

  private static Found found(OutcomeModel outcomes, int samples, double auroc, int problems, int seed) {
    RandomGenerator random = new SplittableRandom(seed);
    double known = outcomes.known();
    double share = Math.min(1, outcomes.correlation(auroc) / known);
    double a = Math.sqrt(share * share / (CODE - (CODE - 1) * share * share));
    List<Trajectory> rollouts = new ArrayList<>();
    for (int i = 0; i < problems; i++) {
      double z = random.nextGaussian();
      float[] state = new float[WIDTH];
      for (int j = 0; j < WIDTH; j++) {
        state[j] = (float) (j < CODE ? a * z + Math.sqrt(1 - a * a) * random.nextGaussian() : random.nextGaussian());
      }
      int length = 30 + random.nextInt(20);
      for (int k = 0; k < samples; k++) {
        rollouts.add(new Trajectory("p" + i, state, random.nextDouble() < outcomes.chance(z, known) ? 1 : 0, length));
      }
    }
    SortedMap<HookPoint, Trajectories> states = new TreeMap<>(Map.of(HOOK, new ListedTrajectories(WIDTH, rollouts)));
    List<String> names = IntStream.range(0, problems).mapToObj(i -> "p" + i).toList();
    List<Split> splits = IntStream.range(0, SPLITS)
        .mapToObj(s -> Split.byProblem(names, 0.6, 0.1, new SplittableRandom(1000L * seed + s))).toList();
    ValueNeuronSettings settings = ValueNeuronSettings.defaults()
        .withControls(_ -> ControlSettings.QUICK.withFolds(2).withRotations(1).withRandomSets(1))
        .withSummary(summary -> summary.withResamples(200));
    List<Optional<DatasetControls>> controls = new ControlsOverSplits(settings, seed, Pieces.HERE).run("made up",
        states, splits,
        ValuePower.none(0.7), Progress.Task.SILENT);
    Map<ValueQuestion, Integer> yes = new LinkedHashMap<>();
    for (ValueQuestion question : List.of(ValueQuestion.PREDICTS, ValueQuestion.MORE_THAN_LENGTH)) {
      yes.put(question, (int) controls.stream().flatMap(Optional::stream)
          .filter(one -> one.answer(question) == Verdict.YES).count());
    }
    return new Found(controls.stream().flatMap(Optional::stream).mapToDouble(one -> one.whole().value()).average()
        .orElse(Double.NaN), yes);
  }
}
