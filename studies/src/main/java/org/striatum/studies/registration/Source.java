package org.striatum.studies.registration;

import org.striatum.probe.run.Printed;

/// Where a figure of a plan comes from.
public enum Source implements Printed {
  /// On the pilot.
  MEASURED("measured"),
  /// By the user.
  ASSUMED("assumed"),
  /// By nobody: the program's own.
  DEFAULT("default");

  private final String printed;

  Source(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }
}
