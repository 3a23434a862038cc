package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.value.ValueProbeTraining.Optimiser;
import org.striatum.probe.value.ValueProbeTraining.Returns;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.probe.value.ValueProbeTraining.Target;

class ValueProbeTest {
  private static final int FLIPS = 4;

  /// All 2⁴ runs of four fair coin flips, rewarded for at least two heads. A state is one-hot of (flips, heads) so far:
  /// the empirical chain is the true chain, so TD, Monte-Carlo and the binomial tail agree.
  private static ListedTrajectories coinFlips() {
    int width = (FLIPS + 1) * (FLIPS + 1);
    List<ListedTrajectories.Trajectory> runs = new ArrayList<>();
    for (int run = 0; run < 1 << FLIPS; run++) {
      float[] states = new float[(FLIPS + 1) * width];
      for (int t = 0; t <= FLIPS; t++) {
        states[t * width + coordinate(t, Integer.bitCount(run & ((1 << t) - 1)))] = 1;
      }
      runs.add(new ListedTrajectories.Trajectory("run" + run, states, Integer.bitCount(run) >= 2 ? 1 : 0, 1));
    }
    return new ListedTrajectories(width, runs);
  }

  private static int coordinate(int flips, int heads) {
    return flips * (FLIPS + 1) + heads;
  }

  /// P(at least two heads in the end), by the recursion that defines it.
  private static double exactValue(int flips, int heads) {
    return flips == FLIPS
        ? heads >= 2 ? 1 : 0
        : (exactValue(flips + 1, heads) + exactValue(flips + 1, heads + 1)) / 2;
  }

  @ParameterizedTest
  @EnumSource(names = {"TD", "MONTE_CARLO", "TD_LAMBDA"})
  void learnsTheExactValuesOfAChain(Target target) {
    ListedTrajectories chain = coinFlips();
    ValueProbeTraining training = new ValueProbeTraining(target, 64, new Optimiser(5e-4, 0.01, 16),
        new Stopping(1500, 1500), Returns.of(1 - 1e-5), true);
    ValueProbeFit fit = ValueProbe.train(chain, chain, training, new SplittableRandom(1));
    assertThat(fit.diverged()).isFalse();
    for (int flips = 0; flips <= FLIPS; flips++) {
      for (int heads = 0; heads <= flips; heads++) {
        float[] state = new float[chain.width()];
        state[coordinate(flips, heads)] = 1;
        assertThat(fit.probe().value(state, 0)).as("after %d flips, %d heads", flips, heads)
            .isCloseTo(exactValue(flips, heads), within(0.02));
      }
    }
  }

  /// Four ways out of one start, each of its own states to its own end: transitions are certain, so that the residual
  /// gradient's minimum is V too, but for the start, which nothing predicts from.
  @Test
  void theResidualGradientLearnsACertainChain() {
    int length = 4;
    List<ListedTrajectories.Trajectory> runs = new ArrayList<>();
    for (int way = 0; way < 4; way++) {
      float[] states = new float[length * 4 * length];
      for (int t = 0; t < length; t++) {
        states[t * 4 * length + way * length + t] = 1;
      }
      runs.add(new ListedTrajectories.Trajectory("way" + way, states, way % 2, 1));
    }
    ListedTrajectories chain = new ListedTrajectories(4 * length, runs);
    ValueProbeFit fit = ValueProbe.train(chain, chain,
        new ValueProbeTraining(Target.RESIDUAL, 64, new Optimiser(1e-3, 0, 4), new Stopping(1500, 1500), Returns.of(1),
            true),
        new SplittableRandom(21));
    for (int way = 0; way < 4; way++) {
      for (int t = 0; t < length; t++) {
        float[] state = new float[4 * length];
        state[way * length + t] = 1;
        assertThat(fit.probe().value(state, 0)).isCloseTo(way % 2, within(0.02));
      }
    }
  }

  /// Only the last state is looked at: whatever stands before it changes no weight.
  @Test
  void terminalOnlyFitsTheLastStateAlone() {
    ListedTrajectories chain = coinFlips();
    ValueProbeTraining training = new ValueProbeTraining(Target.TERMINAL_ONLY, 32, new Optimiser(5e-4, 0, 16),
        new Stopping(1000, 1000), Returns.of(1), true);
    Standardisation unscaled = new Standardisation(new double[chain.width()], ones(chain.width()));
    ValueProbe probe = ValueProbe.train(chain, chain, training, unscaled, new SplittableRandom(22)).probe();
    for (int heads = 0; heads <= FLIPS; heads++) {
      float[] state = new float[chain.width()];
      state[coordinate(FLIPS, heads)] = 1;
      assertThat(probe.value(state, 0)).isCloseTo(heads >= 2 ? 1 : 0, within(0.02));
    }
    ListedTrajectories others = new ListedTrajectories(chain.width(), chain.list().stream().map(run -> {
      float[] states = new float[run.states().length];
      System.arraycopy(run.states(), FLIPS * chain.width(), states, FLIPS * chain.width(), chain.width());
      return new ListedTrajectories.Trajectory(run.problem(), states, run.reward(), 1);
    }).toList());
    assertThat(ValueProbe.train(others, others, training, unscaled, new SplittableRandom(22)).probe().w1())
        .isEqualTo(probe.w1());
  }

  @Test
  void rawInputsAreNotScaled() {
    ListedTrajectories chain = coinFlips();
    ValueProbe probe = ValueProbe.train(chain, chain,
        new ValueProbeTraining(Target.MONTE_CARLO, 64, new Optimiser(2e-3, 0, 16), new Stopping(1500, 1500),
            Returns.of(1), false),
        new SplittableRandom(23)).probe();
    assertThat(probe.scale().deviations()).containsOnly(1);
    float[] start = new float[chain.width()];
    start[coordinate(0, 0)] = 1;
    assertThat(probe.value(start, 0)).isCloseTo(exactValue(0, 0), within(0.02));
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void tdErrorsTelescope() {
    ValueProbe probe = random(7, 5, new SplittableRandom(2));
    float[] states = gaussian(9 * 7, new SplittableRandom(3));
    double sum = Arrays.stream(probe.tdErrors(states, 9, 1, 1)).sum();
    assertThat(sum).isCloseTo(1 - probe.value(states, 0), within(1e-5));
  }

  @Test
  void keepingEverythingChangesNothing() {
    ValueProbe probe = random(7, 5, new SplittableRandom(4));
    float[] states = gaussian(9 * 7, new SplittableRandom(5));
    assertThat(probe.values(states, 9, new int[]{0, 1, 2, 3, 4, 5, 6})).isEqualTo(probe.values(states, 9));
  }

  @Test
  void aCoordinateThatIsNotKeptStandsAtItsTrainingMean() {
    ValueProbe probe = random(7, 5, new SplittableRandom(6));
    float[] states = gaussian(9 * 7, new SplittableRandom(7));
    int[] kept = {0, 2, 3, 5};
    float[] replaced = states.clone();
    for (int i = 0; i < states.length; i++) {
      replaced[i] = Arrays.binarySearch(kept, i % 7) >= 0 ? states[i] : (float) probe.scale().means()[i % 7];
    }
    double[] masked = probe.values(states, 9, kept);
    for (int i = 0; i < 9; i++) {
      assertThat(masked[i]).isCloseTo(probe.value(replaced, i * 7), within(1e-5));
    }
    assertThat(probe.values(states, 9, new int[0])).containsOnly(probe.values(states, 1, new int[0])[0]);
  }

  @Test
  void batchedValuesEqualSingleOnes() {
    ValueProbe probe = random(33, 17, new SplittableRandom(8));
    int count = 2500;
    float[] states = gaussian(count * 33, new SplittableRandom(9));
    double[] values = probe.values(states, count);
    for (int i = 0; i < count; i++) {
      assertThat(values[i]).isCloseTo(probe.value(states, i * 33), within(1e-4));
    }
  }

  @Test
  void gradientsEqualFiniteDifferences() {
    ValueProbe probe = random(6, 8, new SplittableRandom(10));
    float[] state = gaussian(6, new SplittableRandom(11));
    double[] gradient = probe.meanAbsoluteGradient(state, 1);
    for (int j = 0; j < 6; j++) {
      float[] moved = state.clone();
      float h = 1e-3f;
      moved[j] += h * (float) probe.scale().deviations()[j];
      assertThat(gradient[j]).isCloseTo(Math.abs(probe.value(moved, 0) - probe.value(state, 0)) / h, within(1e-3));
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalSeedsGiveEqualProbesBitForBit(Target target) {
    ListedTrajectories train = randomWalks(24, 40, new SplittableRandom(12));
    ValueProbeTraining training = new ValueProbeTraining(target, 128, new Optimiser(1e-3, 0.01, 4), new Stopping(3, 3),
        Returns.of(1 - 1e-5), true);
    ValueProbeFit first = ValueProbe.train(train, train, training, new SplittableRandom(13));
    ValueProbeFit second = ValueProbe.train(train, train, training, new SplittableRandom(13));
    assertThat(second.validationErrors()).isEqualTo(first.validationErrors());
    assertThat(second.probe().w1()).isEqualTo(first.probe().w1());
    assertThat(second.probe().w2()).isEqualTo(first.probe().w2());
    ValueProbeFit other = ValueProbe.train(train, train, training, new SplittableRandom(14));
    assertThat(other.probe().w1()).isNotEqualTo(first.probe().w1());
  }

  /// One Monte-Carlo step from known weights, by hand: AdamW's first step is w(1 − lr·decay) − lr·sign(gradient).
  @Test
  void theFirstStepIsDecoupledAdamW() {
    ListedTrajectories one = randomWalks(4, 6, new SplittableRandom(15));
    ValueProbeTraining training = new ValueProbeTraining(Target.MONTE_CARLO, 3, new Optimiser(1e-2, 0.5, 4),
        new Stopping(1, 1), Returns.of(1), true);
    // Same draws as the trainer's initialisation: w1, b1, w2, b2.
    RandomGenerator random = new SplittableRandom(16);
    float[] w1 = uniform(18, 6, random);
    float[] b1 = uniform(3, 6, random);
    float[] w2 = uniform(3, 3, random);
    float b2 = uniform(1, 3, random)[0];
    ValueProbeFit fit = ValueProbe.train(one, one, training, new SplittableRandom(16));
    assertThat(fit.best()).isEqualTo(1);
    ValueProbe after = fit.probe();
    ValueProbe before = new ValueProbe(w1, b1, w2, b2, after.scale());
    for (int i = 0; i < w1.length; i++) {
      float[] up = w1.clone();
      float[] down = w1.clone();
      up[i] += 1e-3f;
      down[i] -= 1e-3f;
      double slope = error(new ValueProbe(up, b1, w2, b2, after.scale()), one)
          - error(new ValueProbe(down, b1, w2, b2, after.scale()), one);
      assertThat(after.w1()[i]).as("w1[%d]", i)
          .isCloseTo((float) (before.w1()[i] * (1 - 1e-2 * 0.5) - 1e-2 * Math.signum(slope)), within(1e-5f));
    }
  }

  @Test
  void stopsEarlyAndRestoresTheBest() {
    ListedTrajectories train = randomWalks(12, 30, new SplittableRandom(17));
    ListedTrajectories validation = randomWalks(12, 30, new SplittableRandom(18));
    ValueProbeTraining training = new ValueProbeTraining(Target.MONTE_CARLO, 64, new Optimiser(1e-2, 0, 4),
        new Stopping(200, 3), Returns.of(1), true);
    ValueProbeFit fit = ValueProbe.train(train, validation, training, new SplittableRandom(19));
    assertThat(fit.epochs()).isEqualTo(fit.best() + 3).isLessThan(200);
    assertThat(error(fit.probe(), validation)).isCloseTo(fit.validationErrors().get(fit.best()), within(1e-5));
    assertThat(fit.validationErrors().get(fit.best())).isEqualTo(fit.validationErrors().stream().min(Double::compare)
        .orElseThrow());
  }

  @Test
  void aLossThatIsNoNumberKeepsTheLastGoodProbe() {
    ListedTrajectories train = randomWalks(8, 20, new SplittableRandom(20));
    ValueProbeTraining training = new ValueProbeTraining(Target.TD, 16, new Optimiser(1e38, 0.01, 4),
        new Stopping(50, 50), Returns.of(1), true);
    ValueProbeFit fit = ValueProbe.train(train, train, training, new SplittableRandom(21));
    assertThat(fit.diverged()).isTrue();
    assertThat(fit.probe().value(new float[6], 0)).isFinite();
  }

  @Test
  void aConstantCoordinateNeverCounts() {
    ListedTrajectories walks = randomWalks(8, 20, new SplittableRandom(22));
    for (ListedTrajectories.Trajectory trajectory : walks.list()) {
      for (int i = 2; i < trajectory.states().length; i += 6) {
        trajectory.states()[i] = 1e6f / 3;
      }
    }
    ValueProbe probe = ValueProbe.train(walks, walks, ValueProbeTraining.PAPER.withTarget(Target.MONTE_CARLO),
        new SplittableRandom(23)).probe();
    float[] elsewhere = new float[6];
    elsewhere[2] = -5;
    assertThat(probe.scale().isConstant(2)).isTrue();
    assertThat(probe.value(elsewhere, 0)).isEqualTo(probe.value(new float[6], 0));
  }

  @Test
  void refusesWhatCannotBeTrainedOn() {
    ListedTrajectories walks = randomWalks(8, 20, new SplittableRandom(24));
    ListedTrajectories none = new ListedTrajectories(6, List.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueProbe.train(walks, none, ValueProbeTraining.PAPER, new SplittableRandom(25)))
        .withMessageContaining("validation trajectories");
    ListedTrajectories broken = randomWalks(8, 20, new SplittableRandom(26));
    broken.list().getFirst().states()[3] = Float.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueProbe.train(broken, walks, ValueProbeTraining.PAPER, new SplittableRandom(27)))
        .withMessageContaining("NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ValueProbeTraining(Target.TD, 8, new Optimiser(1e-4, 0, 4), new Stopping(1, 1),
            Returns.of(1.5), true))
        .withMessage("a discount must be in (0, 1], found 1.5");
  }

  private static double error(ValueProbe probe, Trajectories trajectories) {
    double sum = 0;
    int n = 0;
    for (int i = 0; i < trajectories.size(); i++) {
      float[] states = new float[trajectories.length(i) * trajectories.width()];
      trajectories.states(i, states, 0);
      for (int t = 0; t < trajectories.length(i); t++, n++) {
        sum += Math.pow(probe.value(states, t * trajectories.width()) - trajectories.reward(i), 2);
      }
    }
    return sum / n;
  }

  /// Gaussian random walks in six dimensions, rewarded where the first coordinate ends above 0.
  private static ListedTrajectories randomWalks(int count, int length, RandomGenerator random) {
    List<ListedTrajectories.Trajectory> walks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] states = gaussian(length * 6, random);
      for (int k = 6; k < states.length; k++) {
        states[k] += states[k - 6];
      }
      walks.add(new ListedTrajectories.Trajectory("p" + i, states, states[(length - 1) * 6] > 0 ? 1 : 0, 3));
    }
    return new ListedTrajectories(6, walks);
  }

  private static ValueProbe random(int width, int hidden, RandomGenerator random) {
    double[] means = new double[width];
    double[] stds = new double[width];
    for (int j = 0; j < width; j++) {
      means[j] = (float) random.nextGaussian();
      stds[j] = 0.5 + random.nextDouble();
    }
    return new ValueProbe(gaussian(hidden * width, random), gaussian(hidden, random), gaussian(hidden, random), 0.3f,
        new Standardisation(means, stds));
  }

  private static float[] gaussian(int n, RandomGenerator random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] uniform(int n, int inputs, RandomGenerator random) {
    float bound = (float) (1 / Math.sqrt(inputs));
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat(-bound, bound);
    }
    return values;
  }
}
