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

    /// Whether a sentence behind the answer leaves it as it is.
    boolean harmless(String sentence, String value);

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
  private static final Pattern REASONED = Grammar.rule("reasoned");
  private static final Pattern BEFORE_BOX = Grammar.rule("before-box");
  private static final Pattern BOX_NOT = Grammar.rule("box-not");
  private static final Pattern BEHIND_BOX_NOT = Grammar.rule("behind-box-not");
  /// A text that asks.
  private static final Pattern ASKS = Pattern.compile("\\?[\\s!)\"'”’}\\]$*_.\\\\]*$");
  private static final Pattern BOX_IS_ANSWER = Grammar.rule("box-is-answer");
  private static final Pattern TAGS = Pattern.compile("</?[A-Za-z_]{1,20}+>");
  /// What opens a formula or a bracket before a box, and belongs to none of its words.
  private static final String OPENING = " \t\n$\"“([*\\";
  /// What closes them behind a box.
  private static final Pattern CLOSING_BOX = Pattern.compile("^[\\s$)\\]}*\\\\]++");
  private static final Pattern ONLY = Pattern.compile("^(?i:only)\\h");
  /// Names that are given values: two of them are several answers.
  private static final Pattern ASSIGNED = Pattern.compile("(?<![\\w)])(?<![+*/-]\\h?)([A-Za-z])\\h?=");
  /// Before the clause of a box.
  private static final Pattern CLAUSE_END = Pattern.compile("[.;:]\\s|,\\h(?:so|then|therefore|thus|hence|we)\\b");
  /// Of a condition that holds: `if we add 3, we get`.
  private static final Pattern IF = Pattern.compile("(?i)\\bif\\b");
  /// `the number of points that could be in it`.
  private static final Pattern POSSIBLE = Pattern.compile("\\bthat\\h(?:could|can|may|might)\\hbe\\b");
  /// A longer beginning is of no such sentence.
  private static final int LONGEST = 240;
  /// Where scripts begin that write no spaces.
  private static final char FIRST_IDEOGRAPH = 0x2E80;
  private static final int LONGEST_SENTENCE = 1500;
  private static final int MOST_CLAUSES = 20;

  private Commitment() {}

  /// The answer that a text commits itself to: its last box, what a tag or key says, or a sentence.
  static Optional<String> of(String text, Kind kind) {
    List<String> sentences = ended(Sentences.of(text));
    if (!TexSpans.boxes(text).isEmpty()) {
      return boxed(sentences, kind);
    }
    Optional<String> tagged = WrittenAnswer.tag(text);
    if (tagged.isPresent()) {
      return tagged
          .filter(content -> !asks(content))
          .flatMap(content -> kind.said(content).or(() -> sentence(content, kind)).or(() -> kind.enclosed(content)));
    }
    return stated(sentences, kind);
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

  /// Whether a text ends with a question mark: it says nothing then.
  static boolean asks(String text) {
    return ASKS.matcher(text).find();
  }

  /// Of the last sentence with a box: the sentence says nothing else, and takes nothing back.
  private static Optional<String> boxed(List<String> sentences, Kind kind) {
    int at = sentences.size() - 1;
    while (at >= 0 && WrittenAnswer.boxed(sentences.get(at)).isEmpty()) {
      at--;
    }
    if (at < 0) {
      return Optional.empty();
    }
    String sentence = sentences.get(at);
    List<String> behind = sentences.subList(at + 1, sentences.size());
    return WrittenAnswer.boxed(sentence).filter(content -> !asks(content) && says(sentence)).flatMap(kind::enclosed)
        .filter(value -> leaves(behind, value, kind));
  }

  /// Whether the clause of a sentence's boxes says them: the words before them lead to a value, and none of the clause doubts, bounds
  /// or rejects it or gives it to somebody else.
  private static boolean says(String tagged) {
    String sentence = TAGS.matcher(tagged).replaceAll(" ");
    List<Span> boxes = TexSpans.boxes(sentence);
    String before = CLAUSE_END.splitAsStream(sentence.substring(0, boxes.getFirst().start()) + " ")
        .reduce((_, clause) -> clause).orElse("");
    String behind = CLOSING_BOX.matcher(sentence.substring(boxes.getLast().end())).replaceFirst(" ");
    String around = IF.matcher(before + behind).replaceAll(" ");
    boolean other = SPOKEN.matcher(behind).find() && !BOX_IS_ANSWER.matcher(behind).lookingAt();
    return !DOUBT.matcher(around).find() && !BOX_NOT.matcher(around).find() && !other
        && !BEHIND_BOX_NOT.matcher(behind).find() && !Unit.takesBack(behind) && leads(before);
  }

  /// Whether what stands before a box is nothing, or ends with what a value follows.
  private static boolean leads(String before) {
    String words = before.substring(0, opening(before));
    Matcher lead = LEAD.matcher(before);
    return words.isBlank() || (lead.lookingAt() && lead.end() >= words.length())
        || BEFORE_BOX.matcher(words.substring(Math.max(0, words.length() - LONGEST))).find();
  }

  /// Where the layout begins that a text ends with. A text quoted from JSON writes its line breaks as `\n`.
  private static int opening(String text) {
    int end = text.length();
    while (end > 0) {
      boolean lineBreak = end > 1 && text.charAt(end - 1) == 'n' && text.charAt(end - 2) == '\\';
      if (!lineBreak && OPENING.indexOf(text.charAt(end - 1)) < 0) {
        return end;
      }
      end -= lineBreak ? 2 : 1;
    }
    return end;
  }

  /// Of the last sentence that speaks of the answer, or else of the last or the first.
  private static Optional<String> stated(List<String> sentences, Kind kind) {
    int last = sentences.size() - 1;
    while (last > 0 && courteous(sentences.get(last))) {
      last--;
    }
    int told = last;
    while (told >= 0 && !speaks(sentences.get(told))) {
      told--;
    }
    boolean speaks = told >= 0;
    int at = speaks ? told : last;
    if (at < 0 || (!speaks && sentences.stream().anyMatch(sentence -> UNDECIDED.matcher(sentence).find()))) {
      return Optional.empty();
    }
    Optional<String> answer = sentence(sentences.get(at), kind);
    if (answer.isEmpty() && !speaks && sentences.size() > 1) {
      at = 0; // `18`, and then how it came about
      answer = Optional.of(sentences.getFirst()).filter(sentence -> !asks(sentence)).flatMap(kind::value);
    }
    List<String> behind = sentences.subList(at + 1, last + 1);
    return answer.filter(value -> leaves(behind, value, kind));
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
    if (sentence.length() > LONGEST_SENTENCE || asks(sentence)) {
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
        Optional<String> answer = spoken(rest, kind).or(() -> joined ? kind.value(rest) : Optional.empty());
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
    boolean supposed = SUPPOSED.matcher(before).find() && !CONTRAST.matcher(connective).find();
    boolean beside = connective.isEmpty() && !SPOKEN.matcher(rest).find()
        && kind.value(before).or(() -> spoken(before, kind)).isPresent();
    // one word alone is an adverb: `Allegedly, the answer is 18`
    boolean clause = before.endsWith(":") || before.strip().indexOf(' ') > 0
        || REASONED.matcher(before + "," + rest).matches();
    return clause && !supposed && !beside;
  }

  private static Optional<String> spoken(String clause, Kind kind) {
    Matcher corrected = CORRECTED.matcher(clause);
    if (corrected.lookingAt()) {
      return kind.value(clause.substring(corrected.end()));
    }
    return behind(SAID, clause, kind::said).or(() -> before(clause, kind))
        .or(() -> behind(CLOSING, clause, kind::value)).or(() -> equation(clause, kind));
  }

  /// What follows a beginning of the grammar.
  private static Optional<String> behind(Pattern beginning, String clause, Function<String, Optional<String>> read) {
    Matcher begins = beginning.matcher(clause);
    for (int end = 1; end < Math.min(clause.length(), LONGEST); end++) {
      boolean word = " :=→>—".indexOf(clause.charAt(end - 1)) >= 0 || clause.charAt(end - 1) > FIRST_IDEOGRAPH;
      if (word && begins.region(0, end).matches()
          && !DOUBT.matcher(POSSIBLE.matcher(begins.group()).replaceAll("")).find()) {
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
    return explanation.stream().allMatch(sentence -> !CONTRAST.matcher(sentence).find()
        && (!(DENIAL.matcher(sentence).find() || speaks(sentence)) || harmless(sentence, value, kind)))
        && (explanation.isEmpty() || harmless(explanation.getLast(), value, kind)
            || sentence(explanation.getLast(), kind).isEmpty());
  }

  private static boolean harmless(String sentence, String value, Kind kind) {
    return kind.harmless(sentence, value) || courteous(sentence)
        || sentence(sentence, kind).filter(again -> kind.same(value, again)).isPresent();
  }
}
