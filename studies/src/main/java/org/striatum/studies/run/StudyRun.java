package org.striatum.studies.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.grading.ReadingGrader;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.Manifest.Environment;

/// A run folder with what studies need to write it: the model, the environment, receivers of messages. Runs each study once.
///
/// @param folder that is written
/// @param environment in which figures are computed
/// @param model opened when a study needs it
/// @param note receives messages about kept steps and about long work
/// @param progress of long work
/// @param sets problem sets of the caller, whose graders are in no file of the run
public record StudyRun(RunFolder folder, Environment environment, RunModel model, Consumer<String> note,
    Progress progress, List<ProblemSet> sets) {
  /// The step of the run's completions, and the step that stores their hidden states.
  public static final String ROLLOUTS = "rollouts";
  public static final String CAPTURE = "capture";
  private static final String CHECKPOINT_PATH = "checkpoint.path";

  public StudyRun {
    sets = List.copyOf(sets);
  }

  /// A run of problem sets that the program knows or that were read from files.
  public StudyRun(RunFolder folder, Environment environment, RunModel model, Consumer<String> note,
      Progress progress) {
    this(folder, environment, model, note, progress, List.of());
  }

  /// The same run with problem sets of the caller.
  public StudyRun withSets(List<ProblemSet> brought) {
    return new StudyRun(folder, environment, model, note, progress, brought);
  }

  /// Runs a study with these settings unless it is finished.
  ///
  /// @throws UnfinishedStudyException if a study that it reads is not finished
  /// @throws IllegalStateException if the folder was closed or is only read
  /// @throws FinishedStudyException if it is finished with other settings, and it has a name of its own or others depend on it
  public <S extends Record, R extends Record> R run(Study<S, R> study, S settings) throws IOException {
    return run(study, study.instance(settings), settings);
  }

  /// The same under a name chosen by the caller, in addition to the study's other instances.
  public <S extends Record, R extends Record> R run(Study<S, R> study, String instance, S settings)
      throws IOException {
    folder.requireWritable();
    String step = RunFolder.step(study, instance);
    study.prepare(this, settings);
    StepKey key = key(study, settings);
    if (folder.isFinished(step, key)) {
      note.accept(step + ": finished before, kept");
      KeptBatches.forget(folder, step); // killed just before that
      return folder.results(study, instance);
    }
    refuseToReplace(step, key, study, instance, settings);
    try {
      Found<R> found = study.find(this, settings);
      Path told = folder.settingsFile(step);
      Path results = folder.resultsFile(step);
      List<Path> outputs = new ArrayList<>(List.of(told, results));
      RecordJson.write(told, study.settingsFormat(), study.told(settings));
      RecordJson.write(results, study.format(), found.results());
      for (Found.Files files : found.files()) {
        outputs.addAll(files.write(folder));
      }
      List<String> forgotten = folder.finish(step, key, outputs, environment, study.isReplaceable());
      if (!forgotten.isEmpty()) {
        note.accept(step + " has changed, so what depends on it must be run again: " + String.join(", ", forgotten));
      }
      KeptBatches.forget(folder, step);
    } catch (IOException failed) {
      throw DiskFullException.explained(folder.folder(), "'" + step + "'", failed);
    }
    return folder.results(study, instance);
  }

  /// Whether [#run] has work to do: false if the study is finished with these settings.
  ///
  /// @throws FinishedStudyException as that does; where a study that it reads is not finished, that is said only there
  public <S extends Record> boolean isDue(Study<S, ?> study, S settings) throws IOException {
    String instance = study.instance(settings);
    String step = RunFolder.step(study, instance);
    try {
      StepKey key = key(study, settings);
      if (folder.isFinished(step, key)) {
        return false;
      }
      refuseToReplace(step, key, study, instance, settings);
      return true;
    } catch (UnfinishedStudyException _) {
      return true;
    }
  }

  /// Refuses to replace finished work by accident: a named result, or a study that others depend on, with other settings.
  ///
  /// Other inputs are no reason: the study is out of date then, and is made again.
  private <S extends Record> void refuseToReplace(String step, StepKey key, Study<S, ?> study, String instance,
      S settings) throws IOException {
    Optional<Manifest.Step> before = folder.manifest().step(step).filter(done -> !done.key().equals(key.sha256()));
    Path told = folder.settingsFile(step);
    if (study.isReplaceable() || before.isEmpty() || !Files.isRegularFile(told)) {
      return;
    }
    Record asked = study.told(settings);
    Optional<RecordDifference> difference = RecordDifference.first(asWrittenNow(told, study.settingsFormat(), asked),
        RecordJson.versioned(study.settingsFormat(), asked), told.toString());
    List<String> dependent = folder.manifest().lostWith(step);
    if (difference.isPresent() && (!instance.isEmpty() || !dependent.isEmpty())) {
      throw new FinishedStudyException(folder.folder(), step, difference.get(), dependent);
    }
  }

  /// A settings file as this build writes it: earlier ones named some constants otherwise, which is no difference.
  private static byte[] asWrittenNow(Path file, FileFormat format, Record like) throws IOException {
    byte[] written = Files.readAllBytes(file);
    try {
      return RecordJson.pretty(format, RecordJson.parse(written, format, like.getClass(), file.toString()));
    } catch (BadDataException _) {
      return written; // compared as it is
    }
  }

  /// What a study's outcome depends on: its settings, its inputs and the outputs of the studies it reads.
  ///
  /// @throws UnfinishedStudyException if one of those is not finished
  public <S extends Record> StepKey key(Study<S, ?> study, S settings) throws IOException {
    List<String> steps = new ArrayList<>();
    for (Study<?, ?> read : study.reads(this, settings)) {
      steps.addAll(folder.requireFinished(read));
    }
    return folder.key(List.of(study.told(settings), study.inputs(this, settings)), steps.toArray(String[]::new));
  }

  /// The model of this run.
  ///
  /// @throws UsageException if the checkpoint is not the one that the run is about, saying what differs
  public HookedModel hooked() throws IOException {
    HookedModel opened = model.open();
    if (hasRollouts()) {
      hold(Long.MAX_VALUE);
      folder.settle(model.inputs());
    }
    return opened;
  }

  /// Whether there is a checkpoint to be opened.
  public boolean hasModel() {
    return model.isGiven();
  }

  /// The same without a check of the run's inputs: for the study that fixes them.
  public HookedModel anyModel() throws IOException {
    return model.open();
  }

  /// Holds the model's weights as the run does that has begun, else in a way that fits the work.
  ///
  /// @param tokens that will be generated at most
  public void hold(long tokens) throws IOException {
    Manifest.Checkpoint begun = folder.manifest().inputs().checkpoint();
    model.hold(begun != null && begun.memory() != null ? begun.memory() : model.open().fitting(tokens));
  }

  /// Sequences that run together. No result depends on it.
  public int batchSize() throws IOException {
    return model.batchSize();
  }

  /// Threads of the model's runtime; 0 for one per core.
  public int threads() {
    return model.threads();
  }

  /// Whether the run has completions, made or imported, with any settings.
  public boolean hasRollouts() {
    return folder.manifest().step(ROLLOUTS).isPresent();
  }

  /// Whether hidden states of the run's rollouts are stored.
  public boolean hasStates() {
    return folder.manifest().step(CAPTURE).isPresent();
  }

  /// The inputs of a run, when its rollouts are made.
  public Manifest.Inputs inputs(Manifest.Data data, Sampling sampling, long seed) throws IOException {
    Manifest.Inputs of = model.inputs();
    return new Manifest.Inputs(of.checkpoint(), of.tokenizer(), data, sampling, null, seed);
  }

  /// The run's rollouts, as the manifest names them.
  ///
  /// @throws UnfinishedStudyException if there are none
  /// @throws BadDataException if a line is malformed, or the file was changed since it was written
  public List<Rollout> rollouts() throws IOException {
    return rollouts(folder);
  }

  public static List<Rollout> rollouts(RunFolder folder) throws IOException {
    Manifest.Step made = folder.manifest().step(ROLLOUTS)
        .orElseThrow(() -> new UnfinishedStudyException(folder.folder(), ROLLOUTS));
    // Before it is read: a line that was cut off is not to be mended, the next study would refuse that.
    if (Files.isRegularFile(folder.rollouts()) && !made.outputs().containsValue(Sha256.of(folder.rollouts()))) {
      throw new BadDataException(folder.rollouts()
          + " was changed since it was written: restore it, or make rollouts in another folder");
    }
    return RolloutFile.read(folder.rollouts());
  }

  /// Dataset → its grader; empty if its rollouts were imported with their own scores.
  public Function<String, Optional<Grader>> knownGraders() throws IOException {
    ProblemSources sources = ProblemSources.of(folder.folder());
    PromptFormat prompts = prompts();
    return dataset -> sets.stream().filter(set -> set.name().equals(dataset)).findFirst().map(ProblemSet::grader)
        .or(() -> sources.find(dataset)).map(grader -> new ReadingGrader(grader, prompts.reading(dataset)));
  }

  /// Dataset → its grader, from the run folder's record of problems that were read from files.
  public Function<String, Grader> graders() throws IOException {
    ProblemSources sources = ProblemSources.of(folder.folder());
    PromptFormat prompts = prompts();
    return dataset -> new ReadingGrader(sets.stream().filter(set -> set.name().equals(dataset)).findFirst()
        .map(ProblemSet::grader).orElseGet(() -> sources.grader(dataset)), prompts.reading(dataset));
  }

  /// How the run's problems were asked; plain text where another program asked.
  public PromptFormat prompts() {
    return folder.manifest().inputs().prompts();
  }

  /// How a dataset's completions are drawn: as the run's rollouts were, to the same ends.
  public Sampling sampling(String dataset) {
    return prompts().onto(folder.manifest().inputs().sampling(), dataset);
  }

  /// Dataset and tokens behind its prompt → the text that is graded.
  public BiFunction<String, int[], String> texts() throws IOException {
    return completions()::of;
  }

  /// What generated tokens read.
  public CompletionText completions() throws IOException {
    return completions(hooked());
  }

  /// The same for the study that fixes which model the run is of.
  public CompletionText completions(HookedModel opened) throws IOException {
    return CompletionText.of(opened.tokenizer(), prompts());
  }

  /// A problem's prompt and its reference solution, and the token that ends them.
  public TokenSequence solved(Problem problem) throws IOException {
    HookedModel opened = hooked();
    return prompts().chat() == null
        ? opened.sequence(problem.prompt(), problem.solution())
        : opened.chatSequence(problem.prompt(), problem.solution());
  }

  /// Records the path of the checkpoint, and of the adapter over it, outside the manifest: a convenience for later
  /// commands, not part of the result.
  public void remember(ModelSource checkpoint) throws IOException {
    StringBuilder note = new StringBuilder(line(checkpoint.base()));
    checkpoint.adapter().ifPresent(adapter -> note.append(line(adapter)));
    AtomicFile.write(folder.folder().resolve(CHECKPOINT_PATH), note.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// The path of the checkpoint and of its adapter when the rollouts were made; empty if it was not recorded.
  public static Optional<ModelSource> noted(Path folder) throws IOException {
    Path note = folder.resolve(CHECKPOINT_PATH);
    if (!Files.isRegularFile(note)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(note);
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(new ModelSource(path(lines.getFirst()), lines.stream().skip(1).map(StudyRun::path).findFirst()));
  }

  /// A path on one line, whatever its name holds.
  private static String line(Path path) {
    return path.toAbsolutePath().normalize().toString().replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        + "\n";
  }

  private static Path path(String line) {
    return Path.of(line.translateEscapes());
  }
}
