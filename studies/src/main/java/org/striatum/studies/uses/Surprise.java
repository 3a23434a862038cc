package org.striatum.studies.uses;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.StepScorer;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.uses.SearchStudy.Judge;
import org.striatum.probe.uses.SurpriseScore;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.run.StudyRun;

/// Surprise as a judge of steps: the TD-error probe of a run's dopamine study, with that study's own settings and V̂.
///
/// @param found null where the study is not finished
/// @param told what it was told; null likewise
/// @param datasets steps and values that it was fitted to
record Surprise(DopamineResults found, DopamineStepSettings told, List<StudiedDataset> datasets) {
  static Surprise of(StudyRun run, ActivationStore store) throws IOException {
    if (!run.folder().has(DopamineStep.STUDY)) {
      return new Surprise(null, null, List.of());
    }
    DopamineStepSettings told = run.folder().settings(DopamineStep.STUDY);
    return new Surprise(run.folder().results(DopamineStep.STUDY), told,
        DopamineStep.datasets(run, store, told.values(), told.seed()));
  }

  /// The TD-error probe of the hook point that the dopamine study chose.
  ///
  /// @param notes told why there is none
  Optional<Judge> judge(HookedModel model, String dataset, int batchSize, List<String> notes) {
    if (found == null) {
      notes.add("no search by surprise: the dopamine study was not run before");
      return Optional.empty();
    }
    Optional<HookPoint> hook = found.chosen(dataset).map(LayerDopamine::hook);
    Optional<StudiedDataset> steps = datasets.stream().filter(one -> one.name().equals(dataset)).findFirst();
    if (hook.isEmpty() || steps.isEmpty()) {
      notes.add("no search by surprise: the dopamine study could study no hook point");
      return Optional.empty();
    }
    try {
      return Optional.of(new Judge("surprise", new SurpriseScore(model.model(), hook.get(),
          StepScorer.fit(steps.get(), hook.get(), told.study(), told.seed()), batchSize)));
    } catch (IllegalArgumentException refused) {
      notes.add("no search by surprise: " + refused.getMessage());
      return Optional.empty();
    }
  }
}
