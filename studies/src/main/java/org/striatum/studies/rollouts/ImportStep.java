package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.datasets.ForeignRollouts;
import org.striatum.datasets.ForeignRollouts.Graded;
import org.striatum.datasets.ProblemSource;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.grading.ReadingGrader;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.chat.ChatMessage;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.CompletionText;
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
/// @param made the completions
/// @param asking for messages: the template
public record ImportStep(ForeignRollouts made, PromptSettings asking) implements Study<ImportSettings, RolloutResults> {
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
    Map<String, Integer> samples = new HashMap<>();
    made.completions().forEach(graded -> samples.merge(graded.problem().id(), 1, Integer::sum));
    int most = samples.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    Optional<Prompting> chats = chats(run);
    chats.flatMap(Prompting::printed).ifPresent(template -> run.note().accept(
        "messages of %s are written as prompts by the chat template %s".formatted(made.source().file(), template)));
    chats.map(Prompting::unused).ifPresent(lines -> lines.forEach(run.note()));
    AnswerGrader grader = made.source().grader();
    run.folder().settle(run.inputs(new Manifest.Data(List.of(made.source().dataset()), RolloutStep.files(sources),
        samples.size(), most, null, chats.isPresent() ? chats.get().imported() : null,
        RewardGraders.settled(run.folder(),
            RewardGraders.versions(grader == null ? Map.of() : Map.of(made.source().dataset(), grader)))),
        settings.sampling(),
        settings.seed()));
  }

  @Override
  public Found<RolloutResults> find(StudyRun run, ImportSettings settings) throws IOException {
    List<Rollout> rollouts = tokenized(run);
    RolloutFile.write(run.folder().rollouts(), rollouts);
    return Found.only(RolloutResults.of(rollouts)).with(_ -> List.of(run.folder().rollouts()))
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

  /// What writes the messages of the file; empty if it holds texts.
  private Optional<Prompting> chats(StudyRun run) throws IOException {
    return made.completions().stream().allMatch(one -> one.messages().isEmpty())
        ? Optional.empty()
        : Optional.of(Prompting.of(asking.withStyle(PromptSettings.Style.CHAT),
            run.anyModel(), RolloutStep.before(run)));
  }

  /// Tokens that the file carries, without the end of the sequence.
  private static TokenSequence withoutEnd(TokenSequence carried, HookedModel model) {
    int[] tokens = carried.tokens();
    for (int token : tokens) {
      if (token < 0 || token >= model.facts().vocabulary()) {
        throw new UsageException("the file carries the token %d, but the model has only %d: it is another model's"
            .formatted(token, model.facts().vocabulary()));
      }
    }
    int last = tokens.length - 1;
    return last >= carried.promptLength() && model.endOfSequence().contains(tokens[last])
        ? carried.upTo(last)
        : carried;
  }

  /// Prompt and completion as tokens: text, or the chat that the checkpoint's template writes.
  private List<Rollout> tokenized(StudyRun run) throws IOException {
    HookedModel model = run.anyModel();
    PromptFormat format = run.prompts();
    CompletionText texts = run.completions(model);
    Optional<Prompting> chats = chats(run);
    Tokenizer tokenizer = model.tokenizer();
    List<Rollout> rollouts = new ArrayList<>();
    for (Graded graded : made.completions()) {
      Problem problem = graded.problem();
      TokenSequence whole;
      if (graded.tokens().isPresent()) {
        whole = withoutEnd(graded.tokens().get(), model);
      } else if (graded.messages().isEmpty()) {
        whole = tokenizer.encodePair(problem.prompt(), graded.text());
      } else {
        String prompt = chats.orElseThrow().chat(graded.messages().stream()
            .map(message -> new ChatMessage(message.role(), message.content())).toList());
        problem = new Problem(problem.id(), problem.dataset(), prompt, problem.solution(), problem.answer());
        whole = tokenizer.encodeBarePair(prompt, graded.text());
      }
      rollouts.add(rollout(graded, problem, whole, format, texts));
    }
    Positions.require(model.facts(),
        rollouts.stream().map(rollout -> new Positions.Sequence("completions with their prompts",
            rollout.problem().dataset(), rollout.problem().id(), rollout.tokens().length)).toList());
    return rollouts;
  }

  /// A grader reads behind the thoughts of the template that wrote the prompt; what the file's own score is, it stays.
  private Rollout rollout(Graded graded, Problem problem, TokenSequence whole, PromptFormat format,
      CompletionText texts) {
    AnswerGrader grader = made.source().grader();
    String dataset = problem.dataset();
    Grade grade = grader == null
        ? graded.grade()
        : new ReadingGrader(grader, format.reading(dataset)).grade(problem, graded.text());
    Ending ending = graded.finished().map(finished -> format.ending(problem, graded.text(), finished))
        .orElse(Ending.UNKNOWN);
    return new Rollout(problem, graded.sample(), 0, graded.text(), whole.tokens(), whole.promptLength(),
        !ending.isCutOff(), grade.reward(), Double.NaN, grade.read().orElse(null), grade.timeLimit(), ending,
        RolloutStep.thinkEnd(whole, texts.thinkEnd(dataset, whole.continuation())));
  }
}
