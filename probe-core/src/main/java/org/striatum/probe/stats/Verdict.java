package org.striatum.probe.stats;

import java.util.List;
import org.striatum.probe.run.Printed;

/// The answer to one question of a study: one vocabulary in results, on the command line and in reports.
public enum Verdict implements Printed {
  /// Shown.
  YES("yes"),
  /// Its opposite is shown, or the effect that would show it is absent.
  NO("no"),
  /// The data allow both answers.
  UNDECIDED("undecided"),
  /// Nobody asked, or there was nothing to test.
  NOT_TESTED("not tested");

  private final String printed;

  Verdict(String printed) {
    this.printed = printed;
  }

  /// Whether a difference is positive, by its interval: YES above 0, NO below 0.
  public static Verdict positive(Estimate difference) {
    return difference.low() > 0 ? YES : difference.high() < 0 ? NO : UNDECIDED;
  }

  /// What several cases say together: their common verdict, UNDECIDED where they differ, NOT_TESTED without a case.
  public static Verdict of(List<Verdict> cases) {
    List<Verdict> distinct = cases.stream().distinct().toList();
    return distinct.isEmpty() ? NOT_TESTED : distinct.size() == 1 ? distinct.getFirst() : UNDECIDED;
  }

  @Override
  public String printed() {
    return printed;
  }

  @Override
  public String toString() {
    return printed;
  }
}
