package org.striatum.probe.run;

import java.io.IOException;

/// A data file (rollouts, activations, results) that cannot be used. The message names the file and the remedy.
public class BadDataException extends IOException {
  private static final long serialVersionUID = 1;

  public BadDataException(String message) {
    super(message);
  }

  public BadDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
