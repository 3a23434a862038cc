package org.striatum.cli;

import org.striatum.hooks.HookedModel;
import org.striatum.hooks.decoder.DecoderShape;

/// How many rollouts run together: a number, or `auto` by the memory of their key-value caches.
final class BatchSize {
  private static final long CACHE_BYTES = 512L << 20;
  private static final int MOST = 256;
  /// Tokens a rollout is reckoned with.
  private static final int TYPICAL_LENGTH = 256;

  private BatchSize() {}

  static int of(String option, HookedModel model) {
    if (!option.equals("auto")) {
      try {
        int size = Integer.parseInt(option);
        if (size >= 1) {
          return size;
        }
      } catch (NumberFormatException _) {
        // said below
      }
      throw new IllegalArgumentException("--batch-size must be auto or an integer ≥ 1, found " + option);
    }
    DecoderShape shape = model.decoder().shape();
    long perRollout = 8L * shape.layers() * shape.keyValueHeads() * shape.headWidth() * TYPICAL_LENGTH;
    return Math.clamp(CACHE_BYTES / perRollout, 1, MOST);
  }
}
