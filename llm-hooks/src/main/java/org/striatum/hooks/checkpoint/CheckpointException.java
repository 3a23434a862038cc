package org.striatum.hooks.checkpoint;

import java.io.IOException;

/// A checkpoint that cannot be opened or does not compute what it should. One line: what is wrong, where, and what to
/// do about it.
public class CheckpointException extends IOException {
  private static final long serialVersionUID = 1;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
