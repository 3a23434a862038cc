package org.striatum.studies.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.Journal;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.shares.OwnShare;
import org.striatum.studies.shares.Workplace;
import org.striatum.studies.shares.Workplace.Job;

/// A run folder with what studies need to write it: the model, the environment, receivers of messages. Runs each study once.
///
/// @param folder that is written
/// @param environment in which figures are computed
/// @param model opened when a study needs it
/// @param note receives messages about kept steps and about long work
/// @param progress of long work
/// @param sets problem sets of the caller, whose graders are in no file of the run
/// @param workplace where the pieces of long work are computed
public record StudyRun(RunFolder folder, Environment environment, RunModel model, Consumer<String> note,
    Progress progress, List<ProblemSet> sets, Workplace workplace) {
  /// The step of the run's completions, and the step that stores their hidden states.
  public static final String ROLLOUTS = "rollouts";
  public static final String CAPTURE = "capture";

  public StudyRun {
    sets = List.copyOf(sets);
  }

  /// A run of problem sets that the program knows or that were read from files.
  public StudyRun(RunFolder folder, Environment environment, RunModel model, Consumer<String> note,
      Progress progress) {
    this(folder, environment, model, note, progress, List.of(), Workplace.HERE);
  }

  /// The same run with problem sets of the caller.
  public StudyRun withSets(List<ProblemSet> brought) {
    return new StudyRun(folder, environment, model, note, progress, brought, workplace);
  }

  /// The same run whose work is done elsewhere.
  public StudyRun with(Workplace place) {
    return new StudyRun(folder, environment, model, note, progress, sets, place);
  }

  /// A part of a study.
  @FunctionalInterface
  public interface Part {
    void run() throws IOException;
  }

  /// Runs a part of a study that needs nothing of what its other parts find: see [Pieces#apart].
  public void apart(Part part) throws IOException {
    try {
      pieces().apart(() -> {
        try {
          part.run();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// Says where a study goes on that an earlier run began.
  ///
  /// @param kept of its pieces
  public void tellKept(String step, long kept, long total) {
    if (kept > 0 && kept < total) {
      note.accept(String.format(Locale.ROOT, "%s: continues at %,d of %,d", step, kept, total));
    }
  }

  /// The same for one time through a study, which is run more than once where its pieces are computed elsewhere: what was said before is
  /// not said again.
  ///
  /// @param said line → how often it has been said
  private StudyRun sayingNew(Map<String, Integer> said) {
    Map<String, Integer> now = new HashMap<>();
    return new StudyRun(folder, environment, model, line -> {
      int times = now.merge(line, 1, Integer::sum);
      if (times > said.getOrDefault(line, 0)) {
        said.put(line, times);
        note.accept(line);
      }
    }, progress, sets, workplace);
  }

  /// Where the pieces of the study that is under way come from.
  public Pieces pieces() {
    return workplace.pieces();
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
    String step = RunFolder.step(study, instance);
    if (workplace.share().isPresent()) {
      return share(study, instance, settings, step);
    }
    folder.requireWritable();
    Optional<String> lacking = lacking(study, settings);
    if (lacking.isPresent()) {
      throw new UsageException(lacking.get());
    }
    study.prepare(this, settings);
    StepKey key = key(study, settings);
    if (folder.isFinished(step, key)) {
      note.accept(step + ": finished before, kept");
      forgetPieces(step); // killed just before that
      return folder.results(study, instance);
    }
    refuseToReplace(step, key, study, instance, settings);
    try {
      Map<String, Integer> said = new HashMap<>();
      Found<R> found = workplace.run(job(step, key),
          pieces -> study.find(sayingNew(said).with(workplace.with(pieces)), settings));
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
      forgetPieces(step);
    } catch (IOException failed) {
      throw DiskFullException.explained(folder.folder(), "'" + step + "'", failed);
    } catch (UncheckedIOException failed) {
      throw DiskFullException.explained(folder.folder(), "'" + step + "'", failed.getCause());
    }
    return folder.results(study, instance);
  }

  /// Why the hidden states that the run stores do not do for a study; empty if they do, or there are none.
  public <S extends Record> Optional<String> lacking(Study<S, ?> study, S settings) throws IOException {
    List<StoredPosition> read = study.positions(settings);
    Optional<List<StoredPosition>> stored = read.isEmpty() || !hasStates()
        ? Optional.empty()
        : ActivationStore.positions(folder.activations());
    return stored.filter(there -> !read.stream().allMatch(position -> position.isAmong(there)))
        .map(there -> "'%s' needs hidden states at %s, stored are %s: capture them in another folder".formatted(
            study.name(), StoredPosition.printed(read), StoredPosition.printed(there)));
  }

  /// The same in a process that computes a share of one study's work: what is finished is read, that study's share is computed, and
  /// nothing is written but that. Null from there on.
  private <S extends Record, R extends Record> R share(Study<S, R> study, String instance, S settings, String step)
      throws IOException {
    OwnShare share = workplace.share().orElseThrow();
    if (folder.manifest().step(step).isPresent() && !share.step().equals(step)) {
      return folder.results(study, instance);
    }
    if (!share.step().equals(step)) {
      study.prepare(this, settings); // the share may be one of a study that it runs first
      if (!share.isComputed()) {
        throw new UnfinishedStudyException(folder.folder(), step);
      }
      return null;
    }
    if (study.needsModel()) {
      hold(Long.MAX_VALUE); // as the run does that has begun
    }
    workplace.compute(job(step, key(study, settings)), pieces -> study.find(with(workplace.with(pieces)), settings));
    return null;
  }

  private Job job(String step, StepKey key) throws IOException {
    Path results = folder.resultsFile(step);
    return new Job(step, folder.folder(), results.resolveSibling(results.getFileName() + Journal.SUFFIX),
        Sha256.of(RecordJson.compact(Map.of("step", key.sha256(), "environment", environment))), note);
  }

  /// Deletes what was kept of a finished step while it was under way.
  private void forgetPieces(String step) throws IOException {
    for (String output : folder.manifest().step(step).orElseThrow().outputs().keySet()) {
      Files.deleteIfExists(folder.folder().resolve(output + Journal.SUFFIX));
    }
    Workplace.forget(folder.folder(), step);
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

  /// Records where the checkpoint lies, for later commands.
  public void remember(ModelSource checkpoint) throws IOException {
    NotedCheckpoint.write(folder, checkpoint);
  }
}
