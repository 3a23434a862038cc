package org.striatum.studies.run;

import java.util.List;
import org.striatum.probe.run.Sha256;

/// What a step of a run stands on: a change in any of it makes the step unfinished.
///
/// @param sha256 of its settings and of what the steps before it put out
/// @param after names of those steps, sorted
public record StepKey(Sha256 sha256, List<String> after) {
  public StepKey {
    after = List.copyOf(after);
  }
}
