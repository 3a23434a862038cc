package org.striatum.cli.process;

import java.time.Duration;

/// How long a process that is polled from time to time has given no sign of life, by the clock of the watcher.
final class Silence {
  private final long longestStep; // nanoseconds
  private long before;
  private long beat;
  private long nanoseconds;

  /// @param now nanoseconds of any clock
  /// @param beat the last sign of life
  /// @param longestStep the most time counted between two polls: after a longer one the watcher itself was stopped
  Silence(long now, long beat, Duration longestStep) {
    this.before = now;
    this.beat = beat;
    this.longestStep = longestStep.toNanos();
  }

  /// Polls again: returns whether the silence is longer than the limit; zero means no limit.
  boolean exceeds(Duration limit, long now, long lastBeat) {
    nanoseconds = lastBeat == beat ? nanoseconds + Math.min(now - before, longestStep) : 0;
    before = now;
    beat = lastBeat;
    return limit.isPositive() && nanoseconds > limit.toNanos();
  }
}
