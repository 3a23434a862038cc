package org.striatum.hooks.parity;

import java.util.Locale;
import org.striatum.probe.run.Printed;

/// What came of a check.
public enum ParityOutcome implements Printed {
  PASSED, FAILED, NOT_CHECKED;

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  @Override
  public String toString() {
    return printed();
  }
}
