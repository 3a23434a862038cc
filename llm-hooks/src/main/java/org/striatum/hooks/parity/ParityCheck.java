package org.striatum.hooks.parity;

import java.util.Objects;
import org.striatum.probe.model.HookPoint;

/// How one identity fared on a model.
///
/// @param name which
/// @param at where the error is largest; null where nothing was compared
/// @param error the largest, relative; NaN where nothing was compared
/// @param tolerance what it may be
/// @param outcome whether it held
/// @param note what was compared, or why nothing was
public record ParityCheck(ParityIdentity name, HookPoint at, double error, double tolerance, ParityOutcome outcome,
    String note) {
  public ParityCheck {
    Objects.requireNonNull(name);
    Objects.requireNonNull(outcome);
    Objects.requireNonNull(note);
  }

  static ParityCheck of(ParityIdentity name, Deviation worst, double tolerance, String note) {
    return new ParityCheck(name, worst.at(), worst.error(), tolerance,
        worst.error() <= tolerance ? ParityOutcome.PASSED : ParityOutcome.FAILED, note);
  }

  static ParityCheck notChecked(ParityIdentity name, double tolerance, String why) {
    return new ParityCheck(name, null, Double.NaN, tolerance, ParityOutcome.NOT_CHECKED, why);
  }

  /// On one line, for people.
  @Override
  public String toString() {
    return outcome == ParityOutcome.NOT_CHECKED
        ? "%s: not checked: %s".formatted(name, note)
        : "%s: %s, error %.1e%s, tolerance %.0e: %s".formatted(name, outcome, error, at == null ? "" : " at " + at,
            tolerance, note);
  }
}
