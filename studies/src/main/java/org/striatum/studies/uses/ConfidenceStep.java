package org.striatum.studies.uses;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.uses.ConfidenceResults.DatasetConfidence;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.ConfidenceStudy.StudiedDataset;
import org.striatum.probe.uses.ConfidenceStudy;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Compares value as a confidence with other signals: `results/confidence.json`.
///
/// @param probe the step that chose the hook points, for its split
/// @param graders dataset name to grader
/// @param seed of intervals
public record ConfidenceStep(ProbeStep probe, Function<String, Grader> graders, long seed) {
  public static final String NAME = "confidence";
  private static final String CHOSEN_BY = "linear";

  private record Key(long seed) {}

  /// Runs the step unless it is finished.
  public ConfidenceResults run(StudyRun run, ValueNeuronResults values, Progress progress) throws IOException {
    StepKey key = key(run);
    var results = run.folder().results(NAME);
    run.step(NAME, key, List.of(results), () -> RecordJson.write(results, study(run, values, progress)));
    return RecordJson.read(results, ConfidenceResults.class);
  }

  public StepKey key(StudyRun run) {
    return run.key(new Key(seed), RolloutStep.NAME, CaptureStep.NAME, ProbeStep.NAME);
  }

  /// What the step writes, computed.
  public ConfidenceResults study(StudyRun run, ValueNeuronResults values, Progress progress) throws IOException {
    List<Rollout> rollouts = run.rollouts();
    Map<String, List<Rollout>> byDataset = ProbeStep.byDataset(rollouts);
    List<DatasetConfidence> datasets = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations());
        Progress.Task task = progress.start(NAME, byDataset.size(), "dataset")) {
      byDataset.forEach((dataset, own) -> {
        Optional<HookPoint> hook = chosen(values, dataset);
        datasets.add(hook.isPresent()
            ? new ConfidenceStudy(graders.apply(dataset)::answer, Bootstrap.RESAMPLES, seed)
                .study(new StudiedDataset(dataset, hook.get(), own,
                    StoredTrajectories.ofDataset(store, rollouts, dataset, hook.get()), probe.split(own)))
            : unstudied(dataset));
        task.step(1);
      });
    }
    return new ConfidenceResults(datasets);
  }

  private static DatasetConfidence unstudied(String dataset) {
    String why = "no value probe could be fitted, see the notes of `striatum probe`";
    return new DatasetConfidence(dataset, null, 0, 0, 0, Estimate.exact(Double.NaN), 0, List.of(),
        "No signal can be compared: " + why + ".", List.of(why));
  }

  /// The hook point whose linear probe foretells best on validation problems.
  public static Optional<HookPoint> chosen(ValueNeuronResults values, String dataset) {
    return values.layers().stream().filter(layer -> layer.dataset().equals(dataset))
        .max(Comparator.comparingDouble(ConfidenceStep::validation)).map(LayerProbes::hook);
  }

  private static double validation(LayerProbes layer) {
    return layer.probes().stream().filter(probe -> probe.probe().equals(CHOSEN_BY)).findFirst().orElseThrow()
        .validation();
  }
}
