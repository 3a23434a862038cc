package org.striatum.peft.nta.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.peft.network.Mlp;
import org.striatum.peft.nta.network.GatedMlp.Bound;

class GatedMlpTest {
  private static final Mlp START = Mlp.random(new int[]{5, 7, 6, 3}, new SplittableRandom(1));
  private static final float[] X = inputs();
  private static final byte[] LABELS = {0, 1, 2, 0};

  private static float[] inputs() {
    SplittableRandom random = new SplittableRandom(2);
    float[] x = new float[4 * 5];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /// A gate so sharp that it is open wherever the rectifier is changes nothing.
  @Test
  void aSharpGateAtZeroIsTheRectifier() {
    try (GatedMlp network = new GatedMlp(START, 1e6)) {
      assertThat(network.logits(X)).containsExactly(START.logits(X), within(1e-6f));
      assertThat(network.gains()).hasSize(13).containsOnly(1);
      assertThat(network.thresholds()).hasSize(13).containsOnly(0);
    }
  }

  /// Without a rate nothing moves; with one, gates move by −rate · slope of the loss, found by differences.
  @Test
  void gatesFollowTheLossesSlope() {
    try (GatedMlp network = new GatedMlp(START, 3)) {
      double before = network.step(X, LABELS, 0, 0, Bound.NONE);
      assertThat(network.step(X, LABELS, 0, 0, Bound.NONE)).isEqualTo(before);
      network.step(X, LABELS, 0, 1, Bound.NONE);
      float[] gains = network.gains();
      float[] thresholds = network.thresholds();
      for (int unit = 0; unit < 13; unit++) {
        assertThat(1.0 - gains[unit]).isCloseTo(slope(network, unit, true), within(2e-4));
        assertThat(-(double) thresholds[unit]).isCloseTo(slope(network, unit, false), within(2e-4));
      }
    }
  }

  private static double slope(GatedMlp network, int unit, boolean ofGain) {
    float h = 0.02f;
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      float[] gains = new float[13];
      Arrays.fill(gains, 1);
      float[] thresholds = new float[13];
      (ofGain ? gains : thresholds)[unit] += side == 0 ? h : -h;
      network.put(thresholds, gains);
      losses[side] = network.step(X, LABELS, 0, 0, Bound.NONE);
    }
    return (losses[0] - losses[1]) / (2 * h);
  }

  /// λ (10 Σ max(0, −γ) w₀ + 10 · ½ n (mean |γ| − 1)² w₁)/(w₀ + w₁): its slope alone, for the loss's is taken off.
  @Test
  void theBoundPullsGainsToTheirMean() {
    float[] gains = new float[13];
    Arrays.fill(gains, 1.5f);
    gains[0] = -0.5f;
    double mean = (12 * 1.5 + 0.5) / 13;
    try (GatedMlp free = new GatedMlp(START, 3); GatedMlp bounded = new GatedMlp(START, 3)) {
      free.put(new float[13], gains);
      bounded.put(new float[13], gains);
      free.step(X, LABELS, 0, 1, Bound.NONE);
      bounded.step(X, LABELS, 0, 1, new Bound(0.1, 1, 4));
      double share = 0.1 / 5;
      assertThat((double) free.gains()[5] - bounded.gains()[5]).isCloseTo(share * 4 * 10 * (mean - 1), within(1e-5));
      assertThat((double) free.gains()[0] - bounded.gains()[0])
          .isCloseTo(share * (-10 - 4 * 10 * (mean - 1)), within(1e-5));
    }
  }

  @Test
  void putsGatesBack() {
    try (GatedMlp network = new GatedMlp(START, 3)) {
      float[] thresholds = network.thresholds();
      float[] gains = network.gains();
      float[] logits = network.logits(X);
      network.step(X, LABELS, 0, 0.5, Bound.NONE);
      assertThat(network.logits(X)).isNotEqualTo(logits);
      network.put(thresholds, gains);
      assertThat(network.logits(X)).containsExactly(logits);
      assertThatIllegalArgumentException().isThrownBy(() -> network.put(new float[2], gains))
          .withMessageContaining("13 hidden units").withMessageContaining("found 2 and 13");
      assertThatIllegalArgumentException().isThrownBy(() -> new GatedMlp(START, 0))
          .withMessageContaining("sharpness must be > 0");
    }
  }
}
