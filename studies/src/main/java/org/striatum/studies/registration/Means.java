package org.striatum.studies.registration;

import org.striatum.probe.run.Printed;

/// How a power was found.
public enum Means implements Printed {
  /// In closed form, or by summing over all outcomes.
  FORMULA("by formula"),
  /// By the study's own tests on made-up data with the pilot's figures.
  SIMULATION("by simulation"),
  /// Not at all.
  NOT_PLANNED("not planned");

  private final String printed;

  Means(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }
}
