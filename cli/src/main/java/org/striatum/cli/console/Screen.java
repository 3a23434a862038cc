package org.striatum.cli.console;

import java.util.Map;
import org.striatum.probe.stats.Verdict;

/// What results are printed on.
///
/// @param columns of the terminal; a file or a pipe has no end of the line
/// @param colours whether it shows them
public record Screen(int columns, boolean colours) {
  /// No wider even on a wide terminal: longer lines are hard to read.
  public static final int WIDEST = 100;

  private static final int UNLIMITED = Integer.MAX_VALUE;
  /// A file or a pipe: the reader's own tool breaks lines, or searches them.
  public static final Screen PLAIN = new Screen(UNLIMITED, false);

  private static final int NARROWEST = 30;
  /// Columns of a usual terminal.
  public static final int USUAL = 80;

  public Screen {
    columns = Math.max(columns, NARROWEST);
  }

  /// Columns that what is laid out as one screen may take.
  public int width() {
    return Math.min(columns, WIDEST);
  }

  /// Columns that a line of text may take.
  public int line() {
    return columns == UNLIMITED ? UNLIMITED : width();
  }

  /// Reads the environment: `COLUMNS` is the terminal's width, or that of what is behind a pipe where somebody gives it (shells keep
  /// their own to themselves); `NO_COLOR` asks for no colours (no-color.org).
  ///
  /// @param terminal whether output goes to one
  public static Screen of(Map<String, String> environment, boolean terminal) {
    boolean colours = terminal && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
    String columns = environment.getOrDefault("COLUMNS", "").strip();
    return new Screen(
        columns.matches("[1-9]\\d{0,5}") ? Integer.parseInt(columns) : terminal ? USUAL : UNLIMITED, colours);
  }

  /// A verdict's word in its colour.
  public String painted(Verdict verdict, String word) {
    return !colours ? word : "\u001b[" + switch (verdict) {
      case YES -> "1;32";
      case NO -> "1;35";
      case UNDECIDED -> "33";
      case NOT_TESTED -> "2";
    } + "m" + word + "\u001b[0m";
  }

  /// A heading.
  public String strong(String text) {
    return colours ? "\u001b[1m" + text + "\u001b[0m" : text;
  }
}
