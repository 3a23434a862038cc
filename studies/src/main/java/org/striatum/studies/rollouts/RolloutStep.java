package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.IntStream;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSource;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.registration.Registration;
import org.striatum.studies.run.CompletionText;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RewardGraders;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Generates and grades rollouts: `rollouts.jsonl`, and `problems.json` if problems were read from a file. Every
/// finished batch is kept immediately.
///
/// @param sets problem sets; empty for the study as others read it
/// @param gate applied to the model; empty for the model without a gate
/// @param examples worked examples that are written before questions
public record RolloutStep(List<ProblemSet> sets, Optional<AppliedGate> gate, WorkedExamples examples)
    implements
      Study<RolloutSettings, RolloutResults> {
  private static final int SHOWN = 3;
  private static final int TAIL = 80;

  /// As other studies read it.
  public static final RolloutStep STUDY = new RolloutStep(List.of());

  /// Rollouts of the model without a gate.
  public RolloutStep(List<ProblemSet> sets) {
    this(sets, Optional.empty(), WorkedExamples.NONE);
  }

  /// A learned gate that is applied during generation.
  ///
  /// @param file whose checksum becomes one of the model's: a gated model is a different one, and no later step confuses
  ///     the two
  public record AppliedGate(Path file, Gates gates) {
    private Manifest.Inputs onto(Manifest.Inputs inputs) throws IOException {
      SortedMap<String, Sha256> files = new TreeMap<>(inputs.checkpoint().files());
      files.put("gate " + file.getFileName(), Sha256.of(file));
      return new Manifest.Inputs(
          new Manifest.Checkpoint(inputs.checkpoint().name(), inputs.checkpoint().modelType(), files,
              inputs.checkpoint().memory()),
          inputs.tokenizer(), inputs.data(), inputs.sampling(), inputs.hooks(), inputs.seed());
    }
  }

  public RolloutStep {
    sets = List.copyOf(sets);
  }

  /// The stored settings.
  ///
  /// @param sets names of the problem sets
  /// @param files how the problems of those that were read are asked and graded
  /// @param gate checksum of the learned gate; null for the model without a gate
  public record Told(List<String> sets, List<ProblemSource> files, RolloutSettings drawn, Sha256 gate) {
    public Told {
      sets = List.copyOf(sets);
      files = List.copyOf(files);
    }
  }

  @Override
  public StudyDescription<RolloutSettings, RolloutResults> about() {
    return StudyDescription.of(StudyRun.ROLLOUTS, "Generate and grade completions of problem sets.",
        RolloutSettings.defaults(), RolloutResults.class).withQuick(RolloutSettings.quick())
        .withSeeding(RolloutSettings::withSeed);
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public Scope scope() {
    return Scope.EVERY_CHECKPOINT;
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, RolloutSettings settings) {
    return List.of();
  }

  @Override
  public Told told(RolloutSettings settings) throws IOException {
    return new Told(sets.stream().map(ProblemSet::name).toList(), ProblemSources.among(sets).sets(), settings,
        gate.isPresent() ? Sha256.of(gate.get().file()) : null);
  }

  @Override
  public Object inputs(StudyRun run, RolloutSettings settings) throws IOException {
    return withGate(run.model().inputs());
  }

  /// Fixes the inputs of the run, before any work.
  @Override
  public void prepare(StudyRun run, RolloutSettings settings) throws IOException {
    if (sets.isEmpty()) {
      throw new IllegalArgumentException("rollouts need a problem set");
    }
    ProblemSources sources = ProblemSources.among(sets);
    sources.requireNoOther(run.folder().folder());
    Prompting prompting = Prompting.of(settings.prompts(), run.anyModel(), before(run));
    PromptFormat format = format(prompting, settings);
    List<Asked> asked = asked(run.anyModel(), prompting, settings);
    requirePositions(run.anyModel(), asked, settings);
    run.hold((long) asked.size() * settings.sampling().maxNewTokens());
    Registration.begin(run, sets, settings.problems(), settings.seed());
    SortedMap<String, Grader> graders = new TreeMap<>();
    sets.forEach(set -> graders.put(set.name(), set.grader()));
    remarks(prompting, run.anyModel(), settings, format).forEach(run.note());
    run.folder().settle(withGate(run.inputs(new Manifest.Data(sets.stream().map(ProblemSet::name).toList(),
        files(sources), settings.problems(), settings.samples(), null, format,
        RewardGraders.settled(run.folder(), RewardGraders.versions(graders)), drawn(asked),
        run.anyModel().endOfSequence()), settings.sampling(),
        settings.seed())));
    if (run.folder().manifest().step(StudyRun.ROLLOUTS).isPresent()) {
      RewardGraders.stale(run.folder()).forEach(run.note());
    }
  }

  /// What may be other than was meant, one line each.
  public List<String> remarks(HookedModel model, RolloutSettings settings) throws IOException {
    Prompting prompting = Prompting.of(settings.prompts(), model, Optional.empty());
    return remarks(prompting, model, settings, format(prompting, settings));
  }

  private List<String> remarks(Prompting prompting, HookedModel model, RolloutSettings settings, PromptFormat format)
      throws IOException {
    List<String> lines = new ArrayList<>(prompting.unused());
    if (settings.prompts().shots().count() > 0) {
      sets.forEach(set -> examples.file(set)
          .ifPresent(file -> lines.add("the worked examples of " + set.name() + " are from " + file)));
    }
    if (prompting.leavesTemplateUnused()) {
      lines.add(model.facts().name() + " has a chat template, which is not used: prompts are plain text");
    }
    sets.stream().filter(set -> prompting.endsNowhere(set, format)).map(set -> set.name()
        + " has no stop texts: if the model writes on behind its answer, into a next question, that is read too")
        .forEach(lines::add);
    return lines;
  }

  static Optional<PromptFormat> before(StudyRun run) {
    return Optional.ofNullable(run.folder().manifest().inputs().data()).map(Manifest.Data::prompts);
  }

  private PromptFormat format(Prompting prompting, RolloutSettings settings) throws IOException {
    return prompting.format(sets, examples.shots(sets, settings.prompts().shots()),
        set -> shots(set, set.draw(settings.problems(), settings.seed()), settings));
  }

  /// What would be sent first, without any work of the model.
  ///
  /// @param set whose first problem it is
  /// @param problem with its prompt as it is sent
  /// @param tokens of the prompt
  public record Preview(ProblemSet set, PromptFormat format, Problem problem, int tokens) {
    /// How the set is asked and graded, in one line.
    public String printed() {
      List<String> stops = format.stops(set.name());
      return "%s: %s, %s; graded by %s; %s; first prompt %d tokens".formatted(set.name(),
          set.origin().map(ProblemSource::layout).orElse("generated"), format.printed(),
          set.origin().map(ProblemSource::grader).map(AnswerGrader::printed).orElse("the set's own rule"),
          stops.isEmpty()
              ? "no stop texts"
              : "stops at " + stops.stream().map(stop -> "'" + stop.replace("\n", "\\n") + "'")
                  .collect(Collectors.joining(", ")),
          tokens);
    }
  }

  /// The first prompt of each set, as it would be sent.
  public List<Preview> preview(HookedModel model, RolloutSettings settings) throws IOException {
    Prompting prompting = Prompting.of(settings.prompts(), model, Optional.empty());
    requirePositions(model, asked(model, prompting, settings), settings);
    PromptFormat format = format(prompting, settings);
    List<Preview> previews = new ArrayList<>();
    for (ProblemSet set : sets) {
      Problem first = problems(prompting, set, settings, 1).getFirst();
      previews.add(new Preview(set, format, first, prompting.tokens(set, first).length()));
    }
    return previews;
  }

  /// What a first batch shows of one set's rollouts.
  ///
  /// @param prompt tokens of a prompt, on the average
  /// @param tokens of a completion; the most it may have where too few ended within the trial
  /// @param rate tokens generated in a second
  public record Trial(String set, double prompt, double tokens, double rate) {
    /// Completions that are drawn.
    private static final int COMPLETIONS = 16;
    private static final int TIMES = 5;
    private static final double ENOUGH_SECONDS = 0.5;
    /// Their most tokens.
    private static final int TOKENS = 64;

    private static Trial of(String set, List<TokenSequence> prompts, List<Completion> drawn, double seconds, int most) {
      double tokens = drawn.stream().mapToInt(one -> one.tokens().length + (one.finished() ? 1 : 0)).sum();
      boolean ends = drawn.stream().filter(Completion::finished).count() * 2 >= drawn.size();
      return new Trial(set, prompts.stream().mapToInt(TokenSequence::length).average().orElseThrow(),
          ends ? tokens / drawn.size() : most, Math.max(1, tokens) / Math.max(seconds, 1e-9));
    }
  }

  /// Draws a few short completions of the first problems of each set, for their lengths and their time.
  public List<Trial> trials(HookedModel model, RolloutSettings settings) throws IOException {
    Prompting prompting = Prompting.of(settings.prompts(), model, Optional.empty());
    requirePositions(model, asked(model, prompting, settings), settings);
    PromptFormat format = format(prompting, settings);
    int most = settings.sampling().maxNewTokens();
    List<Trial> trials = new ArrayList<>();
    for (ProblemSet set : sets) {
      List<TokenSequence> prompts = new ArrayList<>();
      for (Problem problem : problems(prompting, set, settings, Trial.COMPLETIONS)) {
        prompts.add(prompting.tokens(set, problem));
      }
      Sampling sampling = format.onto(settings.sampling(), set.name()).withMaxNewTokens(Math.min(most, Trial.TOKENS));
      long[] seeds = LongStream.range(0, prompts.size()).toArray();
      try {
        trials.add(trial(set.name(), prompts, most,
            () -> model.model().generate(prompts, seeds, sampling, Gates.none(), prompts.size(), () -> {})));
      } catch (IllegalStateException failed) { // the runtime's
        throw new CheckpointException(failed.getMessage(), failed);
      }
    }
    return trials;
  }

  /// A quick batch is drawn again: the first, which finds buffers, says little of the time.
  private static Trial trial(String set, List<TokenSequence> prompts, int most, Supplier<List<Completion>> batch) {
    Trial trial = null;
    double seconds = 0;
    for (int k = 0; k == 0 || (k < Trial.TIMES && seconds < Trial.ENOUGH_SECONDS); k++) {
      long started = System.nanoTime();
      List<Completion> drawn = batch.get();
      double own = (System.nanoTime() - started) / 1e9;
      Trial next = Trial.of(set, prompts, drawn, own, most);
      trial = trial == null || next.rate() > trial.rate() ? next : trial;
      seconds += own;
    }
    return trial;
  }

  /// The most tokens at some positions that the rollouts can have.
  public long longest(HookedModel model, RolloutSettings settings, List<StoredPosition> positions)
      throws IOException {
    Prompting prompting = Prompting.of(settings.prompts(), model, Optional.empty());
    long tokens = 0;
    for (ProblemSet set : sets) {
      for (Problem problem : problems(prompting, set, settings, Integer.MAX_VALUE)) {
        tokens += StoredPosition.most(positions, prompting.tokens(set, problem).length(),
            settings.sampling().maxNewTokens()) * settings.samples();
      }
    }
    return tokens;
  }

  /// A set's first problems with their prompts as they are sent.
  private List<Problem> problems(Prompting prompting, ProblemSet set, RolloutSettings settings, int most) {
    List<Problem> drawn = set.draw(settings.problems(), settings.seed());
    List<Problem> shots = shots(set, drawn, settings);
    return drawn.stream().limit(most).map(problem -> new Problem(problem.id(), problem.dataset(),
        prompting.prompt(set, problem, shots), problem.solution(), problem.answer())).toList();
  }

  private List<Problem> shots(ProblemSet set, List<Problem> drawn, RolloutSettings settings) {
    return examples.of(set, drawn, settings.prompts().shots(), settings.seed());
  }

  @Override
  public Found<RolloutResults> find(StudyRun run, RolloutSettings settings) throws IOException {
    List<Rollout> drawn = draw(run, settings);
    Positions.beyond(run.anyModel().facts(), drawn).ifPresent(run.note());
    RolloutFile.write(run.folder().rollouts(), drawn);
    return Found.only(RolloutResults.of(drawn)).with(_ -> List.of(run.folder().rollouts()))
        .with(ImportStep.sources(ProblemSources.among(sets)));
  }

  /// The files read, and how the run folder says that they are asked and graded.
  public static SortedMap<String, Sha256> files(ProblemSources sources) {
    SortedMap<String, Sha256> files = new TreeMap<>();
    sources.sets().forEach(source -> files.put(source.file(), source.sha256()));
    if (!files.isEmpty()) {
      files.put(ProblemSources.FILE, sources.sha256());
    }
    return files;
  }

  private Manifest.Inputs withGate(Manifest.Inputs inputs) throws IOException {
    return gate.isPresent() ? gate.get().onto(inputs) : inputs;
  }

  /// One rollout to draw.
  private record Asked(ProblemSet set, Problem problem, int sample, TokenSequence prompt, long seed) {
    /// Whether a rollout is one of this problem by this seed: a kept one may be of another choice of problems.
    boolean isOf(Rollout rollout) {
      return rollout.seed() == seed && rollout.problem().id().equals(problem.id());
    }
  }

  /// Every rollout, in the order of the file.
  private List<Rollout> draw(StudyRun run, RolloutSettings settings) throws IOException {
    HookedModel model = run.anyModel();
    PromptFormat format = run.prompts();
    Prompting prompting = Prompting.of(settings.prompts(), model, Optional.of(format));
    List<Asked> asked = asked(model, prompting, settings);
    tell(run, format, asked);
    Drawing drawing = new Drawing(model, settings.sampling(), run.completions(model), format,
        run.withSets(sets).graders());
    List<List<Integer>> batches = batches(asked, format, run.batchSize());
    Function<Progress.Task, Work<Rollout>> work = task -> Work.of("rollouts", Rollout.class, batches,
        batch -> draw(batch, asked, drawing, task)).checked((i, kept) -> asked.get(i).isOf(kept));
    int done = asked.size() - run.pieces().left(work.apply(Progress.Task.SILENT));
    run.tellKept(name(), done, asked.size());
    boolean[] shown = {done > 0};
    return run.pieces().all(run.progress(), name(), "rollout", work, batch -> {
      if (!shown[0]) {
        shown[0] = true;
        show(run, batch.subList(0, Math.min(SHOWN, batch.size())));
      }
    });
  }

  /// How each set is asked, and prompts of which it cannot be told whether they begin inside a thought.
  private void tell(StudyRun run, PromptFormat format, List<Asked> asked) {
    for (ProblemSet set : sets) {
      asked.stream().filter(one -> one.set.equals(set)).findFirst().ifPresent(first -> run.note()
          .accept(new Preview(set, format, first.problem, first.prompt.length()).printed()));
    }
    long doubtful = asked.stream().filter(one -> one.sample == 0
        && format.reading(one.set.name()).isDoubtful(one.problem.prompt())).count();
    if (doubtful > 0) {
      run.note().accept(
          "%d prompts hold '%s' before their end and do not close it: their completions are not taken to begin inside a thought"
              .formatted(doubtful, format.thinking().open()));
    }
  }

  /// Dataset → problems.
  private static SortedMap<String, Integer> drawn(List<Asked> asked) {
    return asked.stream().filter(one -> one.sample == 0)
        .collect(Collectors.toMap(one -> one.set.name(), _ -> 1, Integer::sum, TreeMap::new));
  }

  private List<Asked> asked(HookedModel model, Prompting prompting, RolloutSettings settings) throws IOException {
    List<Asked> asked = new ArrayList<>();
    long seed = settings.seed();
    for (ProblemSet set : sets) {
      List<Problem> drawn = problems(prompting, set, settings, settings.problems());
      for (int i = 0; i < drawn.size(); i++) {
        TokenSequence prompt = prompting.tokens(set, drawn.get(i));
        Positions.requirePrompt(model.facts(), set.place(drawn.get(i)), prompt.length());
        for (int sample = 0; sample < settings.samples(); sample++) {
          asked.add(new Asked(set, drawn.get(i), sample, prompt, Rollout.seed(seed, set.name(), i, sample)));
        }
      }
    }
    return asked;
  }

  /// The last new token is not run.
  private static void requirePositions(HookedModel model, List<Asked> asked, RolloutSettings settings)
      throws BadDataException {
    Positions positions = new Positions(model.facts(), "prompts with their new tokens");
    asked.stream().filter(one -> one.sample == 0).forEach(one -> positions.add(one.set.place(one.problem),
        one.prompt.length() + settings.sampling().maxNewTokens() - 1L));
    positions.requireAll();
  }

  /// The batches: prompts of similar length, as a model would batch them itself, and completions that end alike. The longest
  /// come first, so that one that is too long for the model or the memory is refused before others are run.
  private static List<List<Integer>> batches(List<Asked> asked, PromptFormat format, int batchSize) {
    Map<List<String>, List<Integer>> alike = IntStream.range(0, asked.size()).boxed()
        .sorted(Comparator.comparingInt(i -> asked.get(i).prompt.length()))
        .collect(Collectors.groupingBy(i -> format.stops(asked.get(i).set.name()), LinkedHashMap::new,
            Collectors.toList()));
    List<List<Integer>> batches = new ArrayList<>();
    for (List<Integer> order : alike.values()) {
      for (int from = 0; from < order.size(); from += batchSize) {
        batches.add(order.subList(from, Math.min(from + batchSize, order.size())));
      }
    }
    batches.sort(Comparator.comparingInt(batch -> asked.get(batch.getLast()).prompt.length()));
    return batches.reversed();
  }

  /// How completions are drawn, read and graded.
  private record Drawing(HookedModel model, Sampling sampling, CompletionText texts, PromptFormat format,
      Function<String, Grader> graders) {}

  private List<Rollout> draw(List<Integer> batch, List<Asked> asked, Drawing drawing, Progress.Task task) {
    List<Completion> completions = drawing.model.model().generate(batch.stream().map(i -> asked.get(i).prompt).toList(),
        batch.stream().mapToLong(i -> asked.get(i).seed).toArray(),
        drawing.format.onto(drawing.sampling, asked.get(batch.getFirst()).set.name()),
        gate.map(AppliedGate::gates).orElse(Gates.none()), batch.size(), () -> task.step(1));
    return IntStream.range(0, batch.size())
        .mapToObj(b -> graded(asked.get(batch.get(b)), completions.get(b), drawing)).toList();
  }

  private static Rollout graded(Asked asked, Completion completion, Drawing drawing) {
    String dataset = asked.set.name();
    String text = drawing.texts.of(dataset, completion.drawn());
    Grade grade = drawing.graders.apply(dataset).grade(asked.problem, text, !completion.finished());
    TokenSequence whole = asked.prompt.followedBy(completion.tokens());
    return new Rollout(asked.problem, asked.sample, asked.seed, text, whole.tokens(), whole.promptLength(),
        completion.finished(), grade.reward(), completion.logProbability(), grade.read().orElse(null),
        grade.timeLimit(), drawing.format.ending(asked.problem, text, Optional.of(completion.finished())),
        thinkEnd(whole, drawing.texts.thinkEnd(dataset, completion.tokens())), grade.unread().orElse(null));
  }

  /// The place of a token behind the prompt among all tokens; null if there is none.
  static Integer thinkEnd(TokenSequence whole, OptionalInt place) {
    return place.isPresent() ? whole.promptLength() + place.getAsInt() : null;
  }

  /// The first completions with what was read from them: a wrong prompt or grader shows before it costs hours.
  private static void show(StudyRun run, List<Rollout> first) {
    for (Rollout rollout : first) {
      run.note().accept("for example %s: …%s | read: %s, reference: %s, reward %.0f".formatted(
          rollout.problem().dataset(), tail(rollout.completion()),
          rollout.read() == null ? "no answer" : tail(rollout.read()), tail(rollout.problem().answer()),
          rollout.reward()));
    }
  }

  private static String tail(String text) {
    String line = text.strip().replace("\n", "\\n");
    return line.length() <= TAIL ? line : line.substring(line.length() - TAIL);
  }
}
