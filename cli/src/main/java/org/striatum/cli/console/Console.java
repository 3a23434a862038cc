package org.striatum.cli.console;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.striatum.cli.process.CheckpointProcess;
import org.striatum.cli.process.OneLine;
import org.striatum.cli.process.Supervision;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;

/// Where a command prints: results on stdout, everything else on stderr; and its watcher.
///
/// @param out results; the same for the same seed
/// @param err messages, progress, times
/// @param progress receives reports of long work
/// @param supervision the watcher of this process
/// @param screen what results are printed on
public record Console(PrintWriter out, PrintWriter err, Progress progress, Supervision supervision, Screen screen) {
  /// A console without a watcher, for a file.
  public Console(PrintWriter out, PrintWriter err, Progress progress) {
    this(out, err, progress, Supervision.NONE, Screen.PLAIN);
  }

  /// The console of a process.
  public static Console standard(StandardOutput out) {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    boolean terminal = Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false);
    Screen screen = Screen.of(System.getenv(), terminal);
    return new Console(new PrintWriter(out, true, StandardCharsets.UTF_8), err,
        new StepProgress(err, screen, terminal), CheckpointProcess.supervision(), screen);
  }

  /// The same without results: for a command that prints its own at the end.
  public Console silent() {
    return new Console(new PrintWriter(Writer.nullWriter()), err, progress, supervision, screen);
  }

  /// The same on another screen.
  public Console on(Screen other) {
    return new Console(out, err, progress, supervision, other);
  }

  /// Progress of work in steps on this console.
  public StepProgress steps() {
    return progress instanceof StepProgress shown ? shown : new StepProgress(err, screen, false);
  }

  /// Ends the line of progress that is written over, if there is one.
  private void clear() {
    if (progress instanceof StepProgress shown) {
      shown.clear();
    }
  }

  /// A line of results as it is: for machines, or laid out already.
  public void print(String line) {
    clear();
    out.println(line);
  }

  /// Results in words: what would break a line or turn it round is written as its number, and no line is wider than the terminal.
  public void say(String text) {
    clear();
    ScreenText.paragraph(ScreenText.visible(text), screen.line()).forEach(out::println);
  }

  /// A table of results, no wider than the terminal.
  public void print(Table table) {
    clear();
    table.lines(screen.columns(), screen.line()).forEach(out::println);
  }

  /// JSON as in the run folder's files: a NaN is null.
  public void json(Object result) {
    clear();
    out.print(new String(RecordJson.pretty(result), StandardCharsets.UTF_8));
    out.flush();
  }

  /// The same for a study's results, with the version of their format.
  public void json(FileFormat format, Object result) {
    json(RecordJson.versioned(format, result));
  }

  /// A line of messages.
  public void note(String line) {
    clear();
    ScreenText.paragraph(ScreenText.visible(line), screen.line()).forEach(err::println);
  }

  /// Why the process ends with this code, for people and for its watcher.
  public int failed(int exitCode, String message) {
    error(message);
    supervision.failed(exitCode, OneLine.of(message));
    return exitCode;
  }

  /// One line, even if the message quotes untrusted text.
  public void error(String message) {
    clear();
    err.println("striatum: " + OneLine.of(message));
  }
}
