package org.striatum.datasets;

import java.util.Optional;

/// One row of a table cannot be used. The message says why, without naming the row; most readers skip and count such rows.
public final class MalformedRowException extends Exception {
  private static final long serialVersionUID = 1;

  private final Need need;

  MalformedRowException(String message) {
    this(null, message);
  }

  /// @param need what would make the row usable
  MalformedRowException(Need need, String message) {
    super(message);
    this.need = need;
  }

  /// What the caller can say so that the row can be used; empty if nothing would do.
  public Optional<Need> need() {
    return Optional.ofNullable(need);
  }
}
