package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.table.TableFile;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.BadDataException;
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
  /// @param judged by a grader when it is asked, or the file's own score
  public record Graded(Problem problem, int sample, String text, Optional<String> thought, Optional<Boolean> finished,
      Asked asked, Optional<TokenSequence> tokens, Supplier<Grade> judged) {
    /// Those that a chat template makes the prompt of; none where it is no chat.
    public List<Message> messages() {
      return asked instanceof Asked.Chat chat ? chat.messages() : List.of();
    }

    /// By a grader, of the text as it stands, or the file's own score.
    public Grade grade() {
      return judged.get();
    }

    public double reward() {
      return grade().reward();
    }
  }

  /// As what a file has a prompt.
  public sealed interface Asked {
    /// The text that the model was given.
    record Text() implements Asked {}

    /// Messages, which a chat template writes.
    ///
    /// @param arguments that the template was given beside the messages
    record Chat(List<Message> messages, Map<String, JsonNode> arguments) implements Asked {
      public Chat {
        messages = List.copyOf(messages);
        arguments = Map.copyOf(arguments);
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
    ForeignReader reader = new ForeignReader(table.name(), grader, reference);
    table.forEach(reader::take);
    reader.requireUsable(file);
    String name = file.getFileName().toString();
    ProblemSource source = new ProblemSource(table.name(), name, Sha256.of(file), reader.format(), ProblemSource.PLACE,
        grader.orElse(null));
    return new ForeignRollouts(source, reader.completions(), reader.skipped().map(line -> name + ": " + line),
        reader.left().map(line -> name + ": " + line));
  }

  /// Whether lm-evaluation-harness made them: it ends a response at its own stops.
  public boolean isOfHarness() {
    return source.layout().startsWith(ForeignLine.HARNESS);
  }
}
