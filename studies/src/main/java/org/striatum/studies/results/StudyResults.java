package org.striatum.studies.results;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.about.AboutResults;
import org.striatum.studies.about.AboutStep;
import org.striatum.studies.adaptation.GateStep;
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.baselines.BaselineStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.intervention.MediationStep;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.intervention.SurpriseStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.splits.SplitsResults;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// The results of every study of one run; null or empty if one was not part of it.
///
/// @param interventions name → results, the first one made at the front
/// @param adaptations one per mode
/// @param baselines rankings that value neurons are compared with
/// @param surprises dopamine neurons read while value neurons are set to zero
/// @param splits the questions about value on other splits
/// @param mediation coordinates of right runs in wrong runs, and back
public record StudyResults(ValueNeuronResults values, AboutResults about, DopamineResults dopamine,
    SequencedMap<String, InterventionResults> interventions, TransferResults transfer, ConfidenceResults confidence,
    SearchResults search, List<AdaptationResults> adaptations, BaselineResults baselines,
    SurpriseResults surprises, SplitsResults splits, MediationResults mediation) {
  /// A run without any study.
  public static final StudyResults NONE = new StudyResults(null, null, null, new LinkedHashMap<>(), null, null, null,
      List.of(), null, null, null, null);

  public StudyResults {
    interventions = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(interventions));
    adaptations = List.copyOf(adaptations);
  }

  /// The same with something else told of neurons.
  public StudyResults withAbout(AboutResults other) {
    return new StudyResults(values, other, dopamine, interventions, transfer, confidence, search, adaptations,
        baselines, surprises, splits, mediation);
  }

  /// Value and dopamine neurons alone.
  public static StudyResults rankings(RunFolder folder) throws IOException {
    return new StudyResults(folder.find(ProbeStep.STUDY).orElse(null), null,
        folder.find(DopamineStep.STUDY).orElse(null), new LinkedHashMap<>(), null, null, null, List.of(), null, null,
        null, null);
  }

  /// Everything that a run has finished.
  public static StudyResults of(RunFolder folder) throws IOException {
    return new StudyResults(folder.find(ProbeStep.STUDY).orElse(null), folder.find(AboutStep.STUDY).orElse(null),
        folder.find(DopamineStep.STUDY).orElse(null),
        folder.all(AblationStep.STUDY), folder.find(CompareStep.STUDY).orElse(null),
        folder.find(ConfidenceStep.STUDY).orElse(null), folder.find(SearchStep.STUDY).orElse(null),
        List.copyOf(folder.all(GateStep.STUDY).values()), folder.find(BaselineStep.STUDY).orElse(null),
        folder.find(SurpriseStep.STUDY).orElse(null), folder.find(SplitsStep.STUDY).orElse(null),
        folder.find(MediationStep.STUDY).orElse(null));
  }
}
