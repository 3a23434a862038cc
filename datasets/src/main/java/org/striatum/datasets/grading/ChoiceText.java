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
import org.striatum.datasets.grading.TexSpans.Span;

/// The letter of a choice, in the ways that models write it.
final class ChoiceText {
  /// What may stand before a letter and behind it: brackets, quotes, emphasis.
  private static final String OPEN = "(?:[\\s*_`\"'“”‘’«$(\\[{<【]|\\\\[(\\[]){0,12}+(?:\\\\(?:text|mathbf|mathrm|textbf|mathit|boxed|fbox)\\s?\\{[\\s(*]{0,4}+){0,3}";
  private static final String END = "(?![A-Za-z0-9]|['’][a-z]|(?<=I)\\s(?:do|don|did|am|was|have|cannot|can|could|think|believe|guess|would|will)\\b)";
  private static final String LETTER = "(?:(?:[Oo]ption|[Cc]hoice|[Ll]etter|[Aa]nswer)\\s{1,3}+)?" + OPEN
      + "(?:(?:[Oo]ption|[Cc]hoice|[Ll]etter)\\s)?[(*]{0,3}+([A-Z])" + END;
  private static final String SMALL = OPEN + "([a-z])(?=[\\s)*_`\"'”\\].,:$}]*+(?:\\n|$))";
  private static final String VERB = "(?:is|are|was|=|:|(?:would|will|must|should|has to|can only)(?: (?:thus|therefore|then|most likely|likely|also))? be|[-–—]|->|→)";
  private static final String ADVERBS = "(?:\\s{0,3}(?:therefore|thus|clearly|simply|hence|indeed|actually|really|in fact|definitely|most likely|likely|probably|then|given by|as follows|:|therefore,|thus,)){0,3}";
  private static final String SUBJECT = "(?i:(?<!\\b(?:incorrect|wrong|false|worst|first|original|initial|previous|second|each|every|student['’]s|students['’])\\s{1,3})\\b(?:answers?|option|choice|(?:option|choice)s(?!(?:\\s(?:are|were))?(?:\\sas follows)?:?[*_]{0,3}+\\h*+\\n)|correct letter|(?:correct|right) one|best fit|ans)\\b\\.?(?:\\s(?:to|for)\\b[^.:\\n]{0,80}?)?)[*_\"]{0,3}+";
  private static final Pattern SAID = Pattern
      .compile("(?:" + SUBJECT + "\\s{0,3}(?i:" + VERB + "|(?<=\\bans\\.))[*_]{0,3}+(?i:" + ADVERBS
          + ")|(?:答案|选项|答え?|解答|正解|정답|[Rr]éponse|[Aa]ntwort|[Rr]espuesta|[Rr]esposta|[Rr]isposta|[Оо]твет)\\s{0,3}(?:应?该?是|为|选|：|:)[：:]?"
          + "|(?:所以|故|因此|答案)[,，]?应?该?选择?[：:]?"
          + "|(?:[Rr]éponse|[Aa]ntwort|[Rr]espuesta|[Rr]esposta|[Rr]isposta)(?:\\s(?:correct[ae]|corret?ta|exacte))?\\s(?:est|ist|lautet|es|é|è):?(?:\\sla)?)(?:"
          + LETTER + "|" + SMALL + ")");
  /// “The answer is” in other languages: its noun, what may stand behind it, and the verb.
  private static final Pattern FOREIGN = Pattern.compile("(?iu:"
      + "(?:réponse(?:\\s(?:correcte?|exacte?|juste|finale))?(?:\\sest|\\s?:)|(?:option|choix|proposition)(?:\\s(?:correcte?|exacte?|juste|finale))?\\sest)(?:\\s(?:donc|la|le|l['’]option))*"
      + "|(?:respuesta(?:\\s(?:correcta|final))?(?:\\ses|\\s?:)|(?:opción|alternativa)(?:\\scorrecta)?\\ses)(?:\\s(?:la|el|letra|opción))*"
      + "|(?:resposta(?:\\s(?:correta|certa|final))?(?:\\sé|\\s?:)|(?:alternativa|opção)(?:\\s(?:correta|certa))?\\sé)(?:\\s(?:a|o|letra|alternativa|opção))*"
      + "|(?:risposta(?:\\s(?:corretta|giusta|esatta|finale))?(?:\\sè|\\s?:)|opzione(?:\\s(?:corretta|giusta|esatta))?\\sè)(?:\\s(?:la|lettera))*"
      + "|(?:antwort|lösung)(?:\\s(?:ist|lautet|wäre)|\\s?:)(?:\\s(?:daher|also|somit|option|antwort))*"
      + "|(?:richtig|korrekt)\\sist(?:\\s(?:daher|also|somit|option|antwort))*|(?:sondern|sino(?:\\sla)?)"
      + "|(?:antwoord(?:\\sis|\\s?:)|optie\\sis)(?:\\s(?:dus|optie))*|svar(?:et)?(?:\\s(?:är|er)|\\s?:)|vastaus(?:\\son|\\s?:)"
      + "|odpowied(?:ź|zią)(?:\\s(?:to|jest))+|odpověď(?:\\sje|\\s?:)|(?:ответ|відповідь)(?:\\s?[—–:-]|\\sэто)(?:\\s(?:это|вариант))*"
      + "|(?:cevap|yanıt)(?:\\s?:)?(?=\\s)|đáp\\sán(?:\\s(?:đúng|chính\\sxác))?(?:\\slà|\\s?:)|jawaban(?:nya)?(?:\\syang\\s(?:benar|tepat))?(?:\\sadalah|\\s?:)"
      + "|(?:الإجابة|الجواب)(?:\\sالصحيحة|\\sالصحيح)?(?:\\sهي|\\sهو|\\s?:)|उत्तर(?:\\s?:)?|(?:正解|答え|解答|正答|回答)(?:は|：|:)|(?:정답|답)(?:은|이|:|\\s?:)"
      + "|c['’]est(?:\\s(?:la|le))?|(?<!不)选择?|而是|正确的是)\\s{0,3}" + OPEN
      + "([A-Z])(?![A-Za-z0-9])|(?:选项\\s?)?[(（]?([A-Z])[)）]?(?:选项)?(?:才?是|为)?正确");
  /// “Answer B”, “I choose B”.
  private static final Pattern CHOSEN = Pattern
      .compile(
          "(?i:\\b(?:final answer|answer|solution:|correct:|choose|pick|select|go with|chose|opt for|would say|which is|leaves|leaves us with|it(?:['’]s| is| must be| should be| has to be)(?: (?:actually|really|in fact|therefore|thus))?|therefore|thus|hence|so),?)\\s{1,3}+"
              + LETTER + "(?=[\\s)*_`\"'”\\].,:$}]*+(?:\\n|$|\\.|since\\b|because\\b|as the\\b|over\\b|rather than\\b|instead of\\b)|\\)\\s[A-Z0-9])");
  /// “Not A but B”, “it's not A, it's B”.
  private static final Pattern CORRECTED = Pattern.compile("(?i:\\bnot|n['’]t)\\s" + LETTER
      + "[)*_`\"'”’\\].$}]{0,4}[,;]?\\s(?i:but(?:\\srather)?|rather|it(?:['’]s|\\sis))\\s" + LETTER
      + "(?=[\\s)*_`\"'”’\\].,:;$}]*+(?:\\n|$|[A-Z]|since\\b|because\\b|as\\b))");
  /// “Is it B? Yes”.
  private static final Pattern QUESTIONED = Pattern
      .compile("\\b([A-Z])[)*_\\]]{0,3}\\?\\s{1,2}(?i:(yes|correct|right)|no|wrong|not|false)\\b");
  /// Another letter of which a sentence goes on to speak.
  private static final String OTHER = "(?:\\b(?:and|or|but|while|whereas|because|since|so|than|option|choice|statement)|,)\\s[(*]{0,3}+[A-Z]\\b";
  /// “Option B is correct”, “(B) is the right one”.
  private static final Pattern RIGHT = Pattern.compile("(?<![\\w(])" + LETTER
      + "[)\\]*_\"'”’.:]{0,4}(?!\\s[(*]{0,3}+(?:[B-Z]\\b|A\\s(?:is|would|seems|best)\\b))(?:\\s(?:(?!\\bnot\\b|n['’]t|;|\\b(?:wrong|incorrect|false)\\b|"
      + OTHER
      + ")[^.\\n]){0,60}?)?\\s(?:(?i:is|would be|must be|seems)\\s(?i:the\\s)?(?i:only\\s|most\\s|best\\s|clearly\\s){0,2}(?i:correct|right|answer|best|true|better|more\\s(?:accurate|appropriate|likely|suitable|precise|plausible)|appropriate|suitable)|best\\s(?:fits|explains|matches|describes))\\b");
  private static final Pattern TAGGED = Pattern.compile("(?i:<answer>)\\s*+" + LETTER + "[^<]{0,80}(?i:</answer>)");
  private static final Pattern LINE = Pattern.compile("(?m)^" + OPEN + "([A-Z])[)\\]*_`\"'”’.:$}】>]{0,8}[ \\t]*+$");
  /// What makes a letter the subject of a sentence: `(A) is too small`, or denies it: `A. This is not right`, `A: no`.
  private static final String JUDGED = "\\s{1,2}(?:(?:is|are|was|were|can|cannot|could|does|has|have|would|might|isn|doesn|won)\\b"
      + "|(?:This|That|It)\\b[^.\\n]{0,40}?(?:\\b(?:not|wrong|incorrect|false)\\b|n['’]t)|[-–—:]?\\s?(?i:incorrect|wrong|false|no)\\b)";
  private static final Pattern FIRST = Pattern
      .compile("^" + OPEN
          + "(?:(?:[Oo]ption|[Cc]hoice)\\s\\(?)?([A-Z])(?:\\s(?:because|since|as|[-–—])\\s|[)\\]*_`\"'”.:,}】]{1,6}(?=\\s|$)"
          + "(?!" + JUDGED + ")|\\s*+(?:\\R|$))");
  /// `b) ribosome`, and nothing before it.
  private static final Pattern FIRST_SMALL = Pattern.compile("^\\s{0,9}+\\(?([a-j])\\)(?=\\s\\S)");
  /// What is said of an option alone on its line: `C: yes`, `- **D**: True`.
  private static final Pattern VERDICT = Pattern.compile(
      "(?m)^[ \\t(*-]{0,6}+([A-Z])[*_]{0,2}+[).:][*_]{0,2}+\\s{0,2}[*_]{0,2}+(?i:(yes|true|correct|right)|no|false|incorrect|wrong)[*_]{0,2}+[.!]?[*_]{0,2}+\\h*+$");
  /// Behind a letter that is the answer to another question only.
  private static final Pattern CONDITION = Pattern.compile("[)*_\\]\"'”.}$]{0,4}\\s(?:when|if|unless|whenever)\\b");
  /// The same before it, in its sentence.
  private static final Pattern SUPPOSED = Pattern.compile("(?i)\\bif\\b[^.!?\\n]*$");
  private static final Pattern LABEL = Pattern.compile("(?m)^[ \\t(*-]{0,6}+([A-Z])[*_]{0,2}+[).:]");
  private static final String DENIED = "(?!\\s(?:is|are)\\s(?:\\w{1,12}\\s)?(?:wrong|incorrect|false|not)\\b)";
  private static final Pattern DENIAL = Pattern
      .compile("(?i:\\b(?:not|too|wrong|incorrect|false|neither|cannot|no)\\b|n['’]t\\b)");
  private static final Pattern EMPHASISED = Pattern
      .compile("\\*\\*\\s?\\(?([A-Z])(?:[).:][^*\\n]{0,80})?\\)?\\s?\\*\\*" + DENIED);
  private static final Pattern BRACKETED = Pattern.compile("\\(([A-Z])\\)" + DENIED);
  private static final Pattern WHOLE = Pattern.compile("\\s*+" + OPEN
      + "(?:(?:[Oo]ption|[Cc]hoice|[Ll]etter|[Aa]nswer)\\s{1,3}[(*]{0,3})?([A-Za-z])[)\\]*_`\"'”.:$}\\s]*+");
  private static final Pattern LABELLED = Pattern
      .compile("\\s*+" + OPEN + "([A-Z])\\s?[).:]?[}*)]{0,4}\\s?[).:]\\s?\\S.{0,200}+", Pattern.DOTALL);
  /// A second letter that is given too: “A or B”, “B and C”.
  private static final Pattern ALSO = Pattern
      .compile("[)*_\\]\"'”}$]{0,4}\\s{0,2}(?:,|、|/|&|\\+|and|or|,? ?(?:and|or)(?: (?:maybe|possibly|perhaps|even|also))?|as well as|along with|together with|plus)\\s{0,2}[(*_\\[\"'“]{0,4}([A-Z])(?![\\w'’])");
  private static final Pattern NOT = Pattern.compile("(?i:\\bnot\\s|n't\\s|n’t\\s)$");
  /// An `A` that is a word: “the answer is A ribosome”. Words of the list may follow a letter.
  private static final Pattern ARTICLE = Pattern.compile(
      "\\s(?!(?:because|since|as|and|or|but|not|for|which|so|that|in|is|with|due|by|if|given|when|from|according|then|only|here"
          + "|based|where|while|to|at|on|of|the|it|this|we|there|also|too|therefore|thus|hence|instead|rather|though|although"
          + "|however|even|would|must|will|are|was|does|can)\\b)[a-z]{2}");
  private static final Pattern ASKED = Pattern
      .compile("[)*_\\]\"'”}$]{0,4}\\?\\s{1,3}(?i:no|wait|hmm|but|actually|not|maybe|perhaps|I\\sam|I['’]m|I\\sdo)\\b");
  private static final Pattern BULLET = Pattern.compile("(?:\\s*+[->•]\\s++)++");
  /// What a base model writes when it goes on with a question of its own: a heading, or choices of its own.
  private static final Pattern RUN_ON = Pattern
      .compile(
          "\\n\\h{0,20}+(?:(?:Question|Problem|User|Human|Assistant|Q\\d{0,3})\\s?[:.]|A[.)]\\s[^\\n]{1,400}+\\n\\h{0,20}+B[.)]\\s)|<\\|(?:im_start|im_end|eot_id|end|user|endoftext)\\|>");

  /// `"answer": "B"`.
  private static final Pattern KEYED = Pattern
      .compile("(?i:[\"'](?:final[_ ]?answer|answer|choice)[\"'])\\s{0,9}+:\\s{0,9}+[\"']\\(?([A-Z])\\)?[\"'.:)\\s]");
  /// Behind “is correct”: asked, or under a condition.
  private static final Pattern LIMITED = Pattern
      .compile("\\s?(?:\\?|,?\\s(?:if|when|unless|except|provided|only|but\\b[^.\\n]{0,20}\\bnot|for|in\\s(?:case|part)|and\\sso|as\\s(?:is|are))\\b)");
  private static final Pattern CONCEDED = Pattern.compile("(?i)\\b(?:although|though|while|whether|even\\sif)\\s\\(?$");
  /// Behind a letter in brackets with which a sentence begins.
  private static final Pattern TITLE = Pattern.compile("\\s*+(?:$|\\R|[A-Z0-9:.,;–—-])");
  /// Nothing but letters: `A. C.`
  private static final Pattern SEVERAL = Pattern
      .compile("(?:[\\s().,;:/&+*_$\\[\\]{}、，-]{0,20}+\\b[A-Z]\\b){2,8}+[\\s().,;:/&+*_$\\[\\]{}、，-]{0,20}+");
  private static final Pattern SINGLE = Pattern.compile("[A-Z]");
  private static final Pattern SENTENCE = Pattern.compile("[.!?;]\\s|\\n");
  /// Words by which a sentence leaves a letter out, compares it or refers to something of that name.
  private static final Pattern EXCLUDING = Pattern.compile(
      "(?i)\\b(?:eliminat\\w*|exclud\\w*|rul(?:e|es|ed|ing)\\s(?:\\w+\\s){0,2}?out|is\\sout|discard\\w*|dismiss\\w*|reject\\w*|opposite|except|(?:all|everything|anything)\\sbut|figure|fig\\.?|passage|panel|part|table|section|type|group|class|see|refers?|compared?|unlike|similar|equation|not|false|wrong|incorrect|contradict\\w*|would|could|might|least|worst|statements?|neither|both|either|than|versus)\\b|n['’]t\\b");
  /// Before a letter in brackets: its sentence says something of it, or it stands behind the text of its choice.
  private static final Pattern AFFIRMING = Pattern.compile(
      "(?i)^\\W*$|\\b(?:is|are|was|be|['’]s|clearly|obviously|definitely|certainly|so|thus|therefore|hence|choose|pick|select|leaves|leaving|remaining|must|answer|correct|best|match(?:es)?|fits?|corresponds?|describes|gives|makes|only|to|option|choice)\\b|[:=→]");
  /// Behind what is said: it holds under a condition only.
  private static final Pattern CONDITIONAL = Pattern.compile(
      "[)*_\\]\"'”.}$]{0,4},?\\s(?:only\\s(?:if|when)|unless|if\\b[^.\\n]{0,80}(?:\\b(?:were|had|otherwise|else)\\b|[<>=≤≥]))");
  /// Before it, likewise.
  private static final Pattern HYPOTHETICAL = Pattern.compile("(?i)\\b(?:if\\b[^.!?\\n]{0,80}\\b(?:were|had)\\b|unless\\b)[^.!?\\n]{0,80}$");

  private static final Pattern SUPPOSITION = Pattern.compile("(?i)\\b(?:if|assuming|suppose|supposing|unless|without)\\b[^.!?\\n]*$");

  private ChoiceText() {}

  /// In order of reliability: a letter that is all of the first line; the last box; a tag; the last “answer is”; the first
  /// letter, “B is correct”, emphasised, in brackets, alone on a line. A bare letter inside a sentence does not count: `A`
  /// and `I` are words. Two letters given at once are no choice.
  static Optional<String> answer(String completion) {
    String text = own(FullWidth.narrowed(completion));
    String firstLine = text.stripLeading().lines().findFirst().orElse("");
    if (SEVERAL.matcher(text).matches() && SINGLE.matcher(text).results().map(MatchResult::group).distinct().count() > 1) {
      return Optional.empty();
    }
    Optional<String> alone = whole(firstLine);
    if (alone.isPresent() && firstLine.length() <= 12) {
      return alone.filter(letter -> LINE.matcher(text).results().allMatch(line -> letter(line).equals(letter)));
    }
    List<Span> boxes = TexSpans.boxes(text).stream().filter(box -> !box.content(text).isBlank()).toList();
    if (!boxes.isEmpty() && !Doubt.behind(text, boxes.getLast().end())) {
      String box = WrittenAnswer.boxed(text).map(WrittenAnswer::text).orElse("");
      return whole(box).or(() -> labelled(box)).filter(_ -> !several(box));
    }
    return named(boxes.isEmpty() ? text : text.substring(boxes.getLast().end()));
  }

  /// The letter that a text without a box names.
  private static Optional<String> named(String text) {
    for (Pattern pattern : List.of(TAGGED, KEYED, SAID, FOREIGN, CORRECTED, CHOSEN)) {
      Optional<MatchResult> found = said(pattern, text);
      if (found.isPresent()) {
        int back = Doubt.retracted(text, end(found.get()));
        if (back >= 0) { // “Wait, that is wrong. It's D.”
          return named(text.substring(Math.max(back - 20, end(found.get()))));
        }
        if (!overruled(text, found.get())) {
          return found.filter(match -> !also(text, match)).map(ChoiceText::letter);
        }
      }
    }
    return first(FIRST, text).filter(match -> !listed(text, letter(match)) && !Doubt.behind(text, end(match)))
        .or(() -> right(text))
        .or(() -> affirmed(VERDICT, text)).or(() -> affirmed(QUESTIONED, text))
        .or(() -> emphasised(text))
        .or(() -> bracketed(text))
        .or(() -> line(text)).or(() -> first(FIRST_SMALL, text)).filter(match -> !also(text, match))
        .map(ChoiceText::letter);
  }

  /// “B is correct”, of one letter only.
  private static Optional<MatchResult> right(String text) {
    List<MatchResult> right = RIGHT.matcher(text).results()
        .filter(match -> !denied(text, start(match)) && !doubted(text, match) && !LIMITED.matcher(text)
            .region(match.end(), text.length()).lookingAt() && !Doubt.before(text, match.start())
            && !CONCEDED.matcher(text.substring(Math.max(0, match.start() - 12), match.start())).find())
        .toList();
    boolean one = right.stream().map(ChoiceText::letter).distinct().count() == 1;
    return one ? Optional.of(right.getLast()) : Optional.empty();
  }

  /// The last letter in brackets, unless its sentence excludes something, refers to something or names another letter.
  private static Optional<MatchResult> bracketed(String text) {
    return lastOf(BRACKETED, text).filter(match -> {
      Matcher begin = SENTENCE.matcher(text).region(0, match.start());
      int from = 0;
      while (begin.find()) {
        from = begin.end();
      }
      Matcher end = SENTENCE.matcher(text).region(match.end(), text.length());
      String sentence = text.substring(from, end.find() ? end.start() : text.length());
      boolean begins = text.substring(from, match.start()).isBlank();
      if (begins && !TITLE.matcher(text).region(match.end(), text.length()).lookingAt()) {
        return false;
      }
      return AFFIRMING.matcher(text.substring(from, match.start())).find() && !EXCLUDING.matcher(sentence).find() && !Doubt.behind(text, match.end())
          && BRACKETED.matcher(sentence).results().map(ChoiceText::letter).distinct().count() == 1;
    });
  }

  /// The letter that is alone on a line, if no other is.
  private static Optional<MatchResult> line(String text) {
    boolean one = LINE.matcher(text).results().map(ChoiceText::letter).distinct().count() == 1;
    return one ? lastOf(LINE, text) : Optional.empty();
  }

  /// Whether what is said holds under a condition only, and the text begins with another letter: `B. ribosome`, and then
  /// “the answer is A when …”.
  private static boolean overruled(String text, MatchResult match) {
    String before = text.substring(Math.max(0, match.start() - 60), match.start());
    boolean condition = CONDITION.matcher(text).region(start(match) + 1, text.length()).lookingAt()
        || SUPPOSED.matcher(before).find();
    return condition && first(FIRST, text).filter(first -> !letter(first).equals(letter(match))).isPresent();
  }

  /// The only option of several of which its line says that it is right.
  private static Optional<MatchResult> affirmed(Pattern verdict, String text) {
    List<MatchResult> verdicts = verdict.matcher(text).results().toList();
    List<MatchResult> right = verdicts.stream().filter(match -> match.group(2) != null).toList();
    return verdicts.size() > 1 && right.size() == 1 ? Optional.of(right.getFirst()) : Optional.empty();
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

  /// The letter that stands in bold; of several, that of a last line that has one only, is no part of a list and denies nothing.
  private static Optional<MatchResult> emphasised(String text) {
    if (letters(text).size() < 2) {
      return first(EMPHASISED, text);
    }
    String line = text.stripTrailing().lines().reduce((_, last) -> last).orElse("");
    boolean concludes = letters(line).size() == 1 && !LABEL.matcher(line).lookingAt() && !DENIAL.matcher(line).find();
    return concludes ? lastOf(EMPHASISED, text) : Optional.empty();
  }

  private static Set<String> letters(String text) {
    return EMPHASISED.matcher(text).results().map(ChoiceText::letter).collect(Collectors.toSet());
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
    Matcher bullet = BULLET.matcher(text);
    String bare = bullet.lookingAt() ? text.substring(bullet.end()) : text;
    Matcher whole = WHOLE.matcher(bare.length() <= 60 ? bare : "");
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
    return pattern.matcher(text).results()
        .filter(match -> pattern == CORRECTED || !denied(text, start(match))).filter(match -> !doubted(text, match))
        .filter(match -> !hypothetical(text, match)).reduce((_, last) -> last);
  }

  /// Whether something is said only to deny or to doubt it, or under a condition.
  private static boolean hypothetical(String text, MatchResult match) {
    String before = text.substring(Math.max(0, match.start() - 160), match.start());
    boolean supposed = match.group().contains("would") && SUPPOSITION.matcher(before).find();
    return supposed || Doubt.before(text, match.start()) || Doubt.behind(text, end(match))
        || CONDITIONAL.matcher(text).region(end(match), text.length()).lookingAt() || HYPOTHETICAL.matcher(before).find();
  }

  private static boolean denied(String text, int letter) {
    String before = text.substring(Math.max(0, letter - 12), letter).replaceAll("[(*_\"'“\\[]", "");
    return NOT.matcher(before).find();
  }

  /// Whether a letter is asked about, or is a word.
  private static boolean doubted(String text, MatchResult match) {
    int start = start(match);
    boolean article = text.charAt(start) == 'A' && (start == 0 || text.charAt(start - 1) == ' ')
        && ARTICLE.matcher(text).region(start + 1, text.length()).lookingAt();
    return article || ASKED.matcher(text).region(start + 1, text.length()).lookingAt();
  }

  private static Optional<MatchResult> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.toMatchResult()) : Optional.empty();
  }

  private static Optional<MatchResult> lastOf(Pattern pattern, String text) {
    return pattern.matcher(text).results().reduce((_, last) -> last);
  }

  private static boolean also(String text, MatchResult match) {
    Matcher also = ALSO.matcher(text).region(end(match), text.length());
    return also.lookingAt() && !also.group(1).equals(letter(match));
  }

  private static int end(MatchResult match) {
    return match.end(group(match));
  }

  private static int start(MatchResult match) {
    return match.start(group(match));
  }

  /// Which group holds the letter: that of the last letter of a correction, of a verdict the first.
  private static int group(MatchResult match) {
    return match.groupCount() > 1 && match.group(2) != null && match.group(2).length() == 1 ? 2 : 1;
  }

  private static String letter(MatchResult match) {
    return upper(match.group(group(match)));
  }

  private static String upper(String letter) {
    return letter.toUpperCase(Locale.ROOT);
  }
}
