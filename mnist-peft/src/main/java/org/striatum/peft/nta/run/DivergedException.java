package org.striatum.peft.nta.run;

import java.io.Serial;
import org.striatum.probe.run.UsageException;

/// A run whose loss did not stay finite: its settings do not fit.
public final class DivergedException extends UsageException {
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
