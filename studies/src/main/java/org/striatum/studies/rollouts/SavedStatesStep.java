package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.OutcomeFile;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.SavedStates;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.ActivationWriter;
import org.striatum.probe.tensor.DType;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Takes hidden states and outcomes that another program made for this run's rollouts and activations. No model is opened,
/// so only steps that need none can follow.
///
/// Whoever opens it closes it.
public final class SavedStatesStep implements AutoCloseable {
  /// What the manifest calls the model's family where only its states are known.
  private static final String UNKNOWN_MODEL = "activations";

  private final Path states;
  private final Path outcomes;
  private final SavedStates saved;
  private final List<Rollout> rollouts;

  private SavedStatesStep(Path states, Path outcomes, SavedStates saved, List<Rollout> rollouts) {
    this.states = states;
    this.outcomes = outcomes;
    this.saved = saved;
    this.rollouts = rollouts;
  }

  /// What decides the outcome, and nothing else.
  private record Key(Sha256 states, Sha256 outcomes) {}

  /// Opens both files.
  ///
  /// @param states safetensors, see [SavedStates]
  /// @param outcomes a row a rollout, see [OutcomeFile]
  /// @throws BadDataException if a file is malformed
  public static SavedStatesStep open(Path states, Path outcomes) throws IOException {
    SavedStates saved = SavedStates.open(states);
    try {
      return new SavedStatesStep(states, outcomes, saved, OutcomeFile.read(outcomes, saved));
    } catch (IOException | RuntimeException e) {
      saved.close();
      throw e;
    }
  }

  /// Whether a run has no model, only states that another program recorded.
  public static boolean isWithoutModel(Manifest.Checkpoint checkpoint) {
    return checkpoint.modelType().equals(UNKNOWN_MODEL);
  }

  /// Runs both steps unless they are finished.
  public void run(StudyRun run, Progress progress) throws IOException {
    Sha256 ofStates = Sha256.of(states);
    Sha256 ofOutcomes = Sha256.of(outcomes);
    run.folder().settle(inputs(ofStates, ofOutcomes));
    Key key = new Key(ofStates, ofOutcomes);
    Path store = run.folder().activations();
    run.step(RolloutStep.NAME, run.folder().key(key), List.of(run.folder().rollouts()),
        () -> RolloutFile.write(run.folder().rollouts(), rollouts));
    run.step(CaptureStep.NAME, run.key(key, RolloutStep.NAME), List.of(store.resolve(ActivationStore.INDEX)),
        () -> write(store, progress));
  }

  @Override
  public void close() {
    saved.close();
  }

  private Manifest.Inputs inputs(Sha256 ofStates, Sha256 ofOutcomes) {
    String name = states.getFileName().toString();
    SortedMap<String, Sha256> stateFiles = new TreeMap<>(Map.of(name, ofStates));
    SortedMap<String, Sha256> outcomeFiles = new TreeMap<>(Map.of(outcomes.getFileName().toString(), ofOutcomes));
    List<String> datasets = new ArrayList<>(ProbeStep.byDataset(rollouts).keySet());
    Map<String, Integer> samples = new HashMap<>();
    rollouts.forEach(
        rollout -> samples.merge(rollout.problem().dataset() + '\0' + rollout.problem().id(), 1, Integer::sum));
    int most = samples.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    return new Manifest.Inputs(new Manifest.Checkpoint(name, UNKNOWN_MODEL, stateFiles), null,
        new Manifest.Data(datasets, outcomeFiles, samples.size(), most, null), null,
        List.copyOf(saved.widths().keySet()),
        null);
  }

  private void write(Path store, Progress progress) throws IOException {
    try (Progress.Task task = progress.start(CaptureStep.NAME, saved.rollouts(), "rollout");
        ActivationWriter writer = new ActivationWriter(store, saved.widths(), DType.F32, saved.lengths(),
            ActivationWriter.DEFAULT_SHARD_BYTES)) {
      for (int i = 0; i < saved.rollouts(); i++) {
        writer.append(i, saved.tokens(i), saved.recording(i), 0);
        task.step(1);
      }
      writer.finish();
    }
  }
}
