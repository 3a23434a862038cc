package org.striatum.studies.intervention;

import java.util.List;
import org.striatum.probe.dopamine.SurpriseResponse;

/// What becomes of responses to surprises where other neurons are set to zero.
///
/// @param responses one a dataset
/// @param notes what could not be done, and why
public record SurpriseResults(List<SurpriseResponse> responses, List<String> notes) {
  public SurpriseResults {
    responses = List.copyOf(responses);
    notes = List.copyOf(notes);
  }
}
