package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.striatum.datasets.ForeignRollouts;
import org.striatum.datasets.ForeignRollouts.Asked;
import org.striatum.datasets.ForeignRollouts.Graded;
import org.striatum.datasets.HubLayout;
import org.striatum.datasets.ProblemSource;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.grading.Reading;
import org.striatum.datasets.grading.ReadingGrader;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.datasets.prompt.PromptFormat.Thinking;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.chat.TemplateArgument;
import org.striatum.hooks.jinja.TemplateException;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.ParallelWork;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.CompletionText;
import org.striatum.studies.registration.Registration;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RewardGraders;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Imports completions of another program as this run's rollouts: `rollouts.jsonl`, `problems.json`.
/// Prompt and completion are tokenized by the checkpoint's tokenizer. Where only the text of the other program's samples is
/// known, token boundaries may differ; tokens that the file carries are used as they are, and log-probabilities are unknown.
///
/// A completion ends at the first stop and at the end of its turn, whatever the file has behind; a thought that the file has
/// apart stands before its answer again.
///
/// @param made the completions
/// @param asking what is known of how they were asked: stops and markers of thoughts, and for messages the template
public record ImportStep(ForeignRollouts made, PromptSettings asking) implements Study<ImportSettings, RolloutResults> {
  /// Characters of a prompt in an error.
  private static final int SHOWN = 40;

  @Override
  public StudyDescription<ImportSettings, RolloutResults> about() {
    return StudyDescription
        .of(StudyRun.ROLLOUTS, "Import completions that another program made.",
            new ImportSettings(RolloutSettings.defaults().sampling(), 1), RolloutResults.class)
        .withSeeding(ImportSettings::withSeed);
  }

  /// The stored settings.
  ///
  /// @param source the file, how its problems are asked and graded
  public record Told(ProblemSource source, ImportSettings imported) {}

  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, ImportSettings settings) {
    return List.of();
  }

  @Override
  public Told told(ImportSettings settings) {
    return new Told(made.source(), settings);
  }

  @Override
  public Object inputs(StudyRun run, ImportSettings settings) throws IOException {
    return run.model().inputs();
  }

  /// Fixes the inputs of the run, before any work.
  @Override
  public void prepare(StudyRun run, ImportSettings settings) throws IOException {
    ProblemSources sources = new ProblemSources(List.of(made.source()));
    sources.requireNoOther(run.folder().folder());
    Registration.refuse(run);
    run.hold(Long.MAX_VALUE); // of what later studies will generate nothing is known
    Map<String, Integer> samples = new HashMap<>();
    Prompting prompting = prompting(run);
    written(prompting, run.note()).forEach(graded -> samples.merge(graded.problem().id(), 1, Integer::sum));
    int most = samples.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    prompting.printed().ifPresent(template -> run.note().accept(
        "messages of %s are written as prompts by the chat template %s".formatted(made.source().file(), template)));
    prompting.unused().forEach(run.note());
    AnswerGrader grader = made.source().grader();
    run.folder().settle(run.inputs(new Manifest.Data(List.of(made.source().dataset()), RolloutStep.files(sources),
        samples.size(), most, null, format(prompting, run),
        RewardGraders.settled(run.folder(),
            RewardGraders.versions(grader == null ? Map.of() : Map.of(made.source().dataset(), grader))),
        null, null),
        settings.sampling(),
        settings.seed()));
  }

  @Override
  public Found<RolloutResults> find(StudyRun run, ImportSettings settings) throws IOException {
    RolloutResults counted = write(run);
    return Found.only(counted).with(_ -> List.of(run.folder().rollouts()))
        .with(sources(new ProblemSources(List.of(made.source()))));
  }

  /// How problems that were read from files are asked and graded, for later studies; empty if none were read.
  static Found.Files sources(ProblemSources sources) {
    return folder -> {
      if (sources.sets().isEmpty()) {
        return List.of();
      }
      Path file = folder.folder().resolve(ProblemSources.FILE);
      sources.write(file);
      return List.of(file);
    };
  }

  private boolean hasChats() {
    return made.hasMessages();
  }

  /// Completions whose prompt the template can write. It refuses some chats (roles that it does not know, or in another order):
  /// they are left out by name, whatever was answered.
  ///
  /// @param note what is told of those that are left out
  /// @throws UsageException if the template refuses more than it writes
  private List<Graded> written(Prompting prompting, Consumer<String> note) {
    if (!hasChats()) {
      return made.completions();
    }
    requireArguments();
    List<Graded> written = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (Graded graded : made.completions()) {
      try {
        if (graded.tokens().isEmpty()) {
          prompting.chat(ImportedText.messages(graded));
        }
        written.add(graded);
      } catch (TemplateException no) {
        refused.add("problem %s, line '%s': %s".formatted(graded.problem().id(),
            graded.messages().getLast().content().lines().findFirst().orElse(""), no.getMessage()));
      }
    }
    if (!refused.isEmpty()) {
      String told = "%s: the chat template refuses %d of %d chats (%s)".formatted(made.source().file(), refused.size(),
          made.completions().size(), refused.getFirst());
      if (refused.size() > written.size()) {
        throw new UsageException(told);
      }
      note.accept(told + ": they are left out");
    }
    return written;
  }

  /// @throws UsageException if the other program told its template something that is not told here
  private void requireArguments() {
    Map<String, Object> told = new HashMap<>();
    asking.chat().arguments()
        .forEach((name, json) -> told.put(name, TemplateArgument.parse(name + "=" + json).value()));
    for (Graded graded : made.completions()) {
      if (graded.tokens().isEmpty() && graded.asked() instanceof Asked.Chat chat) {
        chat.arguments().forEach((name, json) -> {
          Object value = TemplateArgument.parse(name + "=" + json).value();
          if (!Objects.equals(told.get(name), value)) {
            throw new UsageException(
                "%s, problem %s: the chat template was given %s=%s and here it is not: give it the same argument"
                    .formatted(made.source().file(), graded.problem().id(), name, json));
          }
        });
      }
    }
  }

  /// What writes the messages of the file, if it holds any.
  private Prompting prompting(StudyRun run) throws IOException {
    return Prompting.of(hasChats() ? asking.withStyle(PromptSettings.Style.CHAT) : asking, run.anyModel(),
        RolloutStep.before(run));
  }

  /// What the run keeps of how the other program asked; null where nothing is known but the texts.
  private PromptFormat format(Prompting prompting, StudyRun run) throws IOException {
    List<String> stops = stops(prompting, run.note());
    if (asking.stops() == null && !stops.isEmpty()) {
      run.note().accept("the prompts of %s have the form of a known layout: completions end at '%s'"
          .formatted(made.source().file(), String.join("', '", stops)));
    }
    if (asking.stops() == null && stops.isEmpty() && made.source().grader() != null && !hasChats()
        && !made.isOfHarness()) {
      run.note().accept(made.source().file()
          + ": no text ends a completion: if the model writes on behind its answer, into a next question, that is read too");
    }
    return !hasChats() && stops.isEmpty() && prompting.markers().equals(Thinking.USUAL)
        ? null
        : prompting.imported(new TreeMap<>(stops.isEmpty() ? Map.of() : Map.of(made.source().dataset(), stops)));
  }

  /// Those that were given, else what prompts of a known form are followed by. The harness has cut its own, and a score of the
  /// file's is one of the text as it stands. Where the other program went on thinking behind such a text, it is no stop.
  private List<String> stops(Prompting prompting, Consumer<String> note) throws IOException {
    if (asking.stops() != null) {
      return asking.stops();
    }
    if (made.source().grader() == null || hasChats() || made.isOfHarness()) {
      return List.of();
    }
    List<String> stops = HubLayout
        .nextQuestion(made.completions().stream().map(graded -> graded.problem().prompt()).toList());
    Thinking thinking = prompting.markers();
    Reading reading = new Reading(thinking.open(), thinking.close(), false, List.of());
    long inside = made.completions().stream().filter(graded -> endsInThought(graded, stops, reading)).count();
    if (inside > 0) {
      note.accept("%s: %d of %d completions have '%s' inside a thought: it ends none"
          .formatted(made.source().file(), inside, made.completions().size(), String.join("', '", stops)));
      return List.of();
    }
    return stops;
  }

  /// Whether a stop would cut a completion before its thought closes.
  private static boolean endsInThought(Graded graded, List<String> stops, Reading reading) {
    String cut = Sampling.cut(graded.text(), stops);
    return cut.length() < graded.text().length()
        && reading.behind(graded.problem().prompt()).graded(cut).isEmpty();
  }

  /// Prompt and completion as tokens: text, or the chat that the checkpoint's template writes. Few completions are held as rollouts
  /// at a time.
  private RolloutResults write(StudyRun run) throws IOException {
    HookedModel model = run.anyModel();
    CompletionText texts = run.completions(model);
    Prompting prompting = prompting(run);
    ImportedText imported = new ImportedText(model, texts, prompting);
    List<Graded> written = written(prompting, _ -> {});
    RolloutCounts counts = new RolloutCounts(made.source().grader() != null);
    PromptFormat format = run.prompts();
    ImportDoubts doubts = new ImportDoubts(made.source(), format.thinking().close());
    Positions positions = new Positions(model.facts(), "completions with their prompts");
    try (RolloutFile.Writer file = new RolloutFile.Writer(run.folder().rollouts());
        Progress.Task task = run.progress().start("import", written.size(), "completion")) {
      ParallelWork.inOrder(written, run.threads() > 0 ? run.threads() : ParallelWork.threads(written.size()),
          graded -> imported(imported, graded, format, texts),
          one -> {
            Rollout rollout = one.rollout;
            String place = "problem %s of %s".formatted(rollout.problem().id(), rollout.problem().dataset());
            Positions.requirePrompt(model.facts(), place, rollout.promptLength());
            positions.add(place, rollout.tokens().length);
            counts.add(rollout);
            doubts.add(one.seen);
            file.append(rollout);
            task.step(1);
          });
      doubts.told().forEach(run.note());
      positions.requireAll();
      file.commit();
    }
    return counts.results();
  }

  private record Imported(Rollout rollout, ImportDoubts.Seen seen) {}

  private Imported imported(ImportedText imported, Graded graded, PromptFormat format, CompletionText texts)
      throws BadDataException {
    ImportedText.TokenizedText told = told(imported, graded);
    return new Imported(rollout(graded, told, format, texts), told.seen());
  }

  /// @throws BadDataException where [ImportedText#of] refuses a completion, naming its problem
  private ImportedText.TokenizedText told(ImportedText imported, Graded graded) throws BadDataException {
    try {
      return imported.of(graded);
    } catch (UsageException refused) {
      String prompt = graded.problem().prompt();
      throw new BadDataException("%s, problem %s ('%s'): %s".formatted(made.source().file(), graded.problem().id(),
          prompt.length() > SHOWN ? prompt.substring(0, SHOWN) + "…" : prompt, refused.getMessage()), refused);
    }
  }

  /// A grader reads behind the thoughts of the template that wrote the prompt; what the file's own score is, it stays.
  private Rollout rollout(Graded graded, ImportedText.TokenizedText told, PromptFormat format, CompletionText texts) {
    AnswerGrader grader = made.source().grader();
    Problem problem = told.problem();
    TokenSequence whole = told.tokens();
    String dataset = problem.dataset();
    Ending ending = format.ending(problem, told.text(), told.finished());
    Grade grade = grader == null
        ? graded.grade()
        : new ReadingGrader(grader, format.reading(dataset)).grade(problem, told.text(), ending.isCutOff());
    return new Rollout(problem, graded.sample(), 0, told.text(), whole.tokens(), whole.promptLength(),
        !ending.isCutOff(), grade.reward(), Double.NaN, grade.read().orElse(null), grade.timeLimit(), ending,
        RolloutStep.thinkEnd(whole, texts.thinkEnd(dataset, whole.continuation())), grade.unread().orElse(null));
  }
}
