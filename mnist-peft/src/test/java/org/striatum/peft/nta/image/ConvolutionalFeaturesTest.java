package org.striatum.peft.nta.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConvolutionalFeaturesTest {
  private static final int SIDE = 9;

  /// 9 × 9 → 3 × 3 → 1 × 1, by loops.
  @Test
  void computesWhatLoopsDo() {
    SplittableRandom random = new SplittableRandom(1);
    float[][] w = {random(8 * 25, random), random(8, random), random(16 * 8 * 9, random), random(16, random),
        random(3 * 16, random), random(3, random)};
    float[] image = random(SIDE * SIDE, random);
    double[] first = new double[8 * 9];
    for (int c = 0; c < 8; c++) {
      for (int at = 0; at < 9; at++) {
        double sum = w[1][c];
        for (int k = 0; k < 25; k++) {
          sum += w[0][c * 25 + k] * image[(2 * (at / 3) + k / 5) * SIDE + 2 * (at % 3) + k % 5];
        }
        first[c * 9 + at] = Math.max(0, sum);
      }
    }
    double[] second = new double[16];
    for (int c = 0; c < 16; c++) {
      double sum = w[3][c];
      for (int k = 0; k < 72; k++) {
        sum += w[2][c * 72 + k] * first[k];
      }
      second[c] = Math.max(0, sum);
    }
    float[] found = new ConvolutionalFeatures(SIDE, SIDE, 3, List.of(w)).of(image);
    for (int u = 0; u < 3; u++) {
      double sum = w[5][u];
      for (int c = 0; c < 16; c++) {
        sum += w[4][u * 16 + c] * second[c];
      }
      assertThat(found[u]).isCloseTo((float) Math.max(0, sum), within(1e-5f));
    }
  }

  private static float[] random(int count, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.4f;
    }
    return values;
  }

  @Test
  void trainsToTheSameFeaturesBySeed() {
    SplittableRandom random = new SplittableRandom(2);
    float[] images = random(200 * 100, random);
    byte[] labels = new byte[200];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) (i % 10);
    }
    ConvolutionalFeatures features = ConvolutionalFeatures.train(images, labels, 10, 10, 4, 3);
    float[] read = features.of(images);
    assertThat(read).hasSize(800);
    assertThat(ConvolutionalFeatures.train(images, labels, 10, 10, 4, 3).of(images)).containsExactly(read);
    assertThat(ConvolutionalFeatures.train(images, labels, 10, 10, 4, 4).of(images)).isNotEqualTo(read);
    assertThat(features.of(Arrays.copyOfRange(images, 100, 300))).containsExactly(Arrays.copyOfRange(read, 4, 12),
        within(1e-5f));
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConvolutionalFeatures.train(new float[64], new byte[1], 8, 8, 4, 1))
        .withMessage("two convolutions need images of at least 9 × 9, found 8 × 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConvolutionalFeatures.train(new float[80], new byte[1], 9, 9, 4, 1))
        .withMessageContaining("1 labels and 80 pixels");
  }
}
