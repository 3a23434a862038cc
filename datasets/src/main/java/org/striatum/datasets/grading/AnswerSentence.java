package org.striatum.datasets.grading;

import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A sentence that says an answer. The sentences that do so are those of a grammar (`answers.grammar`, [Grammar]), which says what may
/// stand in them from the first word to the last; a sentence with any other word gives no answer.
///
/// ```
/// sentence = lead* (clause boundary)? main         a clause without a condition
/// main     = value | said value | value is-the-answer | closing value | equation value
/// ```
final class AnswerSentence {
  static final Pattern LEAD = Grammar.rule("leads");
  private static final Pattern CLAUSE = Grammar.rule("clause");
  private static final Pattern CORRECTED = Grammar.rule("corrected");
  static final Pattern CLOSING = Grammar.rule("closing");
  private static final Pattern EQUATION = Grammar.rule("equation");
  private static final Pattern TWO_EQUATIONS = Grammar.rule("two-equations");
  /// Between a reason, of whatever words, and the answer.
  static final Pattern CONCLUDES = Pattern
      .compile("(?i)(?:(?:so|thus|hence|therefore|which|means|that)[, ]*)+");
  /// Before an answer that whatever stands before it is contrasted with.
  private static final Pattern TURNS = Pattern.compile("(?i)(?:but|however|yet)[, ]*(?:in fact[, ]*|actually[, ]*)?");
  private static final Pattern REASONED = Grammar.rule("reasoned");
  private static final Pattern BEFORE_CLAUSE = Grammar.rule("before-clause");
  private static final Pattern REASON = Grammar.rule("bare-behind");
  private static final Pattern PARTICIPLE = Grammar.rule("participle");
  private static final Pattern MEANS = Grammar.rule("means-of");
  /// A clause that says a value too.
  private static final Pattern BESIDE = Pattern.compile("\\b(?:is|are|was|were|equals)\\h(?:\\$?\\d|\\\\\\().*");
  private static final Pattern TOLD_OF = Grammar.rule("told-of");
  /// A value and the thing that it counts.
  private static final Pattern OF_A_THING = Pattern
      .compile("\\S+\\h+(?i)(?!(?:in|of|for|as|so|and|or|because|since)\\b)[a-z].*");
  private static final Pattern PIECES = Pattern.compile("[,;:]\\s");
  private static final Pattern ONLY = Pattern.compile("^(?i:only)\\h");
  /// Names that are given values: two of them are several answers.
  private static final Pattern ASSIGNED = Pattern.compile("(?<![\\w)])(?<![+*/-]\\h?)([A-Za-z])\\h?=");
  /// A longer beginning is of no such sentence.
  static final int LONGEST = 240;
  /// Where scripts begin that write no spaces.
  private static final char FIRST_IDEOGRAPH = 0x2E80;
  private static final int MOST_CLAUSES = 20;

  private AnswerSentence() {}

  /// The answer of one sentence that is of the grammar as a whole, or whose last clause is.
  static Optional<String> of(String sentence, AnswerKind kind) {
    if (sentence.length() > Wording.LONGEST_SENTENCE || Wording.isOpen(sentence)) {
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
  private static Optional<String> clause(String sentence, AnswerKind kind) {
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
  private static boolean follows(String before, String rest, String connective, AnswerKind kind) {
    boolean supposed = Wording.SUPPOSED.matcher(Wording.OURS_IF.matcher(before).replaceAll("")).find()
        && !Wording.CONTRAST.matcher(connective).find();
    boolean beside = connective.isEmpty() && !Wording.SPOKEN.matcher(rest).find()
        && ((!reasons(before) && kind.value(before).or(() -> spoken(before, kind)).isPresent())
            || (BESIDE.matcher(before).find() && !reasons(before) && !PARTICIPLE.matcher(rest).lookingAt()));
    boolean misled = MEANS.matcher(before).lookingAt() && Wording.MISLED.matcher(before).find();
    boolean concludes = CONCLUDES.matcher(connective).matches() && Wording.SAID.matcher(rest).lookingAt();
    boolean turns = TURNS.matcher(connective).matches() && Wording.SAID.matcher(rest).lookingAt();
    if (turns) {
      return true;
    }
    boolean own = !Wording.MISLED.matcher(before).find() && !Wording.OTHERS.matcher(before).find();
    boolean clause = (concludes && own) || pieces(before, BEFORE_CLAUSE)
        || REASONED.matcher(before + "," + rest).matches();
    return clause && !supposed && !beside && !misled;
  }

  static boolean reasons(String before) {
    return pieces(before, REASON);
  }

  private static boolean pieces(String before, Pattern rule) {
    return PIECES.splitAsStream(before.strip()).allMatch(piece -> rule.matcher(piece.strip()).matches());
  }

  private static Optional<String> spoken(String clause, AnswerKind kind) {
    Matcher corrected = CORRECTED.matcher(clause);
    if (corrected.lookingAt()) {
      return kind.value(clause.substring(corrected.end()));
    }
    return behind(Wording.SAID, clause, kind::said).or(() -> before(clause, kind))
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
          && !Wording.doubts(begins.group())
          && !Wording.MISLED.matcher(begins.group()).find()) {
        Optional<String> value = read.apply(clause.substring(end).strip());
        if (value.isPresent()) {
          return value;
        }
      }
    }
    return Optional.empty();
  }

  /// `18 is the answer`.
  private static Optional<String> before(String clause, AnswerKind kind) {
    Matcher is = Wording.IS_ANSWER.matcher(clause);
    boolean found = is.find() && (is.group("rest") == null || !Wording.TURN.matcher(is.group("rest")).find());
    return found ? kind.value(ONLY.matcher(clause.substring(0, is.start())).replaceFirst("")) : Optional.empty();
  }

  private static Optional<String> equation(String clause, AnswerKind kind) {
    int sign = Math.max(clause.lastIndexOf('='), clause.lastIndexOf('≈'));
    if (sign < 0) {
      return Optional.empty();
    }
    String before = clause.substring(0, sign + 1);
    boolean solved = EQUATION.matcher(before).matches() && !TWO_EQUATIONS.matcher(before).find();
    return solved && !Wording.DOUBT.matcher(before).find()
        ? kind.value(clause.substring(sign + 1).strip())
        : Optional.empty();
  }
}
