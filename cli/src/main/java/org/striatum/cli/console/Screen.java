package org.striatum.cli.console;

import java.util.Map;
import org.striatum.probe.stats.Verdict;

/// What results are printed on.
///
/// @param width columns that a line may take
/// @param colours whether it shows them
public record Screen(int width, boolean colours) {
  /// No wider even on a wide terminal: longer lines are hard to read.
  public static final int WIDEST = 100;
  /// A file or a pipe.
  public static final Screen PLAIN = new Screen(WIDEST, false);

  private static final int NARROWEST = 30;
  private static final int USUAL = 80;

  public Screen {
    width = Math.clamp(width, NARROWEST, WIDEST);
  }

  /// Reads the environment: `COLUMNS` is the terminal's width, `NO_COLOR` asks for no colours (no-color.org).
  ///
  /// @param terminal whether output goes to one
  public static Screen of(Map<String, String> environment, boolean terminal) {
    if (!terminal) {
      return PLAIN;
    }
    boolean colours = environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
    String columns = environment.getOrDefault("COLUMNS", "").strip();
    return new Screen(columns.matches("[1-9]\\d{0,5}") ? Integer.parseInt(columns) : USUAL, colours);
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
