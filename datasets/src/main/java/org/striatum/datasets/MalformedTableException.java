package org.striatum.datasets;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.striatum.probe.run.BadDataException;

/// More than half the rows of a table cannot be used.
public final class MalformedTableException extends BadDataException {
  private static final long serialVersionUID = 1;

  private final EnumSet<Need> needs;

  /// @param needs may be empty
  MalformedTableException(Set<Need> needs, String message) {
    super(message);
    this.needs = EnumSet.noneOf(Need.class);
    this.needs.addAll(needs);
  }

  /// What the caller can say so that more rows can be used.
  public Set<Need> needs() {
    return Collections.unmodifiableSet(needs);
  }
}
