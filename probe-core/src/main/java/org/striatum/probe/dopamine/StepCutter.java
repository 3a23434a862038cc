package org.striatum.probe.dopamine;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;
import org.striatum.probe.run.UsageException;

/// Cuts completions into steps at a separator. The separator belongs to the step it ends, and a step ends with the token
/// in which its separator does. Steps that would hold nothing but white space join the one before (a leading one, the one
/// after). (arXiv 2602.00986, §5: a step is a paragraph.)
///
/// @param separator what ends a step; must not match the empty text
public record StepCutter(Pattern separator) {
  /// Steps end with a newline.
  public static final String BY_NEWLINE = "newline";
  /// The thought is a step, and what stands behind it.
  public static final String THINK_END = "think-end";
  /// One newline or more, as the arithmetic sets are written.
  public static final StepCutter NEWLINE = of("\\n+");
  /// A completion of more characters, a line of a file of rollouts, is not cut.
  static final int LONGEST = 16 << 20;
  /// A blank line, as chat models write.
  public static final StepCutter PARAGRAPH = of("\\n[ \\t]*+\\n\\s*");

  public StepCutter {
    if (separator.matcher("").find()) {
      throw new IllegalArgumentException("a step separator must not match the empty text, found '" + separator + "'");
    }
  }

  /// A cutter by a regular expression.
  ///
  /// @throws IllegalArgumentException if it is none, or matches the empty text
  public static StepCutter of(String regex) {
    return new StepCutter(Pattern.compile(regex));
  }

  /// A cutter by name, `newline`, `paragraph` or `think-end`, or else by a regular expression.
  ///
  /// @param thoughtEnd the marker that closes a thought
  /// @throws IllegalArgumentException in one line, if it is none or matches the empty text
  public static StepCutter named(String name, String thoughtEnd) {
    try {
      return switch (name) {
        case THINK_END -> of(Pattern.quote(thoughtEnd));
        case BY_NEWLINE -> NEWLINE;
        case "paragraph" -> PARAGRAPH;
        default -> of(name);
      };
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException(
          "a step is newline, paragraph, think-end or a regular expression, found '" + name + "' ("
              + broken.getDescription() + ")",
          broken);
    }
  }

  /// Cuts one completion.
  ///
  /// @param pieces text of each generated token, in order; together the completion
  /// @throws UsageException if the completion is longer than [#LONGEST], or if to look for the separator takes more than
  ///     [CountedText#MOST] looks at each of its characters: some expressions take time that grows with the square of the length or
  ///     faster
  public Steps cut(List<String> pieces) {
    int[] token = pieces.stream().mapToInt(String::length).toArray(); // → end of each token in the text
    for (int t = 1; t < token.length; t++) {
      token[t] += token[t - 1];
    }
    long characters = pieces.stream().mapToLong(String::length).sum();
    if (characters > LONGEST) {
      throw new UsageException(
          "a completion that is cut into steps has at most %d characters, found %d".formatted(LONGEST, characters));
    }
    String text = String.join("", pieces);
    IntStream.Builder ends = IntStream.builder();
    Matcher matcher = separator.matcher(new CountedText(text));
    int last = 0; // last state of the step before
    int content = visible(text, 0); // first character of this step that is no white space
    int end = text.stripTrailing().length();
    int state = 0;
    while (found(matcher, text)) {
      while (token[state] < matcher.end()) {
        state++;
      }
      if (state + 1 > last && content < matcher.start()) {
        if (Math.max(matcher.end(), token[state]) >= end) {
          break; // nothing but white space is left: it joins this step
        }
        last = state + 1;
        ends.add(last);
        content = visible(text, matcher.end());
      }
    }
    if (pieces.size() > last) {
      ends.add(pieces.size());
    }
    return new Steps(ends.build().toArray());
  }

  private boolean found(Matcher matcher, String text) {
    try {
      return matcher.find();
    } catch (CountedText.ExceededException | StackOverflowError _) {
      throw new UsageException(
          "the step separator '%s' takes too much work in a completion of %d characters: a simpler expression is needed"
              .formatted(separator, text.length()));
    }
  }

  /// The first place from `at` on that holds no white space. Every step looks on from where the last one ended: a text is read once.
  private static int visible(String text, int at) {
    int place = at;
    while (place < text.length() && Character.isWhitespace(text.codePointAt(place))) {
      place += Character.charCount(text.codePointAt(place));
    }
    return place;
  }
}
