package org.striatum.cli.process;

import java.time.Duration;

/// How long a process that is looked at now and then has given no sign of life, by the watch of the one who looks.
final class Silence {
  private final long longestStep; // nanoseconds
  private long before;
  private long beat;
  private long nanoseconds;

  /// @param now nanoseconds of any clock
  /// @param beat the last sign of life
  /// @param longestStep counted between two looks: in a longer one it was the watcher that stood still
  Silence(long now, long beat, Duration longestStep) {
    this.before = now;
    this.beat = beat;
    this.longestStep = longestStep.toNanos();
  }

  /// Looks again: whether the silence has been longer than the limit, zero for none.
  boolean exceeds(Duration limit, long now, long lastBeat) {
    nanoseconds = lastBeat == beat ? nanoseconds + Math.min(now - before, longestStep) : 0;
    before = now;
    beat = lastBeat;
    return limit.isPositive() && nanoseconds > limit.toNanos();
  }
}
