package org.striatum.datasets;

import org.striatum.probe.run.UsageException;

/// A file does not say something that is needed to use it, and neither did the caller.
public final class MissingSettingException extends UsageException {
  private static final long serialVersionUID = 1;

  private final Need need;

  public MissingSettingException(Need need, String message) {
    super(message);
    this.need = need;
  }

  /// What to say.
  public Need need() {
    return need;
  }
}
