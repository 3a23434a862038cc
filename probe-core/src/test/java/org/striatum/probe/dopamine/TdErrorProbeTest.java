package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.TdErrorProbe.Fitted;
import org.striatum.probe.stats.Spearman;
import org.striatum.probe.value.SingleStates;
import org.striatum.probe.value.ValueProbeTraining;

class TdErrorProbeTest {
  private static final int WIDTH = 30;

  /// δ = tanh of half the sum of coordinates 3 and 4, plus noise.
  private static SingleStates draw(int rows, RandomGenerator random) {
    float[] z = new float[rows * WIDTH];
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) random.nextGaussian();
    }
    double[] deltas = new double[rows];
    Arrays.setAll(deltas, i -> Math.tanh((z[i * WIDTH + 3] + z[i * WIDTH + 4]) / 2) + 0.1 * random.nextGaussian());
    return new SingleStates(z, deltas, WIDTH);
  }

  private static Fitted fitted(SingleStates train, long seed) {
    return TdErrorProbe.train(List.of(TdErrorProbe.job(train, draw(200, new SplittableRandom(2)),
        TdErrorProbe.TRAINING, new SplittableRandom(seed))), () -> {}).getFirst();
  }

  private static TdErrorProbe fit(SingleStates train, long seed) {
    return fitted(train, seed).probe();
  }

  @Test
  void learnsAndRanksWhatSurpriseIsMadeOf() {
    Fitted fitted = fitted(draw(1000, new SplittableRandom(1)), 3);
    TdErrorProbe probe = fitted.probe();
    SingleStates test = draw(500, new SplittableRandom(4));
    double[] predictions = probe.predictions(test.rows(), test.size());
    assertThat(Spearman.of(predictions, test.targets()).rho()).isGreaterThan(0.9);
    assertThat(Arrays.copyOf(fitted.byWeight("first").order(), 2)).containsExactlyInAnyOrder(3, 4);
    assertThat(
        Spearman.of(probe.predictions(test.rows(), test.size(), new int[]{3, 4}), test.targets()).rho())
        .isGreaterThan(0.9);
  }

  /// Inputs are z-scores already: the probe must not measure them again against the steps it was fitted on.
  @Test
  void takesItsInputsAsTheyAre() {
    SingleStates train = draw(300, new SplittableRandom(5));
    TdErrorProbe probe = fit(train, 6);
    assertThat(probe.network().scale().means()).containsOnly(0);
    assertThat(probe.network().scale().deviations()).containsOnly(1);
    assertThat(probe.predictions(train.rows(), 1)[0]).isCloseTo(probe.network().value(train.rows(), 0), within(1e-5));
  }

  @Test
  void equalSeedsGiveEqualProbes() {
    SingleStates train = draw(300, new SplittableRandom(7));
    assertThat(fit(train, 8).network().w1()).isEqualTo(fit(train, 8).network().w1())
        .isNotEqualTo(fit(train, 9).network().w1());
  }

  @Test
  void threadsTrainSideBySide() {
    SingleStates train = draw(300, new SplittableRandom(12));
    List<float[]> fitted = LongStream.rangeClosed(1, 4).parallel()
        .mapToObj(seed -> fit(train, seed).network().w1()).toList();
    for (int seed = 1; seed <= fitted.size(); seed++) {
      assertThat(fitted.get(seed - 1)).as("seed %d", seed).isEqualTo(fit(train, seed).network().w1());
    }
  }

  @Test
  void isFittedToSurpriseItself() {
    SingleStates train = draw(100, new SplittableRandom(10));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TdErrorProbe.job(train, train, ValueProbeTraining.PAPER, new SplittableRandom(11)))
        .withMessage("a TD-error probe is fitted to δ itself: its target must be monte-carlo, found td");
  }
}
