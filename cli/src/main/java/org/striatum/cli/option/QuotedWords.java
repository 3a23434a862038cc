package org.striatum.cli.option;

import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.run.UsageException;

/// Splits a text of options into words as a shell does: at white space, but not inside quotes.
final class QuotedWords {
  private QuotedWords() {}

  /// The words of a text. Single or double quotes keep white space; a backslash keeps the next character, but not inside
  /// single quotes.
  ///
  /// @throws UsageException if a quote is not closed
  static List<String> of(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean begun = false;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
        begun = true;
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        begun = true;
      } else if (!Character.isWhitespace(c)) {
        word.append(c);
        begun = true;
      } else if (begun) {
        words.add(word.toString());
        word.setLength(0);
        begun = false;
      }
    }
    if (quote != 0) {
      throw new UsageException("a quote is not closed in: " + text);
    }
    if (begun) {
      words.add(word.toString());
    }
    return words;
  }
}
