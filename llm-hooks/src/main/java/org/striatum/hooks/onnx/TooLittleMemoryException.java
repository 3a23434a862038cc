package org.striatum.hooks.onnx;

import org.striatum.hooks.checkpoint.CheckpointException;

/// A machine without room for the copy of the weights that a run computes with.
public final class TooLittleMemoryException extends CheckpointException {
  private static final long serialVersionUID = 1;

  TooLittleMemoryException(String message) {
    super(message);
  }
}
