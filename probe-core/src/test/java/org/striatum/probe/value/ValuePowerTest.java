package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.probe.power.PlantedSignal;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.NuisanceBaselines.Known;
import org.striatum.probe.value.ValuePower.Share;
import org.striatum.probe.value.ValueQuestion.Arrangement;

class ValuePowerTest {
  private static final int WIDTH = 60;

  private static ControlSettings settings(int planted, int rotated) {
    return ControlSettings.QUICK.withPower(_ -> new ControlSettings.Power(planted, rotated, List.of(0.6, 0.7, 0.8),
        0.7));
  }

  /// States that say nothing of the outcome, of coordinates that go together as real ones do, and prompts of ten lengths.
  private static FiniteTrajectories nothing(int problems, int rollouts, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    List<ListedTrajectories.Trajectory> runs = new ArrayList<>();
    for (int p = 0; p < problems; p++) {
      double[] latent = random.doubles(5).map(_ -> random.nextGaussian()).toArray();
      float[] state = new float[WIDTH];
      for (int j = 0; j < WIDTH; j++) {
        state[j] = (float) (latent[j % latent.length] + random.nextGaussian());
      }
      double success = random.nextDouble();
      int length = 5 + random.nextInt(10);
      for (int k = 0; k < rollouts; k++) {
        runs.add(new ListedTrajectories.Trajectory("p" + p, state, random.nextDouble() < success ? 1 : 0, length));
      }
    }
    return FiniteTrajectories.of(new ListedTrajectories(WIDTH, runs));
  }

  private static ControlledProbe probe(FiniteTrajectories all, long seed) {
    InitialStates states = InitialStates.of(all);
    InitialStates fit = states.items(first(all));
    return ControlledProbe.of(fit, ProblemFolds.deal(fit.problems(), 5, new SplittableRandom(seed)),
        states.items(second(all)), 200);
  }

  private static int[] first(FiniteTrajectories all) {
    return IntStream.range(0, all.size() / 2).toArray();
  }

  private static int[] second(FiniteTrajectories all) {
    return IntStream.range(all.size() / 2, all.size()).toArray();
  }

  private static ValuePower power(int problems, int rollouts, ControlSettings settings, long seed) {
    FiniteTrajectories all = nothing(problems, rollouts, seed);
    return new ValueSpikeIns(probe(all, seed), Known.before(all, first(all), second(all)), settings,
        new RandomStreams(seed), "power ", Pieces.HERE).run("a dataset", Progress.NONE);
  }

  /// The more problems, the weaker a code is found; with 24 no *no* can come.
  @Test
  void moreProblemsFindWeakerCodes() {
    ValuePower few = power(24, 1, settings(12, 0), 1);
    ValuePower many = power(400, 1, settings(12, 0), 2);
    for (ValueQuestion question : ValueQuestion.values()) {
      assertThat(few.curve(question).isEnough()).as(question.printed()).isFalse();
      assertThat(few.answer(question, Verdict.NO)).isNotEqualTo(Verdict.NO);
    }
    assertThat(many.curve(ValueQuestion.PREDICTS).isEnough()).isTrue();
    assertThat(many.curve(ValueQuestion.PREDICTS).smallest()).isBetween(0.55, 0.7);
    assertThat(many.answer(ValueQuestion.PREDICTS, Verdict.NO)).isEqualTo(Verdict.NO);
  }

  @Test
  void severalRolloutsAProblemBoundWhatCanBePlanted() {
    ValuePower uniform = power(200, 4, settings(6, 0), 3);
    InitialStates same = InitialStates.of(nothing(200, 4, 3));
    Ceiling ceiling = Ceiling.of(same.problems(), same.successes(), new SplittableRandom(1));
    assertThat(uniform.reach()).isCloseTo(ceiling.auroc().value(), within(0.02));
    assertThat(uniform.shares()).extracting(Share::strength).contains(0.7);
  }

  @Test
  void withoutPlantedCodesNothingIsNo() {
    ValuePower none = power(100, 1, settings(0, 0), 4);
    assertThat(none.shares()).isEmpty();
    for (ValueQuestion question : ValueQuestion.values()) {
      assertThat(none.answer(question, Verdict.NO)).isEqualTo(Verdict.UNDECIDED);
      assertThat(none.answer(question, Verdict.YES)).isEqualTo(Verdict.YES);
    }
  }

  /// Equal seeds give equal power, and strengths that are asked for beside the declared one change none of it.
  @Test
  void whatElseIsPlantedChangesNothing() {
    ValuePower one = power(100, 1, settings(6, 2), 5);
    assertThat(power(100, 1, settings(6, 2), 5)).isEqualTo(one);
    ValuePower more = power(100, 1, settings(6, 2).withPower(_ -> new ControlSettings.Power(6, 2,
        List.of(0.55, 0.6, 0.65, 0.7, 0.8), 0.7)), 5);
    assertThat(more.shares().stream().filter(share -> share.strength() == 0.7).toList())
        .isEqualTo(one.shares().stream().filter(share -> share.strength() == 0.7).toList());
  }

  private static ValuePower shares(ValueQuestion question, int planted, int found, int denied, int dense) {
    return new ValuePower(0.7, 0.85, List.of(
        new Share(question, PlantedCode.ONE, question.arrangement(), 0.7, planted, found, 0),
        new Share(question, PlantedCode.SIX_WEAKER, Arrangement.BESIDE, 0.7, planted, found, denied),
        new Share(question, PlantedCode.DENSE, Arrangement.ALONE, 0.7, planted, dense, 0)));
  }

  @ParameterizedTest
  @EnumSource(ValueQuestion.class)
  void noNeedsPowerAndYesNeedsInnocence(ValueQuestion question) {
    assertThat(shares(question, 20, 16, 0, 0).answer(question, Verdict.NO)).isEqualTo(Verdict.NO);
    assertThat(shares(question, 20, 15, 0, 0).answer(question, Verdict.NO)).isEqualTo(Verdict.UNDECIDED);
    assertThat(shares(question, 20, 20, 3, 0).answer(question, Verdict.NO)).as("sparse codes are denied")
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(shares(question, 20, 0, 0, 0).answer(question, Verdict.NO)).as("nothing is found")
        .isEqualTo(question == ValueQuestion.SPARSE ? Verdict.UNDECIDED : Verdict.NOT_TESTED);
    assertThat(shares(question, 20, 20, 0, 0).answer(question, Verdict.YES)).isEqualTo(Verdict.YES);
    boolean deceived = question == ValueQuestion.SPARSE || question == ValueQuestion.ALIGNED;
    assertThat(shares(question, 20, 20, 0, 2).answer(question, Verdict.YES)).as("dense codes are called so")
        .isEqualTo(deceived ? Verdict.UNDECIDED : Verdict.YES);
  }

  @Test
  void effectsOutOfRangeAreRefused() {
    for (double effect : new double[]{0.5, 1, 0.3, Double.NaN}) {
      assertThatIllegalArgumentException().isThrownBy(() -> ControlSettings.DEFAULTS.power().withEffect(effect))
          .withMessageContaining(String.valueOf(effect));
    }
    assertThat(ControlSettings.DEFAULTS.power().withEffect(0.65).strengths()).containsExactly(0.6, 0.65, 0.7, 0.8);
    assertThatIllegalArgumentException().isThrownBy(() -> new ControlSettings.Power(5, 6, List.of(0.7), 0.7))
        .withMessageContaining("5 and 6");
  }

  /// Half-widths fall with the root of the number of problems: the margin needs four times as many where they are twice as wide.
  @Test
  void theMarginNeedsProblems() {
    assertThat(sparsity(0.05).problemsForMargin(400)).isCloseTo(4 * sparsity(0.025).problemsForMargin(400),
        within(1e-9));
    // A standard error of margin / (1.96 + 0.84) is just enough.
    assertThat(sparsity(1.96 * 0.02 / (1.96 + 0.8416)).problemsForMargin(400)).isCloseTo(400, within(1e-6));
  }

  private static DatasetControls.Sparsity sparsity(double halfWidth) {
    Estimate half = new Estimate(0, -halfWidth, halfWidth);
    DatasetControls.RandomSets sets = new DatasetControls.RandomSets(19, 0.5, 0.4, 0.6, 0.05, null);
    return new DatasetControls.Sparsity("ridge", 3, 0.1, half, half, 0.02, sets, half, sets, half, half, List.of(1),
        Verdict.UNDECIDED);
  }

  /// A dense code is never called sparse, and a sparse one beside it is not denied: where the test alone would deny it, codes that
  /// the study itself plants are denied too, and the answer is withheld.
  @Test
  @Tag("slow")
  void sparseCodesBesideDenseOnesAreNotDenied() {
    int draws = 20;
    int[] called = new int[2];
    int[] denied = new int[2];
    int[] withheld = new int[2];
    for (int d = 0; d < draws; d++) {
      for (int sparse = 0; sparse < 2; sparse++) {
        FiniteTrajectories all = nothing(500, 1, 2000 + d);
        ControlledProbe probe = planted(all, 6 * sparse, new SplittableRandom(1000 + d));
        Verdict found = new SparsityControl(probe, SparsityControl.crossFit(probe), ControlSettings.QUICK,
            new SplittableRandom(d)).verdict(probe.testScores(probe.regression().whole()));
        Verdict answer = new ValueSpikeIns(probe, Known.before(all, first(all), second(all)), settings(12, 0),
            new RandomStreams(d), "", Pieces.HERE).run("a dataset", Progress.NONE).answer(ValueQuestion.SPARSE, found);
        called[sparse] += answer == Verdict.YES ? 1 : 0;
        denied[sparse] += answer == Verdict.NO ? 1 : 0;
        withheld[sparse] += found == Verdict.NO && answer != Verdict.NO ? 1 : 0;
      }
    }
    System.out.println("of " + draws + ", dense alone and with a sparse code beside it: called sparse "
        + Arrays.toString(called) + ", denied " + Arrays.toString(denied) + ", denied before power "
        + Arrays.toString(withheld));
    assertThat(called[0]).isZero();
    assertThat(denied[1]).isLessThanOrEqualTo(1);
    assertThat(withheld[1]).as("the test alone denies").isPositive();
  }

  /// A dense code of AUROC 0.75 or more in all coordinates but some, in which there is one of 0.7.
  private static ControlledProbe planted(FiniteTrajectories all, int sparse, RandomGenerator random) {
    InitialStates states = InitialStates.of(all);
    ProblemCounts counts = ProblemCounts.of(states.problems(), states.successes());
    double[] signal = counts.draw(counts.prior(), random);
    double dense = PlantedCode.DENSE.each(PlantedSignal.strength(signal, states.successes(), 0.75), WIDTH);
    double one = PlantedCode.SIX_WEAKER.each(PlantedSignal.strength(signal, states.successes(), 0.7), WIDTH);
    double[][] values = new double[WIDTH][];
    for (int j = 0; j < WIDTH; j++) {
      values[j] = PlantedSignal.in(states.coordinate(j), signal,
          j < sparse ? one : random.nextBoolean() ? dense : -dense);
    }
    InitialStates both = states.replacing(IntStream.range(0, WIDTH).toArray(), values);
    InitialStates fit = both.items(first(all));
    return ControlledProbe.of(fit, ProblemFolds.deal(fit.problems(), 5, random), both.items(second(all)), 200);
  }

  /// 95 % intervals of AUROCs hold the true one in 93 to 97 of 100, with one rollout a problem and with four, and for differences.
  @Test
  @Tag("slow")
  void intervalsCoverTheTruth() {
    int studies = 2000;
    RandomGenerator random = new SplittableRandom(11);
    int[] held = new int[3];
    double truth = 0.7;
    double apart = Math.sqrt(2) * 0.5244005; // standard normal quantile of 0.7
    for (int s = 0; s < studies; s++) {
      held[0] += holds(study(150, 1, apart, random), truth, random);
      held[1] += holds(study(150, 4, apart, random), Double.NaN, random);
      held[2] += differenceHolds(150, apart, random);
    }
    System.out.printf("coverage of AUROC, of clustered AUROC, of a paired difference: %.3f %.3f %.3f%n",
        held[0] / (double) studies, held[1] / (double) studies, held[2] / (double) studies);
    for (int h : held) {
      assertThat(h / (double) studies).isBetween(0.93, 0.97);
    }
  }

  private record Study(String[] problems, double[] scores, boolean[] outcomes) {}

  /// Scores of a problem's every rollout are one, as V(s₀) is; with one rollout, normal in both classes and so far apart.
  private static Study study(int problems, int rollouts, double apart, RandomGenerator random) {
    int n = problems * rollouts;
    Study study = new Study(new String[n], new double[n], new boolean[n]);
    double score = 0;
    for (int i = 0; i < n; i++) {
      study.problems[i] = "p" + i / rollouts;
      if (rollouts == 1) {
        study.outcomes[i] = random.nextBoolean();
        study.scores[i] = random.nextGaussian() + (study.outcomes[i] ? apart : 0);
      } else {
        score = i % rollouts == 0 ? random.nextGaussian() : score;
        study.scores[i] = score;
        study.outcomes[i] = random.nextDouble() < 1 / (1 + Math.exp(-score));
      }
    }
    return study;
  }

  /// @param truth NaN: that of clustered scores
  private static int holds(Study study, double truth, RandomGenerator random) {
    Estimate found = Bootstrap.byProblem(study.problems, Auroc.over(study.scores, study.outcomes), 400, random);
    double known = Double.isNaN(truth) ? CLUSTERED : truth;
    return found.low() <= known && known <= found.high() ? 1 : 0;
  }

  /// E over s, t ~ N(0, 1) of σ(s)(1 − σ(t)) [s > t], twice: by quadrature.
  private static final double CLUSTERED = clustered();

  private static double clustered() {
    int cells = 2000;
    double wins = 0;
    double below = 0;
    double rights = 0;
    for (int c = 0; c < cells; c++) {
      double s = -8 + 16 * (c + 0.5) / cells;
      double density = Math.exp(-s * s / 2);
      double right = density / (1 + Math.exp(-s));
      wins += right * (below + (density - right) / 2);
      below += density - right;
      rights += right;
    }
    return wins / (rights * below);
  }

  /// Two scores of the same problems with equal AUROCs.
  private static int differenceHolds(int problems, double apart, RandomGenerator random) {
    Study one = study(problems, 1, apart, random);
    double[] other = IntStream.range(0, problems)
        .mapToDouble(i -> random.nextGaussian() + (one.outcomes[i] ? apart : 0)).toArray();
    var first = Auroc.over(one.scores, one.outcomes);
    var second = Auroc.over(other, one.outcomes);
    Estimate found = Bootstrap.byProblem(one.problems,
        items -> first.applyAsDouble(items) - second.applyAsDouble(items), 400, random);
    return found.low() <= 0 && 0 <= found.high() ? 1 : 0;
  }
}
