package org.striatum.peft.mnist;

import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.LabelledImages;
import org.striatum.peft.adapter.AdapterTraining;
import org.striatum.peft.adapter.AdapterTraining.Optimizer;

/// Ten patterns of 9 × 9 pixels under noise: as quick as digits are slow.
final class Patterns {
  private static final int SIDE = 9;

  private Patterns() {}

  static ImageSet set(int train, int test) {
    RandomGenerator random = new SplittableRandom(11);
    int[][] patterns = new int[LabelledImages.CLASSES][SIDE * SIDE];
    for (int[] pattern : patterns) {
      for (int i = 0; i < pattern.length; i++) {
        pattern[i] = random.nextInt(3) == 0 ? 200 : 20;
      }
    }
    return new ImageSet("patterns", images(patterns, train, random), images(patterns, test, random), new TreeMap<>());
  }

  private static LabelledImages images(int[][] patterns, int n, RandomGenerator random) {
    byte[] pixels = new byte[n * SIDE * SIDE];
    byte[] labels = new byte[n];
    for (int i = 0; i < n; i++) {
      labels[i] = (byte) (i % LabelledImages.CLASSES);
      for (int k = 0; k < SIDE * SIDE; k++) {
        pixels[i * SIDE * SIDE + k] = (byte) Math.clamp(patterns[labels[i]][k] + random.nextInt(-80, 81), 0, 255);
      }
    }
    return new LabelledImages(SIDE, SIDE, pixels, labels);
  }

  /// A few steps of everything.
  static ModeSettings settings(int seeds) {
    return ModeSettings.calibrated().withImages(new ModeSettings.Images(200, 60, 40))
        .withFoundation(new ModeSettings.Foundation(new int[]{8, 6}, new AdapterTraining(Optimizer.SGD, 0.3, 150, 32)))
        .withAdaptation(new AdapterTraining(Optimizer.SGD, 0.1, 0.01, 6, 16, 0)).withRates(0.03, 0.3)
        .withSeeds(seeds, 1);
  }
}
