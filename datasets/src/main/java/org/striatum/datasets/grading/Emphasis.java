package org.striatum.datasets.grading;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A value in bold, by which many models mark their answer: `The town collects **$1,500,000** in tax.`
///
/// @param value as the grader reads it
/// @param sentences of the text, with [BoxSentence#VALUE] in place of the value
/// @param at the index of the sentence that it stands in
record Emphasis(String value, List<String> sentences, int at) {
  private static final Pattern BOLD = Pattern.compile(
      "\\*\\*(?=\\S)([^*\\n]{1,160}?)(?<=[^\\s:])\\*\\*|(?<!\\w)__(?=\\S)([^_\\n]{1,80}?)(?<=[^\\s:])__(?!\\w)|<(?:b|strong)>([^<\\n]{1,80})</(?:b|strong)>|\\$?\\\\(?:mathbf|boldsymbol|bm)\\{([^{}\\n]{1,80})\\}\\$?");
  /// It has one of these.
  private static final List<String> MARKS = List.of("**", "__", "<b>", "<strong>", "\\mathbf", "\\boldsymbol", "\\bm");
  /// Behind these a text in bold may be an answer in words.
  private static final Pattern IS = Pattern.compile("(?i)\\b(?:is|are)\\h(?:(?:an?|the|therefore|thus)\\h)?$");
  private static final Pattern CLAUSE = Pattern.compile("[,;:]\\h");
  private static final Pattern NO_RESULT = Grammar.rule("no-result");
  /// A sentence in bold.
  private static final Pattern WHOLE = Pattern.compile("\\h\\S+\\h.*[.!]$");
  /// Among the last of them the value is looked for.
  private static final int MOST = 20;
  private static final Pattern NEW_SENTENCE = Pattern.compile("\\n|[.!?][\"”)]?\\h");

  /// The last of a text; empty if there is none, or a second in its sentence.
  static Optional<Emphasis> last(String text, AnswerKind kind) {
    if (MARKS.stream().noneMatch(text::contains)) {
      return Optional.empty();
    }
    List<MatchResult> values = BOLD.matcher(text).results().toList().reversed().stream().limit(MOST)
        .filter(bold -> value(text, bold, kind).isPresent()).limit(2).toList();
    if (values.isEmpty()) {
      return Optional.empty();
    }
    MatchResult last = values.getFirst();
    boolean second = values.size() > 1
        && !NEW_SENTENCE.matcher(text.substring(values.getLast().end(), last.start())).find();
    return second ? Optional.empty() : value(text, last, kind).flatMap(value -> of(text, last, value));
  }

  private static Optional<String> value(String text, MatchResult bold, AnswerKind kind) {
    String content = Stream.of(1, 2, 3, 4).map(bold::group).filter(group -> group != null).findFirst().orElseThrow();
    boolean is = IS.matcher(text.substring(0, bold.start())).find();
    boolean whole = WHOLE.matcher(content).find();
    return Wording.isOpen(content)
        ? Optional.empty()
        : kind.value(content).or(() -> is ? kind.said(content) : Optional.empty())
            .or(() -> whole ? AnswerSentence.of(content, kind).or(() -> kind.stated(content)) : Optional.empty());
  }

  private static Optional<Emphasis> of(String text, MatchResult bold, String value) {
    List<String> sentences = Sentences.of(
        text.substring(0, bold.start()) + BoxSentence.VALUE + text.substring(bold.end()));
    for (int i = 0; i < sentences.size(); i++) {
      if (sentences.get(i).indexOf(BoxSentence.VALUE) >= 0) {
        return Optional.of(new Emphasis(value, sentences, i));
      }
    }
    return Optional.empty();
  }

  String sentence() {
    return sentences.get(at);
  }

  /// The sentences behind its own.
  List<String> behind() {
    return sentences.subList(at + 1, sentences.size());
  }

  /// Whether its sentence is about a result, and not about what is given, a bound or a part.
  boolean isResult() {
    String clause = CLAUSE.splitAsStream(sentence().substring(0, sentence().indexOf(BoxSentence.VALUE)) + " ")
        .reduce("", (_, last) -> last);
    return !NO_RESULT.matcher(clause).find();
  }

  /// What follows it in its sentence.
  String rest() {
    return sentence().substring(sentence().indexOf(BoxSentence.VALUE) + 1);
  }
}
