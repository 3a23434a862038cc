package org.striatum.probe.value;

import org.striatum.probe.run.Printed;

/// What value neurons are compared with: rankings of the same coordinates that know nothing of value (arXiv 2602.00986v2, §4).
public enum Baseline implements Printed {
  /// Size of what is written to the coordinate: Σᵢ |W(j, i)| ‖xᵢ‖₂ over the matrices that write to it, after Wanda (Sun et al.
  /// 2023, arXiv 2306.11695), which scores single weights so.
  WANDA("wanda"),
  /// First-layer column of the value probe's network, trained on the log-probability of the token that comes next.
  NEXT_TOKEN("next-token"),
  /// First-layer column of a value probe that is trained on last states alone.
  TERMINAL_ONLY("terminal-only");

  private final String printed;

  Baseline(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }

  /// As it is printed.
  @Override
  public String toString() {
    return printed();
  }

  /// The baseline printed so.
  ///
  /// @throws IllegalArgumentException on any other name
  public static Baseline named(String printed) {
    return Printed.named(Baseline.class, "a baseline", printed);
  }
}
