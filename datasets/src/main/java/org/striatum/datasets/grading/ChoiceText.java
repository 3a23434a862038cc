package org.striatum.datasets.grading;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The letter of a choice to which a text commits itself ([Commitment]).
final class ChoiceText {
  private static final String OPEN = "(?:[\\s*_`\"'“”‘’«$(\\[{<【]|\\\\[(\\[]){0,6}+(?:\\\\(?:text|mathbf|mathrm|textbf|mathit|boxed|fbox)\\s?\\{[\\s(*]{0,4}+){0,3}";
  private static final String CLOSE = "(?:[)*_`\"'”’»\\]}】>$]|\\s(?=[)\"'\\]}$])|\\\\[)\\]]){0,6}+";
  private static final String NAMED = "(?:(?:the\\s)?(?:[Oo]ption|[Cc]hoice|[Ll]etter|[Aa]nswer)\\s{1,2}|选项)?";
  private static final String LETTER = NAMED + OPEN
      + "(?i:(?:option|choice)\\s)?[(*]{0,2}+(?<letter>[A-Z])(?![A-Za-z0-9]|['’][a-ce-z])[)\\]}*]{0,3}?";
  /// Another letter that is left out: `, not A`, `(not C)`, `rather than B`.
  private static final String LEFT_OUT = "(?:,?\\s|\\s?\\()(?:and\\s)?(?:not|nicht|pas|rather\\sthan|instead\\sof|over)\\s[(*]{0,2}[A-Z]\\b[)*]{0,3}(?:(?:,|\\sor|,\\sor)\\s[(*]{0,2}[A-Z]\\b[)*]{0,3}){0,3}(?::\\s[^?]{1,300}|,?\\s(?:as|which|because|since|that)\\s(?![^.]*\\b(?:but|rather|correct|right|answer)\\b)[^.(]{1,120})?";
  private static final String REASON = ",?\\s(?<reason>(?:because|since|as(?!\\s(?:well|is|are)\\b))\\s.{1,300}|(?:not|which)\\s(?:because|is)\\s.{1,200})";
  /// The choice's own text, behind a point, bracket, colon or dash.
  private static final String TEXT = "(?<mark>[.:,}\\]]{0,3}[.:}\\]]\\s|(?<!\\([A-Z])\\)[.:]?\\s|\\s?[-–—]\\s|\\s?[(](?=[^()]{1,80}\\)[.]?$)|(?<=\\))[*}]{0,3}\\\\?\\s|}\\\\\\s)(?<text>\\S.{0,300})";
  private static final Pattern ANSWER = Pattern
      .compile("\\s*+" + LETTER + "(?:" + CLOSE + "|" + CLOSE + LEFT_OUT + "|" + CLOSE + REASON + "|" + TEXT
          + ")\\h?(?:です|입니다|['’]?d[iı]r|选项|है)?\\s?[.!。।]?" + CLOSE, Pattern.DOTALL);
  private static final Pattern EXPLAINED = Pattern.compile("\\s*+" + LETTER + CLOSE
      + "(?:\\shere|\\sin\\sthis\\scase)?\\s?(?:[,;:–—(]|\\s-|(?=\\s(?:because|since|as|porque|ya\\sque|parce\\sque|car|puisque|weil|denn|da|perché|poiché|pois|omdat)\\s))\\s?(?<rest>[^?]{1,300})",
      Pattern.DOTALL);
  private static final Pattern SMALL = Pattern.compile("\\s*+" + OPEN + "([a-j])[)\\]*_`\"'”.:$}\\s]*+");
  private static final Pattern SMALL_LABEL = Pattern.compile("\\s{0,9}+\\(?([a-j])\\)\\s\\S.{0,200}");
  /// What is said of an option.
  private static final Pattern VERDICT = Pattern.compile(
      "(?i)(?:is|are|was|were|can|cannot|could|does|do|has|have|may|might|would|no|nope|nah|not|never|yes|(?:true|false)(?!,\\s(?:true|false)\\b)|correct|incorrect|wrong|right|too|(?:this|that|it)\\b[^.]*\\b(?:not|wrong|incorrect))\\b.*",
      Pattern.DOTALL);
  /// `No, because the defendant had no duty`: the text of a choice that holds or denies something else.
  private static final Pattern HELD = Pattern.compile("(?:Yes|No), (?:because|since)\\b");
  /// What is no text of a choice and no reason for one.
  private static final Pattern OTHERWISE = Pattern
      .compile("\\b(?:[Ww]hen|[Oo]nly|and\\sso)\\b|['’]s\\s(?:answer|guess|choice|pick)\\b|^(?:see|from\\sthe)\\b");
  private static final Pattern OR_ANOTHER = Pattern
      .compile(
          "(?:\\b(?:or|and)|,)\\s(?:rather\\s)?[(*]{0,2}[A-Z]\\b|\\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer|[Ll]etter)\\s(?:is\\s)?[(*]{0,2}[A-Z]\\b|^[(*]{0,2}[A-Z]\\b(?!['’])[).,]{0,2}(?:\\s|$)(?![a-z])");
  private static final Pattern CAPITAL = Pattern
      .compile(
          "(?<![\\w'’.])([A-H])(?![\\w'’]|\\s[a-z]-|\\s(?:[a-z]{3,}s?\\b)(?<!\\bis|\\bare|\\bwas|\\bhas|\\bwould|\\bdoes))");
  private static final Pattern DENIED = Pattern.compile(
      "(?i)\\b(?:not|wrong|incorrect|false|too|cannot|neither|eliminat\\w+|less|unlike|contradicts?|fails?)\\b|n['’]t\\b");
  private static final Pattern OTHERS = Pattern
      .compile(
          "(?i)(?:none|neither)\\hof\\hthe\\hother.*|(?:all\\h)?the\\h(?:others|other\\h(?:options|choices|answers))\\h(?:are|do)\\b.*");
  /// Why the other options are wrong: a heading, and a line for each of them.
  private static final Pattern REJECTIONS = Pattern.compile(
      "(?im)^[\\h*#]*(?:[^\\n.:?]{0,40}\\bwhy\\h)?(?:all\\h)?the\\hother\\h?(?:s|options|choices|answers)\\h(?:are|do)\\b[^\\n.:?]{0,40}[:.]?[\\h*]*+:?[\\h*]*+\\n\\s*+(?<lines>(?:[\\h*•-]*(?:(?:option|choice)\\h)?\\(?(?-i:[A-J])\\b[^\\n]*(?:\\n\\s*|$)){1,9}+)");
  private static final Pattern REJECTED = Pattern.compile("(?m)^[\\h*•-]*(?:[Oo]ption\\h|[Cc]hoice\\h)?\\(?([A-J])\\b");
  /// What another option would be in another case.
  private static final Pattern WOULD = Pattern.compile("(?i)\\b(?:(?<!\\bi\\h)would|wäre|würde|serait|sería|seria)\\b");
  /// Another option may be the answer.
  private static final Pattern BETTER = Pattern.compile(
      "(?i)\\b(?:(?<!not\\h)(?<!in)(?:correct|right|best|true)|better|also|too(?!\\h\\w)|equally|as\\hwell|fits?|works?|instead|actually|really|answers?|both|either|or|but|rather)\\b");
  /// That another option, which is named, may be as good.
  private static final Pattern RIVAL = Pattern
      .compile("(?i)\\b(?:also|better|equally|as\\hwell|instead|actually|really)\\b");
  private static final Pattern ALONE = Pattern.compile("(?<![\\w'’])[B-HJ](?![\\w'’])");
  private static final Pattern WHY_NOT = Pattern
      .compile("(?i)why\\hnot\\hthe\\hother(?:s|\\h(?:options|choices|ones|answers))\\?");
  private static final Pattern RIGHT = Pattern
      .compile("(?i)\\b(?<!not\\h)(?<!in)(?:correct|right|best|true)\\b|\\banswer\\b");
  private static final Pattern JUDGED = Pattern.compile(
      "(?<![\\w])[(*]{0,3}([A-J])[)*]{0,3}(?:[.):]\\*{0,2}\\h|\\his\\h)\\*{0,2}(?i:(yes|true|correct|right)|no|false|incorrect|wrong)\\*{0,2}[.!]?(?=\\s|$)");
  /// A line of one option, with its verdict as a word or a sign.
  private static final Pattern JUDGED_LINE = Pattern.compile(
      "[\\h*•-]*(?:(?:Option|Choice|Statement)\\h)?[(*]{0,3}([A-J])(?:[)*.:]{1,4}|(?=\\h[✅✓✔❌✗✘]))(?:[^\\n]{0,80}?\\h)??[-–—:]?\\h?\\*{0,2}(?:(✅|✓|✔|(?i:yes|true|correct|right)\\b)|❌|✗|✘|(?i:no|false|incorrect|wrong|not\\h(?:true|correct|right))\\b)(?![^\\n]*[✅✓✔❌✗✘]).*");
  /// `(B) fails` of a sentence that nothing announces.
  private static final Pattern BRACKETED_WORD = Pattern
      .compile("\\s*\\([A-Z]\\)\\s(?!(?:because|since|as|an?|the|to|in|on|by|from|both|all|only|no)\\b)[a-z]");
  /// What an option is about: that it is the answer is not said.
  private static final Pattern DESCRIBED = Pattern.compile(
      "\\b(?:describes?|refers?|appl(?:y|ies)|belongs?|defines?|involves?|concerns?|represents?|measures?|means|occurs?|leads?|causes?|(?:is|are)\\h(?:true|correct)\\honly\\h(?:of|for|in|if))\\b");
  private static final Pattern NO_VERDICT = Pattern
      .compile("\\bboth(?=\\h(?:describe|refer|apply|belong|define|involve))|\\b(?:true|correct)(?=\\honly\\b)");
  /// A denial of the world's, not of what was answered.
  private static final Pattern OF_THE_ANSWER = Pattern.compile(
      "(?i)\\b(?:answers?|options?|choices?|correct|right|wrong|incorrect|false|true|mistak\\w*|errors?|fits?|match\\w*|possible|case|valid|works?|explain\\w*|holds?|sense|above|first|this|that|none|neither|nothing)\\b|^(?:no|not|wait|nope)\\b|\\b(?:it|he|she|they)\\h(?:is|can|does|do|are)(?:n['’]t|\\hnot)[.!]?$");
  private static final int SHORTEST_FACT = 5;
  /// An option of a list with its text.
  private static final Pattern LABELLED = Pattern.compile("[(*]{0,3}([A-J])[)*]{0,3}(?:[.:]|(?<=\\)))\\h.*");
  private static final Pattern TWO_RIGHT = Pattern.compile(
      "\\b[A-J][)*]{0,3}\\h(?:and|or)\\h(?:[Oo]ption\\h)?[(*]{0,3}[A-J][)*]{0,3}\\h(?:are|is|were|could\\hbe|can\\hbe|seem)\\h(?:both\\h|all\\h|each\\h)?(?:correct|right|true|valid)\\b");
  private static final Pattern LINE = Pattern.compile("(?m)^\\h*(?:\\d{1,2}[.)]\\h*)?[(*]{0,3}([A-J])[)*.]{0,3}\\h*$");
  /// Nothing but letters: `A. C.`
  private static final Pattern LETTERS = Pattern.compile("(?:[^\\p{L}\\d]{0,20}+\\b[A-J]\\b){2,8}+[^\\p{L}\\d]{0,20}+");
  /// The text of an option that denies the others.
  private static final Pattern NONE_ABOVE = Pattern
      .compile("(?i)(?<=(?-i:[A-J])[)*.:,]{0,4}[\\s\"“(*]{1,4})(?:none|neither) of (?:the above|these|them)");
  private static final Pattern SINGLE = Pattern.compile("[A-J]");
  private static final String OPTION = "\\h{0,6}[(*-]{0,2}\\h?[(*]{0,3}[A-J][*_]{0,2}[).:][^\\n]*(?:\\n\\s*|$)";
  private static final Pattern OPTIONS = Pattern.compile("(?m)^" + OPTION + OPTION + "(?:" + OPTION + "){0,9}");
  private static final Pattern RUN_ON = Pattern.compile(
      "\\n\\h{0,20}+(?:(?:Question|Problem|User|Human|Assistant|Q\\d{0,3})\\s?[:.]|A[.)]\\s[^\\n]{1,400}+\\n\\h{0,20}+B[.)]\\s)");
  private static final int LONGEST_RUN_ON = 20_000;

  private static final AnswerKind KIND = new AnswerKind() {
    @Override
    public Optional<String> value(String text) {
      return BRACKETED_WORD.matcher(text).lookingAt() ? Optional.empty() : letter(text);
    }

    @Override
    public Optional<String> said(String text) {
      return letter(text).or(() -> explained(text));
    }

    @Override
    public Optional<String> stated(String sentence) {
      return ChoiceStatement.letter(sentence);
    }

    @Override
    public boolean aside(String sentence) {
      return WOULD.matcher(sentence).find() && !BETTER.matcher(sentence).find();
    }

    @Override
    public boolean harmless(String sentence, String value) {
      List<String> others = CAPITAL.matcher(sentence).results().map(found -> found.group(1)).distinct().toList();
      boolean turns = Wording.TURN.matcher(WOULD.matcher(sentence).replaceAll("")).find();
      boolean denied = DENIED.matcher(sentence).find() || WOULD.matcher(sentence).find() || others.size() > 1;
      boolean rival = RIVAL.matcher(sentence).find()
          && ALONE.matcher(sentence).results().anyMatch(found -> !found.group().equals(value));
      if (rival) {
        return false;
      }
      boolean described = DESCRIBED.matcher(sentence).find();
      if (described && !turns && !others.isEmpty() && !others.contains(value)
          && !BETTER.matcher(NO_VERDICT.matcher(sentence).replaceAll("")).find()) {
        return true;
      }
      boolean fact = others.isEmpty() && sentence.split("\\h+", -1).length >= SHORTEST_FACT
          && !OF_THE_ANSWER.matcher(sentence).find();
      boolean left = denied && !others.isEmpty() && !others.contains(value) && !BETTER.matcher(sentence).find();
      return WHY_NOT.matcher(sentence).matches() || (!turns && (left || OTHERS.matcher(sentence).matches()
          || fact
          || (!Wording.DOUBT.matcher(sentence).find() && (others.isEmpty() || others.equals(List.of(value))))));
    }
  };

  private ChoiceText() {}

  static Optional<String> answer(String completion) {
    String whole = own(TexSpans.closed(Sentences.standing(FullWidth.narrowed(completion))));
    Matcher rejections = REJECTIONS.matcher(whole);
    if (!rejections.find()) {
      return told(whole);
    }
    Optional<String> told = told(whole.substring(0, rejections.start()) + whole.substring(rejections.end()));
    return told.filter(letter -> rejects(rejections.group("lines"), letter));
  }

  /// Whether every line is of another option than that of a letter, and none takes a denial back.
  private static boolean rejects(String lines, String letter) {
    return REJECTED.matcher(lines).results().noneMatch(line -> line.group(1).equals(letter))
        && !Wording.TURN.matcher(lines).find() && !RIGHT.matcher(lines).find();
  }

  private static Optional<String> told(String completion) {
    String text = NONE_ABOVE.matcher(withoutOptions(completion)).replaceAll("the last");
    if (LETTERS.matcher(text).matches()
        && SINGLE.matcher(text).results().map(MatchResult::group).distinct().count() > 1) {
      return Optional.empty();
    }
    boolean several = distinct(LINE.matcher(text).results()) > 1
        || distinct(Sentences.of(text).stream().map(LABELLED::matcher).filter(Matcher::matches)
            .map(Matcher::toMatchResult)) > 1;
    Optional<String> told = Commitment.of(text, KIND).filter(_ -> !several || Wording.speaks(text))
        .filter(letter -> TWO_RIGHT.matcher(text).results().noneMatch(two -> two.group().contains(letter)));
    return told.isPresent() || Wording.speaks(text) ? told : affirmed(completion);
  }

  private static long distinct(Stream<MatchResult> letters) {
    return letters.map(found -> found.group(1)).distinct().count();
  }

  /// The only option of several of which its verdict says that it is right: `A: no`, `B: yes`, or a line for each with its reason.
  private static Optional<String> affirmed(String text) {
    List<MatchResult> verdicts = JUDGED.matcher(text).results().toList();
    boolean last = !verdicts.isEmpty() && text.substring(verdicts.getLast().end()).isBlank();
    if (last) {
      return right(verdicts);
    }
    List<String> lines = text.lines().filter(line -> !line.isBlank())
        .dropWhile(line -> !JUDGED_LINE.matcher(line).matches())
        .toList();
    boolean each = lines.stream()
        .allMatch(line -> JUDGED_LINE.matcher(line).matches() && !Wording.TURN.matcher(line).find());
    return each
        ? right(lines.stream().flatMap(line -> JUDGED_LINE.matcher(line).results()).toList())
        : Optional.empty();
  }

  private static Optional<String> right(List<MatchResult> verdicts) {
    List<MatchResult> right = verdicts.stream().filter(verdict -> verdict.group(2) != null).toList();
    return verdicts.size() > 1 && right.size() == 1 ? Optional.of(right.getFirst().group(1)) : Optional.empty();
  }

  /// A text that is a letter, in brackets or not, or a letter with its choice's text.
  static Optional<String> reference(String written) {
    String text = FullWidth.narrowed(written);
    return letter(text).or(() -> WrittenAnswer.boxed(text).flatMap(ChoiceText::letter));
  }

  /// Without the lines that list options, two or more one after the other.
  private static String withoutOptions(String text) {
    return OPTIONS.matcher(text).replaceAll("—\n");
  }

  private static Optional<String> letter(String text) {
    Matcher answer = ANSWER.matcher(text);
    if (answer.matches()) {
      String rest = (answer.group("reason") == null ? "" : answer.group("reason"))
          + (answer.group("text") == null ? "" : answer.group("text"));
      boolean sole = !Wording.TURN.matcher(rest).find()
          && (answer.group("text") == null
              || (!OTHERWISE.matcher(rest).find() && !(RIVAL.matcher(rest).find() && ALONE.matcher(rest).find())
                  && !OR_ANOTHER.matcher(rest).find()
                  && (!VERDICT.matcher(rest).matches() || HELD.matcher(rest).lookingAt())));
      return sole ? Optional.of(answer.group("letter")) : Optional.empty();
    }
    Matcher small = SMALL.matcher(text);
    Matcher label = SMALL_LABEL.matcher(text);
    return small.matches() ? upper(small) : label.matches() ? upper(label) : Optional.empty();
  }

  /// `C; B would need more heat`: a letter, and behind it an explanation that names no other, or only to deny it.
  private static Optional<String> explained(String text) {
    Matcher answer = EXPLAINED.matcher(text);
    if (!answer.matches()) {
      return Optional.empty();
    }
    String letter = answer.group("letter");
    String rest = answer.group("rest");
    return !OTHERWISE.matcher(rest).find() && !VERDICT.matcher(rest).matches() && !BETTER.matcher(rest).find()
        && !OR_ANOTHER.matcher(rest).find() && KIND.harmless(rest, letter) ? Optional.of(letter) : Optional.empty();
  }

  private static Optional<String> upper(MatchResult found) {
    return Optional.of(found.group(1).toUpperCase(Locale.ROOT));
  }

  /// A completion without the question that a base model goes on with: a heading, or choices of its own.
  private static String own(String whole) {
    String completion = RunOn.without(whole, before -> Commitment.of(before, KIND).isPresent());
    Matcher runOn = RUN_ON.matcher(completion);
    int from = 0;
    for (int i = 0; i < RunOn.MOST && from < LONGEST_RUN_ON && runOn.find(from); i++) {
      String before = completion.substring(0, runOn.start());
      if (!before.isBlank() && Commitment.of(before, KIND).isPresent()) {
        return before;
      }
      from = runOn.start() + 1;
    }
    return completion;
  }
}
