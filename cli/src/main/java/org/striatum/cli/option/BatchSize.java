package org.striatum.cli.option;

import org.striatum.hooks.HookedModel;

/// How many rollouts run together: a number, or `auto` by the memory of their key-value caches.
public final class BatchSize {
  private static final long CACHE_BYTES = 512L << 20;
  private static final int MOST = 256;
  /// Tokens a rollout is reckoned with.
  private static final int TYPICAL_LENGTH = 256;

  private BatchSize() {}

  /// Rollouts that run together, at least 1.
  ///
  /// @param option a number or `auto`
  /// @throws IllegalArgumentException if it is neither
  public static int of(String option, HookedModel model) {
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
    long perToken = model.facts().cacheBytes() > 0
        ? model.facts().cacheBytes()
        : 8L * model.facts().layers() * model.facts().width(); // as many key-value heads as query heads
    return Math.clamp(CACHE_BYTES / (perToken * TYPICAL_LENGTH), 1, MOST);
  }
}
