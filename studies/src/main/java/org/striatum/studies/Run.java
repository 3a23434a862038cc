package org.striatum.studies;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import org.striatum.datasets.ProblemSet;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.model.NeuronSet;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.AnswersStep;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.capture.CaptureResults;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.rollouts.RolloutResults;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.NotedCheckpoint;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.UnfinishedStudyException;
import org.striatum.studies.run.Version;
import org.striatum.studies.transfer.CompareSettings;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.ConfidenceSettings;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.uses.SearchSettings;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// A run: a checkpoint, a folder, and everything that can be asked of the checkpoint and is kept there. A study that was
/// finished with equal settings is read from the folder.
///
/// A study that reads another one needs it finished, and throws [UnfinishedStudyException] that names it: rollouts first, then
/// [#capture], then [#probe], and so on. A run that was closed throws [IllegalStateException].
///
/// Every method with a `change` starts from the study's defaults; `settings -> settings.withX(…)` changes them. One process
/// writes to a folder at a time. Not thread-safe; whoever opens a run closes it.
public final class Run implements AutoCloseable {
  private final RunFolder folder;
  private final ModelSource checkpoint; // null for none
  private final RunModel model;
  private StudyRun run;
  private final StudyRegistry registry;

  private Run(RunFolder folder, ModelSource checkpoint, RunModel model, RunOptions options) {
    this.folder = folder;
    this.checkpoint = checkpoint;
    this.registry = options.registry();
    this.model = model;
    this.run = new StudyRun(folder, Version.environment(options.model().threads()), model, options.note(),
        options.progress());
  }

  /// A new run of a checkpoint, or the one already in the folder.
  ///
  /// @param checkpoint a Hugging Face folder or an ONNX file; opened when a study first needs it
  public static Run create(Path folder, Path checkpoint) throws IOException {
    return create(folder, checkpoint, RunOptions.defaults());
  }

  /// The same, with a say in how it runs and who is told.
  public static Run create(Path folder, Path checkpoint, RunOptions options) throws IOException {
    return create(folder, ModelSource.of(checkpoint), options);
  }

  /// The same for a checkpoint with an adapter over it: `ModelSource.of(base, adapter)`.
  public static Run create(Path folder, ModelSource checkpoint, RunOptions options) throws IOException {
    return new Run(RunFolder.create(folder), checkpoint, options.model().of(checkpoint, options.note()), options);
  }

  /// The run in a folder, with the checkpoint where it lay when the run was made: what is there now is refused by the first study that
  /// needs it, if it is another one.
  public static Run open(Path folder) throws IOException {
    return open(folder, RunOptions.defaults());
  }

  /// The same, with a say in how it runs and who is told.
  public static Run open(Path folder, RunOptions options) throws IOException {
    RunFolder opened = RunFolder.open(folder);
    Optional<NotedCheckpoint> noted = NotedCheckpoint.in(opened).filter(NotedCheckpoint::exists);
    return noted.isEmpty()
        ? new Run(opened, null, RunModel.none(), options)
        : new Run(opened, noted.get().source(), options.model().of(noted.get().source(), options.note())
            .after(noted.get()::requireUnchanged), options);
  }

  /// Draws and grades completions.
  public RolloutResults rollouts(List<ProblemSet> sets, UnaryOperator<RolloutSettings> change) throws IOException {
    run = run.withSets(sets);
    RolloutResults results = run.run(new RolloutStep(sets), change.apply(RolloutSettings.defaults()));
    if (checkpoint != null) {
      run.remember(checkpoint);
    }
    return results;
  }

  /// The completions of this run.
  public List<Rollout> rollouts() throws IOException {
    return run.rollouts();
  }

  /// Records hidden states at hook points; `*` stands for any block.
  public CaptureResults capture(String... hooks) throws IOException {
    return run.run(CaptureStep.STUDY, CaptureSettings.defaults().withHooks(hooks));
  }

  /// Looks for value neurons.
  public ValueNeuronResults probe() throws IOException {
    return probe(settings -> settings);
  }

  public ValueNeuronResults probe(UnaryOperator<ProbeSettings> change) throws IOException {
    return run(ProbeStep.STUDY, change);
  }

  /// Samples continuations from every step and looks for dopamine neurons.
  public DopamineResults dopamine() throws IOException {
    return dopamine(settings -> settings);
  }

  public DopamineResults dopamine(UnaryOperator<DopamineStepSettings> change) throws IOException {
    return run(DopamineStep.STUDY, change);
  }

  /// Ablates a set of neurons, under a name that its results are kept by.
  public InterventionResults ablate(String name, NeuronSet set) throws IOException {
    return ablate(name, set, settings -> settings);
  }

  public InterventionResults ablate(String name, NeuronSet set, UnaryOperator<AblationSettings> change)
      throws IOException {
    return run.run(AblationStep.STUDY, name,
        change.apply(AblationSettings.defaults().withSets(List.of(NeuronSelection.of(set)))));
  }

  /// Compares value as a confidence with other signals.
  public ConfidenceResults confidence() throws IOException {
    return run(ConfidenceStep.STUDY, (ConfidenceSettings settings) -> settings);
  }

  /// Searches by steps.
  public SearchResults search(UnaryOperator<SearchSettings> change) throws IOException {
    return run(SearchStep.STUDY, change);
  }

  /// Compares value neurons across this run's data sets and with other runs, which are only read.
  public TransferResults compare(Path... others) throws IOException {
    List<RunFolder> read = new ArrayList<>();
    for (Path other : others) {
      read.add(RunFolder.read(other));
    }
    return run.run(new CompareStep(read, true), CompareSettings.defaults());
  }

  /// Answers every question from what the run has finished.
  public Answers answers() throws IOException {
    return run.run(registry.answers(), AnswersStep.STUDY.about().defaults());
  }

  /// Any study.
  public <S extends Record, R extends Record> R run(Study<S, R> study, UnaryOperator<S> change) throws IOException {
    return run.run(study, change.apply(study.about().defaults()));
  }

  /// Writes `report.html`.
  ///
  /// @return the file
  /// @throws IllegalStateException if no module on the class path writes reports
  public Path report() throws IOException {
    ReportWriter writer = ServiceLoader.load(ReportWriter.class).findFirst()
        .orElseThrow(() -> new IllegalStateException(
            "no module on the class path writes reports: add org.striatum:reports"));
    return writer.write(run, registry);
  }

  /// The model, open: for hooks and gates by hand. It is closed with the run.
  public HookedModel model() throws IOException {
    return run.hooked();
  }

  /// The folder, its manifest and everything finished in it.
  public RunFolder folder() {
    return folder;
  }

  /// The studies that this run can hold.
  public List<String> studies() {
    return registry.studies().stream().map(Study::name).toList();
  }

  @Override
  public void close() throws IOException {
    model.close();
    folder.close();
  }
}
