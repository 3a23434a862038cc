package org.striatum.datasets.grading;

import java.util.Optional;
import java.util.regex.Pattern;

/// What a grader takes for an answer.
interface AnswerKind {
  /// The value that a text is from its beginning to its end, with its unit, explanation in brackets or reason.
  Optional<String> value(String text);

  /// What follows “the answer is”: a value, and where answers may be texts, a text.
  default Optional<String> said(String text) {
    return value(text);
  }

  /// What a box or a tag holds, which is the answer whatever it is.
  default Optional<String> enclosed(String text) {
    return said(text);
  }

  /// Whether a sentence only says what another answer would be in another case.
  default boolean aside(String sentence) {
    return false;
  }

  /// Whether a sentence behind the answer leaves it as it is.
  boolean harmless(String sentence, String value);

  /// The sentences of another form that give a value.
  default Pattern closing() {
    return AnswerSentence.CLOSING;
  }

  /// Whether the value alone may follow a clause.
  default boolean bare(String before) {
    return false;
  }

  /// What the last sentence says in words of its own.
  default Optional<String> stated(String sentence) {
    return Optional.empty();
  }

  /// Whether two values are one answer.
  default boolean same(String one, String other) {
    return one.equals(other);
  }
}
