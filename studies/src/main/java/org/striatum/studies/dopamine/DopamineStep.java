package org.striatum.studies.dopamine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.DopamineStudy;
import org.striatum.probe.dopamine.StepValues;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;
import org.striatum.studies.value.ProbedValues;

/// Looks for dopamine neurons in every dataset at every captured hook point: `results/dopamine-neurons.json`.
///
/// @param settings of the study
/// @param values where V̂ comes from
/// @param continuations the step before it, which cuts rollouts and goes on from their steps
/// @param probe the step whose split is used, and whose choice of layer where V̂ comes from a probe
/// @param seed of the study
public record DopamineStep(DopamineSettings settings, Values values, ContinuationStep continuations, ProbeStep probe,
    long seed) {
  public static final String NAME = "dopamine-neurons";
  private static final String SETTINGS = "dopamine-neurons-settings";

  /// Where V̂ comes from.
  public enum Values {
    /// Rollouts that go on from each step, as the paper has it.
    CONTINUATIONS,
    /// The value probe that foretells best on validation problems: cheap.
    PROBE;

    /// The source of that name.
    ///
    /// @throws IllegalArgumentException on any other name
    public static Values named(String name) {
      return Arrays.stream(values()).filter(values -> values.printed().equals(name)).findFirst()
          .orElseThrow(() -> new IllegalArgumentException(
              "--values must be continuations or probe, found '" + name + "'"));
    }

    String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public DopamineStep {
    if (values == Values.CONTINUATIONS && continuations.draws() < 2) {
      throw new IllegalArgumentException("V̂ needs at least 2 continuations a state, one for each half, found "
          + continuations.draws());
    }
  }

  /// What the step was told: stands beside its results.
  public record Settings(DopamineSettings settings, String values, long seed) {
    public StepKey key(StudyRun run) {
      return run.key(this, RolloutStep.NAME, CaptureStep.NAME, ProbeStep.NAME, ContinuationStep.NAME);
    }
  }

  /// Runs the step, and the continuations before it, unless they are finished.
  ///
  /// @param graders dataset → its grader
  public DopamineResults run(StudyRun run, HookedModel model, Function<String, Grader> graders, Progress progress)
      throws IOException {
    StudyRun.requireFinished(run.folder(), CaptureStep.NAME);
    continuations.run(run, model, graders, progress);
    Settings told = new Settings(settings, values.printed(), seed);
    var results = run.folder().results(NAME);
    var settingsFile = run.folder().results(SETTINGS);
    run.step(NAME, told.key(run), List.of(results, settingsFile), () -> {
      RecordJson.write(settingsFile, told);
      RecordJson.write(results, study(run, told, probe, progress));
    });
    return results(run.folder());
  }

  /// The results of a run.
  ///
  /// @throws IllegalArgumentException if the step is not finished
  public static DopamineResults results(RunFolder folder) throws IOException {
    StudyRun.requireFinished(folder, NAME);
    return RecordJson.read(folder.results(NAME), DopamineResults.class);
  }

  /// What a finished step was told; nothing where an earlier version made it.
  public static Optional<Settings> settingsIn(RunFolder folder) throws IOException {
    Path file = folder.results(SETTINGS);
    return Files.isRegularFile(file) ? Optional.of(RecordJson.read(file, Settings.class)) : Optional.empty();
  }

  /// What the step writes, computed.
  public static DopamineResults study(StudyRun run, Settings told, ProbeStep probe, Progress progress) throws IOException {
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      return new DopamineStudy(told.settings(), told.seed())
          .run(datasets(run, store, Values.named(told.values()), probe, told.seed()), progress);
    }
  }

  /// The chosen rollouts of every dataset with their steps, values and states, once [#run] has drawn the continuations.
  ///
  /// @param store which must stay open
  /// @param values where V̂ comes from
  /// @param seed of the value probe, where it comes from one
  public static List<StudiedDataset> datasets(StudyRun run, ActivationStore store, Values values, ProbeStep probe, long seed)
      throws IOException {
    List<Rollout> rollouts = run.rollouts();
    List<ContinuedRollout> continued = ContinuedRollout.read(ContinuationStep.file(run));
    ValueNeuronResults found = ProbeStep.results(run.folder());
    List<StudiedDataset> datasets = new ArrayList<>();
    ProbeStep.byDataset(rollouts).forEach((dataset, own) -> {
      List<ContinuedRollout> chosen = continued.stream()
          .filter(one -> rollouts.get(one.line()).problem().dataset().equals(dataset)).toList();
      int[] lines = chosen.stream().mapToInt(ContinuedRollout::line).toArray();
      List<Steps> steps = chosen.stream().map(ContinuedRollout::steps).toList();
      Split split = probe.split(own);
      SortedMap<HookPoint, Trajectories> states = new TreeMap<>();
      store.hooks().forEach(hook -> states.put(hook, new StoredTrajectories(store, rollouts, lines, hook)));
      StepValues before = switch (values) {
        case CONTINUATIONS -> new StepValues.MonteCarlo(chosen.stream().map(ContinuedRollout::continuations).toList());
        case PROBE -> new ProbedValues(dataset, found, probe, seed).read(store, rollouts, split, states, steps);
      };
      double[][] entropies = chosen.stream().map(ContinuedRollout::entropies).toArray(double[][]::new);
      datasets.add(new StudiedDataset(dataset, split, steps, before, entropies, states));
    });
    return datasets;
  }
}
