package org.striatum.peft.nta.run;

import java.io.Serial;

/// A run whose loss did not stay finite: its settings are at fault.
public final class DivergedException extends IllegalArgumentException {
  @Serial
  private static final long serialVersionUID = 1L;

  /// @param message the loss, where, and what would help
  public DivergedException(String message) {
    super(message);
  }

  private DivergedException(String message, Throwable cause) {
    super(message, cause);
  }

  /// The same, saying of which run.
  public DivergedException of(String run) {
    return new DivergedException(run + ": " + getMessage(), this);
  }
}
