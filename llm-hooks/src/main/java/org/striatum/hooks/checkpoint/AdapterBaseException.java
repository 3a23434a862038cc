package org.striatum.hooks.checkpoint;

/// An adapter whose base is not known: which folder it changes must be given.
public final class AdapterBaseException extends CheckpointException {
  private static final long serialVersionUID = 1;

  public AdapterBaseException(String message) {
    super(message);
  }
}
