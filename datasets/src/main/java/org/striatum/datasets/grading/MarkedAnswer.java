package org.striatum.datasets.grading;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.TexSpans.Span;

/// An answer that a text marks: in a box, in a tag or under a key, or in bold. A mark is stronger than words, in a sentence that says it.
final class MarkedAnswer {
  /// Of a box, with which a text mends what it said before.
  private static final Pattern SHOULD_BE = Pattern
      .compile("(?i)(?<=\\bit\\h)should\\h(?:actually\\h|really\\h)?be(?=\\s*$)");
  /// `Julie should read` before a box: what the problem asks for.
  private static final Pattern SHOULD_DO = Pattern
      .compile("(?i)\\bshould\\h(?!be\\b|have\\b)(?=\\p{Ll}{2,12}\\s*$)");
  /// Before a box that stands beside another.
  private static final Pattern SIDE_BY_SIDE = Pattern.compile("\\b(?:and|or|then|so\\hthat)[\\s$]*$");
  private static final Pattern BOX_CLOSING = Grammar.rule("box-closing");
  private static final Pattern BOX_NOT = Grammar.rule("box-not");
  private static final Pattern BEFORE_BOX = Grammar.rule("before-box");
  private static final Pattern BEHIND_BOX_NOT = Grammar.rule("behind-box-not");
  /// Before the clause of a box.
  private static final Pattern CLAUSE_END = Pattern.compile("[.;:]\\s|,\\h(?:so|then|therefore|thus|hence|we)\\b");
  private static final Pattern BOX_TAIL = Grammar.rule("box-tail");
  private static final Pattern OF_THE_TAG = Grammar.rule("of-the-tag");
  private static final Pattern BARE_COLON = Grammar.rule("bare-colon");
  private static final Pattern BOX_IS_ANSWER = Grammar.rule("box-is-answer");
  private static final Pattern FORMULA = Pattern.compile("\\\\\\([xv]\\\\\\)");

  private MarkedAnswer() {}

  /// The box in a sentence, as a value.
  private static final AnswerKind BOX = new AnswerKind() {
    @Override
    public Optional<String> value(String text) {
      return text.indexOf(BoxSentence.VALUE) == 0 && ends(text.substring(1))
          ? Optional.of(Character.toString(BoxSentence.VALUE))
          : Optional.empty();
    }

    @Override
    public boolean harmless(String sentence, String value) {
      return false;
    }

    @Override
    public Pattern closing() {
      return BOX_CLOSING;
    }

    @Override
    public boolean bare(String before) {
      String clause = before.strip();
      return clause.endsWith(":")
          ? BARE_COLON.matcher(clause.substring(0, clause.length() - 1)).matches()
          : AnswerSentence.reasons(clause);
    }
  };

  /// What a tag or a key holds, if it stands alone or in a sentence that says it. Behind it numbers may stand, but nothing that speaks
  /// of an answer, doubts or denies.
  static Optional<String> tagged(String text, Span tag, AnswerKind kind) {
    String rest = text.substring(tag.end());
    boolean described = OF_THE_TAG.matcher(rest.lines().findFirst().orElse("")).matches();
    List<String> sentences = Sentences.of(
        text.substring(0, tag.start()) + "\n" + BoxSentence.VALUE + (described ? "" : "\n") + rest);
    int at = sentences.size() - 1;
    while (sentences.get(at).indexOf(BoxSentence.VALUE) < 0) {
      at--;
    }
    String sentence = sentences.get(at);
    List<String> behind = sentences.subList(at + 1, sentences.size());
    return Optional.of(tag.content(text)).filter(content -> !Wording.isOpen(content)).filter(_ -> says(sentence, true))
        .flatMap(
            content -> kind.said(content).or(() -> AnswerSentence.of(content, kind)).or(() -> kind.enclosed(content)))
        .filter(value -> behind.stream().allMatch(later -> BehindAnswer.harmless(later, value, kind)
            || !(Wording.DOUBT.matcher(later).find() || Wording.speaks(later))));
  }

  /// The last value in bold, if its sentence says it and no number more, and what follows leaves it as it is.
  static Optional<String> emphasised(Emphasis found, AnswerKind kind) {
    return Optional.of(found)
        .filter(bold -> bold.isResult() && !Wording.isOpen(bold.sentence()) && says(bold.sentence(), true)
            && Statement.countsNoMore(bold.rest())
            && BehindAnswer.leaves(bold.behind(), bold.value(), kind))
        .map(Emphasis::value);
  }

  /// What may stand behind a box in its sentence.
  private static boolean ends(String behind) {
    Matcher tail = BOX_TAIL.matcher(FORMULA.matcher(behind).replaceAll("it"));
    return BOX_IS_ANSWER.matcher(behind).matches()
        || (tail.matches() && Unit.end(tail.group("rest")).isPresent());
  }

  /// Of the last sentence with a box, if it says it, or of one behind it that speaks of the answer.
  static Optional<String> boxed(List<String> sentences, AnswerKind kind) {
    int at = sentences.size() - 1;
    while (at >= 0 && WrittenAnswer.boxed(sentences.get(at)).isEmpty()) {
      at--;
    }
    if (at < 0) {
      return Optional.empty();
    }
    List<String> behind = sentences.subList(at + 1, sentences.size());
    Optional<String> value = box(sentences.get(at), kind);
    if (value.isEmpty()) {
      return behind.stream().anyMatch(Wording::speaks) ? Commitment.stated(sentences, kind) : Optional.empty();
    }
    List<String> until = sentences.subList(0, at + 1);
    return value.filter(said -> BehindAnswer.leaves(behind, said, kind) && !contradicted(until, said, kind));
  }

  /// The box that a sentence says.
  private static Optional<String> box(String sentence, AnswerKind kind) {
    boolean single = TexSpans.boxes(sentence).size() == WrittenAnswer.lastBoxes(sentence).size();
    if (!single
        && SIDE_BY_SIDE.matcher(sentence.substring(0, WrittenAnswer.lastBoxes(sentence).getFirst().start())).find()) {
      return Optional.empty();
    }
    return BoxSentence.of(sentence).filter(words -> says(words, single)).flatMap(_ -> WrittenAnswer.boxed(sentence))
        .filter(content -> !Wording.isOpen(content)).flatMap(kind::enclosed);
  }

  /// Whether a sentence says the value that stands in it for a box or a tag.
  ///
  /// @param single whether it is the only one
  private static boolean says(String sentence, boolean single) {
    return !BOX_NOT.matcher(sentence).find()
        && (AnswerSentence.of(sentence, BOX).isPresent() || (single && marks(sentence)));
  }

  /// Whether the value is marked in a sentence that leads to it, and nothing in it takes the value back, bounds it, sets a condition
  /// or gives it to somebody else.
  private static boolean marks(String sentence) {
    int at = sentence.indexOf(BoxSentence.VALUE);
    String before = SHOULD_DO.matcher(
        SHOULD_BE.matcher(Wording.OURS_IF.matcher(sentence.substring(0, at)).replaceAll("")).replaceAll("is"))
        .replaceAll("must ");
    String clause = CLAUSE_END.splitAsStream(before + " ").reduce((_, last) -> last).orElse("");
    String behind = sentence.substring(at + 1);
    boolean spoken = Wording.SPOKEN.matcher(before).find()
        && (clause.isBlank() || AnswerSentence.of((clause + sentence.substring(at)).strip(), BOX).isEmpty());
    boolean other = spoken || (Wording.SPOKEN.matcher(behind).find() && !BOX_IS_ANSWER.matcher(behind).lookingAt());
    return sentence.length() <= Wording.LONGEST_SENTENCE && sentence.indexOf(BoxSentence.VALUE, at + 1) < 0
        && !behind.contains("\\boxed") && !other && !Wording.SUPPOSED.matcher(before).find()
        && !Wording.doubts(clause + behind) && !Wording.MISLED.matcher(before).find()
        && !Wording.OTHERS.matcher(before).find() && !BEHIND_BOX_NOT.matcher(behind).find() && !Unit.takesBack(behind)
        && leads(clause);
  }

  /// Whether what stands before a value is nothing, or ends with what a value follows.
  private static boolean leads(String before) {
    String words = before.stripTrailing();
    Matcher lead = AnswerSentence.LEAD.matcher(words);
    return words.isBlank() || (lead.lookingAt() && lead.end() >= words.length())
        || BEFORE_BOX.matcher(words.substring(Math.max(0, words.length() - AnswerSentence.LONGEST))).find();
  }

  /// Whether an earlier box says another final answer than the last, which no word between them takes back.
  private static boolean contradicted(List<String> sentences, String value, AnswerKind kind) {
    boolean said = Wording.speaks(sentences.getLast());
    for (int i = sentences.size() - 2; i >= 0 && !Wording.DOUBT.matcher(sentences.get(i + 1)).find(); i--) {
      String sentence = sentences.get(i);
      boolean alone = BoxSentence.of(sentence).flatMap(BOX::value).isPresent();
      if ((Wording.speaks(sentence) || (alone && !said))
          && box(sentence, kind).filter(other -> !kind.same(value, other)).isPresent()) {
        return true;
      }
    }
    return false;
  }
}
