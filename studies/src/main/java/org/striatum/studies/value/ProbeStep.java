package org.striatum.studies.value;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.probe.value.ValueNeuronStudy.StudiedDataset;
import org.striatum.probe.value.ValueNeuronStudy;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;

/// Looks for value neurons in every dataset at every captured hook point: `results/value-neurons.json`.
///
/// @param settings of the study
/// @param train share of problems to fit on
/// @param validation share of problems to choose on; the rest is reported
/// @param seed of the split and of the study
public record ProbeStep(ValueNeuronSettings settings, double train, double validation, long seed) {
  public static final String NAME = "value-neurons";
  private static final String SETTINGS = "value-neurons-settings";

  /// Runs the step unless it is finished.
  public ValueNeuronResults run(StudyRun run, Progress progress) throws IOException {
    StepKey key = key(run);
    var results = run.folder().results(NAME);
    var settingsFile = run.folder().results(SETTINGS);
    run.step(NAME, key, List.of(results, settingsFile), () -> {
      RecordJson.write(settingsFile, this);
      RecordJson.write(results, study(run, progress));
    });
    return results(run.folder());
  }

  public StepKey key(StudyRun run) {
    return run.key(this, RolloutStep.NAME, CaptureStep.NAME);
  }

  /// Whether a run has finished it.
  public static boolean isFinishedIn(RunFolder folder) {
    return folder.manifest().step(NAME).isPresent();
  }

  /// The step as it was finished in a run: its settings stand beside its results.
  ///
  /// @throws IllegalArgumentException if it was not
  public static ProbeStep finishedIn(RunFolder folder) throws IOException {
    StudyRun.requireFinished(folder, NAME);
    return RecordJson.read(folder.results(SETTINGS), ProbeStep.class);
  }

  /// The results of a run.
  ///
  /// @throws IllegalArgumentException if the step is not finished
  public static ValueNeuronResults results(RunFolder folder) throws IOException {
    StudyRun.requireFinished(folder, NAME);
    return RecordJson.read(folder.results(NAME), ValueNeuronResults.class);
  }

  /// What the step writes, computed.
  public ValueNeuronResults study(StudyRun run, Progress progress) throws IOException {
    List<Rollout> rollouts = run.rollouts();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      List<StudiedDataset> datasets = new ArrayList<>();
      byDataset(rollouts).forEach((dataset, own) -> {
        SortedMap<HookPoint, Trajectories> states = new TreeMap<>();
        store.hooks().forEach(hook -> states.put(hook, StoredTrajectories.ofDataset(store, rollouts, dataset, hook)));
        double finished = own.stream().mapToDouble(rollout -> rollout.finished() ? 1 : 0).average().orElseThrow();
        datasets.add(new StudiedDataset(dataset, finished, split(own), states));
      });
      return new ValueNeuronStudy(settings, seed).run(datasets, progress);
    }
  }

  /// Rollouts of each dataset, in the file's order.
  public static Map<String, List<Rollout>> byDataset(List<Rollout> rollouts) {
    return rollouts.stream().collect(
        Collectors.groupingBy(rollout -> rollout.problem().dataset(), LinkedHashMap::new, Collectors.toList()));
  }

  /// How one dataset's problems are dealt: a function of the seed and the problems.
  public Split split(List<Rollout> ofDataset) {
    return Split.byProblem(ofDataset.stream().map(rollout -> rollout.problem().id()).toList(), train, validation,
        new SplittableRandom(seed));
  }

  /// One rollout of each test problem of a dataset, in the file's order: problems that no neuron was found on.
  public List<Rollout> tested(List<Rollout> ofDataset) {
    Split split = split(ofDataset);
    Map<String, Rollout> first = new LinkedHashMap<>();
    ofDataset.stream().filter(rollout -> split.of(rollout.problem().id()) == Split.Fold.TEST)
        .forEach(rollout -> first.putIfAbsent(rollout.problem().id(), rollout));
    return List.copyOf(first.values());
  }
}
