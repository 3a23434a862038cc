package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.TdErrorProbe.Fitted;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.value.ProbeJob;
import org.striatum.probe.value.SingleStates;
import org.striatum.probe.value.ValueProbe;
import org.striatum.probe.value.ValueProbeTraining.Sorting;

/// Among few steps and many coordinates, which rankings have one planted coordinate that follows δ (r = 0.9) among their
/// first three?
class WeightRankingTest {
  private static final int WIDTH = 256;
  private static final int STEPS = 150;
  private static final int DRAWS = 20;
  private static final int PLANTED = 7;
  private static final double R = 0.9;

  /// |δ| > 0.3, either sign; every other coordinate is noise.
  private static SingleStates draw(int steps, RandomGenerator random) {
    double[] deltas = new double[steps];
    Arrays.setAll(deltas, _ -> (random.nextBoolean() ? 1 : -1) * (0.3 + 0.7 * random.nextDouble()));
    float[] z = new float[steps * WIDTH];
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) random.nextGaussian();
    }
    double deviation = Math.sqrt(Arrays.stream(deltas).map(d -> d * d).average().orElseThrow());
    for (int i = 0; i < steps; i++) {
      int at = i * WIDTH + PLANTED;
      z[at] = (float) (R * deltas[i] / deviation + Math.sqrt(1 - R * R) * z[at]);
    }
    return new SingleStates(z, deltas, WIDTH);
  }

  private static boolean isFound(ValueProbe network) {
    double[] sizes = new double[WIDTH];
    for (int i = 0; i < network.w1().length; i++) {
      sizes[i % WIDTH] += Math.abs(network.w1()[i]);
    }
    return IntStream.of(Ranks.top(sizes, 3)).anyMatch(j -> j == PLANTED);
  }

  @Test
  void theOrderOfSettledWeightsHasWhatIsPlanted() {
    SplittableRandom random = new SplittableRandom(91);
    List<ProbeJob> jobs = IntStream.range(0, DRAWS).mapToObj(_ -> TdErrorProbe.job(draw(STEPS, random.split()),
        draw(STEPS / 3, random.split()), TdErrorProbe.TRAINING, random.split())).toList();
    List<Fitted> fits = TdErrorProbe.train(jobs, () -> {});
    long settled = fits.stream().filter(fit -> isFound(fit.ranking())).count();
    long predicting = fits.stream().filter(fit -> isFound(fit.probe().network())).count();
    System.out.println("planted at r = 0.9 among the first three of " + WIDTH + ": settled weights " + settled
        + ", weights of the probe that predicts best " + predicting + " of " + DRAWS + "; passes "
        + fits.stream().map(fit -> fit.sorted().passes()).toList());
    assertThat(settled).isGreaterThanOrEqualTo(18);
    assertThat(fits).allSatisfy(fit -> assertThat(fit.sorted().passes())
        .isBetween(TdErrorProbe.TRAINING.stopping().sorting().least(),
            TdErrorProbe.TRAINING.stopping().sorting().most()));
    assertThat(jobs.getFirst().training().stopping().sorting()).isNotEqualTo(Sorting.NONE);
  }
}
