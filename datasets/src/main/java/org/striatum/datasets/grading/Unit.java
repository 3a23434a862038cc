package org.striatum.datasets.grading;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What may stand between a value and the end of its sentence: a unit, what it is of, and how it came about.
final class Unit {
  private static final String POWER = "(?:\\h?\\^\\h?\\{?[23]}?|[²³23])?";
  private static final String SHORT = "(?:(?:sq(?:uare)?|cu(?:bic)?)\\.?\\h)?(?:[kcmM]?m|ft|in|inch|yd|mi|[km]?g|lbs?|oz|[mM]?[lL]|h|hrs?|mins?|s|secs?|mph|[kK]ph|kmh|[kKMG]?W|[kKM]?Wh|[kM]?Hz|[kKM]?J|[kM]?N|Pa|V|A|K|C|mol|USD|EUR|GBP|Rs|AM|PM|[ap]\\.?m|cents?|pct|pts?|units?|deg)\\.?";
  private static final String SYMBOL = "(?:\\h?(?:\\\\?%|°\\h?[CF]?\\b|\\^\\h?\\{?\\h?\\\\circ\\h?}?(?:\\h?[CF]\\b)?|[€£¥₹¢$]|US\\$|['′\"″](?!\\h?\\d)))";
  /// A noun in the plural, or one that has none; the nouns that name an operation are left out.
  private static final String PLURAL = "(?:(?!(?:minus|plus|times|less|is|was|this|as|its|his|thus)\\b)[A-Za-zé][a-zé-]{1,20}s(?:\\h(?:per|a|an|each|every|of)\\h[a-z]{2,15})?"
      + "|times(?=\\h*(?:[.!]|$|a\\h|per\\h|each\\h|every\\h))|people|children|men|women|feet|fish|sheep|mice|geese|teeth|money|water|paint|bread|percent|hundred|thousand|million|billion|trillion|dozen|euro|yen|won|inch|mile|hour|minute|second|day|week|month|year|cup|box|dollar|pound|gallon|point|degree|meter|metre|liter|litre|kilometer|centimeter|gram|kilogram|kg|km|mph|cent|unit|square\\h\\w+|person|page|time|item|apple|egg|share|piece|half)";
  private static final String NAMED = "(?:\\h(?:(?!(?:minus|plus|times|less|fewer|or|and|to|than|over|under|about|is|not|of|in|squared|cubed|too|as|times|mod|choose|divided|multiplied|off|point)\\b)[a-z][a-z-]{1,14}\\h){0,2}" + PLURAL
      + "(?:\\h(?:Celsius|Fahrenheit|old))?" + POWER + ")";
  private static final String NAME = "(?:[a-zé][a-zé'’-]*|[A-Z][a-z'’]+)";
  private static final String SOME = "(?:(?:the|a|an|his|her|their|its|our|my|each|all|both|this|that|every)\\h)?" + NAME + "(?:\\h(?:of\\h(?:the\\h)?)?" + NAME + "){0,3}";
  private static final String OF = "(?:\\h(?:in\\h(?:total|all|stock|cash|length|width|height|it|them|the\\h" + NAME + "(?:\\h" + NAME + ")?)|altogether|total|left(?:\\hover)?|remaining|more|less|fewer|each|apiece|old|long|tall|wide|high|deep|away|apart|now|today|tomorrow|together|again|daily|weekly"
      + "|(?:per|each|every|a|an|this|that)\\h" + NAME + "|(?:of|on|at|for|from|with|between|after|by|during|over)\\h" + SOME + "|to\\h(?:(?!the\\b|a\\b)[a-z]+)(?:\\h" + SOME + ")?|in\\h(?:April|May|March|June|July)(?:\\hand\\h[A-Z][a-z]+)?"
      + "|(?:(?:taller|older|younger|longer|heavier|richer|shorter|cheaper)\\h|more\\h|fewer\\h" + NAME + "\\h|more\\h" + NAME + "\\h)than\\h" + SOME + "|taller|older|younger|richer|when\\h(?:it\\his\\h)?divided\\hby\\h\\d+|that\\h(?!is\\b)[a-z][^.,;\\d]{1,80}|such\\h" + NAME + "(?:\\h" + NAME + "){0,3}|(?:distinct|different|possible)\\h" + NAME + "(?:\\h" + NAME + "){0,6}))";
  private static final String LEFT_OUT = "(?:,\\h|\\h|\\h?\\()(?:and\\h)?not\\h(?:\\\\?[$€£])?\\d[\\d.,]*%?(?:\\h[a-z]+)?\\)?";
  private static final String WORKED = "(?:,?\\h(?:since|because|as)\\h.{1,200}|,?\\hwhich\\h(?:is|equals)\\h[^\\d]{1,200}|\\h?\\([^()]{1,80}\\)|\\h?=\\h?\\d[^=A-Za-z]{0,30}|\\h?[-–—]\\h[a-z]{2}.{1,60})?";
  private static final Pattern TAIL = Pattern.compile("(?<unit>" + SYMBOL + "?(?:\\h?" + SHORT + POWER + "(?:\\h?[/·*]\\h?" + SHORT + POWER + ")*(?![A-Za-z]))?(?:(?:\\h?-)?" + NAMED + ")?)(?<of>" + OF + "{0,3})(?:" + LEFT_OUT + "|(?<worked>" + WORKED + "))[)\\]]?\\h?[.!]{0,3}(?:\\h?[\\p{So}\\p{Cs}]+)?\\h*");
  /// A further number in words makes another value of it.
  private static final Pattern COUNTED = Pattern.compile("(?i)\\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|quarter|third|half|power|binary|hexadecimal|base|plus|minus|or|squared|cubed|too|short|tax)\\b");

  private static final Pattern PERCENT = Pattern.compile("\\h?(?:\\\\?%|percent)");

  private Unit() {}

  /// Where the unit ends that a text begins with; empty if the text has anything else.
  static Optional<Integer> end(String text) {
    Matcher tail = TAIL.matcher(text);
    if (!tail.matches() || (PERCENT.matcher(tail.group("unit")).matches() && tail.group("of").startsWith(" of")) || COUNTED.matcher((tail.group("unit") + tail.group("of")).replaceFirst("\\hthat\\h.*", "").replaceAll("\\b(?:the|these|those|all|other|his|her|their)\\h(?:two|three|four|five|six|seven|eight|nine|ten)\\b", "")).find()
        || (tail.group("worked") != null && Commitment.DOUBT.matcher(tail.group("worked")).find()) || Commitment.DOUBT.matcher(tail.group("of")).find()
        || Commitment.DOUBT.matcher(tail.group("unit")).find()) {
      return Optional.empty();
    }
    return Optional.of(tail.end("unit"));
  }
}
