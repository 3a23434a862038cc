package org.striatum.datasets.grading;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A sentence in words of its own that says one option: `The computed value, 27.5 kJ, matches option (F).`
///
/// It names one option and no other, before or behind a verb that says which option it is, and nothing in it doubts or denies.
final class ChoiceStatement {
  private static final String NAME = "(?:(?:\\b[Oo]ption|\\b[Aa]nswer\\h(?:choice|option)|\\b[Cc]hoice|\\b[Ll]etter|\\b[Ss]tatement|\\b[Aa]nswer)\\h[(*]{0,3}(?<named>[A-J])\\b[)*]{0,3}|\\((?<bracketed>[A-J])\\)|(?<bare>(?<=\\b[Oo]nly\\h|\\bleaving\\h)[A-HJ]\\b|\\b[B-HJ]\\b(?=\\his\\hthe\\h(?:only|one|best|correct|right)\\b)|(?<=\\bis\\h)[B-HJ]\\b(?=[.!]?$)|\\b[B-HJ]\\b(?=\\hit\\his\\b)|(?<=\\bmaking\\h)[A-J]\\b(?=\\hthe\\b)))";
  private static final Pattern OPTION = Pattern.compile(NAME);
  private static final Pattern LETTER = Pattern.compile("(?<![\\w'’.])[B-HJ](?![\\w'’])");
  private static final Pattern LEADS = Grammar.rule("option-is");
  private static final Pattern FOLLOWS = Grammar.rule("option-fits");
  private static final Pattern REFUSED = Grammar.rule("option-not");
  private static final int LONGEST = 300;

  private ChoiceStatement() {}

  /// The letter of the option that a sentence says.
  static Optional<String> letter(String sentence) {
    List<String> named = OPTION.matcher(sentence).results()
        .map(found -> Stream.of("named", "bracketed", "bare").map(found::group).filter(Objects::nonNull).findFirst()
            .orElseThrow())
        .distinct()
        .toList();
    if (sentence.length() > LONGEST || named.size() != 1 || Wording.isOpen(sentence)) {
      return Optional.empty();
    }
    String letter = named.getFirst();
    boolean alone = LETTER.matcher(sentence).results().allMatch(found -> found.group().equals(letter));
    Matcher option = OPTION.matcher(sentence);
    option.find();
    String before = sentence.substring(0, option.start());
    String behind = sentence.substring(option.end());
    boolean says = (LEADS.matcher(before).find() && (behind.isBlank() || !Character.isLetter(behind.strip().charAt(0))))
        || FOLLOWS.matcher(before + "\uFFFC" + behind).matches();
    return alone && says && Wording.unattributed(before) && !Wording.doubts(behind)
        && !REFUSED.matcher(sentence).find() ? Optional.of(letter) : Optional.empty();
  }
}
