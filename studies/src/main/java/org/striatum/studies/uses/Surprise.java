package org.striatum.studies.uses;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.uses.SearchStudy.Judge;
import org.striatum.probe.uses.SurpriseScore;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.fits.Fit;
import org.striatum.studies.fits.Fits;
import org.striatum.studies.run.RunFolder;

/// Surprise as a score of steps: the TD-error probe that a run's dopamine study fitted.
///
/// @param found results of the study; null if it is not finished
/// @param fits its probes
record Surprise(DopamineResults found, Fits fits) {
  static Surprise of(RunFolder folder) throws IOException {
    return folder.has(DopamineStep.STUDY)
        ? new Surprise(folder.results(DopamineStep.STUDY), Fits.of(folder, DopamineStep.STUDY))
        : new Surprise(null, Fits.NONE);
  }

  /// The probe of the hook point that the dopamine study chose.
  ///
  /// @param notes receives the reason if there is none
  Optional<Judge> judge(HookedModel model, String dataset, int batchSize, List<String> notes) {
    if (found == null) {
      notes.add("no search by surprise: this run has no finished dopamine study");
      return Optional.empty();
    }
    Optional<Fit.Scorer> fit = found.chosen(dataset).map(LayerDopamine::hook)
        .flatMap(hook -> fits.scorer(dataset, hook));
    if (fit.isEmpty()) {
      notes.add("no search by surprise: the dopamine study could study no hook point");
    }
    return fit.map(one -> new Judge("surprise",
        new SurpriseScore(model.model(), one.hook(), one.scorer(), batchSize)));
  }
}
