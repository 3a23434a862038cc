package org.striatum.hooks.text;

import org.striatum.hooks.checkpoint.CheckpointException;

/// A checkpoint without a tokenizer, or with one of a kind that is not read: it runs, but not on text.
public final class NoTokenizerException extends CheckpointException {
  private static final long serialVersionUID = 1;

  NoTokenizerException(String message) {
    super(message);
  }
}
