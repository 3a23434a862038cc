package org.striatum.datasets.grading;

import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a base model writes behind its answer: an explanation, the next question. It gives no other answer to this one.
final class RunOn {
  private static final Pattern QUESTION = Pattern.compile(
      "\\n\\h{0,20}+(?:\\*\\*|#{1,4}\\h)?(?:Question|Problem|Exercise|Q|User|Human|Instruction|Input|USER|Explanation|Note)\\h?\\d{0,3}(?:\\*\\*)?\\h?[:.](?!\\d)");
  private static final int MOST = 50;

  private RunOn() {}

  /// A text up to a line that begins an explanation or the next question.
  ///
  /// @param answers whether what stands before the line gives an answer; a question that a model repeats before it begins is none
  static String without(String text, Predicate<String> answers) {
    Matcher question = QUESTION.matcher(text);
    for (int i = 0; i < MOST && question.find(); i++) {
      String before = text.substring(0, question.start());
      if (answers.test(before)) {
        return before;
      }
    }
    return text;
  }
}
