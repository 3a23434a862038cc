package org.striatum.cli.process;

/// Untrusted text on one line of a terminal: no line breaks, no control characters.
public final class OneLine {
  private OneLine() {}

  public static String of(String text) {
    return text.replaceAll("\\R", " ").replaceAll("[\\p{Cc}\\p{Cf}]", "\ufffd");
  }
}
