package org.striatum.studies.uses;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.ConfidenceResults.DatasetConfidence;
import org.striatum.probe.uses.ConfidenceStudy;
import org.striatum.probe.uses.ConfidenceStudy.StudiedDataset;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.capture.SavedStatesStep;
import org.striatum.studies.fits.Fits;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Compares value as a confidence with other signals.
public record ConfidenceStep() implements Study<ConfidenceSettings, ConfidenceResults> {
  public static final ConfidenceStep STUDY = new ConfidenceStep();
  private static final ProbeKind CHOSEN_BY = ProbeKind.LINEAR;

  @Override
  public StudyDescription<ConfidenceSettings, ConfidenceResults> about() {
    return StudyDescription
        .of("confidence", "Compare V as a confidence with log-probability, self-consistency and prompt length.",
            ConfidenceSettings.defaults(), ConfidenceResults.class)
        .withSeeding(ConfidenceSettings::withSeed);
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public Scope scope() {
    return Scope.FULL_STUDY;
  }

  /// Those of the probes.
  @Override
  public List<StoredPosition> positions(ConfidenceSettings settings) {
    return List.of(StoredPosition.LAST);
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, ConfidenceSettings settings) {
    return List.of(RolloutStep.STUDY, CaptureStep.STUDY, ProbeStep.STUDY);
  }

  @Override
  public Found<ConfidenceResults> find(StudyRun run, ConfidenceSettings settings) throws IOException {
    ValueNeuronResults values = run.folder().results(ProbeStep.STUDY);
    ProbeSettings probe = run.folder().settings(ProbeStep.STUDY);
    boolean texts = !SavedStatesStep.isWithoutModel(run.folder().manifest().inputs().checkpoint());
    Function<String, Grader> graders = run.graders();
    List<Rollout> rollouts = run.rollouts();
    Map<String, List<Rollout>> byDataset = ProblemSplit.byDataset(rollouts);
    Fits fits = Fits.of(run.folder(), ProbeStep.STUDY);
    List<DatasetConfidence> datasets = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations());
        Progress.Task task = run.progress().start(name(), byDataset.size(), "dataset")) {
      byDataset.forEach((dataset, own) -> {
        Optional<HookPoint> hook = chosen(values, dataset);
        if (hook.isPresent()) {
          StoredTrajectories states = StoredTrajectories.ofDataset(store, rollouts, dataset, hook.get(), probe.at());
          BiFunction<Problem, String, Optional<String>> answer = texts ? graders.apply(dataset)::answer : null;
          datasets.add(new ConfidenceStudy(answer, Bootstrap.RESAMPLES, settings.seed())
              .study(new StudiedDataset(dataset, hook.get(), states.rollouts(), states, probe.split().of(own),
                  fits.linear(dataset, hook.get(), CHOSEN_BY.printed()).orElseThrow().predictor())));
        } else {
          datasets.add(unstudied(dataset));
        }
        task.step(1);
      });
    }
    return Found.only(new ConfidenceResults(datasets));
  }

  private static DatasetConfidence unstudied(String dataset) {
    return new DatasetConfidence(dataset, null, 0, 0, 0, Estimate.exact(Double.NaN), 0, List.of(),
        List.of("no value probe could be fitted"));
  }

  /// The hook point whose linear probe predicts best on validation problems.
  public static Optional<HookPoint> chosen(ValueNeuronResults values, String dataset) {
    return values.layers().stream().filter(layer -> layer.dataset().equals(dataset))
        .max(Comparator.comparingDouble(layer -> layer.validation(CHOSEN_BY))).map(LayerProbes::hook);
  }
}
