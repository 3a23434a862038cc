package org.striatum.datasets.grading;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.TexSpans.Span;

/// The answer that a text commits itself to. The sentences that do so are those of a grammar (`answers.grammar`, [Grammar]), which says
/// what may stand in them from the first word to the last; a sentence with any other word gives no answer.
///
/// ```
/// text     = … sentence courtesy* explanation?     the last that speaks of the answer, or else the last of all
/// sentence = lead* (clause boundary)? main         a clause without a condition
/// main     = value | said value | value is-the-answer | closing value | equation value
/// ```
///
/// What a value is, with its unit, says each grader ([Kind]). A box or a tag is stronger than a sentence. Behind the answer nothing
/// may stand that could change it.
final class Commitment {
  /// What a grader takes for an answer.
  interface Kind {
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
      return CLOSING;
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

  /// Words by which a text doubts, supposes, turns to something else or denies. They only refuse.
  static final Pattern DOUBT = Grammar.rule("doubt");
  /// Of these, the words by which it doubts, supposes or turns to something else.
  static final Pattern TURN = Grammar.rule("turn");
  private static final Pattern DENIAL = Grammar.rule("denial");
  private static final Pattern ERROR = Grammar.rule("error");
  private static final Pattern CONTRAST = Grammar.rule("contrast");
  private static final Pattern SUPPOSED = Grammar.rule("hypothesis");
  private static final Pattern UNDECIDED = Grammar.rule("undecided");
  private static final Pattern LEAD = Grammar.rule("leads");
  private static final Pattern CLAUSE = Grammar.rule("clause");
  private static final Pattern SAID = Grammar.rule("said");
  private static final Pattern SPOKEN = Grammar.rule("speaks-of-it");
  private static final Pattern IS_ANSWER = Grammar.rule("is-the-answer");
  private static final Pattern CORRECTED = Grammar.rule("corrected");
  private static final Pattern CLOSING = Grammar.rule("closing");
  private static final Pattern EQUATION = Grammar.rule("equation");
  private static final Pattern TWO_EQUATIONS = Grammar.rule("two-equations");
  private static final Pattern COURTESY = Grammar.rule("courtesy");
  /// The head of an explanation, in which numbers may stand.
  private static final Pattern EXPLANATION = Grammar.rule("explanation");
  /// Between a reason, of whatever words, and the answer.
  private static final Pattern CONCLUDES = Pattern
      .compile("(?i)(?:(?:so|thus|hence|therefore|which|means|that)[, ]*)+");
  /// Before a sentence that is more than a value.
  private static final Pattern ITEM = Pattern.compile("\\d{1,2}[.)]\\h+(?=[^=]*\\p{L}{3}|[^=]*=)");
  /// Before an answer that whatever stands before it is contrasted with.
  private static final Pattern TURNS = Pattern.compile("(?i)(?:but|however|yet)[, ]*(?:in fact[, ]*|actually[, ]*)?");
  /// Of a box, with which a text mends what it said before.
  private static final Pattern SHOULD_BE = Pattern
      .compile("(?i)(?<=\\bit\\h)should\\h(?:actually\\h|really\\h)?be(?=\\s*$)");
  /// `Julie should read` before a box: what the problem asks for.
  private static final Pattern SHOULD_DO = Pattern
      .compile("(?i)\\bshould\\h(?!be\\b|have\\b)(?=\\p{Ll}{2,12}\\s*$)");
  /// Before a box that stands beside another.
  private static final Pattern SIDE_BY_SIDE = Pattern.compile("\\b(?:and|or|then|so\\hthat)[\\s$]*$");
  private static final Pattern LABELLED = Pattern.compile(
      "(?i)(?:the\\h)?(?:final\\h|correct\\h)?answer\\h?:\\h*(?=(?:the|an?|he|she|it|they|there|this|that|option|(?-i:\\p{Lu}\\p{Ll}+))\\h+\\p{L})");
  private static final Pattern REMARK = Grammar.rule("remark");
  private static final Pattern CHECK = Grammar.rule("check");
  private static final Pattern REASONED = Grammar.rule("reasoned");
  private static final Pattern BOX_CLOSING = Grammar.rule("box-closing");
  private static final Pattern BOX_NOT = Grammar.rule("box-not");
  private static final Pattern BEFORE_BOX = Grammar.rule("before-box");
  private static final Pattern BEHIND_BOX_NOT = Grammar.rule("behind-box-not");
  private static final Pattern OTHERS = Grammar.rule("others");
  /// Before the clause of a box.
  private static final Pattern CLAUSE_END = Pattern.compile("[.;:]\\s|,\\h(?:so|then|therefore|thus|hence|we)\\b");
  private static final Pattern BEFORE_CLAUSE = Grammar.rule("before-clause");
  private static final Pattern REASON = Grammar.rule("bare-behind");
  private static final Pattern BOX_TAIL = Grammar.rule("box-tail");
  private static final Pattern OF_THE_TAG = Grammar.rule("of-the-tag");
  /// Of a value's own words: that it comes from an error, or from somebody else.
  private static final Pattern MISLED = Grammar.rule("misled");
  private static final Pattern PARTICIPLE = Grammar.rule("participle");
  private static final Pattern MEANS = Grammar.rule("means-of");
  private static final Pattern BARE_COLON = Grammar.rule("bare-colon");
  /// A clause that says a value too.
  private static final Pattern BESIDE = Pattern.compile("\\b(?:is|are|was|were|equals)\\h(?:\\$?\\d|\\\\\\().*");
  private static final Pattern TOLD_OF = Grammar.rule("told-of");
  /// A value and the thing that it counts.
  private static final Pattern OF_A_THING = Pattern
      .compile("\\S+\\h+(?i)(?!(?:in|of|for|as|so|and|or|because|since)\\b)[a-z].*");
  /// A text that asks.
  private static final Pattern ASKS = Pattern.compile("\\?[\\s!)\"'”’}\\]$*_.\\\\]*$");
  /// The last step of a calculation that does not come to its end.
  private static final Pattern CUT_OFF = Pattern.compile("(?:[−+×÷=^(/]|\\h-|\\\\(?:times|cdot|div))\\h*$");
  private static final Pattern BOX_IS_ANSWER = Grammar.rule("box-is-answer");
  private static final Pattern FORMULA = Pattern.compile("\\\\\\([xv]\\\\\\)");
  private static final Pattern PIECES = Pattern.compile("[,;:]\\s");
  private static final Pattern ONLY = Pattern.compile("^(?i:only)\\h");
  /// Names that are given values: two of them are several answers.
  private static final Pattern ASSIGNED = Pattern.compile("(?<![\\w)])(?<![+*/-]\\h?)([A-Za-z])\\h?=");
  private static final Pattern OURS_IF = Grammar.rule("ours-if");
  /// `the number of points that could be in it`.
  private static final Pattern POSSIBLE = Pattern
      .compile("\\bthat\\h(?:could|can|may|might)\\hbe\\b");
  private static final Pattern WHICH_ARE_NOT = Pattern
      .compile(
          "\\bthe\\h(?:false|incorrect|wrong)\\h(?:statement|option|equation|claim|one)\\h(?=is\\b)|\\bwithout\\hbound\\b|\\bthe\\hunknown\\h(?=number|value|side|angle|length|quantity)|\\b(?:who|that|which)\\h(?:is|are|was|were|do|does|did|have|has|had|can)(?:\\hnot|n['’]t)\\b"
              + "|(?<=\\b[Ii]\\h)would(?=\\h(?:choose|pick|select|go\\hwith|opt\\hfor)\\b)"
              + "|\\band\\hno\\h(?:smaller|larger|greater|lower|higher|bigger|other)\\h\\p{Ll}+\\h(?:works?|exists?|satisf(?:y|ies)|is\\hpossible|does|do)\\b"
              + "|\\bin\\hwhich\\h(?:nobody|no\\hone|none)\\b"
              + "|(?i)\\bstatement\\h(?:\\d|I{1,3})\\his\\hfalse\\b");
  /// A longer beginning is of no such sentence.
  private static final int LONGEST = 240;
  /// Where scripts begin that write no spaces.
  private static final char FIRST_IDEOGRAPH = 0x2E80;
  private static final int LONGEST_SENTENCE = 1500;
  /// Of a text, those among which another answer is looked for.
  private static final int MOST_SENTENCES = 40;
  private static final int MOST_CLAUSES = 20;

  private Commitment() {}

  /// The answer that a text commits itself to: its last box, what a tag or key says, or a sentence.
  static Optional<String> of(String text, Kind kind) {
    List<String> sentences = ended(Sentences.of(text));
    if (!TexSpans.boxes(text).isEmpty()) {
      return boxed(sentences, kind);
    }
    Optional<Span> tag = WrittenAnswer.tag(text);
    if (tag.isPresent()) {
      return tagged(text, tag.get(), kind);
    }
    Optional<Emphasis> bold = Emphasis.last(text, kind);
    Optional<String> emphasised = bold.flatMap(found -> emphasised(found, kind));
    return bold.filter(found -> explained(found.behind())).flatMap(_ -> emphasised)
        .or(() -> stated(sentences, kind)).or(() -> emphasised);
  }

  /// What a tag or a key holds, if it stands alone or in a sentence that says it. Behind it numbers may stand, but nothing that speaks
  /// of an answer, doubts or denies.
  private static Optional<String> tagged(String text, Span tag, Kind kind) {
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
    return Optional.of(tag.content(text)).filter(content -> !isOpen(content)).filter(_ -> says(sentence, true))
        .flatMap(content -> kind.said(content).or(() -> sentence(content, kind)).or(() -> kind.enclosed(content)))
        .filter(value -> behind.stream().allMatch(later -> harmless(later, value, kind)
            || !(DOUBT.matcher(later).find() || speaks(later))));
  }

  /// The last value in bold, if its sentence says it and no number more, and what follows leaves it as it is.
  private static Optional<String> emphasised(Emphasis found, Kind kind) {
    return Optional.of(found)
        .filter(bold -> bold.isResult() && !isOpen(bold.sentence()) && says(bold.sentence(), true)
            && Statement.countsNoMore(bold.rest())
            && leaves(bold.behind(), bold.value(), kind))
        .map(Emphasis::value);
  }

  private static boolean explained(List<String> behind) {
    return !behind.isEmpty() && EXPLANATION.matcher(behind.getFirst()).matches();
  }

  /// Up to a note behind the words with which answers in the manner of Minerva end.
  private static List<String> ended(List<String> sentences) {
    for (int i = 1; i < sentences.size(); i++) {
      if (sentences.get(i).startsWith("Note:") && sentences.get(i - 1).equals("I hope it is correct.")) {
        return sentences.subList(0, i);
      }
    }
    return sentences;
  }

  /// Whether a text ends with a question mark or in the middle of a calculation: it says nothing then.
  static boolean isOpen(String text) {
    return ASKS.matcher(text).find() || CUT_OFF.matcher(text).find();
  }

  /// The box in a sentence, as a value.
  private static final Kind BOX = new Kind() {
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
          : reasons(clause);
    }
  };

  /// What may stand behind a box in its sentence.
  private static boolean ends(String behind) {
    Matcher tail = BOX_TAIL.matcher(FORMULA.matcher(behind).replaceAll("it"));
    return BOX_IS_ANSWER.matcher(behind).matches()
        || (tail.matches() && Unit.end(tail.group("rest")).isPresent());
  }

  /// Of the last sentence with a box, if it says it, or of one behind it that speaks of the answer.
  private static Optional<String> boxed(List<String> sentences, Kind kind) {
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
      return behind.stream().anyMatch(Commitment::speaks) ? stated(sentences, kind) : Optional.empty();
    }
    List<String> until = sentences.subList(0, at + 1);
    return value.filter(said -> leaves(behind, said, kind) && !contradicted(until, said, kind));
  }

  /// The box that a sentence says.
  private static Optional<String> box(String sentence, Kind kind) {
    boolean single = TexSpans.boxes(sentence).size() == WrittenAnswer.lastBoxes(sentence).size();
    if (!single
        && SIDE_BY_SIDE.matcher(sentence.substring(0, WrittenAnswer.lastBoxes(sentence).getFirst().start())).find()) {
      return Optional.empty();
    }
    return BoxSentence.of(sentence).filter(words -> says(words, single)).flatMap(_ -> WrittenAnswer.boxed(sentence))
        .filter(content -> !isOpen(content)).flatMap(kind::enclosed);
  }

  /// Whether a sentence says the value that stands in it for a box or a tag.
  ///
  /// @param single whether it is the only one
  private static boolean says(String sentence, boolean single) {
    return !BOX_NOT.matcher(sentence).find()
        && (sentence(sentence, BOX).isPresent() || (single && marks(sentence)));
  }

  /// Whether the value is marked in a sentence that leads to it, and nothing in it takes the value back, bounds it, sets a condition
  /// or gives it to somebody else.
  private static boolean marks(String sentence) {
    int at = sentence.indexOf(BoxSentence.VALUE);
    String before = SHOULD_DO.matcher(
        SHOULD_BE.matcher(OURS_IF.matcher(sentence.substring(0, at)).replaceAll("")).replaceAll("is"))
        .replaceAll("must ");
    String clause = CLAUSE_END.splitAsStream(before + " ").reduce((_, last) -> last).orElse("");
    String behind = sentence.substring(at + 1);
    boolean spoken = SPOKEN.matcher(before).find()
        && (clause.isBlank() || sentence((clause + sentence.substring(at)).strip(), BOX).isEmpty());
    boolean other = spoken || (SPOKEN.matcher(behind).find() && !BOX_IS_ANSWER.matcher(behind).lookingAt());
    return sentence.length() <= LONGEST_SENTENCE && sentence.indexOf(BoxSentence.VALUE, at + 1) < 0
        && !behind.contains("\\boxed") && !other && !SUPPOSED.matcher(before).find()
        && !doubts(clause + behind) && !MISLED.matcher(before).find()
        && !OTHERS.matcher(before).find() && !BEHIND_BOX_NOT.matcher(behind).find() && !Unit.takesBack(behind)
        && leads(clause);
  }

  /// Whether what stands before a value is nothing, or ends with what a value follows.
  private static boolean leads(String before) {
    String words = before.stripTrailing();
    Matcher lead = LEAD.matcher(words);
    return words.isBlank() || (lead.lookingAt() && lead.end() >= words.length())
        || BEFORE_BOX.matcher(words.substring(Math.max(0, words.length() - LONGEST))).find();
  }

  /// Whether an earlier box says another final answer than the last, which no word between them takes back.
  private static boolean contradicted(List<String> sentences, String value, Kind kind) {
    boolean said = speaks(sentences.getLast());
    for (int i = sentences.size() - 2; i >= 0 && !DOUBT.matcher(sentences.get(i + 1)).find(); i--) {
      String sentence = sentences.get(i);
      boolean alone = BoxSentence.of(sentence).flatMap(BOX::value).isPresent();
      if ((speaks(sentence) || (alone && !said))
          && box(sentence, kind).filter(other -> !kind.same(value, other)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /// Of the last sentence that speaks of the answer, or else of the last or the first.
  private static Optional<String> stated(List<String> all, Kind kind) {
    List<String> sentences = unchecked(all);
    List<String> check = all.subList(sentences.size(), all.size());
    int last = lastOwn(sentences);
    int told = last;
    while (told >= 0 && (!speaks(sentences.get(told)) || kind.aside(sentences.get(told)))) {
      told--;
    }
    boolean speaks = told >= 0;
    int at = speaks ? told : last;
    if (at < 0 || (!speaks && sentences.stream().anyMatch(sentence -> UNDECIDED.matcher(sentence).find()))) {
      return Optional.empty();
    }
    String said = sentences.get(at);
    Optional<String> answer = sentence(said, kind)
        .or(() -> speaks ? Optional.empty() : kind.stated(sentences.get(last)))
        .or(() -> item(said, kind)).or(() -> labelled(said, kind));
    if (answer.isEmpty() && !speaks && sentences.size() > 1) {
      at = 0; // `18`, and then how it came about
      answer = Optional.of(sentences.getFirst()).filter(sentence -> !isOpen(sentence)).flatMap(kind::value);
    }
    List<String> behind = sentences.subList(at + 1, last + 1);
    List<String> until = sentences.subList(0, at + 1);
    return answer.filter(value -> leaves(behind, value, kind) && !(speaks && contested(until, value, kind))
        && (check.isEmpty() || (checks(check, value)
            && check.stream().noneMatch(one -> CONTRAST.matcher(one).find() || DENIAL.matcher(one).find()))));
  }

  /// Whether an earlier sentence says another answer that no word between them takes back.
  private static boolean contested(List<String> sentences, String value, Kind kind) {
    int earliest = Math.max(0, sentences.size() - MOST_SENTENCES);
    for (int i = sentences.size() - 2; i >= earliest && !doubts(sentences.get(i + 1)); i--) {
      if (SAID.matcher(sentences.get(i)).lookingAt()
          && sentence(sentences.get(i), kind).filter(other -> !kind.same(value, other)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /// Without a check at the end that speaks of no answer: what it computes is none.
  private static List<String> unchecked(List<String> sentences) {
    int check = sentences.size();
    for (int i = 1; i < sentences.size() && check == sentences.size(); i++) {
      check = CHECK.matcher(sentences.get(i)).lookingAt() ? i : check;
    }
    boolean speaks = sentences.subList(check, sentences.size()).stream().anyMatch(Commitment::speaks);
    return speaks ? sentences : sentences.subList(0, check);
  }

  /// `Answer: Jane started 3 hours ago.`
  private static Optional<String> labelled(String sentence, Kind kind) {
    Matcher label = LABELLED.matcher(sentence);
    return label.lookingAt() ? kind.stated("so " + sentence.substring(label.end())) : Optional.empty();
  }

  /// `3. 12 + 45 = 57`
  private static Optional<String> item(String sentence, Kind kind) {
    Matcher item = ITEM.matcher(sentence);
    return item.lookingAt() ? sentence(sentence.substring(item.end()), kind) : Optional.empty();
  }

  /// The index of the last sentence before courtesies.
  private static int lastOwn(List<String> sentences) {
    int last = sentences.size() - 1;
    while (last > 0 && courteous(sentences.get(last))) {
      last--;
    }
    return last;
  }

  /// Whether words doubt, suppose, turn or deny; `who are not among them` only says which.
  static boolean doubts(String words) {
    return DOUBT.matcher(WHICH_ARE_NOT.matcher(POSSIBLE.matcher(words).replaceAll("")).replaceAll("")).find();
  }

  /// Whether the words before a value neither doubt it nor give it to somebody else or to an error.
  static boolean unattributed(String before) {
    return !doubts(before) && !MISLED.matcher(before).find() && !OTHERS.matcher(before).find();
  }

  /// Whether a check at the end repeats the answer's number.
  private static boolean checks(List<String> explanation, String value) {
    return CHECK.matcher(explanation.getFirst()).lookingAt()
        && explanation.stream().anyMatch(sentence -> repeats(sentence, value));
  }

  private static boolean repeats(String sentence, String value) {
    String number = NumberText.next(value, 0).map(NumberText.Literal::written).orElse(value);
    String form = NumberText.form(value).isEmpty() ? number : NumberText.form(value);
    return Pattern.compile("(?<![\\w.,])(?:" + Pattern.quote(number) + "|" + Pattern.quote(form) + ")(?![\\w]|[.,]\\d)")
        .matcher(sentence).find();
  }

  private static boolean courteous(String sentence) {
    return COURTESY.matcher(sentence).matches() && !CONTRAST.matcher(sentence).find()
        && !DENIAL.matcher(sentence).find();
  }

  /// Whether a sentence speaks of an answer, in whatever way.
  static boolean speaks(String sentence) {
    return SPOKEN.matcher(sentence).find() || sentence.length() > LONGEST_SENTENCE || SAID.matcher(sentence).find()
        || IS_ANSWER.matcher(sentence).find();
  }

  /// The answer of one sentence that is of the grammar as a whole, or whose last clause is.
  static Optional<String> sentence(String sentence, Kind kind) {
    if (sentence.length() > LONGEST_SENTENCE || isOpen(sentence)) {
      return Optional.empty();
    }
    Matcher lead = LEAD.matcher(sentence);
    String main = sentence.substring(lead.lookingAt() ? lead.end() : 0);
    Optional<String> value = kind.value(sentence).or(() -> kind.value(main));
    boolean several = ASSIGNED.matcher(sentence).results().map(name -> name.group(1)).distinct().count() > 1;
    return value.isPresent() || several
        ? value
        : spoken(main, kind).or(() -> spoken(sentence, kind)).or(() -> clause(sentence, kind));
  }

  /// Of the first clause behind another that gives an answer.
  private static Optional<String> clause(String sentence, Kind kind) {
    Matcher clause = CLAUSE.matcher(sentence);
    for (int i = 0; i < MOST_CLAUSES && clause.find(); i++) {
      String before = sentence.substring(0, clause.start() + (sentence.charAt(clause.start()) == ':' ? 1 : 0));
      String rest = sentence.substring(clause.end());
      boolean joined = clause.group("connected") != null;
      if (follows(before, rest, joined ? clause.group("connected") : "", kind)) {
        Optional<String> answer = spoken(rest, kind)
            .or(() -> joined || kind.bare(before) ? kind.value(rest) : Optional.empty());
        if (answer.isPresent()) {
          return answer;
        }
      }
    }
    return Optional.empty();
  }

  /// Whether a clause stands alone: not under a condition, unless it turns against it, and not beside a clause that says
  /// something too, unless it speaks of the answer.
  private static boolean follows(String before, String rest, String connective, Kind kind) {
    boolean supposed = SUPPOSED.matcher(OURS_IF.matcher(before).replaceAll("")).find()
        && !CONTRAST.matcher(connective).find();
    boolean beside = connective.isEmpty() && !SPOKEN.matcher(rest).find()
        && ((!reasons(before) && kind.value(before).or(() -> spoken(before, kind)).isPresent())
            || (BESIDE.matcher(before).find() && !reasons(before) && !PARTICIPLE.matcher(rest).lookingAt()));
    boolean misled = MEANS.matcher(before).lookingAt() && MISLED.matcher(before).find();
    boolean concludes = CONCLUDES.matcher(connective).matches() && SAID.matcher(rest).lookingAt();
    boolean turns = TURNS.matcher(connective).matches() && SAID.matcher(rest).lookingAt();
    if (turns) {
      return true;
    }
    boolean own = !MISLED.matcher(before).find() && !OTHERS.matcher(before).find();
    boolean clause = (concludes && own) || pieces(before, BEFORE_CLAUSE)
        || REASONED.matcher(before + "," + rest).matches();
    return clause && !supposed && !beside && !misled;
  }

  private static boolean reasons(String before) {
    return pieces(before, REASON);
  }

  private static boolean pieces(String before, Pattern rule) {
    return PIECES.splitAsStream(before.strip()).allMatch(piece -> rule.matcher(piece.strip()).matches());
  }

  private static Optional<String> spoken(String clause, Kind kind) {
    Matcher corrected = CORRECTED.matcher(clause);
    if (corrected.lookingAt()) {
      return kind.value(clause.substring(corrected.end()));
    }
    return behind(SAID, clause, kind::said).or(() -> before(clause, kind))
        .or(() -> behind(kind.closing(), clause, kind::value))
        .or(() -> behind(TOLD_OF, clause, text -> kind.value(text).filter(_ -> OF_A_THING.matcher(text).matches())))
        .or(() -> equation(clause, kind));
  }

  /// What follows a beginning of the grammar.
  private static Optional<String> behind(Pattern beginning, String clause, Function<String, Optional<String>> read) {
    Matcher begins = beginning.matcher(clause);
    for (int end = 1; end < Math.min(clause.length(), LONGEST); end++) {
      boolean word = " :=→>—".indexOf(clause.charAt(end - 1)) >= 0 || clause.charAt(end - 1) > FIRST_IDEOGRAPH;
      if (word && begins.region(0, end).matches()
          && !doubts(begins.group())
          && !MISLED.matcher(begins.group()).find()) {
        Optional<String> value = read.apply(clause.substring(end).strip());
        if (value.isPresent()) {
          return value;
        }
      }
    }
    return Optional.empty();
  }

  /// `18 is the answer`.
  private static Optional<String> before(String clause, Kind kind) {
    Matcher is = IS_ANSWER.matcher(clause);
    boolean found = is.find() && (is.group("rest") == null || !TURN.matcher(is.group("rest")).find());
    return found ? kind.value(ONLY.matcher(clause.substring(0, is.start())).replaceFirst("")) : Optional.empty();
  }

  private static Optional<String> equation(String clause, Kind kind) {
    int sign = Math.max(clause.lastIndexOf('='), clause.lastIndexOf('≈'));
    if (sign < 0) {
      return Optional.empty();
    }
    String before = clause.substring(0, sign + 1);
    boolean solved = EQUATION.matcher(before).matches() && !TWO_EQUATIONS.matcher(before).find();
    return solved && !DOUBT.matcher(before).find() ? kind.value(clause.substring(sign + 1).strip()) : Optional.empty();
  }

  /// Whether what follows an answer leaves it as it is. In an explanation numbers may stand, if it does not end with another answer.
  private static boolean leaves(List<String> behind, String value, Kind kind) {
    int explained = 0;
    while (explained < behind.size() && !EXPLANATION.matcher(behind.get(explained)).matches()) {
      if (!harmless(behind.get(explained++), value, kind)) {
        return false;
      }
    }
    List<String> explanation = behind.subList(explained, behind.size());
    return explanation.stream().allMatch(sentence -> explains(sentence) || harmless(sentence, value, kind))
        && (explanation.isEmpty() || harmless(explanation.getLast(), value, kind)
            || !CONCLUDES.matcher(explanation.getLast()).lookingAt()
            || sentence(explanation.getLast(), kind).isEmpty() || checks(explanation, value));
  }

  /// Whether a sentence of an explanation neither turns, nor calls anything wrong, nor speaks of an answer. What it explains may deny:
  /// `The waiting list does not change the number of spots.`
  private static boolean explains(String sentence) {
    return !CONTRAST.matcher(sentence).find() && !ERROR.matcher(sentence).find() && !speaks(sentence);
  }

  /// Whether a sentence behind the answer is a remark on it.
  private static boolean remarks(String sentence) {
    return sentence.length() <= LONGEST_SENTENCE && REMARK.matcher(sentence).matches() && unattributed(sentence)
        && !isOpen(sentence);
  }

  private static boolean harmless(String sentence, String value, Kind kind) {
    Optional<String> again = sentence(sentence, kind);
    return kind.harmless(sentence, value) || courteous(sentence)
        || (remarks(sentence) && (again.isEmpty() || repeats(sentence, value)))
        || again.filter(other -> kind.same(value, other)).isPresent();
  }
}
