package org.striatum.datasets.grading;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What may stand behind an answer and leave it as it is: the same again, a courtesy, a remark, a check, an explanation.
final class BehindAnswer {
  private static final Pattern COURTESY = Grammar.rule("courtesy");
  /// The head of an explanation, in which numbers may stand.
  private static final Pattern EXPLANATION = Grammar.rule("explanation");
  private static final Pattern REMARK = Grammar.rule("remark");
  static final Pattern CHECK = Grammar.rule("check");

  private BehindAnswer() {}

  /// Whether what follows an answer leaves it as it is. In an explanation numbers may stand, if it does not end with another answer.
  static boolean leaves(List<String> behind, String value, AnswerKind kind) {
    int explained = 0;
    while (explained < behind.size() && !EXPLANATION.matcher(behind.get(explained)).matches()) {
      if (!harmless(behind.get(explained++), value, kind)) {
        return false;
      }
    }
    List<String> explanation = behind.subList(explained, behind.size());
    return explanation.stream().allMatch(sentence -> explains(sentence) || harmless(sentence, value, kind))
        && (explanation.isEmpty() || harmless(explanation.getLast(), value, kind)
            || !AnswerSentence.CONCLUDES.matcher(explanation.getLast()).lookingAt()
            || AnswerSentence.of(explanation.getLast(), kind).isEmpty() || checks(explanation, value));
  }

  /// Whether a sentence of an explanation neither turns, nor calls anything wrong, nor speaks of an answer. What it explains may deny:
  /// `The waiting list does not change the number of spots.`
  private static boolean explains(String sentence) {
    return !Wording.CONTRAST.matcher(sentence).find() && !Wording.ERROR.matcher(sentence).find()
        && !Wording.speaks(sentence);
  }

  static boolean explained(List<String> behind) {
    return !behind.isEmpty() && EXPLANATION.matcher(behind.getFirst()).matches();
  }

  /// Whether a sentence behind the answer is a remark on it.
  private static boolean remarks(String sentence) {
    return sentence.length() <= Wording.LONGEST_SENTENCE && REMARK.matcher(sentence).matches()
        && Wording.unattributed(sentence)
        && !Wording.isOpen(sentence);
  }

  static boolean courteous(String sentence) {
    return COURTESY.matcher(sentence).matches() && !Wording.CONTRAST.matcher(sentence).find()
        && !Wording.DENIAL.matcher(sentence).find();
  }

  /// Whether a check at the end repeats the answer's number.
  static boolean checks(List<String> explanation, String value) {
    return CHECK.matcher(explanation.getFirst()).lookingAt()
        && explanation.stream().anyMatch(sentence -> repeats(sentence, value));
  }

  private static boolean repeats(String sentence, String value) {
    String number = NumberText.next(value, 0).map(NumberText.Literal::written).orElse(value);
    String form = NumberText.form(value).isEmpty() ? number : NumberText.form(value);
    return Pattern.compile("(?<![\\w.,])(?:" + Pattern.quote(number) + "|" + Pattern.quote(form) + ")(?![\\w]|[.,]\\d)")
        .matcher(sentence).find();
  }

  static boolean harmless(String sentence, String value, AnswerKind kind) {
    Optional<String> again = AnswerSentence.of(sentence, kind);
    return kind.harmless(sentence, value) || courteous(sentence)
        || (remarks(sentence) && (again.isEmpty() || repeats(sentence, value)))
        || again.filter(other -> kind.same(value, other)).isPresent();
  }
}
