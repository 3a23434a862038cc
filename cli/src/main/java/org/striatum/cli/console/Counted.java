package org.striatum.cli.console;

/// A number of things in words: `1 dataset`, `2 datasets`.
public final class Counted {
  private Counted() {}

  /// The number and its unit.
  ///
  /// @param unit in the singular, with a regular plural
  public static String of(long number, String unit) {
    return number + " " + (number == 1 ? unit : unit + "s");
  }
}
