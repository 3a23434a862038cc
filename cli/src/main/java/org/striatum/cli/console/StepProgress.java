package org.striatum.cli.console;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.striatum.probe.run.Heartbeat;
import org.striatum.probe.run.Progress;

/// How far work has come, for every command: of a study in steps one line a step, of other work one line when it ends. What is under way
/// is one line that is written over on a terminal; elsewhere it is said from time to time. Used from one thread.
public final class StepProgress implements Progress {
  private static final long FIRST_AFTER = Duration.ofSeconds(2).toNanos();
  private static final long ON_TERMINAL = Duration.ofMillis(500).toNanos();
  private static final long ELSEWHERE = Duration.ofSeconds(10).toNanos();

  private final PrintWriter err;
  private final Screen screen;
  private final boolean terminal;
  private final LongSupplier nanos;

  private String step = "";
  private long begun;
  private long next;
  private int open;
  private int shown;

  /// @param screen whose width the line may take
  /// @param terminal whether a line can be written over
  public StepProgress(PrintWriter err, Screen screen, boolean terminal) {
    this(err, screen, terminal, System::nanoTime);
  }

  StepProgress(PrintWriter err, Screen screen, boolean terminal, LongSupplier nanos) {
    this.err = err;
    this.screen = screen;
    this.terminal = terminal;
    this.nanos = nanos;
  }

  /// A step begins.
  ///
  /// @param number from 1
  /// @param of how many
  public void begin(int number, int of, String name) {
    step = "%d of %d %s".formatted(number, of, name);
    begun = nanos.getAsLong();
    next = begun + FIRST_AFTER;
    if (terminal) {
      over(step);
    }
  }

  /// The step is done.
  ///
  /// @param wrote its file, or why there is none
  public void end(String wrote) {
    note("%s: %s, %s".formatted(step, seconds(nanos.getAsLong() - begun), wrote));
    step = "";
  }

  /// A line that stays.
  public void note(String line) {
    clear();
    ScreenText.paragraph(ScreenText.visible(line), screen.line()).forEach(err::println);
  }

  /// Takes away the line that is written over, so that something else can be printed.
  void clear() {
    if (shown > 0) {
      err.print("\r" + " ".repeat(shown) + "\r");
      err.flush();
      shown = 0;
    }
  }

  private void over(String line) {
    String fitting = ScreenText.cut(ScreenText.visible(line), screen.width() - 1);
    int width = ScreenText.width(fitting);
    err.print("\r" + fitting + " ".repeat(Math.max(0, shown - width)));
    err.flush();
    shown = width;
  }

  private static String seconds(long nanos) {
    double seconds = nanos / 1e9;
    return seconds < 10 ? "%.1f s".formatted(seconds) : TimeLeft.words(Math.round(seconds));
  }

  @Override
  public Task start(String name, long total, String unit) {
    return resume(name, total, 0, unit);
  }

  @Override
  public Task resume(String name, long total, long done, String unit) {
    Heartbeat.beat();
    if (step.isEmpty() && open == 0) {
      next = nanos.getAsLong() + FIRST_AFTER;
    }
    open++;
    return new Part(name, total, done, unit);
  }

  /// A piece of work, of a step or by itself.
  private final class Part implements Task {
    private final String name;
    private final long total;
    private final String unit;
    private final TimeLeft left;
    private final long started = nanos.getAsLong();
    private final long before;
    private long done;

    Part(String name, long total, long done, String unit) {
      this.name = ScreenText.visible(name); // of a task, a set, a file
      this.total = total;
      this.unit = unit;
      this.before = done;
      this.done = done;
      this.left = new TimeLeft(total, done, started);
    }

    @Override
    public void step(long units) {
      Heartbeat.beat();
      done += units;
      long now = nanos.getAsLong();
      left.seen(done, now);
      if (now >= next && done < total) {
        String line = "%s%s: %d of %s%s".formatted(step.isEmpty() ? "" : step + " · ", name, done,
            Counted.of(total, unit), left.at(done, now));
        if (terminal) {
          over(line);
        } else {
          ScreenText.paragraph(line, screen.line()).forEach(err::println);
        }
        next = now + (terminal ? ON_TERMINAL : ELSEWHERE);
      }
    }

    /// The line of a step says that its parts are done; work by itself says so here.
    @Override
    public void close() {
      open--;
      if (step.isEmpty()) {
        note("%s: %s in %s".formatted(name, Counted.of(done - before, unit), seconds(nanos.getAsLong() - started)));
      }
    }
  }
}
