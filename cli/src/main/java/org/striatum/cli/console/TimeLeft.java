package org.striatum.cli.console;

import java.time.Duration;

/// How long work will still take, by the rate that was measured. Nothing is said until enough of it is done: the first units are the
/// slowest, and an estimate from them is off by ten times and more.
///
/// @param total units
/// @param before how many of them were done before it began
/// @param started in nanoseconds
public record TimeLeft(long total, long before, long started) {
  private static final long LEAST_TIME = Duration.ofSeconds(8).toNanos();
  private static final double LEAST_SHARE = 0.05;

  /// `, 40 s left`; empty where it is too early to say.
  String at(long done, long now) {
    double share = total == before ? 0 : (done - before) / (double) (total - before);
    return now - started < LEAST_TIME || share < LEAST_SHARE
        ? ""
        : ", " + words(Math.round((now - started) / 1e9 * (1 - share) / share)) + " left";
  }

  /// `40 s`, `3 min`, `2 h 5 min`.
  public static String words(long seconds) {
    if (seconds < 100) {
      return seconds + " s";
    }
    long minutes = Math.round(seconds / 60.0);
    return minutes < 60
        ? minutes + " min"
        : minutes / 60 + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
  }
}
