package org.striatum.studies.capture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.datasets.OutcomeFile;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.SavedStates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.ActivationWriter;
import org.striatum.probe.store.StoreLayout;
import org.striatum.probe.tensor.DType;
import org.striatum.studies.rollouts.RolloutResults;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Imports hidden states and outcomes from another program as this run's activations and rollouts. No model is opened, so
/// only steps that need none can follow.
/// The caller that opens it closes it.
public final class SavedStatesStep implements AutoCloseable {
  /// The model's family in the manifest if only its states are known.
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

  /// The settings of the two steps: the two files.
  public record Imported(String states, Sha256 statesSha256, String outcomes, Sha256 outcomesSha256) {
    private static final Imported NOTHING = new Imported(null, null, null, null);
  }

  /// Opens both files.
  ///
  /// @param states safetensors, see [SavedStates]
  /// @param outcomes one row per rollout, see [OutcomeFile]
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
  public void run(StudyRun run) throws IOException {
    Imported files = new Imported(name(states), Sha256.of(states), name(outcomes), Sha256.of(outcomes));
    run.folder().settle(inputs(files));
    run.run(new Outcomes(rollouts), files);
    run.run(new States(saved), files);
  }

  /// The imported outcomes, for the rollouts of the run.
  private record Outcomes(List<Rollout> rollouts) implements Study<Imported, RolloutResults> {
    @Override
    public StudyDescription<Imported, RolloutResults> about() {
      return StudyDescription.of(StudyRun.ROLLOUTS, "Import outcomes that another program recorded.", Imported.NOTHING,
          RolloutResults.class);
    }

    @Override
    public List<Study<?, ?>> reads(StudyRun run, Imported files) {
      return List.of();
    }

    @Override
    public Found<RolloutResults> find(StudyRun run, Imported files) {
      return Found.only(RolloutResults.gradedElsewhere(rollouts)).with(folder -> {
        RolloutFile.write(folder.rollouts(), rollouts);
        return List.of(folder.rollouts());
      });
    }
  }

  /// The imported hidden states, for the activations of the run.
  private record States(SavedStates saved) implements Study<Imported, CaptureResults> {
    @Override
    public StudyDescription<Imported, CaptureResults> about() {
      return StudyDescription.of(StudyRun.CAPTURE, "Import hidden states that another program recorded.",
          Imported.NOTHING, CaptureResults.class);
    }

    @Override
    public List<Study<?, ?>> reads(StudyRun run, Imported files) {
      return List.of(RolloutStep.STUDY);
    }

    @Override
    public Found<CaptureResults> find(StudyRun run, Imported files) {
      long rows = Arrays.stream(saved.lengths()).asLongStream().sum();
      List<HookPoint> hooks = List.copyOf(saved.widths().keySet());
      long bytes = ActivationStore.estimateBytes(rows, List.copyOf(saved.widths().values()), DType.F32);
      return Found.only(new CaptureResults(saved.rollouts(), rows, hooks, bytes)).with(folder -> {
        write(folder.activations(), run.progress());
        return List.of(folder.activations().resolve(ActivationStore.INDEX));
      });
    }

    private void write(Path store, Progress progress) throws IOException {
      try (Progress.Task task = progress.start(name(), saved.rollouts(), "rollout");
          ActivationWriter writer = new ActivationWriter(store,
              new StoreLayout(saved.widths(), DType.F32, StoreLayout.Rows.all(saved.lengths())))) {
        for (int i = 0; i < saved.rollouts(); i++) {
          writer.append(i, saved.tokens(i), saved.recording(i), 0);
          task.step(1);
        }
        writer.finish();
      }
    }
  }

  @Override
  public void close() {
    saved.close();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private Manifest.Inputs inputs(Imported files) {
    List<String> datasets = new ArrayList<>(ProblemSplit.byDataset(rollouts).keySet());
    Map<String, Integer> samples = new HashMap<>();
    rollouts.forEach(
        rollout -> samples.merge(rollout.problem().dataset() + '\0' + rollout.problem().id(), 1, Integer::sum));
    int most = samples.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    return new Manifest.Inputs(
        new Manifest.Checkpoint(files.states(), UNKNOWN_MODEL,
            new TreeMap<>(Map.of(files.states(), files.statesSha256()))),
        null, new Manifest.Data(datasets, new TreeMap<>(Map.of(files.outcomes(), files.outcomesSha256())),
            samples.size(), most, null, null),
        null, List.copyOf(saved.widths().keySet()), null);
  }
}
