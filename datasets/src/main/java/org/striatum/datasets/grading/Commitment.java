package org.striatum.datasets.grading;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.TexSpans.Span;

/// The grammar of sentences by which a text commits itself to an answer. It knows what may stand in such a sentence, from its first
/// word to its end; a sentence with any other word gives no answer.
///
/// ```
/// text      = … sentence* courtesy*          the last sentence that speaks of an answer, or else the last of all
/// sentence  = lead? (said | closing) end
/// lead      = connective* | clause "," connective+        a clause without a word of doubt
/// said      = answer verb value | value "is" answer
/// closing   = value | quantity verb value | agent action value | calculation "=" value
/// ```
///
/// What a value is, with its unit, says each grader ([Kind]). Behind the sentence nothing may follow that could change it: no
/// question, no word of doubt, and nothing that the grader's answers are made of, unless it gives the same answer again.
final class Commitment {
  /// What a grader takes for an answer.
  interface Kind {
    /// The value that a text is from its beginning to its end, with its unit, explanation in brackets or reason.
    Optional<String> value(String text);

    /// What follows “the answer is”: a value, and where answers may be texts, a text.
    default Optional<String> said(String text) {
      return value(text);
    }

    /// Whether a sentence behind the answer leaves it as it is.
    boolean harmless(String sentence, String value);

    /// Whether two values are one answer.
    default boolean same(String one, String other) {
      return one.equals(other);
    }
  }

  /// Words of doubt and condition.
  static final String HYPOTHESIS = "\\b(?:(?i:if|unless|whether|would|could|should|might|maybe|perhaps|possibly|probably|(?<!most\\h)likely|unlikely|seems?|appears?|guess(?:ed)?|doubt(?:ful)?|unsure|uncertain|suppos\\w+|assum\\w+|imagine|pretend)|may)\\b|\\?";
  /// With them, the words by which a text turns to something else.
  static final String TURN = HYPOTHESIS
      + "|\\b(?i:but|however|although|though|yet|instead|otherwise|wait|actually|sorry|apolog\\w+|oops|hmm+|correction|scratch|reconsider|misread|recheck|recalculate|redo|rethink|on\\hreflection|second\\hthought)\\b";
  /// With them, words of denial and error: closed classes of English. They only refuse.
  static final Pattern DOUBT = Pattern.compile(TURN + "|\\b(?i:not|cannot|never|no|nor|neither|none|nobody|nothing|hardly|without|except|wrong(?:ly)?|incorrect(?:ly)?|false(?:ly)?|mistak\\w+|an\\herror|invalid"
      + "|different|unknown|undetermined|impossible|contradict\\w*)\\b|n['’]t\\b");
  private static final Pattern TURNS = Pattern.compile(TURN);
  private static final Pattern SUPPOSED = Pattern.compile(HYPOTHESIS);
  private static final String CONNECTIVE = "(?:(?:so|thus|therefore|hence|then|finally|consequently|overall|altogether|in\\h(?:total|all|conclusion|summary)|to\\h(?:conclude|summarize)|as\\ha\\hresult"
      + "|now|clearly|accordingly|this\\hmeans(?:\\hthat)?|which\\hmeans(?:\\hthat)?|we\\h(?:conclude|find|see|know|have|get)(?:\\hthat)?|it\\hfollows\\hthat|i\\h(?:conclude|believe|think|am\\hconfident)(?:\\hthat)?|sure"
      + "|actually|in\\hfact|wait|no|but|however|yes|ok(?:ay)?|let\\hme\\h(?:reconsider|double[-\\h]check))[,:.!]?\\h+|(?:final(?:\\hanswer)?|answer|total|step\\h\\d{1,2}|result|solution|conclusion|correct(?:\\hanswer)?)\\h?:\\h*|(?:final\\h)?answer\\h+(?!is\\b)|(?-i:A|Ans)\\h?[:.]\\h*)";
  /// Between clauses: a sign or “and” with a connective, or a sign before a sentence of the grammar.
  private static final Pattern CLAUSE = Pattern.compile("(?i)(?:[,;]|:(?=\\h" + CONNECTIVE + ")|\\h[-–—]|,?\\hand|(?=\\h(?:but\\h(?:the|it|my)|so|thus|hence|therefore|which\\h(?:is|makes|means|gives|leaves))\\b))\\h(?<connected>" + CONNECTIVE + "+|which\\h(?=is|makes|means|gives|leaves)|for\\h(?=a\\htotal))?");
  private static final Pattern LEAD = Pattern.compile("(?i)(?:(?:and\\h)?" + CONNECTIVE + ")*");
  private static final String RANK = "(?:(?:final|correct|right|best|most\\h(?:appropriate|likely|suitable|accurate)|only|required|desired)\\h){0,3}";
  private static final String ABOUT = "(?:\\h(?:to|for|of|in|from|among)\\h(?![^.,]*\\b(?:part|step|first|second|sub-?question)\\b)[^.:;,?\\n]{1,80}?)?";
  private static final String IS = "(?:\\h?(?::|=|→|->|\\h[-–—])|\\h(?:is|are|will\\hbe|must\\hbe|has\\hto\\hbe|equals|was|were|comes\\hout\\hto(?:\\hbe)?|(?:increases|decreases|rises|falls|grows|drops)\\hby))";
  private static final String ADVERB = "(?:\\h?:|\\h(?:therefore|thus|simply|clearly|hence|then|exactly|indeed|given\\hby|as\\hfollows|equal\\hto|at|left\\hwith|approximately|about|roughly|around|only|just|now|also|a\\htotal\\hof)\\b[,:]?){0,3}";
  private static final Pattern SAID = Pattern.compile("(?iu)(?:\\b(?:(?:the|our|my)\\h)?" + RANK
      + "(?:answers?(?:\\hchoice)?|ans\\.?|final\\hresult|(?:correct|right|best|final)\\h(?:option|choice|letter|solution|one|fit)|(?:option|choice)(?=\\h(?:is|are)|\\h?:)|correct(?=:))" + ABOUT
      + IS + ADVERB + "|(?:i|we)(?:['’](?:d|ll)|\\hwill)?\\h(?:(?:go|went|am\\hgoing)\\hwith|choose|pick|select|chose|opt\\hfor)|(?:let\\hme\\h)?(?:choose|pick|select)|(?:答案|答え|正解|정답|답|解答|回答)\\h?(?:应?该?是|为|选|は|은|:)[:：]?|\\b(?:la\\h|die\\h)?(?:réponse|respuesta|antwort|lösung|resposta|risposta|ответ)"
      + "(?:\\h(?:correct[ae]?|correta|corretta|exacte|finale?))?\\h?(?:(?:est|es|ist|lautet|é|è)\\b|:|—))\\h*");
  /// “The answer is” in other languages, before a letter: the noun, what may stand behind it, and the verb.
  private static final Pattern FOREIGN = Pattern.compile("(?iu)(?:[\\p{L}]+\\h){0,2}(?:"
      + "(?:(?:réponse(?:\\h(?:correcte?|exacte?|juste|finale))?|option|choix|proposition)(?:\\hest|\\h?:))(?:\\h(?:donc|la|le|l['’]option))*"
      + "|(?:(?:respuesta|opción|alternativa)(?:\\h(?:correcta|final))?(?:\\hes|\\h?:))(?:\\h(?:la|el|letra|opción))*"
      + "|(?:(?:resposta|alternativa|opção)(?:\\h(?:correta|certa|final))?(?:\\hé|\\h?:))(?:\\h(?:a|o|letra|alternativa|opção))*"
      + "|(?:(?:risposta|(?:l['’])?opzione)(?:\\h(?:corretta|giusta|esatta|finale))?(?:\\hè|\\h?:))(?:\\h(?:la|lettera))*"
      + "|(?:antwort|lösung)(?:\\h(?:ist|lautet)|\\h?:)(?:\\h(?:daher|also|somit|option|antwort))*|(?:richtig|korrekt)\\hist(?:\\h(?:daher|also|somit|option|antwort))*"
      + "|(?:antwoord(?:\\his|\\h?:)|optie\\his)(?:\\h(?:dus|optie))*|svar(?:et)?(?:\\h(?:är|er)|\\h?:)|vastaus(?:\\hon|\\h?:)"
      + "|odpowied(?:ź|zią)(?:\\h(?:to|jest))+|odpověď(?:\\hje|\\h?:)|(?:ответ|відповідь)(?:\\h?[—–:-]|\\hэто)(?:\\h(?:это|вариант))*"
      + "|(?:cevap|yanıt)(?:\\h?:)?(?=\\h)|đáp\\hán(?:\\h(?:đúng|chính\\hxác))?(?:\\hlà|\\h?:)|jawaban(?:nya)?(?:\\hyang\\h(?:benar|tepat))?(?:\\hadalah|\\h?:)"
      + "|(?:الإجابة|الجواب)(?:\\hالصحيحة|\\hالصحيح)?(?:\\hهي|\\hهو|\\h?:)|उत्तर(?:\\h?:)?)\\h*"
      + "|(?:因此|所以|故|综上)?[,，、]?(?:(?:正确的?)?(?:答案|选项)(?:应?该?是|为|选|:)|选择?|(?:正解|答え|解答|正答|回答)(?:は|:)|(?:정답|답)(?:은|이|\\h?:))[:]?\\h*");
  private static final Pattern SPOKEN = Pattern.compile("(?i)\\banswers?\\b|答案|答え|正解|정답|\\b(?:réponse|respuesta|antwort|lösung|resposta|risposta|ответ)\\b");
  private static final Pattern IS_ANSWER = Pattern.compile("(?i)[,]?\\h(?:is|are|must\\hbe)\\h(?:therefore\\h|thus\\h|clearly\\h)?(?:(?:the|our|my)\\h" + RANK
      + "(?:answers?|solutions?|choice|option|one|result)|correct|right)(?:\\hanswer)?(?:\\h(?:to|for)\\hthe\\h(?:question|problem))?(?<rest>,?\\h(?:since|because|as(?!\\h(?:is|are|well))|not)\\h.{1,200}|[,;]\\h(?:and\\h|while\\h)?[A-Z]\\his\\h(?:not|incorrect|wrong|false))?[.!]?\\h*$");
  private static final Pattern ONLY = Pattern.compile("^(?i:only)\\h");
  /// What is measured, counted or sought: the nouns of such problems.
  private static final String NOUN = "(?:\\$[^$\\n]{1,30}\\$|number|amount|total|sum|difference|product|quotient|remainder|result|value|cost|price|bill|profit|loss|revenue|income|salary|wage|earnings|savings|change|discount|tax|tip|fee|fare|payment|balance|budget"
      + "|age|height|weight|length|width|depth|distance|area|perimeter|circumference|volume|radius|diameter|angle|slope|mass|density|temperature|speed|rate|time|duration|average|mean|median|mode|range|ratio|probability|chance|odds"
      + "|percent(?:age)?|fraction|part|share|score|population|quantity|capacity|count|maximum|minimum|square|cube|root|roots|power|square\\hroot|integer|integers|digit|digits|sequence|term|coefficient|degree|determinant|limit|integral|derivative|expression|equation|function|solutions?|solution\\hset|set|domain|vertex|point|center|line|matrix|inverse|intercept|coordinates|pair|interval|union|polynomial|quotient|size|level|pages|ways|larger\\hpart|smaller\\hpart|temperature|error|investment|list)";
  private static final String MODIFIER = "(?:(?:total|new|remaining|final|combined|overall|average|maximum|minimum|largest|smallest|greatest|least|highest|lowest|sales|selling|unit|net|gross|annual|yearly|monthly|weekly|daily|identity|sum|ordered|required|desired|possible|common|combined|expected|zero|[A-Z][a-z]+['’]s|whole|entire|surface|inverse|square)\\h){0,3}";
  private static final String PHRASE = "(?:\\h(?:of|in|for|on|at|from|between|to|that|who|which|per|each|with|after|she|he|they|we|it)\\h(?:\\$[^$\\n]{1,60}\\$|\\\\\\([^\\n]{1,60}?\\\\\\)|[^.;?!\\n$]){1,90}?)?";
  private static final String QUANTITY = "(?:(?:the|his|her|their|its|our|your|this|that|a|[A-Z][a-z]+['’]s)\\h)?" + MODIFIER + NOUN + "(?:\\h\\$[^$\\n]{1,30}\\$)?" + PHRASE;
  private static final String AGENT = "(?:he|she|it|they|we|you|i|there|this|that|these|each|all|(?:the|each|every|his|her|their|all\\hthe|all)\\h[a-z]{2,14}(?:\\h(?:of|in)\\h(?:the\\h)?[a-z]{3,14})?|[A-Z][a-z]{1,14}(?:\\hand\\h[A-Z][a-z]{1,14})?)"
      + "(?:['’]s(?=\\h))?";
  private static final String PERSON = "(?:he|she|it|they|we|you|i|there|this|that|[A-Z][a-z]{1,14})";
  private static final String HELP = "(?:\\h(?:will|must|can|now|also|then|still|only|originally|therefore|needs?\\hto|has\\hto|have\\hto|together|each))*";
  private static final String ACTION = "(?:\\h(?:will|must|can|now|also|then|still|only|originally|therefore|needs?\\hto|has\\hto|have\\hto|together|each))*\\h(?:has|have|had|gets?|got|gives?|gave|makes?|made|earns?|earned|pays?|paid|costs?|spends?|spent|saves?|saved|sells?|sold|buys?|bought"
      + "|needs?|needed|takes?|took|uses?|used|eats?|ate|runs?|ran|walks?|walked|drives?|drove|travels?|travell?ed|covers?|covered|reads?|writes?|wrote|holds?|held|contains?|weighs?|weighed|lasts?|leaves|left|lost|loses?|won|wins?|scores?|scored|plants?|planted"
      + "|collects?|collected|receives?|received|owes?|owed|works?|worked|bakes?|baked|drinks?|drank|produces?|produced|requires?|equals?|totals?|charges?|charged|visits?|visited|keeps?|kept|finishes|finished|raises?|raised|swims?|swam|picks?|picked|catches|caught|counts?|counted"
      + "|share|means?|remains?|adds?\\hup\\hto|comes?\\hto|ends?\\hup\\hwith|amounts?\\hto|works?\\hfor|worked\\hfor|reads?\\hfor|saves?\\hfor|save\\hfor)" + "(?:\\h(?:him|her|them|us|me|you|a\\hremainder\\hof|for|with|a\\htotal\\hof|in\\htotal|exactly|about|approximately|another|only|left\\hwith|at|to|on\\haverage))*\\h";
  private static final String BE = HELP + "\\h(?:is|are|was|were|be)(?:\\h(?:a\\htotal\\hof|left\\hwith|exactly|about|approximately|only|now))?\\h";
  private static final Pattern CLOSING = Pattern.compile("(?:(?i:that(?:['’]s|\\h(?:is|leaves|makes|gives|means)))\\h(?:a\\htotal\\hof\\h)?|(?i:it(?:['’]s))\\h|(?i:(?:(?:here\\his|this\\his)\\h)?(?:[a-z]+\\h){0,3}" + NOUN + "\\h?:\\h*)|(?i:in\\htotal|total),?\\h(?=\\d)|(?i:a\\htotal\\hof|for\\ha\\htotal\\hof)\\h"
      + "|(?i:(?:is|makes|means|gives|leaves)\\h)|(?:(?i:" + QUANTITY + ")" + IS + ADVERB + "\\h*)|(?:(?i:" + AGENT + ")(?i:" + ACTION + "))|(?:(?i:" + PERSON + BE + ")))");
  private static final String TERM = "[(]*(?:\\\\?[$€£])?(?:\\d[\\d.,{}\\\\!]*|\\\\d?frac\\{[^{}]+}\\{[^{}]+}|√\\d+|\\w{1,3}\\(\\d[\\d,]*\\))[!%²³°]?(?:\\^\\{?-?\\d+}?)?(?:\\h[a-z]{2,12})?[)]*";
  /// A calculation before a sign of equality, and not one with an unknown, or a word that the value belongs to.
  private static final Pattern CALCULATION = Pattern.compile("(?s)(?:.*(?:[=≈:,;(]|[A-Za-z]{2,}[.,]?)\\h?\\$?)?" + TERM + "(?:\\h?(?:[-+*/×÷·x−–]|\\\\(?:times|cdot|div)\\b)\\h?" + TERM + ")*\\h?\\$?(?:=|≈)\\h?"
      + "|(?:.*\\h)?[A-Za-z]{3,}[.)]?\\h?(?:=|≈)\\h?");
  private static final Pattern NAME_EQUALS = Pattern.compile("(?s)(?:.*[,;:]\\h)?(?i:" + CONNECTIVE + ")*(?<name>[A-Za-z](?:_\\w)?)\\h?=\\h?");
  private static final Pattern ASSIGNED = Pattern.compile("(?<![\\w)])(?<![+*/-]\\h?)([A-Za-z])\\h?=");
  private static final Pattern COURTESY = Pattern
      .compile("(?i)(?:i\\hhope\\h(?:this|that|it)\\b|hope\\h(?:this|that)\\hhelps|(?:please\\h)?(?:let\\hme\\hknow|feel\\hfree)\\b|is\\hthere\\hanything|(?:i\\h?['’]?a?m\\h)?(?:happy|glad)\\hto\\hhelp|thank|you['’]re\\hwelcome|great\\hjob|i\\ham\\hconfident\\hthat\\hthis\\his\\hright|\\W*$)[^\\d]*");
  /// Before the clause of a box.
  private static final Pattern CLAUSE_END = Pattern.compile("[.;:]\\s|,\\h(?:so|then|therefore|thus|hence|we)\\b");
  /// Of a condition that holds: `if we add 3, we get`.
  private static final Pattern IF = Pattern.compile("(?i)\\bif\\b");
  /// The head of an explanation, in which numbers may stand.
  private static final Pattern EXPLANATION = Pattern.compile("(?i)(?:explanation|reason(?:ing)?|justification|verification|check|proof|step[-\\h]by[-\\h]step|solution|working|note|because|here(?:['’]s|\\his)\\h(?:how|why|the)|let\\hme\\h(?:double[-\\h])?(?:check|verify|explain)|let['’]s\\h(?:check|verify)|to\\hverify|this\\his\\hbecause)\\b.*");
  /// `the number of points that could be in it`.
  private static final Pattern POSSIBLE = Pattern.compile("\\bthat\\h(?:could|can|may|might)\\hbe\\b");
  /// What is left out and what is taken instead: `The answer is not 4 but 3`, `It's not A, it's B`.
  private static final Pattern CORRECTED = Pattern.compile("(?i)(?:(?:the|our|my)\\h" + RANK + "(?:answer|option|choice)|it|that)(?:\\his\\hnot|\\hisn['’]t|['’]s\\hnot|\\hcan(?:not|['’]t)\\hbe|\\his\\hneither)\\h[^\\h,;]{1,16}(?:\\h(?:nor|or)\\h[^\\h,;]{1,16})?[,;]?\\h(?:but(?:\\h(?:rather|it\\his))?|it(?:['’]s|\\his)|the\\hanswer\\his)\\h(?=.)");
  /// A text that says that it has no answer.
  private static final Pattern UNDECIDED = Pattern.compile("(?i)(?:\\b(?:cannot|can\\hnot|unable|impossible)|n['’]t)\\h(?:\\w+\\h){0,2}?(?:determine[d]?|tell|know|answer(?:ed)?|solved?|sure|enough)\\b|\\b(?:do|am)\\hnot\\h(?:know|sure)\\b|\\bnot\\henough\\b|\\binsufficient\\b");
  /// A longer beginning is of no such sentence.
  private static final int LONGEST = 240;

  private Commitment() {}

  /// The answer that a text commits itself to: its last box, what a tag or key says, or a sentence.
  static Optional<String> of(String text, Kind kind) {
    List<String> sentences = ended(Sentences.of(text));
    if (!TexSpans.boxes(text).isEmpty()) {
      return boxed(sentences, kind);
    }
    Optional<String> tagged = WrittenAnswer.tag(text);
    if (tagged.isPresent()) {
      return tagged.flatMap(content -> kind.said(content).or(() -> sentence(content, kind)));
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

  /// Of the last sentence with a box: the sentence says nothing else, and takes nothing back.
  private static Optional<String> boxed(List<String> sentences, Kind kind) {
    int at = sentences.size() - 1;
    while (at >= 0 && TexSpans.boxes(sentences.get(at)).isEmpty()) {
      at--;
    }
    if (at < 0) {
      return Optional.empty();
    }
    String sentence = sentences.get(at);
    List<Span> boxes = TexSpans.boxes(sentence);
    String around = CLAUSE_END.splitAsStream(sentence.substring(0, boxes.getFirst().start()) + " ").reduce((_, clause) -> clause).orElse("") + sentence.substring(boxes.getLast().end());
    List<String> behind = sentences.subList(at + 1, sentences.size());
    return WrittenAnswer.boxed(sentence).filter(_ -> !DOUBT.matcher(IF.matcher(around).replaceAll(" ")).find()).flatMap(kind::said)
        .filter(value -> leaves(behind, value, kind));
  }

  private static Optional<String> stated(List<String> sentences, Kind kind) {
    int last = sentences.size() - 1;
    while (last > 0 && COURTESY.matcher(sentences.get(last)).matches()) {
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
      answer = kind.value(sentences.getFirst());
    }
    List<String> behind = sentences.subList(at + 1, last + 1);
    return answer.filter(value -> leaves(behind, value, kind));
  }

  static boolean speaks(String sentence) {
    return SPOKEN.matcher(sentence).find() || SAID.matcher(sentence).find() || FOREIGN.matcher(sentence).lookingAt() || IS_ANSWER.matcher(sentence).find();
  }

  /// The answer of one sentence that is of the grammar as a whole.
  static Optional<String> sentence(String sentence, Kind kind) {
    Matcher lead = LEAD.matcher(sentence);
    String main = sentence.substring(lead.lookingAt() ? lead.end() : 0);
    Optional<String> value = kind.value(sentence).or(() -> kind.value(main));
    boolean several = ASSIGNED.matcher(sentence).results().map(name -> name.group(1)).distinct().count() > 1;
    if (value.isPresent() || several) {
      return value;
    }
    Optional<String> answer = spoken(main, kind).or(() -> spoken(sentence, kind));
    Matcher clause = CLAUSE.matcher(sentence);
    while (answer.isEmpty() && clause.find() && !SUPPOSED.matcher(sentence.substring(0, clause.start())).find()) {
      String rest = sentence.substring(clause.end());
      answer = spoken(rest, kind).or(() -> clause.group("connected") == null ? Optional.empty() : kind.value(rest));
    }
    return answer;
  }

  private static Optional<String> spoken(String clause, Kind kind) {
    Matcher corrected = CORRECTED.matcher(clause);
    if (corrected.lookingAt()) {
      return kind.value(clause.substring(corrected.end()));
    }
    return behind(SAID, clause, kind::said).or(() -> behind(FOREIGN, clause, kind::said)).or(() -> before(clause, kind))
        .or(() -> behind(CLOSING, clause, kind::value)).or(() -> equation(clause, kind));
  }

  /// What follows a beginning of the grammar.
  private static Optional<String> behind(Pattern beginning, String clause, Function<String, Optional<String>> read) {
    Matcher begins = beginning.matcher(clause);
    for (int end = 1; end < Math.min(clause.length(), LONGEST); end++) {
      boolean word = " :：=→>是为选は은的\"(".indexOf(clause.charAt(end - 1)) >= 0;
      if (word && begins.region(0, end).matches() && !DOUBT.matcher(POSSIBLE.matcher(begins.group()).replaceAll("")).find()) {
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
    boolean found = is.find() && (is.group("rest") == null || !TURNS.matcher(is.group("rest")).find());
    return found ? kind.value(ONLY.matcher(clause.substring(0, is.start())).replaceFirst("")) : Optional.empty();
  }

  private static Optional<String> equation(String clause, Kind kind) {
    int sign = Math.max(clause.lastIndexOf('='), clause.lastIndexOf('≈'));
    if (sign < 0) {
      return Optional.empty();
    }
    String before = clause.substring(0, sign + 1);
    boolean solved = NAME_EQUALS.matcher(before).matches() || CALCULATION.matcher(before).matches();
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
    return explanation.stream().allMatch(sentence -> !TURNS.matcher(sentence).find() && (!speaks(sentence) || harmless(sentence, value, kind)))
        && (explanation.isEmpty() || harmless(explanation.getLast(), value, kind) || sentence(explanation.getLast(), kind).isEmpty());
  }

  private static boolean harmless(String sentence, String value, Kind kind) {
    return kind.harmless(sentence, value) || COURTESY.matcher(sentence).matches() || sentence(sentence, kind).filter(again -> kind.same(value, again)).isPresent();
  }
}
