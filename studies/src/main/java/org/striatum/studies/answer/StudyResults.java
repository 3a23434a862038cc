package org.striatum.studies.answer;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.adaptation.GateStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// The results of every study of one run; null or empty if one was not part of it.
///
/// @param interventions name → results, the first one made at the front
/// @param adaptations one per mode
public record StudyResults(ValueNeuronResults values, DopamineResults dopamine,
    SequencedMap<String, InterventionResults> interventions, TransferResults transfer, ConfidenceResults confidence,
    SearchResults search, List<AdaptationResults> adaptations) {
  /// A run without any study.
  public static final StudyResults NONE = new StudyResults(null, null, new LinkedHashMap<>(), null, null, null,
      List.of());

  /// The studies that answers are based on.
  static final List<Study<?, ?>> STUDIES = List.of(ProbeStep.STUDY, DopamineStep.STUDY, AblationStep.STUDY,
      CompareStep.STUDY, ConfidenceStep.STUDY, SearchStep.STUDY, GateStep.STUDY);

  /// Studies that every run has and that have no part in this record: their results are shown by others.
  private static final Set<String> TOLD_ELSEWHERE = Set.of("rollouts", "capture", "continuations", "answers");

  /// Whether a study's results are shown as part of these results. Those of any other study are shown value by value.
  public static boolean tell(Study<?, ?> study) {
    return TOLD_ELSEWHERE.contains(study.name()) || STUDIES.stream().anyMatch(one -> one.name().equals(study.name()));
  }

  public StudyResults {
    interventions = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(interventions));
    adaptations = List.copyOf(adaptations);
  }

  /// Everything that a run has finished.
  public static StudyResults of(RunFolder folder) throws IOException {
    return new StudyResults(folder.find(ProbeStep.STUDY).orElse(null), folder.find(DopamineStep.STUDY).orElse(null),
        folder.all(AblationStep.STUDY), folder.find(CompareStep.STUDY).orElse(null),
        folder.find(ConfidenceStep.STUDY).orElse(null), folder.find(SearchStep.STUDY).orElse(null),
        List.copyOf(folder.all(GateStep.STUDY).values()));
  }

  /// The same run with the results of a comparison of several.
  public StudyResults with(TransferResults compared) {
    return new StudyResults(values, dopamine, interventions, compared, confidence, search, adaptations);
  }
}
