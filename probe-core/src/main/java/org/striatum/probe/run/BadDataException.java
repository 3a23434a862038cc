package org.striatum.probe.run;

import java.io.IOException;

/// A data file (rollouts, activations, results) that cannot be used. The message names the file and the remedy, on one
/// line: control and direction characters quoted from a stranger's file are shown as �.
public class BadDataException extends IOException {
  private static final long serialVersionUID = 1;

  public BadDataException(String message) {
    super(oneLine(message));
  }

  public BadDataException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  private static String oneLine(String message) {
    return message.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "\ufffd");
  }
}
