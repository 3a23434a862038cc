package org.striatum.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// How long work will still take, by the pace that was measured: half that of all that is done, half that of its last quarter. Nothing is
/// said until enough of it is done and both agree: the first units are the slowest, and an estimate from them is off by ten times and
/// more. A machine that stood still for a while is no slower afterwards: no stretch counts for more than a few times what those around
/// it took. Used from one thread.
public final class TimeLeft {
  private static final double LEAST_SECONDS = 8;
  private static final double LEAST_SHARE = 0.05;
  private static final int LEAST_STRETCHES = 4;
  /// Seconds: what is shorter is measured together with what follows it.
  private static final double SHORTEST = 0.5;
  /// How many stretches on each side say what is usual.
  private static final int AROUND = 7;
  /// How many times what is usual a stretch may count for.
  private static final double LONGEST = 4;
  private static final double LAST = 0.25;
  /// How many times one pace may be the other where they agree.
  private static final double STEADY = 3;
  private static final int MOST_STRETCHES = 256;

  private final long total;
  private final long before;
  private final long started;
  private final List<Stretch> stretches = new ArrayList<>();
  private long measured;
  private long since;

  /// Some units, one after the other.
  private record Stretch(long units, double seconds) {
    double pace() {
      return seconds / units;
    }
  }

  /// @param total units
  /// @param before how many of them were done before it began
  /// @param started in nanoseconds
  TimeLeft(long total, long before, long started) {
    this.total = total;
    this.before = before;
    this.started = started;
    this.measured = before;
    this.since = started;
  }

  /// So many units are done now.
  void seen(long done, long now) {
    double seconds = (now - since) / 1e9;
    if (done <= measured || seconds < SHORTEST) {
      return;
    }
    if (stretches.size() == MOST_STRETCHES) {
      halve();
    }
    stretches.add(new Stretch(done - measured, seconds));
    measured = done;
    since = now;
  }

  /// `, 40 s left`; empty where it is too early to say.
  String at(long done, long now) {
    double share = total == before ? 0 : (done - before) / (double) (total - before);
    if ((now - started) / 1e9 < LEAST_SECONDS || share < LEAST_SHARE || stretches.size() < LEAST_STRETCHES) {
      return "";
    }
    List<Stretch> usual = usual();
    double all = pace(usual, Long.MAX_VALUE);
    double last = pace(usual, (long) Math.ceil(LAST * (measured - before)));
    return Math.max(all, last) > STEADY * Math.min(all, last)
        ? ""
        : ", " + words(Math.round((total - done) * (all + last) / 2)) + " left";
  }

  /// Seconds a unit, over the last stretches that hold so many units.
  private static double pace(List<Stretch> stretches, long most) {
    long units = 0;
    double seconds = 0;
    for (int i = stretches.size() - 1; i >= 0 && units < most; i--) {
      units += stretches.get(i).units;
      seconds += stretches.get(i).seconds;
    }
    return seconds / units;
  }

  /// The stretches, none longer than those around it allow.
  private List<Stretch> usual() {
    return IntStream.range(0, stretches.size()).mapToObj(i -> {
      Stretch own = stretches.get(i);
      double[] around = stretches.subList(Math.max(0, i - AROUND), Math.min(stretches.size(), i + AROUND + 1)).stream()
          .mapToDouble(Stretch::pace).sorted().toArray();
      return new Stretch(own.units, Math.min(own.seconds, LONGEST * around[(around.length - 1) / 2] * own.units));
    }).toList();
  }

  /// Two stretches become one, so that work of any length is measured in as many.
  private void halve() {
    List<Stretch> usual = usual();
    stretches.clear();
    for (int i = 0; i + 1 < usual.size(); i += 2) {
      stretches.add(new Stretch(usual.get(i).units + usual.get(i + 1).units,
          usual.get(i).seconds + usual.get(i + 1).seconds));
    }
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
