package org.striatum.studies.rollouts;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.datasets.ForeignRollouts.Asked;
import org.striatum.datasets.ForeignRollouts.Graded;
import org.striatum.datasets.grading.Reading;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.chat.ChatMessage;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.CompletionText;

/// What another program's completion is in this run: its text up to the end of its turn and the first stop, behind its thought,
/// and its tokens.
final class ImportedText {
  /// Ends of turns and texts that no model means otherwise, beside those of the checkpoint.
  private static final List<String> USUAL_ENDS = List.of("<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|endoftext|>",
      "<|end_of_text|>", "<｜end▁of▁sentence｜>");
  private static final int SHOWN = 40;

  private final HookedModel model;
  private final Tokenizer tokenizer;
  private final CompletionText texts;
  private final PromptFormat format;
  private final Prompting prompting;
  private final Set<Integer> endTokens;
  private final List<String> ends;

  ImportedText(HookedModel model, CompletionText texts, Prompting prompting) {
    this.model = model;
    this.texts = texts;
    this.tokenizer = texts.tokenizer();
    this.format = texts.format();
    this.prompting = prompting;
    Set<String> turns = new LinkedHashSet<>(USUAL_ENDS);
    this.endTokens = new LinkedHashSet<>(format.endOfTurn());
    endTokens.addAll(model.endOfSequence());
    for (Map.Entry<String, Integer> added : tokenizer.added().entrySet()) {
      if (endTokens.contains(added.getValue()) && !added.getKey().isBlank()) {
        turns.add(added.getKey());
      } else if (turns.contains(added.getKey())) {
        endTokens.add(added.getValue());
      }
    }
    turns.remove(format.thinking().close());
    this.ends = List.copyOf(turns);
  }

  /// A completion as the run keeps it.
  ///
  /// @param finished whether the model ended it; empty if nothing says so
  /// @param seen what a reader should know of it
  record TokenizedText(Problem problem, String text, Optional<Boolean> finished, TokenSequence tokens,
      ImportDoubts.Seen seen) {}

  /// @throws UsageException if the file carries a token that the model has not
  TokenizedText of(Graded graded) {
    Problem problem = asked(graded);
    Reading reading = format.reading(problem.dataset()).behind(problem.prompt());
    String whole = graded.thought().map(thought -> reading.joined(thought, graded.text(),
        !graded.text().isBlank() || graded.finished().orElse(true))).orElse(graded.text());
    String turn = Sampling.cut(whole, ends);
    String text = Sampling.cut(turn, reading.stops());
    boolean shortened = text.length() < whole.length();
    boolean insideThought = reading.opened() && !text.contains(reading.close()) && graded.finished().orElse(true);
    Optional<TokenSequence> carried = graded.tokens().filter(ids -> isWhole(graded, ids)).map(this::upToEnd);
    return new TokenizedText(problem, text, shortened ? Optional.of(true) : graded.finished(),
        carried.map(ids -> upToStop(ids, problem).orElse(ids)).orElseGet(() -> encoded(graded, problem, turn, text)),
        new ImportDoubts.Seen(shortened, insideThought, carried.isPresent(),
            carried.flatMap(ids -> otherwise(graded, problem, text, ids))));
  }

  /// Whether the tokens that a file carries are those of the completion too.
  private static boolean isWhole(Graded graded, TokenSequence ids) {
    return ids.length() > ids.promptLength() || graded.text().isEmpty();
  }

  /// The tokens of a text, up to that in which a stop begins, which is another than the text before the stop has.
  ///
  /// @param turn the text with the stop and what stands behind
  private TokenSequence encoded(Graded graded, Problem problem, String turn, String text) {
    if (text.length() < turn.length()) {
      Optional<TokenSequence> stopped = upToStop(encoded(graded, problem, turn), problem);
      if (stopped.isPresent()) {
        return stopped.get();
      }
    }
    return encoded(graded, problem, text);
  }

  private TokenSequence encoded(Graded graded, Problem problem, String text) {
    return graded.asked() instanceof Asked.Text
        ? tokenizer.encodePair(problem.prompt(), text)
        : behindIds(graded, tokenizer.encodeBarePair(problem.prompt(), text));
  }

  /// The completion's tokens behind the prompt's own, where the file carries these.
  private TokenSequence behindIds(Graded graded, TokenSequence encoded) {
    return graded.asked() instanceof Asked.Ids
        ? graded.tokens().orElseThrow().prompt().followedBy(encoded.continuation())
        : encoded;
  }

  /// The problem with its prompt as text: of a chat and of tokens, what the tokens say that the file carries, else what the
  /// template writes.
  private Problem asked(Graded graded) {
    Problem problem = graded.problem();
    if (graded.asked() instanceof Asked.Text) {
      return problem;
    }
    String prompt = graded.tokens().isPresent()
        ? tokenizer.decodeContinuationWhole(inRange(graded.tokens().get()).prompt().tokens())
        : prompting.chat(messages(graded));
    return new Problem(problem.id(), problem.dataset(), prompt, problem.solution(), problem.answer());
  }

  /// The messages of a chat, as a template is given them.
  static List<ChatMessage> messages(Graded graded) {
    return graded.messages().stream().map(message -> new ChatMessage(message.role(), message.content())).toList();
  }

  private TokenSequence inRange(TokenSequence sequence) {
    for (int token : sequence.tokens()) {
      if (token < 0 || token >= model.facts().vocabulary()) {
        throw new UsageException("the file carries the token %d, but the model has only %d: it is another model's"
            .formatted(token, model.facts().vocabulary()));
      }
    }
    return sequence;
  }

  /// The tokens of the file up to the end of the turn.
  private TokenSequence upToEnd(TokenSequence ids) {
    int[] tokens = inRange(ids).tokens();
    int end = ids.promptLength();
    while (end < tokens.length && !endTokens.contains(tokens[end])) {
      end++;
    }
    return ids.upTo(end);
  }

  /// What the tokens of the file read where that is not its text.
  private Optional<String> otherwise(Graded graded, Problem problem, String text, TokenSequence turn) {
    if (!reads(turn.continuation(), text, false)) {
      return Optional.of(told(turn.continuation(), text));
    }
    return graded.asked() instanceof Asked.Text && !reads(turn.prompt().tokens(), problem.prompt(), true)
        ? Optional.of(told(turn.prompt().tokens(), problem.prompt()))
        : Optional.empty();
  }

  /// Up to the token in which the first stop begins, as a generated completion ends; empty if none is in the text of the tokens.
  private Optional<TokenSequence> upToStop(TokenSequence turn, Problem problem) {
    List<String> pieces = texts.pieces(turn.continuation());
    String written = String.join("", pieces);
    int kept = Sampling.cut(written, format.stops(problem.dataset())).length();
    int length = 0;
    for (int t = 0; t < pieces.size() && kept < written.length(); t++) {
      length += pieces.get(t).length();
      if (length > kept) {
        return Optional.of(turn.upTo(turn.promptLength() + t + 1));
      }
    }
    return Optional.empty();
  }

  /// Whether tokens are those of a text, as this tokenizer writes both.
  ///
  /// @param whole whether nothing may follow; behind a completion stands what a stop ended
  private boolean reads(int[] tokens, String text, boolean whole) {
    String read = tokenizer.decode(tokens).strip();
    String expected = tokenizer.decode(tokenizer.encodeBare(text)).strip();
    while (expected.endsWith("\uFFFD")) { // the rest of a character that was cut in two
      expected = expected.substring(0, expected.length() - 1);
    }
    return whole ? read.equals(expected) : read.startsWith(expected);
  }

  private String told(int[] tokens, String text) {
    return "'%s' for '%s'".formatted(shown(tokenizer.decode(tokens)), shown(text));
  }

  private static String shown(String text) {
    String line = text.replace("\n", "\\n");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }
}
