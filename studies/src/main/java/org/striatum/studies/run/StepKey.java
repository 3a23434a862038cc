package org.striatum.studies.run;

import java.util.List;
import org.striatum.probe.run.Sha256;

/// What a step of a run depends on: any change makes the step unfinished.
///
/// @param sha256 of its settings and of the outputs of the steps before it
/// @param after names of those steps, sorted
public record StepKey(Sha256 sha256, List<String> after) {
  public StepKey {
    after = List.copyOf(after);
  }
}
