package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.table.Row;
import org.striatum.datasets.table.TableFile;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;

/// Completions made by other programs, one JSON object per line, recognised by their fields:
///
/// - lm-evaluation-harness `--log_samples`: `doc_id`, `arguments`, `resps`, `target` and a score;
/// - vLLM: `prompt`, `outputs[].text`;
/// - OpenAI completions: `prompt`, `choices[].text`.
///
/// Without a grader, a line's own score is its reward: the harness' first metric, or `reward`, `score`, `correct`. If a
/// harness file has every document once for each filter, the lines of the first filter are read.
///
/// @param source where they were read from
/// @param completions in the file's order
/// @param skipped the malformed rows, in one line; empty if there are none
public record ForeignRollouts(ProblemSource source, List<Graded> completions, Optional<String> skipped) {
  private static final List<String> SCORES = List.of("exact_match", "acc", "reward", "score", "correct");
  private static final int ID_DIGITS = 16;

  public ForeignRollouts {
    completions = List.copyOf(completions);
  }

  /// One completion.
  ///
  /// @param sample index among the completions of its problem, from 0
  /// @param finished whether the model ended the text itself; true if the file does not say
  /// @param grade by a grader, or the file's own score
  public record Graded(Problem problem, int sample, String text, boolean finished, Grade grade) {
    public double reward() {
      return grade.reward();
    }
  }

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
    ProblemSource source = new ProblemSource(table.name(), file.getFileName().toString(), Sha256.of(file),
        reader.format, ProblemSource.PLACE, grader.orElse(null));
    return new ForeignRollouts(source, reader.completions,
        summary.map(line -> source.file() + ": " + line));
  }

  /// A text that was generated.
  private record Text(String text, boolean finished) {}

  private static final class Reader {
    private final String dataset;
    private final Optional<AnswerGrader> grader;
    private final Optional<String> reference;
    private final List<Graded> completions = new ArrayList<>();
    private final SkippedRows skipped = new SkippedRows();
    private final Map<String, String> idOf = new HashMap<>();
    private final Map<String, String> promptOf = new HashMap<>();
    private final Map<String, Integer> samples = new HashMap<>();
    private int lines;
    private String format = "";
    private Optional<String> filter = Optional.empty();

    Reader(String dataset, Optional<AnswerGrader> grader, Optional<String> reference) {
      this.dataset = dataset;
      this.grader = grader;
      this.reference = reference;
    }

    boolean take(Row row) {
      switch (row) {
        case Row.Malformed(String place, String why) -> skipped.add(place, why);
        case Row.Fields(String place, JsonNode fields) -> {
          try {
            if (ofThisFilter(fields)) {
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

    private void add(JsonNode line) throws MalformedRowException {
      boolean harness = line.has("resps");
      String prompt = harness ? harnessPrompt(line) : prompt(line.path("prompt"));
      List<Text> texts = harness ? responses(line) : outputs(line);
      String answer = answer(line);
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
            ? grader.get().grade(problem, text)
            : new Grade(score(line, harness ? MissingNode.getInstance() : line.path("outputs").path(i)),
                Optional.empty(),
                false);
        graded.add(new Graded(problem, 0, text, texts.get(i).finished(), grade));
      }
      for (Graded one : graded) { // only now is the whole line known to be usable
        completions
            .add(new Graded(problem, samples.merge(problem.id(), 1, Integer::sum) - 1, one.text(), one.finished(),
                one.grade()));
      }
      format = harness ? "lm-evaluation-harness" : line.has("outputs") ? "vllm" : "openai-completions";
    }

    /// `arguments.gen_args_0.arg_0`, or `arguments[0][0]` in files of older versions.
    private static String harnessPrompt(JsonNode line) throws MalformedRowException {
      JsonNode arguments = line.path("arguments");
      return prompt(arguments.isArray() ? arguments.path(0).path(0) : arguments.path("gen_args_0").path("arg_0"));
    }

    private static String prompt(JsonNode prompt) throws MalformedRowException {
      if (prompt.isArray()) {
        throw new MalformedRowException(
            "has a list of messages as its prompt, where the text given to the model is needed");
      }
      if (!prompt.isTextual() || prompt.textValue().isEmpty()) {
        throw new MalformedRowException("has no prompt (arguments.gen_args_0.arg_0 with resps, or prompt)");
      }
      return prompt.textValue();
    }

    private static List<Text> responses(JsonNode line) throws MalformedRowException {
      List<Text> texts = new ArrayList<>();
      for (JsonNode response : line.path("resps").path(0)) {
        if (!response.isTextual()) {
          throw new MalformedRowException("has likelihoods of given answers and no generated text");
        }
        texts.add(new Text(response.textValue(), true));
      }
      return some(texts, "resps");
    }

    private static List<Text> outputs(JsonNode line) throws MalformedRowException {
      String field = line.has("outputs") ? "outputs" : "choices";
      List<Text> texts = new ArrayList<>();
      for (JsonNode output : line.path(field)) {
        JsonNode text = output.has("text") ? output.path("text") : output.path("message").path("content");
        if (!text.isTextual()) {
          throw new MalformedRowException("has an element of '" + field + "' without a text");
        }
        texts.add(new Text(text.textValue(), output.path("finish_reason").asText("stop").equals("stop")));
      }
      return some(texts, field);
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
      String id = first(line, List.of("doc_id", "id")).orElseGet(
          () -> Sha256.of(prompt.getBytes(StandardCharsets.UTF_8)).hex().substring(0, ID_DIGITS));
      if (promptOf.putIfAbsent(id, prompt) != null) {
        throw new MalformedRowException("has the id of another prompt, " + id);
      }
      idOf.put(prompt, id);
      return id;
    }

    /// The file's own score, 0 or 1: of the completion, otherwise of the line.
    private static double score(JsonNode line, JsonNode output) throws MalformedRowException {
      List<String> names = new ArrayList<>();
      line.path("metrics").forEach(metric -> names.add(metric.asText()));
      names.addAll(SCORES);
      for (JsonNode holder : List.of(output, line)) {
        for (String name : names) {
          JsonNode score = holder.path(name);
          if (score.isBoolean() || score.isNumber()) {
            double value = score.isBoolean() ? score.booleanValue() ? 1 : 0 : score.doubleValue();
            if (value != 0 && value != 1) {
              throw new MalformedRowException(Need.GRADER,
                  "has a score that is neither 0 nor 1, '" + name + "' " + value);
            }
            return value;
          }
        }
      }
      throw new MalformedRowException(Need.GRADER, "has no score (" + String.join(", ", SCORES) + ")");
    }
  }
}
