package org.striatum.datasets.grading;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.TexSpans.Span;

/// The answer that a text commits itself to: a mark ([MarkedAnswer]), or else a sentence that says it ([AnswerSentence]), behind which
/// nothing stands that could change it ([BehindAnswer]).
///
/// ```
/// text = … sentence courtesy* explanation?     the last sentence that speaks of the answer, or else the last of all
/// ```
///
/// What a value is, with its unit, says each grader ([AnswerKind]).
final class Commitment {
  static final Pattern UNDECIDED = Grammar.rule("undecided");
  /// It needs one of these.
  static final AnyWord MAY_BE_UNDECIDED = AnyWord.of("not", "n't", "n’t", "unable", "impossible",
      "insufficient");
  /// Before a sentence that is more than a value.
  private static final Pattern ITEM = Pattern.compile("\\d{1,2}[.)]\\h+(?=[^=]*\\p{L}{3}|[^=]*=)");
  private static final Pattern LABELLED = Pattern.compile(
      "(?i)(?:the\\h)?(?:final\\h|correct\\h)?answer\\h?:\\h*(?=(?:the|an?|he|she|it|they|there|this|that|option|(?-i:\\p{Lu}\\p{Ll}+))\\h+\\p{L})");
  /// Of a text, those among which another answer is looked for.
  private static final int MOST_SENTENCES = 40;

  private Commitment() {}

  /// The answer that a text commits itself to: its last box, what a tag or key says, a value in bold that is explained,
  /// a sentence, or a value in bold.
  static Optional<String> of(String text, AnswerKind kind) {
    ReadingWork.spend(text.length());
    List<String> sentences = ended(Sentences.of(text));
    if (!TexSpans.boxes(text).isEmpty()) {
      return MarkedAnswer.boxed(sentences, kind);
    }
    Optional<Span> tag = WrittenAnswer.tag(text);
    if (tag.isPresent()) {
      return MarkedAnswer.tagged(text, tag.get(), kind);
    }
    Optional<Emphasis> bold = Emphasis.last(text, kind);
    return bold.filter(found -> BehindAnswer.explained(found.behind()))
        .flatMap(found -> MarkedAnswer.emphasised(found, kind)).or(() -> stated(sentences, kind))
        .or(() -> bold.flatMap(found -> MarkedAnswer.emphasised(found, kind)));
  }

  /// Up to a note behind the words with which answers in the manner of Minerva end.
  private static List<String> ended(List<String> sentences) {
    for (int i = 1; i < sentences.size(); i++) {
      if (sentences.get(i).startsWith("Note:") && sentences.get(i - 1).equals("I hope it is correct.")) {
        return sentences.subList(0, i);
      }
    }
    return sentences;
  }

  /// Of the last sentence that speaks of the answer, or else of the last or the first.
  static Optional<String> stated(List<String> all, AnswerKind kind) {
    List<String> sentences = unchecked(all);
    List<String> check = all.subList(sentences.size(), all.size());
    int last = lastOwn(sentences);
    int told = last;
    while (told >= 0 && (!Wording.speaks(sentences.get(told)) || kind.aside(sentences.get(told)))) {
      told--;
    }
    boolean speaks = told >= 0;
    int at = speaks ? told : last;
    if (at < 0 || (!speaks && sentences.stream().anyMatch(Commitment::undecided))) {
      return Optional.empty();
    }
    String said = sentences.get(at);
    Optional<String> answer = AnswerSentence.of(said, kind)
        .or(() -> speaks ? Optional.empty() : kind.stated(sentences.get(last)))
        .or(() -> item(said, kind)).or(() -> labelled(said, kind));
    if (answer.isEmpty() && !speaks && sentences.size() > 1) {
      at = 0; // `18`, and then how it came about
      answer = Optional.of(sentences.getFirst()).filter(sentence -> !Wording.isOpen(sentence)).flatMap(kind::value);
    }
    List<String> behind = sentences.subList(at + 1, last + 1);
    List<String> until = sentences.subList(0, at + 1);
    return answer.filter(value -> BehindAnswer.leaves(behind, value, kind) && !(speaks && contested(until, value, kind))
        && (check.isEmpty() || (BehindAnswer.checks(check, value)
            && check.stream()
                .noneMatch(one -> Wording.CONTRAST.matcher(one).find() || Wording.DENIAL.matcher(one).find()))));
  }

  private static boolean undecided(String sentence) {
    return MAY_BE_UNDECIDED.mayBeIn(sentence) && UNDECIDED.matcher(sentence).find();
  }

  /// Whether an earlier sentence says another answer that no word between them takes back.
  private static boolean contested(List<String> sentences, String value, AnswerKind kind) {
    int earliest = Math.max(0, sentences.size() - MOST_SENTENCES);
    for (int i = sentences.size() - 2; i >= earliest && !Wording.doubts(sentences.get(i + 1)); i--) {
      if (Wording.SAID.matcher(sentences.get(i)).lookingAt()
          && AnswerSentence.of(sentences.get(i), kind).filter(other -> !kind.same(value, other)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /// Without a check at the end that speaks of no answer: what it computes is none.
  private static List<String> unchecked(List<String> sentences) {
    int check = sentences.size();
    for (int i = 1; i < sentences.size() && check == sentences.size(); i++) {
      check = BehindAnswer.CHECK.matcher(sentences.get(i)).lookingAt() ? i : check;
    }
    boolean speaks = sentences.subList(check, sentences.size()).stream().anyMatch(Wording::speaks);
    return speaks ? sentences : sentences.subList(0, check);
  }

  /// `Answer: Jane started 3 hours ago.`
  private static Optional<String> labelled(String sentence, AnswerKind kind) {
    Matcher label = LABELLED.matcher(sentence);
    return label.lookingAt() ? kind.stated("so " + sentence.substring(label.end())) : Optional.empty();
  }

  /// `3. 12 + 45 = 57`
  private static Optional<String> item(String sentence, AnswerKind kind) {
    Matcher item = ITEM.matcher(sentence);
    return item.lookingAt() ? AnswerSentence.of(sentence.substring(item.end()), kind) : Optional.empty();
  }

  /// The index of the last sentence before courtesies.
  private static int lastOwn(List<String> sentences) {
    int last = sentences.size() - 1;
    while (last > 0 && BehindAnswer.courteous(sentences.get(last))) {
      last--;
    }
    return last;
  }
}
