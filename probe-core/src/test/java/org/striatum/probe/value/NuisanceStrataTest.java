package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.Auroc;

class NuisanceStrataTest {
  private static final int N = 280;
  private static final int WIDTH = 128;
  private static final int PLANTED = 6;

  @Test
  void withoutVariationItIsTheAuroc() {
    RandomGenerator random = new SplittableRandom(1);
    double[] x = random.doubles(50).toArray();
    boolean[] outcomes = new boolean[50];
    IntStream.range(0, 50).forEach(i -> outcomes[i] = random.nextBoolean());
    double[][] same = new double[50][];
    Arrays.fill(same, new double[]{7, 49});
    assertThat(NuisanceStrata.of(same, outcomes).auroc(x)).isEqualTo(Auroc.of(x, outcomes));
  }

  /// Two lengths with two prompts each, weighted P N / (n + 1): AUROC 1 among the short, ½ among the long.
  @Test
  void strataByHand() {
    int of = 20;
    double[][] lengths = new double[2 * of][];
    boolean[] outcomes = new boolean[2 * of];
    double[] x = new double[2 * of];
    for (int i = 0; i < 2 * of; i++) {
      lengths[i] = new double[]{i < of ? 5 : 9};
      outcomes[i] = i % of < (i < of ? 15 : 5);
      x[i] = i < of ? outcomes[i] ? 1 : 0 : 3;
    }
    assertThat(NuisanceStrata.of(lengths, outcomes).auroc(x)).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void aFunctionOfTheVariablesTellsNothing() {
    RandomGenerator random = new SplittableRandom(2);
    double[][] variables = new double[N][];
    boolean[] outcomes = new boolean[N];
    double[] follows = new double[N];
    double[] cubes = new double[N];
    for (int i = 0; i < N; i++) {
      int length = 5 + random.nextInt(10);
      variables[i] = new double[]{length, length * length};
      outcomes[i] = random.nextDouble() < 1 / (1 + Math.exp(length - 9.5));
      follows[i] = (float) (3 * length - 0.2 * length * length);
      cubes[i] = Math.pow(length, 3);
    }
    NuisanceStrata strata = NuisanceStrata.of(variables, outcomes);
    assertThat(strata.auroc(follows)).isEqualTo(0.5);
    assertThat(strata.auroc(cubes)).as("lengths are hardly mixed inside a group").isCloseTo(0.5, within(0.08));
    assertThat(Auroc.of(follows, outcomes)).isGreaterThan(0.8);
  }

  @Test
  void variablesThatExplainEverythingLeaveNothing() {
    double[][] lengths = IntStream.range(0, 40).mapToObj(i -> new double[]{i < 20 ? 5 : 9}).toArray(double[][]::new);
    boolean[] outcomes = new boolean[40];
    Arrays.fill(outcomes, 0, 20, true);
    assertThatExceptionOfType(NotEnoughData.class).isThrownBy(() -> NuisanceStrata.of(lengths, outcomes))
        .satisfies(missing -> assertThat(missing.found()).isZero());
  }

  /// Six coordinates carry what a prompt's length does not, twelve carry its length, all others nothing.
  ///
  /// @param pull of the length on the outcome's log-odds, a standard deviation
  private static FiniteTrajectories explained(double pull, boolean lengthsVary, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    List<ListedTrajectories.Trajectory> runs = new ArrayList<>();
    for (int i = 0; i < N; i++) {
      int length = lengthsVary ? 5 + random.nextInt(10) : 10;
      double long_ = (length - 9.5) / 2.9;
      double value = random.nextGaussian();
      float[] state = new float[WIDTH];
      for (int j = 0; j < WIDTH; j++) {
        double noise = random.nextGaussian();
        state[j] = (float) (j < PLANTED
            ? 0.7 * value + 0.7 * noise
            : j < 3 * PLANTED ? 0.9 * long_ + 0.4 * noise : noise);
      }
      boolean right = random.nextDouble() < 1 / (1 + Math.exp(-0.75 - value + pull * long_));
      runs.add(new ListedTrajectories.Trajectory("p" + i, state, right ? 1 : 0, length,
          !right && random.nextBoolean() ? Ending.CUT_OFF : Ending.ENDED));
    }
    return FiniteTrajectories.of(new ListedTrajectories(WIDTH, runs));
  }

  private static long recovered(NeuronRanking ranking) {
    return Arrays.stream(ranking.order()).limit(PLANTED).filter(j -> j < PLANTED).count();
  }

  /// Why `auroc-after-length` is the default, in three settings of ten draws: it finds what plain AUROC finds where length
  /// explains nothing, and most where length explains much, when plain AUROC ranks length. Taking out what is known after
  /// generation takes out value.
  @Test
  void afterLengthFindsWhatLengthHides() {
    long[][] found = new long[3][3];
    double[] pulls = {0, 1, 2};
    for (int s = 0; s < pulls.length; s++) {
      for (int seed = 0; seed < 10; seed++) {
        FiniteTrajectories finite = explained(pulls[s], true, 100 + seed);
        InitialStates states = InitialStates.of(finite);
        int[] all = IntStream.range(0, N).toArray();
        found[s][0] += recovered(NeuronRanking.auroc(states));
        found[s][1] += recovered(NeuronRanking.auroc(Ranking.AUROC_AFTER_LENGTH, states,
            NuisanceStrata.of(NuisanceVariables.before(finite).of(finite, all), states.successes())));
        found[s][2] += recovered(NeuronRanking.auroc(Ranking.AUROC_AFTER_NUISANCES, states,
            NuisanceStrata.of(NuisanceVariables.after(finite, all).of(finite, all), states.successes())));
      }
    }
    System.out.println(
        "planted among the best six, of 60; rows: pull of length 0, 1, 2; auroc, after length, after nuisances: "
            + Arrays.deepToString(found));
    assertThat(found[0][1]).isGreaterThanOrEqualTo(found[0][0] - 4);
    assertThat(found[1][1]).isGreaterThanOrEqualTo(54);
    assertThat(found[1][0]).isLessThan(20);
    assertThat(found[2][1]).isGreaterThanOrEqualTo(45);
    for (long[] setting : found) {
      assertThat(setting[2]).isLessThanOrEqualTo(setting[1]);
    }
  }

  @Test
  void withPromptsOfOneLengthItIsTheUnivariateRanking() {
    FiniteTrajectories finite = explained(0, false, 7);
    InitialStates states = InitialStates.of(finite);
    int[] all = IntStream.range(0, N).toArray();
    assertThat(NeuronRanking.auroc(Ranking.AUROC_AFTER_LENGTH, states,
        NuisanceStrata.of(NuisanceVariables.before(finite).of(finite, all), states.successes())).scores())
        .containsExactly(NeuronRanking.auroc(states).scores());
  }
}
