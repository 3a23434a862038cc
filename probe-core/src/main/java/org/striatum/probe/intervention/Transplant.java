package org.striatum.probe.intervention;

import java.util.Locale;
import org.striatum.probe.run.Printed;

/// Whose coordinates stand in whose run.
public enum Transplant implements Printed {
  /// Those of a run that ends right in a run that ends wrong.
  RIGHT_INTO_WRONG,
  /// The other way round.
  WRONG_INTO_RIGHT;

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /// As it is printed.
  @Override
  public String toString() {
    return printed();
  }
}
