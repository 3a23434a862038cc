package org.striatum.studies.answer;

import java.util.List;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.value.ValueNeuronResults;

/// The results of every study of one run; null where one was not part of it.
///
/// @param adaptations one a mode; may be empty
public record StudyResults(ValueNeuronResults values, DopamineResults dopamine, InterventionResults interventions,
    TransferResults transfer, ConfidenceResults confidence, SearchResults search,
    List<AdaptationResults> adaptations) {
  /// A run that has studied nothing.
  public static final StudyResults NONE = new StudyResults(null, null, null, null, null, null, List.of());

  public StudyResults {
    adaptations = List.copyOf(adaptations);
  }

  /// The same run with what a comparison of several found.
  public StudyResults with(TransferResults compared) {
    return new StudyResults(values, dopamine, interventions, compared, confidence, search, adaptations);
  }
}
