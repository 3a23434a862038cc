package org.striatum.cli.summary;

import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.striatum.cli.console.TimeLeft;
import org.striatum.studies.planning.StudyTime;

/// The time that a study still takes: estimated before it begins, corrected by what its steps have taken. Used from one thread.
public final class TimeAhead {
  private static final double WORTH_SAYING = 60; // seconds
  /// A step that took a hundred times its estimate says that something else went on.
  private static final double FURTHEST = 10;
  /// Share of the whole that the estimate counts for beside what is done: a step of a second says little of an hour.
  private static final double TRUSTED = 0.05;

  private final LongSupplier nanos;
  private final Set<String> ended = new HashSet<>();
  private StudyTime estimate;
  private long begun;
  private double off;
  private double expected;

  public TimeAhead() {
    this(System::nanoTime);
  }

  TimeAhead(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// Takes an estimate, and says it in one line.
  ///
  /// @param time of one process
  /// @param processes that work at a time
  public String expect(StudyTime time, int processes) {
    estimate = time.over(processes);
    return "time: about %s at the speed measured now: %s; known better with every step".formatted(
        processes == 1
            ? words(time.total())
            : "%s by %d processes at a time; by one %s".formatted(words(estimate.total()), processes,
                words(time.total())),
        time.seconds().entrySet().stream().map(one -> one.getKey() + " " + words(one.getValue()))
            .collect(Collectors.joining(", ")));
  }

  /// In words, of seconds.
  public static String words(double seconds) {
    return TimeLeft.words(Math.max(1, Math.round(seconds)));
  }

  /// A step begins.
  public void begin() {
    begun = nanos.getAsLong();
  }

  /// A step is done. What comes after it is estimated again.
  ///
  /// @return `; about 4 min left`; empty where that is not known, or too short to be said
  public String end(String study) {
    if (estimate == null) {
      return "";
    }
    if (estimate.of(study) > 0 && ended.add(study)) {
      double times = (nanos.getAsLong() - begun) / 1e9 / estimate.of(study);
      off += estimate.of(study) * Math.log(Math.clamp(times, 1 / FURTHEST, FURTHEST));
      expected += estimate.of(study);
    }
    double left = left();
    return left < WORTH_SAYING ? "" : "; about " + words(left) + " left";
  }

  /// Seconds that are left: the estimate of what is not done, times how many times as long as estimated what is done has taken. That is
  /// the geometric mean over steps, each as heavy as its estimate: a short step during which the machine stood still counts for little.
  double left() {
    return estimate.without(ended).total()
        * (expected > 0 ? Math.exp(off / (expected + TRUSTED * estimate.total())) : 1);
  }
}
