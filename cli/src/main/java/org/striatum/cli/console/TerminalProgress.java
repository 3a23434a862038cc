package org.striatum.cli.console;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.striatum.probe.run.Heartbeat;
import org.striatum.probe.run.Progress;

/// A bar with rate and time left on a terminal; elsewhere a plain line from time to time. Work under two seconds shows
/// nothing until it ends.
///
/// @param err where it is shown
/// @param screen how wide a bar may be
/// @param terminal whether a bar can be drawn there
record TerminalProgress(PrintWriter err, Screen screen, boolean terminal) implements Progress {
  // A width that is given: the library asks the terminal for it in a way that takes Ctrl-C from the JVM, which then ends
  // without a word and leaves unfinished files behind.
  private static final int BAR_WIDTH = 79;

  @Override
  public Task start(String name, long total, String unit) {
    return resume(name, total, 0, unit);
  }

  @Override
  public Task resume(String untrusted, long total, long done, String unit) {
    Heartbeat.beat();
    String name = ScreenText.visible(untrusted); // of a task, a set, a file
    return terminal
        ? new Bar(new ProgressBarBuilder().setTaskName(name).setInitialMax(total).setUnit(" " + unit + "s", 1)
            .setStyle(ProgressBarStyle.ASCII).showSpeed().setUpdateIntervalMillis(500)
            .startsFrom(done, Duration.ZERO)
            .setConsumer(new ConsoleProgressBarConsumer(System.err, Math.min(BAR_WIDTH, screen.width() - 1))).build())
        : new Lines(err, name, total, done, unit);
  }

  private record Bar(ProgressBar bar) implements Task {
    @Override
    public void step(long units) {
      Heartbeat.beat();
      bar.stepBy(units);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  private static final class Lines implements Task {
    private static final long FIRST_AFTER = Duration.ofSeconds(2).toNanos();
    private static final long THEN_EVERY = Duration.ofSeconds(10).toNanos();

    private final PrintWriter err;
    private final String name;
    private final long total;
    private final String unit;
    private final long started = System.nanoTime();
    private final long before;
    private final TimeLeft left;
    private long next = started + FIRST_AFTER;
    private long done;

    Lines(PrintWriter err, String name, long total, long before, String unit) {
      this.err = err;
      this.name = name;
      this.total = total;
      this.before = before;
      this.left = new TimeLeft(total, before, started);
      this.done = before;
      this.unit = unit;
    }

    @Override
    public void step(long units) {
      Heartbeat.beat();
      done += units;
      long now = System.nanoTime();
      if (now >= next && done < total) {
        double seconds = (now - started) / 1e9;
        double rate = (done - before) / seconds;
        err.println("%s: %d of %s, %s per second%s".formatted(name, done, Counted.of(total, unit),
            rate < 10 ? "%.1f".formatted(rate) : "%.0f".formatted(rate), left.at(done, now)));
        next = now + THEN_EVERY;
      }
    }

    @Override
    public void close() {
      err.println(
          "%s: %s in %.1f s".formatted(name, Counted.of(done - before, unit), (System.nanoTime() - started) / 1e9));
    }
  }
}
