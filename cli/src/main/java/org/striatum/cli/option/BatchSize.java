package org.striatum.cli.option;

import org.striatum.probe.run.UsageException;

/// Rollouts per batch: a number, or `auto`, chosen by the memory of their key-value caches.
final class BatchSize {
  private BatchSize() {}

  /// The number; 0 for `auto`.
  ///
  /// @throws UsageException if it is neither
  static int parsed(String option) {
    if (option.equals("auto")) {
      return 0;
    }
    try {
      int size = Integer.parseInt(option);
      if (size >= 1) {
        return size;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new UsageException("--batch-size must be auto or an integer ≥ 1, found " + option);
  }
}
