package org.striatum.studies.shares;

import java.io.IOException;

/// Shares of a study's work could not be computed, as often as they were tried. What others finished is kept, and the same command goes on.
public final class SharesFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  /// @param message one line
  public SharesFailedException(String message) {
    super(message);
  }
}
