package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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
import java.util.function.Supplier;
import org.striatum.datasets.ForeignLine.Text;
import org.striatum.datasets.ForeignRollouts.Asked;
import org.striatum.datasets.ForeignRollouts.Graded;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.grading.Reading;
import org.striatum.datasets.grading.ReadingGrader;
import org.striatum.datasets.table.Row;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;

/// Lines of one file of completions, one after another: which repeat others, which contradict each other, which problem each
/// is of.
final class ForeignReader {
  private static final int ID_DIGITS = 16;

  private final String dataset;
  private final Optional<AnswerGrader> grader;
  private final Optional<String> reference;

  private final List<Graded> completions = new ArrayList<>();
  private final SkippedRows skipped = new SkippedRows();
  private int lines;
  private int repeated;
  private int otherwiseFiltered;
  private int cut;
  private String format = "";
  private Optional<String> filter = Optional.empty();
  private String at = "";

  private final Map<String, String> idOf = new HashMap<>();
  private final Map<String, String> promptOf = new HashMap<>();
  private final Map<String, JsonNode> documentOf = new HashMap<>();
  private final Map<String, String> answerOf = new HashMap<>();
  private final Map<String, Integer> samples = new HashMap<>();

  private final Map<Sha256, Seen> seen = new HashMap<>();
  private final Map<List<String>, Seen> scored = new HashMap<>();
  private final List<String> contradictions = new ArrayList<>();
  private final SequencedSet<String> disagreeing = new LinkedHashSet<>();
  private final SequencedSet<String> otherScores = new LinkedHashSet<>();

  /// What is known of a line that may come again.
  private record Seen(double score, String place) {}

  /// @param dataset the name of the file's problems
  /// @param grader that grades again; empty for the file's own scores
  /// @param reference the column of references; empty for `target` and `answer`
  ForeignReader(String dataset, Optional<AnswerGrader> grader, Optional<String> reference) {
    this.dataset = dataset;
    this.grader = grader;
    this.reference = reference;
  }

  /// Reads one row.
  ///
  /// @return true: the next one is wanted
  boolean take(Row row) {
    switch (row) {
      case Row.Malformed(String place, String why) -> skipped.add(place, why);
      case Row.Fields(String place, JsonNode fields) -> {
        at = place;
        try {
          if (!isOfThisFilter(fields)) {
            otherwiseFiltered++;
          } else if (repeats(fields)) {
            repeated++;
          } else {
            add(ForeignLine.of(fields, grader.isPresent()));
            lines++;
          }
        } catch (MalformedRowException malformed) {
          skipped.add(place, malformed);
        }
      }
    }
    return true;
  }

  private boolean isOfThisFilter(JsonNode line) throws MalformedRowException {
    Optional<String> own = Columns.optional(line, "filter");
    if (filter.isEmpty()) {
      filter = own;
    }
    return own.equals(filter) || own.isEmpty();
  }

  /// Whether a line of the harness is of the same document, request and response as one before: another filter's, or
  /// written twice.
  private boolean repeats(JsonNode line) throws MalformedRowException {
    if (!line.has("resps") || !line.has("doc_id")) {
      return false;
    }
    Sha256 key = Sha256.of(List.of(line.path("doc_id"), line.path("arguments"), line.path("resps")).toString()
        .getBytes(StandardCharsets.UTF_8));
    double score = grader.isPresent() || line.path("resps").path(0).size() > 1
        ? 0
        : score(line, MissingNode.getInstance());
    Seen before = seen.putIfAbsent(key, new Seen(score, at));
    noteContradiction(before, score);
    return before != null;
  }

  private void add(ForeignLine line) throws MalformedRowException {
    ForeignPrompt prompt = line.prompt();
    List<Text> texts = line.texts();
    String named = answer(line.fields());
    String answer = reference.isEmpty() ? line.reference(named) : named;
    if (grader.isPresent() && grader.get().reference(answer).isEmpty()) {
      throw new MalformedRowException(Need.REFERENCE_COLUMN,
          "has no reference answer that the grader " + grader.get().printed() + " can read");
    }
    if (grader.isEmpty() && texts.size() > 1 && line.hasOneScore()) {
      throw new MalformedRowException(Need.GRADER, "has one score for " + texts.size() + " responses");
    }
    Problem problem = new Problem(id(line.fields(), prompt.text()), dataset, prompt.text(), answer, answer);
    String before = answerOf.putIfAbsent(problem.id(), answer);
    if (before != null && !before.equals(answer)) {
      throw new MalformedRowException("has another reference than an earlier line of its prompt, '%s' and '%s'"
          .formatted(answer, before));
    }
    List<Supplier<Grade>> grades = new ArrayList<>();
    for (Text text : texts) {
      grades.add(grade(line, problem, text, named));
    }
    for (int i = 0; i < texts.size(); i++) { // only now is the whole line known to be usable
      Text text = texts.get(i);
      completions.add(new Graded(problem, samples.merge(problem.id(), 1, Integer::sum) - 1, text.text(),
          text.thought(), text.finished(), prompt.asked(), text.tokens(), grades.get(i)));
    }
    format = line.format();
    if (line instanceof HarnessLine) {
      cut += (int) texts.stream().filter(text -> text.finished().isPresent()).count();
    }
  }

  private Supplier<Grade> grade(ForeignLine line, Problem problem, Text text, String named)
      throws MalformedRowException {
    if (grader.isPresent()) { // an import grades behind what its prompts and stops leave of the text, and never asks for this
      return () -> new ReadingGrader(grader.get(), Reading.USUAL).grade(problem, text.text());
    }
    double score = score(line.fields(), line.scored(text));
    List<String> completion = List.of(problem.prompt(), text.text(), text.thought().orElse(""), problem.answer(),
        line.apart());
    noteContradiction(scored.putIfAbsent(completion, new Seen(score, at)), score);
    line.contradicted(named, score).ifPresent(how -> disagreeing.add(at + ": " + how));
    Grade own = new Grade(score == 1 ? 1 : 0, Optional.empty(), false); // another score refuses the file at its end
    return () -> own;
  }

  /// The file's own score. One that is neither 0 nor 1 refuses the file: to leave out its line alone would select by outcome.
  private double score(JsonNode line, JsonNode output) throws MalformedRowException {
    FileScore score = FileScore.of(line, output);
    if (!score.isBinary()) {
      otherScores.add("%s: '%s' %s".formatted(at, score.name(), score.value()));
    }
    score.against().ifPresent(other -> disagreeing.add("%s: '%s' and '%s'".formatted(at, score.name(), other)));
    return score.value();
  }

  /// One completion must not have two scores.
  private void noteContradiction(Seen before, double score) {
    if (before != null && before.score != score) {
      contradictions.add(before.place + " and " + at);
    }
  }

  /// The answer that a line names, also looked for in the harness' `doc`; "" if it names none.
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

  private String id(JsonNode line, String prompt) throws MalformedRowException {
    String known = idOf.get(prompt);
    if (known != null) {
      return known;
    }
    String hash = Sha256.of(prompt.getBytes(StandardCharsets.UTF_8)).hex().substring(0, ID_DIGITS);
    Optional<String> document = Columns.optional(line, "doc_id");
    String id = (document.isPresent() ? document : Columns.optional(line, "id")).orElse(hash);
    JsonNode asked = line.path("doc");
    JsonNode before = documentOf.putIfAbsent(id, asked);
    if (before != null && !before.isEmpty() && !asked.isEmpty() && !before.equals(asked)) {
      id = id + "-" + hash; // logs of several tasks one behind another: each counts its own documents
    }
    if (promptOf.putIfAbsent(id, prompt) != null) {
      throw new MalformedRowException("has the id of another prompt, " + id);
    }
    idOf.put(prompt, id);
    return id;
  }

  /// @throws MalformedTableException if more than half of the lines are malformed, or scores contradict each other
  /// @throws BadDataException if there is no line, or prompts are of several kinds
  void requireUsable(Path file) throws BadDataException {
    if (rows() == 0) {
      throw new BadDataException(file + " must have at least one row, found none");
    }
    if (skipped.count() > lines) {
      throw new MalformedTableException(skipped.needs(),
          file + ": at least half of the rows must be completions, " + skipped().orElseThrow());
    }
    refuseOtherScores(file);
    refuseContradictions(file);
    refuseMixture(file);
  }

  private void refuseOtherScores(Path file) throws MalformedTableException {
    if (!otherScores.isEmpty()) {
      throw new MalformedTableException(Set.of(Need.GRADER), "%s has scores that are neither 0 nor 1 %d times (%s)"
          .formatted(file, otherScores.size(), otherScores.getFirst()));
    }
  }

  private void refuseContradictions(Path file) throws MalformedTableException {
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

  /// A run asks in one way: what holds for text (its beginning, stops) does not for chats.
  private void refuseMixture(Path file) throws BadDataException {
    long chats = completions.stream().filter(one -> one.asked() instanceof Asked.Chat).count();
    if (chats > 0 && chats < completions.size()) {
      throw new BadDataException(
          "%s must have prompts of one kind, found messages behind %d completions and text behind %d: import them apart"
              .formatted(file, chats, completions.size() - chats));
    }
  }

  private int rows() {
    return lines + skipped.count();
  }

  List<Graded> completions() {
    return completions;
  }

  /// Of the last line.
  String format() {
    return format;
  }

  /// The malformed rows, in one line; empty if there are none.
  Optional<String> skipped() {
    return skipped.summary(rows());
  }

  /// Lines that repeat others or are of another filter, and ends of responses, in one line; empty if there are none.
  Optional<String> left() {
    List<String> left = new ArrayList<>();
    if (repeated > 0) {
      left.add("%d lines have the document and the response of another: one rollout each".formatted(repeated));
    }
    if (otherwiseFiltered > 0) {
      left.add("%d lines are of other filters than '%s'".formatted(otherwiseFiltered, filter.orElseThrow()));
    }
    if (cut > 0) {
      left.add("what %d responses have behind a stop of the harness".formatted(cut));
    }
    return left.isEmpty() ? Optional.empty() : Optional.of("left out: " + String.join("; ", left));
  }
}
