package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.grading.Reading;
import org.striatum.datasets.grading.ReadingGrader;
import org.striatum.datasets.table.Row;
import org.striatum.datasets.table.TableFile;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// Completions made by other programs, one JSON object per line, recognised by their fields:
///
/// - lm-evaluation-harness `--log_samples`: `doc_id`, `arguments`, `resps`, `target` and a score; of likelihood tasks the
///   completion is the likeliest of the given answers, behind its own prompt; one answer alone is no choice and is refused;
/// - vLLM: `prompt` or `prompt_token_ids`, `outputs[].text`;
/// - OpenAI completions: `prompt`, text or token ids, `choices[].text`, and chat completions: `messages` (or a `prompt` that is a list of them),
///   `choices[].message.content`, with the thought apart in `reasoning_content` or `reasoning`.
///
/// Without a grader, a completion's own score is its reward, else its line's: `exact_match` or `acc`, those of the harness'
/// `metrics` first, or `reward`, `score`, `correct`, else another of the `metrics`. Scores that disagree are refused. If a harness file has every document once for each filter, the lines of the first filter are read; where the
/// file does not say which filter a line is of (versions before 0.4.6), equal documents with equal responses are one
/// rollout, and different scores for one are refused: no rule that looks at outcomes chooses among them.
///
/// @param source where they were read from
/// @param completions in the file's order
/// @param skipped the malformed rows, in one line; empty if there are none
/// @param left lines that repeat others, or are of another filter, in one line; empty if there are none
public record ForeignRollouts(ProblemSource source, List<Graded> completions, Optional<String> skipped,
    Optional<String> left) {
  private static final List<String> SCORES = List.of("exact_match", "acc", "reward", "score", "correct");
  private static final String HARNESS = "lm-evaluation-harness";
  private static final int ID_DIGITS = 16;
  /// Reasons for the end of a text, as servers name them: OpenAI's, vLLM's, text-generation-inference's, Anthropic's, Google's.
  private static final Set<String> ENDED = Set.of("stop", "eos", "eos_token", "stop_sequence", "end_turn", "STOP");
  private static final Set<String> CUT_OFF = Set.of("length", "max_tokens", "MAX_TOKENS", "model_length");

  public ForeignRollouts {
    completions = List.copyOf(completions);
  }

  /// One completion.
  ///
  /// @param sample index among the completions of its problem, from 0
  /// @param finished whether the model ended the text itself; empty if the file does not say
  /// @param thought that the file has apart from the text, without markers; empty if it has none
  /// @param asked as what the file has the prompt
  /// @param tokens of prompt and completion where the file carries them: they are used as they are. Only those of the prompt
  ///     where the prompt is tokens and the completion is not
  /// @param grade by a grader, or the file's own score
  public record Graded(Problem problem, int sample, String text, Optional<String> thought, Optional<Boolean> finished,
      Asked asked, Optional<TokenSequence> tokens, Grade grade) {
    /// Those that a chat template makes the prompt of; none where it is no chat.
    public List<Message> messages() {
      return asked instanceof Asked.Chat(List<Message> messages) ? messages : List.of();
    }

    public double reward() {
      return grade.reward();
    }
  }

  /// As what a file has a prompt.
  public sealed interface Asked {
    /// The text that the model was given.
    record Text() implements Asked {}

    /// Messages, which a chat template writes.
    record Chat(List<Message> messages) implements Asked {
      public Chat {
        messages = List.copyOf(messages);
      }
    }

    /// Token ids alone: the problem's prompt is the list of them, until a tokenizer reads it.
    record Ids() implements Asked {}
  }

  /// Whether any prompt is messages, which a chat template writes.
  public boolean hasMessages() {
    return completions.stream().anyMatch(one -> !one.messages().isEmpty());
  }

  /// A message of a chat.
  public record Message(String role, String content) {}

  /// The completions of a file.
  ///
  /// @param grader that grades again; empty for the file's own scores
  /// @param reference the column a grader compares with, also looked for in the harness' `doc`; empty for `target` and
  ///     `answer`
  /// @throws BadDataException if the file is not a table
  /// @throws MalformedTableException if more than half of its lines are malformed
  public static ForeignRollouts read(Path file, Optional<AnswerGrader> grader, Optional<String> reference)
      throws IOException {
    TableFile table = TableFile.of(file);
    Reader reader = new Reader(table.name(), grader, reference);
    table.forEach(reader::take);
    int rows = reader.lines + reader.skipped.count();
    Optional<String> summary = reader.skipped.summary(rows);
    if (rows == 0) {
      throw new BadDataException(file + " must have at least one row, found none");
    }
    if (reader.skipped.count() > reader.lines) {
      throw new MalformedTableException(reader.skipped.needs(),
          file + ": at least half of the rows must be completions, " + summary.orElseThrow());
    }
    reader.refuseContradictions(file);
    reader.refuseMixture(file);
    ProblemSource source = new ProblemSource(table.name(), file.getFileName().toString(), Sha256.of(file),
        reader.format, ProblemSource.PLACE, grader.orElse(null));
    return new ForeignRollouts(source, reader.completions,
        summary.map(line -> source.file() + ": " + line),
        reader.left().map(line -> source.file() + ": " + line));
  }

  /// Whether lm-evaluation-harness made them: it ends a response at its own stops.
  public boolean isOfHarness() {
    return source.layout().startsWith(HARNESS);
  }

  /// A text that was generated.
  ///
  /// @param choice its place in the line's list
  private record Text(String text, Optional<String> thought, Optional<Boolean> finished, int choice,
      Optional<TokenSequence> tokens) {
    Text(String text, Optional<Boolean> finished, int choice) {
      this(text, Optional.empty(), finished, choice, Optional.empty());
    }
  }

  /// What is known of a line that may come again.
  private record Seen(double score, String place) {}

  private static final class Reader {
    private final String dataset;
    private final Optional<AnswerGrader> grader;
    private final Optional<String> reference;
    private final List<Graded> completions = new ArrayList<>();
    private final SkippedRows skipped = new SkippedRows();
    private final Map<String, String> idOf = new HashMap<>();
    private final Map<String, String> promptOf = new HashMap<>();
    private final Map<String, JsonNode> documentOf = new HashMap<>();
    private final Map<List<String>, Seen> scored = new HashMap<>();
    private final Map<String, Integer> samples = new HashMap<>();
    private int lines;
    private int repeated;
    private int otherwiseFiltered;
    private String format = "";
    private Optional<String> filter = Optional.empty();
    private final Map<Sha256, Seen> seen = new HashMap<>();
    private final List<String> contradictions = new ArrayList<>();
    private final SequencedSet<String> disagreeing = new LinkedHashSet<>();
    private String at = "";

    Reader(String dataset, Optional<AnswerGrader> grader, Optional<String> reference) {
      this.dataset = dataset;
      this.grader = grader;
      this.reference = reference;
    }

    boolean take(Row row) {
      switch (row) {
        case Row.Malformed(String place, String why) -> skipped.add(place, why);
        case Row.Fields(String place, JsonNode fields) -> {
          at = place;
          try {
            if (!ofThisFilter(fields)) {
              otherwiseFiltered++;
            } else if (repeats(fields, place)) {
              repeated++;
            } else {
              add(fields);
              lines++;
            }
          } catch (MalformedRowException malformed) {
            skipped.add(place, malformed);
          }
        }
      }
      return true;
    }

    private boolean ofThisFilter(JsonNode line) throws MalformedRowException {
      Optional<String> own = Columns.optional(line, "filter");
      if (filter.isEmpty()) {
        filter = own;
      }
      return own.equals(filter) || own.isEmpty();
    }

    /// Whether a line of the harness is of the same document, request and response as one before: another filter's, or
    /// written twice.
    private boolean repeats(JsonNode line, String place) throws MalformedRowException {
      if (!line.has("resps") || !line.has("doc_id")) {
        return false;
      }
      Sha256 key = Sha256.of(List.of(line.path("doc_id"), line.path("arguments"), line.path("resps")).toString()
          .getBytes(StandardCharsets.UTF_8));
      double score = grader.isPresent() || line.path("resps").path(0).size() > 1
          ? 0
          : score(line, MissingNode.getInstance());
      Seen before = seen.putIfAbsent(key, new Seen(score, place));
      if (before != null && before.score != score) {
        contradictions.add(before.place + " and " + place);
      }
      return before != null;
    }

    Optional<String> left() {
      List<String> left = new ArrayList<>();
      if (repeated > 0) {
        left.add("%d lines have the document and the response of another: one rollout each".formatted(repeated));
      }
      if (otherwiseFiltered > 0) {
        left.add("%d lines are of other filters than '%s'".formatted(otherwiseFiltered, filter.orElseThrow()));
      }
      return left.isEmpty() ? Optional.empty() : Optional.of("left out: " + String.join("; ", left));
    }

    /// A run asks in one way: what holds for text (its beginning, stops) does not for chats.
    void refuseMixture(Path file) throws BadDataException {
      long chats = completions.stream().filter(one -> one.asked() instanceof Asked.Chat).count();
      if (chats > 0 && chats < completions.size()) {
        throw new BadDataException(
            "%s must have prompts of one kind, found messages behind %d completions and text behind %d: import them apart"
                .formatted(file, chats, completions.size() - chats));
      }
    }

    void refuseContradictions(Path file) throws MalformedTableException {
      if (!contradictions.isEmpty()) {
        throw new MalformedTableException(Set.of(Need.GRADER),
            "%s has different scores for the same completion %d times (%s)"
                .formatted(file, contradictions.size(), contradictions.getFirst()));
      }
      if (!disagreeing.isEmpty()) {
        throw new MalformedTableException(Set.of(Need.GRADER),
            "%s has scores of one completion that disagree %d times (%s)".formatted(file, disagreeing.size(),
                disagreeing.getFirst()));
      }
    }

    private void add(JsonNode line) throws MalformedRowException {
      boolean harness = line.has("resps");
      boolean likelihoods = harness && line.path("resps").path(0).path(0).isArray();
      List<Text> chosen = likelihoods ? List.of(likeliest(line)) : List.of();
      JsonNode asked = harness
          ? context(line, likelihoods ? chosen.getFirst().choice() : 0)
          : line.path(line.path("messages").isEmpty() ? "prompt" : "messages");
      Optional<JsonNode> ids = harness ? Optional.empty() : promptIds(line);
      List<Message> messages = ids.isPresent() ? List.of() : messages(asked);
      String prompt = ids.isPresent()
          ? TokenSequence.prompt(ids(ids.get())).printed()
          : messages.isEmpty() ? prompt(asked) : written(messages);
      Asked as = ids.isPresent() ? new Asked.Ids() : messages.isEmpty() ? new Asked.Text() : new Asked.Chat(messages);
      List<Text> texts = likelihoods ? chosen : harness ? responses(line) : outputs(line, ids);
      String answer = likelihoods && reference.isEmpty() ? target(line, chosen.getFirst().choice()) : answer(line);
      if (grader.isPresent() && grader.get().reference(answer).isEmpty()) {
        throw new MalformedRowException(Need.REFERENCE_COLUMN,
            "has no reference answer that the grader " + grader.get().printed() + " can read");
      }
      if (grader.isEmpty() && texts.size() > 1 && harness) {
        throw new MalformedRowException(Need.GRADER, "has one score for " + texts.size() + " responses");
      }
      Problem problem = new Problem(id(line, prompt), dataset, prompt, answer, answer);
      List<Graded> graded = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        String text = texts.get(i).text();
        Grade grade = grader.isPresent()
            ? new ReadingGrader(grader.get(), Reading.USUAL).grade(problem, text)
            : new Grade(score(line, harness
                ? MissingNode.getInstance()
                : line.path(line.has("outputs") ? "outputs" : "choices").path(texts.get(i).choice())),
                Optional.empty(), false);
        if (grader.isEmpty()) {
          compareScores(List.of(prompt, text, texts.get(i).thought().orElse(""), answer,
              likelihoods ? line.path("arguments").toString() : ""), grade.reward());
        }
        graded.add(new Graded(problem, 0, text, texts.get(i).thought(), texts.get(i).finished(), as,
            texts.get(i).tokens(), grade));
      }
      if (likelihoods && grader.isEmpty()) {
        compareLikelihoods(line, chosen.getFirst().choice(), graded.getFirst().reward());
      }
      for (Graded one : graded) { // only now is the whole line known to be usable
        completions
            .add(new Graded(problem, samples.merge(problem.id(), 1, Integer::sum) - 1, one.text(), one.thought(),
                one.finished(), as, one.tokens(), one.grade()));
      }
      format = likelihoods
          ? HARNESS + ", likelihoods"
          : harness
              ? HARNESS
              : line.has("outputs") ? "vllm" : messages.isEmpty() ? "openai-completions" : "openai-chat-completions";
    }

    /// Two lines with one prompt, completion and reference must not have two scores.
    private void compareScores(List<String> completion, double score) {
      Seen before = scored.putIfAbsent(completion, new Seen(score, at));
      if (before != null && before.score != score) {
        contradictions.add(before.place + " and " + at);
      }
    }

    /// The score of a choice must say whether the likeliest answer is the target, where the target names one.
    private void compareLikelihoods(JsonNode line, int best, double score) throws MalformedRowException {
      Optional<Integer> target = named(line, answer(line), best);
      if (target.isEmpty()) {
        return;
      }
      boolean likeliest = target.get() == best;
      boolean tie = !likeliest && likelihood(line, target.get()) == likelihood(line, best);
      if (!tie && likeliest != (score == 1)) {
        disagreeing.add("%s: score %.0f, and the target is %s likeliest answer".formatted(at, score,
            likeliest ? "the" : "not the"));
      }
    }

    /// Token ids that are a line's prompt: `prompt` is a list of them, or there is only `prompt_token_ids`.
    private static Optional<JsonNode> promptIds(JsonNode line) {
      JsonNode prompt = line.path("prompt");
      if (prompt.isArray() && !prompt.isEmpty() && prompt.path(0).isIntegralNumber()) {
        return Optional.of(prompt);
      }
      boolean without = (prompt.isNull() || prompt.isMissingNode()) && line.path("messages").isEmpty();
      JsonNode ids = line.path("prompt_token_ids");
      return without && ids.isArray() && !ids.isEmpty() ? Optional.of(ids) : Optional.empty();
    }

    /// The messages of a chat: a list of them, or such a list as JSON text, as the harness keeps what it sends to a server;
    /// none if it is no chat.
    private static List<Message> messages(JsonNode asked) throws MalformedRowException {
      JsonNode list = asked.isArray() && asked.size() == 1 && asked.path(0).isTextual() ? asked.path(0) : asked;
      if (list.isTextual()) {
        list = chat(list.textValue());
      }
      List<Message> read = new ArrayList<>();
      if (!list.isArray()) {
        return read;
      }
      for (JsonNode message : list) {
        if (!message.path("role").isTextual()) {
          throw new MalformedRowException("has a list of messages with one that has no role");
        }
        read.add(new Message(message.path("role").textValue(), content(message.path("content"))));
      }
      return read;
    }

    /// A text that is a JSON list of messages; nothing if it is any other text.
    private static JsonNode chat(String text) {
      if (!text.startsWith("[{") && !text.startsWith("[ {")) {
        return MissingNode.getInstance();
      }
      try {
        JsonNode list = RecordJson.parseForeign(text.getBytes(StandardCharsets.UTF_8), "prompt");
        return list.isArray() && list.path(0).has("role") && list.path(0).has("content")
            ? list
            : MissingNode.getInstance();
      } catch (BadDataException _) {
        return MissingNode.getInstance(); // a prompt that only begins like one
      }
    }

    /// The text of a message: text, or parts that are all texts.
    private static String content(JsonNode content) throws MalformedRowException {
      if (content.isTextual()) {
        return content.textValue();
      }
      if (!content.isArray() || content.isEmpty()) {
        throw new MalformedRowException("has a list of messages with one that has no text");
      }
      StringBuilder text = new StringBuilder();
      for (JsonNode part : content) {
        if (!part.path("text").isTextual()) {
          throw new MalformedRowException("has a message with a part that is no text");
        }
        text.append(part.path("text").textValue());
      }
      return text.toString();
    }

    /// What tells chats apart until a template writes them.
    private static String written(List<Message> messages) {
      return messages.stream().map(message -> message.role() + ": " + message.content())
          .collect(Collectors.joining("\n"));
    }

    /// The given answer with the greatest likelihood.
    private Text likeliest(JsonNode line) throws MalformedRowException {
      JsonNode responses = line.path("resps");
      if (responses.size() < 2) {
        throw new MalformedRowException("has the likelihood of one given answer, which is no choice and no completion");
      }
      int best = -1;
      double greatest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < responses.size(); i++) {
        double value = likelihood(line, i);
        if (value > greatest) {
          greatest = value;
          best = i;
        }
      }
      if (best < 0) {
        throw new MalformedRowException("has no likelihood that is a number");
      }
      for (int i = 0; grader.isPresent() && i < responses.size(); i++) {
        if (!context(line, i).equals(context(line, best))) {
          throw new MalformedRowException(
              "has likelihoods behind different prompts, which no grader can compare: only its own score tells");
        }
      }
      return new Text(given(line, best), Optional.of(true), best);
    }

    private static double likelihood(JsonNode line, int i) {
      JsonNode likelihood = line.path("resps").path(i).path(0).path(0);
      return likelihood.isTextual() ? number(likelihood.textValue()) : likelihood.asDouble(Double.NaN);
    }

    private static double number(String text) {
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException _) {
        return Double.NaN;
      }
    }

    /// The i-th given answer: `arguments.gen_args_i.arg_1`, or `arguments[i][1]`.
    private static String given(JsonNode line, int i) throws MalformedRowException {
      JsonNode arguments = line.path("arguments");
      JsonNode text = arguments.isArray() ? arguments.path(i).path(1) : arguments.path("gen_args_" + i).path("arg_1");
      if (!text.isTextual()) {
        throw new MalformedRowException("has likelihoods and not the answers they are of");
      }
      return text.textValue();
    }

    /// The right one of the given answers; what the file has where it names none.
    ///
    /// @param best place of the likeliest
    private String target(JsonNode line, int best) throws MalformedRowException {
      String target = answer(line);
      Optional<Integer> named = named(line, target, best);
      return named.isPresent() ? given(line, named.get()).strip() : target;
    }

    /// Which of the given answers a target names, by its place or its text; empty where it names none, or several that read
    /// alike. Where place and text name two, the line's own accuracy may tell which is meant: that of the likeliest.
    private static Optional<Integer> named(JsonNode line, String target, int best) throws MalformedRowException {
      int given = line.path("resps").size();
      List<Integer> byText = new ArrayList<>();
      for (int i = 0; i < given; i++) {
        if (!target.isBlank() && given(line, i).strip().equals(target.strip())) {
          byText.add(i);
        }
      }
      boolean place = target.matches("\\d{1,3}") && Integer.parseInt(target) < given;
      if (!place) {
        return byText.size() == 1 ? Optional.of(byText.getFirst()) : Optional.empty();
      }
      int byPlace = Integer.parseInt(target);
      if (byText.isEmpty() || byText.contains(byPlace)) {
        return Optional.of(byPlace);
      }
      int other = byText.getFirst();
      JsonNode accuracy = line.path("acc");
      boolean right = value(line, "acc") == 1;
      if (byText.size() > 1 || !(accuracy.isNumber() || accuracy.isBoolean()) || (byPlace == best) == (other == best)) {
        throw new MalformedRowException(
            "has a target that is the place of one given answer and the text of another, '" + target + "'");
      }
      return Optional.of(right == (byPlace == best) ? byPlace : other);
    }

    /// What the i-th answer stands behind: `arguments.gen_args_i.arg_0`, or `arguments[i][0]` in files of older versions.
    private static JsonNode context(JsonNode line, int i) {
      JsonNode arguments = line.path("arguments");
      return arguments.isArray() ? arguments.path(i).path(0) : arguments.path("gen_args_" + i).path("arg_0");
    }

    private static String prompt(JsonNode prompt) throws MalformedRowException {
      if (!prompt.isTextual() || prompt.textValue().isEmpty()) {
        throw new MalformedRowException("has no prompt (arguments.gen_args_0.arg_0 with resps, or prompt)");
      }
      return prompt.textValue();
    }

    private static List<Text> responses(JsonNode line) throws MalformedRowException {
      List<Text> texts = new ArrayList<>();
      List<String> until = until(line);
      for (JsonNode response : line.path("resps").path(0)) {
        if (!response.isTextual()) {
          throw new MalformedRowException("has a response that is no text");
        }
        String text = Sampling.cut(response.textValue(), until);
        // a text that a stop ended is finished; of others the harness does not say
        texts.add(new Text(text, text.equals(response.textValue()) ? Optional.empty() : Optional.of(true),
            texts.size()));
      }
      return some(texts, "resps");
    }

    /// Texts at which the harness ends a response.
    private static List<String> until(JsonNode line) {
      JsonNode arguments = line.path("arguments");
      JsonNode until = (arguments.isArray() ? arguments.path(0).path(1) : arguments.path("gen_args_0").path("arg_1"))
          .path("until");
      List<String> texts = new ArrayList<>();
      for (JsonNode text : until.isTextual() ? List.of(until) : until) {
        if (text.isTextual() && !text.textValue().isEmpty()) {
          texts.add(text.textValue());
        }
      }
      return texts;
    }

    /// @param prompted token ids that are the prompt; empty where it is something else
    private static List<Text> outputs(JsonNode line, Optional<JsonNode> prompted) throws MalformedRowException {
      String field = line.has("outputs") ? "outputs" : "choices";
      List<Text> texts = new ArrayList<>();
      for (JsonNode output : line.path(field)) {
        JsonNode message = output.path("message");
        JsonNode text = output.has("text") ? output.path("text") : message.path("content");
        Optional<String> thought = thought(message);
        if (!text.isTextual() && (thought.isEmpty() || !text.isNull())) {
          throw new MalformedRowException("has an element of '" + field + "' without a text");
        }
        JsonNode ids = prompted
            .orElseGet(() -> (output.has("prompt_token_ids") ? output : line).path("prompt_token_ids"));
        Optional<TokenSequence> tokens = tokens(ids, output.path("token_ids"));
        texts.add(new Text(text.asText(""), thought, finished(output.path("finish_reason")), texts.size(),
            tokens.isEmpty() && prompted.isPresent() ? Optional.of(TokenSequence.prompt(ids(ids))) : tokens));
      }
      return some(texts, field);
    }

    /// What a server with a reasoning parser takes out of the text.
    private static Optional<String> thought(JsonNode message) {
      return Stream.of("reasoning_content", "reasoning").map(message::path).filter(JsonNode::isTextual)
          .map(JsonNode::textValue).filter(thought -> !thought.isBlank()).findFirst();
    }

    /// Whether the model ended a text itself, by the reason that the file gives; empty if it gives none, or one that does
    /// not tell (a filter, a call of a tool, an interruption).
    private static Optional<Boolean> finished(JsonNode reason) {
      return ENDED.contains(reason.asText())
          ? Optional.of(true)
          : CUT_OFF.contains(reason.asText()) ? Optional.of(false) : Optional.empty();
    }

    /// The tokens that a file carries; empty if it lacks those of the prompt or of the completion.
    private static Optional<TokenSequence> tokens(JsonNode prompt, JsonNode completion) throws MalformedRowException {
      if (!prompt.isArray() || prompt.isEmpty() || !completion.isArray()) {
        return Optional.empty();
      }
      return Optional.of(TokenSequence.prompt(ids(prompt)).followedBy(ids(completion)));
    }

    private static int[] ids(JsonNode list) throws MalformedRowException {
      int[] ids = new int[list.size()];
      for (int i = 0; i < ids.length; i++) {
        if (!list.path(i).canConvertToInt() || !list.path(i).isIntegralNumber() || list.path(i).intValue() < 0) {
          throw new MalformedRowException("has a token id that is no number ≥ 0");
        }
        ids[i] = list.path(i).intValue();
      }
      return ids;
    }

    private static List<Text> some(List<Text> texts, String field) throws MalformedRowException {
      if (texts.isEmpty()) {
        throw new MalformedRowException("has no completion in '" + field + "'");
      }
      return texts;
    }

    private String answer(JsonNode line) throws MalformedRowException {
      for (String column : reference.map(List::of).orElse(List.of("target", "answer"))) {
        for (JsonNode holder : List.of(line, line.path("doc"))) {
          if (grader.isEmpty() && reference.isEmpty() && holder.path(column).isContainerNode()) {
            continue; // nobody compares with it
          }
          Optional<String> found = Columns.optional(holder, column);
          if (found.isPresent()) {
            return found.get();
          }
        }
      }
      return "";
    }

    private static Optional<String> first(JsonNode line, List<String> columns) throws MalformedRowException {
      for (String column : columns) {
        Optional<String> found = Columns.optional(line, column);
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }

    private String id(JsonNode line, String prompt) throws MalformedRowException {
      String known = idOf.get(prompt);
      if (known != null) {
        return known;
      }
      String hash = Sha256.of(prompt.getBytes(StandardCharsets.UTF_8)).hex().substring(0, ID_DIGITS);
      String id = first(line, List.of("doc_id", "id")).orElse(hash);
      JsonNode document = line.path("doc");
      JsonNode before = documentOf.putIfAbsent(id, document);
      if (before != null && !before.isEmpty() && !document.isEmpty() && !before.equals(document)) {
        id = id + "-" + hash; // logs of several tasks one behind another: each counts its own documents
      }
      if (promptOf.putIfAbsent(id, prompt) != null) {
        throw new MalformedRowException("has the id of another prompt, " + id);
      }
      idOf.put(prompt, id);
      return id;
    }

    /// The file's own score, 0 or 1: of the completion, otherwise of the line.
    private double score(JsonNode line, JsonNode output) throws MalformedRowException {
      for (JsonNode holder : List.of(output, line)) {
        List<String> named = scores(line).stream()
            .filter(name -> holder.path(name).isBoolean() || holder.path(name).isNumber()).toList();
        if (named.isEmpty()) {
          continue;
        }
        double value = value(holder, named.getFirst());
        if (value != 0 && value != 1) {
          throw new MalformedRowException(Need.GRADER,
              "has a score that is neither 0 nor 1, '" + named.getFirst() + "' " + value);
        }
        named.stream().skip(1).filter(SCORES::contains).filter(name -> value(holder, name) == 1 - value).findFirst()
            .ifPresent(other -> disagreeing.add("%s: '%s' and '%s'".formatted(at, named.getFirst(), other)));
        return value;
      }
      throw new MalformedRowException(Need.GRADER, "has no score (" + String.join(", ", SCORES) + ")");
    }

    /// Names of scores, in the order in which they are looked for: metrics that are known to be 0 or 1 before others.
    private static List<String> scores(JsonNode line) {
      List<String> metrics = new ArrayList<>();
      line.path("metrics").forEach(metric -> metrics.add(metric.asText()));
      return Stream.of(metrics.stream().filter(SCORES::contains), SCORES.stream(), metrics.stream())
          .flatMap(names -> names).distinct().toList();
    }

    private static double value(JsonNode holder, String name) {
      JsonNode score = holder.path(name);
      return score.isBoolean() ? score.booleanValue() ? 1 : 0 : score.doubleValue();
    }
  }
}
