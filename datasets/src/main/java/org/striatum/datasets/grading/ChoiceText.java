package org.striatum.datasets.grading;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The letter of a choice, in the ways that models write it.
final class ChoiceText {
  /// What may stand before a letter and behind it: brackets, quotes, emphasis.
  private static final String OPEN = "(?:[\\s*_`\"'“”‘’«$(\\[{<【]|\\\\[(\\[]){0,12}+(?:\\\\(?:text|mathbf|mathrm|textbf|mathit|boxed|fbox)\\s?\\{[\\s(*]{0,4}+){0,3}";
  private static final String END = "(?![A-Za-z0-9]|['’][a-z]|(?<=I)\\s(?:do|don|did|am|was|have|cannot|can|could|think|believe|guess|would|will)\\b)";
  private static final String LETTER = "(?:(?:[Oo]ption|[Cc]hoice|[Ll]etter|[Aa]nswer)\\s{1,3}+)?" + OPEN
      + "(?:(?:[Oo]ption|[Cc]hoice|[Ll]etter)\\s)?[(*]{0,3}+([A-Z])" + END;
  private static final String SMALL = OPEN + "([a-z])(?=[\\s)*_`\"'”\\].,:$}]*+(?:\\n|$))";
  private static final String VERB = "(?:is|are|was|=|:|(?:would|will|must|should|has to|can only) be|[-–—]|->|→)";
  private static final String ADVERBS = "(?:\\s{0,3}(?:therefore|thus|clearly|simply|hence|indeed|definitely|most likely|likely|then|given by|as follows|:|therefore,|thus,)){0,3}";
  private static final String SUBJECT = "(?i:(?:answers?|options?|choices?|correct letter|ans)\\b\\.?(?:\\s(?:to|for)\\b[^.:\\n]{0,80}?)?)[*_]{0,3}+";
  private static final Pattern SAID = Pattern
      .compile("(?:" + SUBJECT + "\\s{0,3}(?i:" + VERB + "|(?<=\\bans\\.))[*_]{0,3}+(?i:" + ADVERBS
          + ")|(?:答案|选项|答え?|解答|正解|정답|[Rr]éponse|[Aa]ntwort|[Rr]espuesta|[Rr]esposta|[Rr]isposta|[Оо]твет)\\s{0,3}(?:应?该?是|为|选|：|:)[：:]?)(?:"
          + LETTER + "|" + SMALL + ")");
  /// “Answer B”, “I choose B”.
  private static final Pattern CHOSEN = Pattern
      .compile(
          "(?i:\\b(?:final answer|answer|solution:|correct:|choose|pick|select|go with|chose|opt for|it(?:'s| is| must be| should be| has to be)|therefore|thus|hence|so),?)\\s{1,3}+"
              + LETTER + "(?=[\\s)*_`\"'”\\].,:$}]*+(?:\\n|$|\\.))");
  /// “Option B is correct”, “(B) is the right one”.
  private static final Pattern RIGHT = Pattern.compile("(?<![\\w(])" + LETTER
      + "[)\\]*_\"'”’.:]{0,4}(?:\\s(?:(?!\\bnot\\b|n['’]t|;)[^.\\n]){0,60}?)?\\s(?i:is|would be|must be|seems)\\s(?i:the\\s)?(?i:only\\s|most\\s|best\\s|clearly\\s){0,2}(?i:correct|right|answer|best|true)\\b");
  private static final Pattern TAGGED = Pattern.compile("(?i:<answer>)\\s*+" + LETTER + "[^<\\n]{0,80}(?i:</answer>)");
  private static final Pattern LINE = Pattern.compile("(?m)^" + OPEN + "([A-Z])[)\\]*_`\"'”’.:$}】>]{0,8}[ \\t]*+$");
  private static final Pattern FIRST = Pattern
      .compile("^" + OPEN
          + "(?:(?:[Oo]ption|[Cc]hoice)\\s\\(?)?([A-Z])(?:\\s(?:because|since|as|[-–—])\\s|[)\\]*_`\"'”.:,}】]{1,6}(?=\\s|$)|\\s*+(?:\\R|$))");
  private static final Pattern LABEL = Pattern.compile("(?m)^[ \\t(*-]{0,6}+([A-Z])[).:]");
  private static final Pattern EMPHASISED = Pattern
      .compile("\\*\\*\\s?\\(?([A-Z])(?:[).:][^*\\n]{0,80})?\\)?\\s?\\*\\*");
  private static final Pattern BRACKETED = Pattern.compile("\\(([A-Z])\\)");
  private static final Pattern WHOLE = Pattern.compile("\\s*+" + OPEN
      + "(?:(?:[Oo]ption|[Cc]hoice|[Ll]etter|[Aa]nswer)\\s{1,3}[(*]{0,3})?([A-Za-z])[)\\]*_`\"'”.:$}\\s]*+");
  private static final Pattern LABELLED = Pattern
      .compile("\\s*+" + OPEN + "([A-Z])\\s?[).:]?[}*)]{0,4}\\s?[).:]\\s?\\S.{0,200}+", Pattern.DOTALL);
  /// A second letter that is given too: “A or B”, “B and C”.
  private static final Pattern ALSO = Pattern
      .compile("[)*_\\]\"'”}$]{0,4}\\s{0,2}(?:,|/|&|and|or)\\s{0,2}[(*_\\[\"'“]{0,4}([A-Z])(?![\\w'’])");
  private static final Pattern NOT = Pattern.compile("(?i:\\bnot\\s|n't\\s|n’t\\s)$");
  /// What a base model writes when it goes on with a question of its own: a heading, or choices of its own.
  private static final Pattern RUN_ON = Pattern
      .compile("\\n\\h{0,20}+(?:(?:Question|Problem|Q\\d{0,3})\\s?[:.]|A[.)]\\s[^\\n]{1,400}+\\n\\h{0,20}+B[.)]\\s)");

  private ChoiceText() {}

  /// In order of reliability: a letter that is all of the first line; the last box; a tag; the last “answer is”; the first
  /// letter, emphasised, “B is correct”, in brackets, alone on a line. A bare letter inside a sentence does not count: `A`
  /// and `I` are words. Two letters given at once are no choice.
  static Optional<String> answer(String completion) {
    String text = own(FullWidth.narrowed(completion));
    String firstLine = text.stripLeading().lines().findFirst().orElse("");
    Optional<String> alone = whole(firstLine);
    if (alone.isPresent() && firstLine.length() <= 12) {
      return alone;
    }
    Optional<String> box = WrittenAnswer.lastBox(text);
    if (box.isPresent()) {
      return whole(box.get()).or(() -> labelled(box.get())).filter(_ -> !several(box.get()));
    }
    for (Pattern pattern : List.of(TAGGED, SAID, CHOSEN)) {
      Optional<MatchResult> found = said(pattern, text);
      if (found.isPresent()) {
        return Optional.of(found.get()).filter(match -> !also(text, match)).map(ChoiceText::letter);
      }
    }
    return first(FIRST, text).filter(match -> !listed(text, letter(match))).or(() -> first(EMPHASISED, text))
        .or(() -> said(RIGHT, text))
        .or(() -> lastOf(BRACKETED, text))
        .or(() -> lastOf(LINE, text)).filter(match -> !also(text, match)).map(ChoiceText::letter);
  }

  /// A text that is a letter, in brackets or not, or a letter with its choice's text.
  static Optional<String> reference(String written) {
    String text = FullWidth.narrowed(written);
    return whole(text).or(() -> labelled(text)).or(() -> WrittenAnswer.lastBox(text).flatMap(ChoiceText::whole));
  }

  /// Whether the first letter only begins a list of the choices, one a line.
  private static boolean listed(String text, String first) {
    return LABEL.matcher(text).results().anyMatch(label -> !label.group(1).equals(first));
  }

  private static String own(String completion) {
    Matcher runOn = RUN_ON.matcher(completion);
    int from = 0;
    while (runOn.find(from)) {
      String before = completion.substring(0, runOn.start());
      if (!before.isBlank() && !read(before).isEmpty()) {
        return before;
      }
      from = runOn.start() + 1;
      if (from > 20_000) {
        return completion;
      }
    }
    return completion;
  }

  private static Set<String> read(String text) {
    String line = text.stripLeading().lines().findFirst().orElse("");
    return Stream.of(whole(line), first(FIRST, text).map(match -> match.group(1)),
        said(SAID, text).map(ChoiceText::letter)).flatMap(Optional::stream).collect(Collectors.toSet());
  }

  private static Optional<String> whole(String text) {
    Matcher whole = WHOLE.matcher(text.length() <= 60 ? text : "");
    return whole.matches() ? Optional.of(upper(whole.group(1))) : Optional.empty();
  }

  private static Optional<String> labelled(String text) {
    Matcher labelled = LABELLED.matcher(text);
    return labelled.matches() ? Optional.of(labelled.group(1)) : Optional.empty();
  }

  /// `A, B` or `A and C`.
  private static boolean several(String text) {
    return text.length() <= 60
        && text.replaceAll("\\\\text\\{([^{}]*)}|[\\s(){}$*.,&/]|\\b(?:and|or)\\b", "$1").matches("[A-Z]{2,}");
  }

  /// The last place that says so, and does not deny it.
  private static Optional<MatchResult> said(Pattern pattern, String text) {
    return pattern.matcher(text).results().filter(match -> !denied(text, start(match))).reduce((_, last) -> last);
  }

  private static boolean denied(String text, int letter) {
    String before = text.substring(Math.max(0, letter - 12), letter).replaceAll("[(*_\"'“\\[]", "");
    return NOT.matcher(before).find();
  }

  private static Optional<MatchResult> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.toMatchResult()) : Optional.empty();
  }

  private static Optional<MatchResult> lastOf(Pattern pattern, String text) {
    return pattern.matcher(text).results().reduce((_, last) -> last);
  }

  private static boolean also(String text, MatchResult match) {
    int end = match.group(1) != null ? match.end(1) : match.end(2);
    Matcher also = ALSO.matcher(text).region(end, text.length());
    return also.lookingAt() && !also.group(1).equals(letter(match));
  }

  private static int start(MatchResult match) {
    return match.group(1) != null ? match.start(1) : match.start(2);
  }

  private static String letter(MatchResult match) {
    return upper(match.group(1) != null ? match.group(1) : match.group(2));
  }

  private static String upper(String letter) {
    return letter.toUpperCase(Locale.ROOT);
  }
}
