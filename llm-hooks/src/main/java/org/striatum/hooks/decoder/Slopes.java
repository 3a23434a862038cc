package org.striatum.hooks.decoder;

/// Slopes of linear biases (ALiBi, arXiv 2108.12409, section 3), one a head, in the two orders in which models use
/// them where heads are no power of two.
final class Slopes {
  private Slopes() {}

  /// 2^(−8 i / p) for the first p heads, p the largest power of two there is; then every other one of 2p.
  static float[] bloom(int heads) {
    int power = Integer.highestOneBit(heads);
    float[] slopes = new float[heads];
    for (int h = 0; h < heads; h++) {
      slopes[h] = h < power ? slope(h + 1, power) : slope(2 * (h - power) + 1, 2 * power);
    }
    return slopes;
  }

  /// 2^(−8 i / p), p the smallest power of two that suffices: every second one first, then the rest.
  static float[] mpt(int heads) {
    int power = Integer.highestOneBit(heads) == heads ? heads : 2 * Integer.highestOneBit(heads);
    float[] slopes = new float[heads];
    for (int h = 0; h < heads; h++) {
      int i = power == heads ? h + 1 : h < power / 2 ? 2 * (h + 1) : 2 * (h - power / 2) + 1;
      slopes[h] = slope(i, power);
    }
    return slopes;
  }

  private static float slope(int i, int of) {
    return (float) Math.pow(2, -8.0 * i / of);
  }
}
