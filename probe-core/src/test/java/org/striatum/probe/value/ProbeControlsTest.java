package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.sparse.PlantedStore;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.DatasetControls.NestedSelection;
import org.striatum.probe.value.DatasetControls.NuisanceBaseline;
import org.striatum.probe.value.DatasetControls.RotationControl;
import org.striatum.probe.value.DatasetControls.Sparsity;
import org.striatum.probe.value.NuisanceBaselines.Known;
import smile.stat.distribution.GaussianDistribution;

/// Codes whose nature is known, and what the controls make of them.
class ProbeControlsTest {
  private static final int WIDTH = 120;
  private static final ControlSettings.Power UNPLANTED = ControlSettings.QUICK.power().withPlanted(0);
  private static final ControlSettings SETTINGS = new ControlSettings(5, 20, 39, new ControlSettings.Reruns(9, 5, 0),
      0.02, UNPLANTED);

  private static final int[] FIRST = IntStream.range(0, 400).toArray();
  private static final int[] SECOND = IntStream.range(400, 800).toArray();

  private static InitialStates states(PlantedStore store) {
    return new InitialStates(store.rows(), store.width(), store.labels(), store.problems());
  }

  /// Half the problems to fit, half to test.
  private static ControlledProbe probe(InitialStates all, long seed) {
    int half = all.size() / 8 * 4;
    InitialStates fit = all.items(IntStream.range(0, half).toArray());
    return ControlledProbe.of(fit, ProblemFolds.deal(fit.problems(), 5, new SplittableRandom(seed)),
        all.items(IntStream.range(half, all.size()).toArray()), 300);
  }

  private static Sparsity sparsity(ControlledProbe probe) {
    return new SparsityControl(probe, SparsityControl.crossFit(probe), SETTINGS, new SplittableRandom(81))
        .run(probe.testScores(probe.regression().whole()));
  }

  private static InitialStates turned(InitialStates all, long seed) {
    return Rotations.rotated(all, OutcomeRegression.of(all).whole().scale(),
        Rotations.haar(all.width(), new SplittableRandom(seed)));
  }

  @Test
  void nineCoordinatesAreSparseAndAligned() {
    PlantedStore store = PlantedStore.draw(200, 4, 896, 9, 0.5, 3, new SplittableRandom(82));
    ControlledProbe probe = probe(states(store), 83);
    Sparsity sparsity = sparsity(probe);
    assertThat(sparsity.verdict()).isEqualTo(Verdict.YES);
    assertThat(sparsity.coordinates()).containsAll(Arrays.stream(store.informative()).boxed().toList());
    assertThat(sparsity.kept()).isLessThanOrEqualTo(40);
    assertThat(sparsity.complement().value()).isCloseTo(0.5, within(0.1));
    assertThat(sparsity.random().p()).isEqualTo(1.0 / 40);
    assertThat(sparsity.matched().refused()).isNull();
    assertThat(sparsity.matched().mean()).isLessThan(0.6);

    PlantedStore narrow = PlantedStore.draw(200, 4, WIDTH, 5, 0.5, 3, new SplittableRandom(84));
    RotationControl rotation = new Rotations(probe(states(narrow), 85), SETTINGS, new SplittableRandom(86))
        .run("rotations", Pieces.HERE);
    assertThat(rotation.verdict()).isEqualTo(Verdict.YES);
    assertThat(rotation.p()).isEqualTo(1.0 / 21);
  }

  @Test
  void aDenseCodeIsNotSparse() {
    PlantedStore store = PlantedStore.draw(200, 4, WIDTH, WIDTH, 0.12, 3, new SplittableRandom(87));
    assertThat(sparsity(probe(states(store), 88)).verdict()).isEqualTo(Verdict.NO);
  }

  /// One latent read by every coordinate alike: few coordinates suffice, but any few do.
  @Test
  void aRedundantCodeIsNotSparse() {
    RandomGenerator random = new SplittableRandom(89);
    PlantedStore nothing = PlantedStore.draw(200, 4, WIDTH, 1, 0, 1, random);
    float[] rows = new float[nothing.size() * WIDTH];
    for (int i = 0; i < nothing.size(); i++) {
      double latent = (nothing.labels()[i] ? 0.7 : -0.7) + random.nextGaussian();
      for (int j = 0; j < WIDTH; j++) {
        rows[i * WIDTH + j] = (float) (latent + 0.1 * random.nextGaussian());
      }
    }
    assertThat(sparsity(probe(new InitialStates(rows, WIDTH, nothing.labels(), nothing.problems()), 90)).verdict())
        .isNotEqualTo(Verdict.YES);
  }

  @Test
  void aRotatedCodeIsNotAligned() {
    PlantedStore store = PlantedStore.draw(200, 4, WIDTH, 5, 0.5, 3, new SplittableRandom(84));
    ControlledProbe probe = probe(turned(states(store), 91), 85);
    RotationControl rotation = new Rotations(probe, SETTINGS, new SplittableRandom(86)).run("rotations", Pieces.HERE);
    assertThat(rotation.verdict()).isNotEqualTo(Verdict.YES);
    assertThat(rotation.difference().value()).isCloseTo(0, within(0.06));
    // On all coordinates the basis is no matter.
    assertThat(probe.test().auroc(probe.testScores(probe.regression().whole()))).isGreaterThan(0.8);
  }

  @Test
  void rotationsAreOrthogonal() {
    int d = 7;
    double[] q = Rotations.haar(d, new SplittableRandom(92));
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        double dot = 0;
        for (int k = 0; k < d; k++) {
          dot += q[i * d + k] * q[j * d + k];
        }
        assertThat(dot).isCloseTo(i == j ? 1 : 0, within(1e-12));
      }
    }
  }

  @Test
  void outcomesDealtAnewGiveTheRegressionOfTheirOwn() {
    InitialStates all = states(PlantedStore.draw(30, 4, 20, 3, 0.5, 3, new SplittableRandom(93)));
    InitialStates other = all.shuffled(new SplittableRandom(94));
    assertThat(OutcomeRegression.of(all).with(other.successes()).whole().coefficients())
        .containsExactly(OutcomeRegression.of(other).whole().coefficients(), within(1e-9));
    int[] everything = IntStream.range(0, 20).toArray();
    assertThat(OutcomeRegression.of(all).on(everything).coefficients())
        .containsExactly(OutcomeRegression.of(all).whole().coefficients(), within(1e-9));
  }

  /// Prompts of 5 to 14 tokens; every coordinate is a function of the length, and success hangs on the length alone.
  private static NuisanceBaseline nuisances(double own, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    int width = 12;
    List<ListedTrajectories.Trajectory> runs = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      int length = 5 + i / 2 % 10;
      double hidden = random.nextGaussian();
      float[] state = new float[width];
      for (int j = 0; j < width; j++) {
        state[j] = (float) (Math.pow(length, 1 + j % 3) * (1 + j) + 0.05 * random.nextGaussian());
      }
      state[width - 1] = (float) hidden;
      double success = 1 / (1 + Math.exp(-(9.5 - length) * 0.4 - own * hidden));
      runs.add(
          new ListedTrajectories.Trajectory("problem" + i / 2, state, random.nextDouble() < success ? 1 : 0, length));
    }
    FiniteTrajectories finite = FiniteTrajectories.of(new ListedTrajectories(width, runs));
    ControlledProbe probe = probe(InitialStates.of(finite), seed);
    return baseline(probe, random, Known.before(finite, FIRST, SECOND));
  }

  @Test
  void aCodeOfPromptLengthAddsNothingToIt() {
    NuisanceBaseline length = nuisances(0, 95);
    assertThat(length.alone().value()).isGreaterThan(0.65);
    assertThat(length.verdict()).isNotEqualTo(Verdict.YES);
    assertThat(length.increment().low()).isLessThanOrEqualTo(0);
    NuisanceBaseline more = nuisances(1.5, 96);
    assertThat(more.verdict()).isEqualTo(Verdict.YES);
    assertThat(more.beforeGeneration()).isTrue();
  }

  /// Nine in ten completions that finish succeed and none that was cut off; the hidden state knows which will be cut off.
  private static NuisanceBaseline ofTruncation(Ending atTheLimit, Ending otherwise) {
    RandomGenerator random = new SplittableRandom(101);
    List<ListedTrajectories.Trajectory> runs = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      boolean cut = random.nextDouble() < 0.4;
      float[] state = new float[6];
      for (int j = 0; j < state.length; j++) {
        state[j] = (float) random.nextGaussian();
      }
      state[0] += cut ? 3 : 0;
      runs.add(new ListedTrajectories.Trajectory("problem" + i / 2, state, !cut && random.nextDouble() < 0.9 ? 1 : 0, 5,
          cut ? atTheLimit : otherwise));
    }
    FiniteTrajectories finite = FiniteTrajectories.of(new ListedTrajectories(6, runs));
    ControlledProbe probe = probe(InitialStates.of(finite), 102);
    return baseline(probe, random, Known.after(finite, FIRST, SECOND));
  }

  private static NuisanceBaseline baseline(ControlledProbe probe, RandomGenerator random, Known known) {
    return new NuisanceBaselines(probe, SETTINGS.margin(), random).of(known,
        SparsityControl.crossFit(probe).scores(), probe.testScores(probe.regression().whole()));
  }

  @Test
  void aCodeOfTruncationAddsNothingToIt() {
    NuisanceBaseline known = ofTruncation(Ending.CUT_OFF, Ending.ENDED);
    assertThat(known.variables()).contains(NuisanceBaseline.FINISHED).doesNotContain("cut off inside a thought");
    assertThat(known.alone().value()).isGreaterThan(0.85);
    assertThat(known.verdict()).isNotEqualTo(Verdict.YES);
    assertThat(ofTruncation(Ending.CUT_IN_THOUGHT, Ending.ENDED).variables()).endsWith(NuisanceBaseline.FINISHED,
        "cut off inside a thought");
  }

  @Test
  void whereEndingsAreNotKnownTheBaselineSaysSo() {
    for (NuisanceBaseline unknown : List.of(ofTruncation(Ending.UNKNOWN, Ending.UNKNOWN),
        ofTruncation(Ending.CUT_OFF, Ending.UNKNOWN))) {
      assertThat(unknown.variables()).doesNotContain(NuisanceBaseline.FINISHED);
      assertThat(unknown.printed()).contains("absent: whether a completion finished");
      assertThat(unknown.alone().value()).as("nothing else varies").isEqualTo(0.5);
      assertThat(unknown.verdict()).isEqualTo(Verdict.YES);
    }
    assertThat(ofTruncation(Ending.CUT_OFF, Ending.ENDED).printed()).doesNotContain("absent");
  }

  @Test
  void nestedSelectionFindsWhatIsThereAndNothingElse() {
    PlantedStore store = PlantedStore.draw(60, 4, WIDTH, 5, 0.7, 3, new SplittableRandom(97));
    InitialStates informed = states(store);
    InitialStates noise = states(PlantedStore.draw(60, 4, WIDTH, 1, 0, 3, new SplittableRandom(98)))
        .with(store.labels());
    List<HookPoint> hooks = List.of(HookPoint.residPost(0), HookPoint.residPost(1));
    NestedSelection found = new NestedControl(hooks, List.of(noise, informed), SETTINGS, 100, new SplittableRandom(99))
        .run("nested", Pieces.HERE);
    assertThat(found.choices()).hasSize(5).allSatisfy(choice -> assertThat(choice.hook()).isEqualTo(hooks.get(1)));
    assertThat(found.auroc().value()).isGreaterThan(0.85).isBetween(found.auroc().low(), found.auroc().high());
    assertThat(found.shuffled().p()).isEqualTo(0.1);
    // The best of two hook points, two rankings and four counts: without nesting this would lie above ½.
    NestedSelection nothing = new NestedControl(hooks, List.of(noise, noise), SETTINGS, 100, new SplittableRandom(100))
        .run("nested", Pieces.HERE);
    assertThat(nothing.auroc().value()).isCloseTo(0.5, within(0.12));
    assertThat(nothing.shuffled().mean()).isCloseTo(0.5, within(0.08));
  }

  /// Univariate AUROCs of stores where nothing is planted, each tested against ½ by its normal approximation, with
  /// Benjamini–Hochberg over coordinates: any discovery is false, and may come in one store of twenty.
  @Test
  void falseDiscoveriesAreHeldOverTwoHundredNulls() {
    int nulls = 200;
    int discovered = 0;
    for (int n = 0; n < nulls; n++) {
      InitialStates store = states(PlantedStore.draw(120, 1, 60, 1, 0, 1, new SplittableRandom(1000 + n)));
      int positives = (int) IntStream.range(0, store.size()).filter(i -> store.successes()[i]).count();
      int negatives = store.size() - positives;
      double deviation = Math.sqrt((store.size() + 1) / (12.0 * positives * negatives));
      double[] p = new double[store.width()];
      Arrays.setAll(p, j -> 2 * new GaussianDistribution(0, 1)
          .cdf(-Math.abs(Auroc.of(store.coordinate(j), store.successes()) - 0.5) / deviation));
      discovered += Arrays.stream(FalseDiscovery.benjaminiHochberg(p)).anyMatch(q -> q < 0.05) ? 1 : 0;
    }
    assertThat(discovered / (double) nulls).isLessThanOrEqualTo(0.05 + 2 * Math.sqrt(0.05 * 0.95 / nulls));
  }

  @Test
  void fewerProblemsThanFoldsAreRefused() {
    assertThatExceptionOfType(NotEnoughData.class)
        .isThrownBy(() -> ProblemFolds.deal(new String[]{"a", "b", "a"}, 3, new SplittableRandom(1)))
        .withMessage("cross-fitting in 3 folds needs problems: at least 3, found 2");
    assertThatIllegalArgumentException().isThrownBy(() -> SETTINGS.withFolds(1))
        .withMessageContaining("found 1");
    assertThatIllegalArgumentException().isThrownBy(() -> ValueProbeTraining.Target.named("sarsa"))
        .withMessageContaining("found 'sarsa'");
  }
}
