package org.striatum.peft.nta.image;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.LabelledImages;

/// Bars at ten places under noise.
public final class Bars {
  private static final int SIDE = 12;
  public static final ImageSet IMAGES = new ImageSet("bars", bars(3000, 1), bars(100, 2), new TreeMap<>());

  private Bars() {}

  private static LabelledImages bars(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[n * SIDE * SIDE];
    byte[] labels = new byte[n];
    for (int i = 0; i < n; i++) {
      labels[i] = (byte) (i % 10);
      for (int k = 0; k < SIDE * SIDE; k++) {
        boolean ink = labels[i] < 5 ? k / SIDE == 2 * labels[i] + 1 : k % SIDE == 2 * labels[i] - 9;
        pixels[i * SIDE * SIDE + k] = (byte) ((ink ? 180 : 0) + random.nextInt(60));
      }
    }
    return new LabelledImages(SIDE, SIDE, pixels, labels);
  }
}
