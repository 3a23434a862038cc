package org.striatum.datasets.grading;

import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a base model writes behind its answer: the next question. It gives no other answer to this one.
final class RunOn {
  private static final String HEAD = "(?:Question|Problem|Exercise|Q|User|Human|Instruction|Input|USER)";
  private static final Pattern QUESTION = Pattern.compile("\\n\\h{0,20}+(?:"
      + "(?:\\*\\*|#{1,4}\\h)?(?:" + HEAD + "|Example(?=\\h\\d))\\h?\\d{0,3}(?:\\*\\*)?\\h?[:.](?!\\d)"
      // a heading, `### Question 2`, or `[Question]`
      + "|(?:#{1,4}\\h|\\*\\*)(?:Question|Problem|Exercise|Example(?=\\h\\d))(?:\\h#?\\d{1,3})?(?:\\*\\*)?\\h*(?=\\n|$)"
      + "|\\[(?:Question|Problem|Exercise)(?:\\h\\d{1,3})?\\]"
      // a paragraph that asks for something else, or a numbered one
      + "|\\n\\h{0,20}+(?:\\d{1,3}[.)]\\h)?(?!(?:Wait|But|Now|So|Hmm|However|Let|Next|Then|Step|First|Second|Finally|To|We|I|The\\hanswer)\\b)(?=[A-Z])(?:[^?\\n]{0,600}?[.]\\h)?(?:How\\h(?:many|much|long|far|old|fast|tall)|What\\h(?:is|was|are|will)|Which|Find|Who|When)\\b[^?\\n]{0,300}\\?(?:\\h|\\n)"
      // a rule
      + "|[-*=_]{3,20}\\h*\\n)");
  /// Beginnings of a next question that are looked at.
  static final int MOST = 50;

  private RunOn() {}

  /// A text up to a line that begins the next question.
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
