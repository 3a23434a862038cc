package org.striatum.datasets.grading;

import java.util.List;
import java.util.regex.Pattern;

/// Whether a number in a text is a value of its own: with at most a unit, not a part of a calculation, a range, a list, a measure of
/// several units, a date or a comparison, and not denied.
final class SoleNumber {
  /// So far before a number and behind it is looked.
  private static final int NEAR = 80;
  private static final String MEASURE = "(?:hours?|hrs?|minutes?|mins?|seconds?|secs?|days?|weeks?|months?|years?|feet|foot|ft|inch(?:es)?|in|yards?|yd|miles?|pounds?|lbs?|ounces?|oz|kilograms?|kg|grams?|g|met(?:er|re)s?|m|km|kilometers?|cm|centimeters?|dollars?|euros?|cents?|gallons?|quarts?|pints?|cups?|dimes?|nickels?|quarters?|tons?)\\.?";
  private static final String MONTH = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\b\\.?";
  private static final String NUMBER = "(?<![\\w.])[-−]?\\$?\\d[\\d.,]{0,20}(?:%|st|nd|rd|th)?";
  private static final String SHARE = "(?:half|thirds?|quarters?|fourths?|fifths?|tenths?|%|percent|root)";

  /// Before a number: it is an operand, an end, a member or a label.
  private static final List<Pattern> BEFORE = List.of(
      // an operand: `3 + 4`, `12 x 3`, `120 - 45`, `(2)(3`
      Pattern.compile("(?:\\b[a-z]\\h?[+*×·⋅÷/^]|\\b[a-z]\\h[-−]|(?<![a-z/\"'])[<>≤≥])\\h?[\\\\$€£]{0,2}$"),
      Pattern.compile("[\\d)}%°]\\h?(?:[+*×·⋅÷/^]|\\\\(?:times|cdot|div)\\b|\\*\\*|[-−–](?!\\d)|x(?=\\h?$))\\h?[\\\\$€£]{0,2}\\h?$"),
      Pattern.compile("\\d[-−–][\\\\$€£]{0,2}$"),
      Pattern.compile("(?i)[\\d%]\\h(?:plus|minus|times|over|choose|divided\\hby|multiplied\\hby|to\\hthe\\hpower\\hof|mod(?:ulo)?|remainder|r|for|by)\\h[\\\\$€£]{0,2}$"),
      // several: `5 or 6`, `2 hours and 30`, `9 apples and 4`
      Pattern.compile("(?i)" + NUMBER + "\\h?,?\\h(?:or|and|to|and/or|or\\h(?:maybe|perhaps|even|possibly))\\h[\\\\$€£]{0,2}$"),
      Pattern.compile("(?i)\\d\\h(?!in\\h)" + MEASURE + ",?\\h(?:and\\h)?[\\\\$€£]{0,2}$"),
      Pattern.compile("\\d['′]\\h?$"),
      Pattern.compile("[(\\[{]\\h?[-−]?[\\d.]{1,12}\\h?[,;]\\h?(?:[-−]?[\\d.]{1,12}\\h?[,;]\\h?){0,9}$"),
      Pattern.compile("(?<![\\w+*/)-])(?<![+*/-]\\h)[A-Za-z]\\h?=\\h?[-−]?[\\d.]{1,12}\\h?(?:[,;]?\\h(?:and|or)\\h|[,;]\\h?(?:and\\h|or\\h)?)[A-Za-z]\\h?=\\h?[-−]?$"),
      Pattern.compile("(?i)\\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\\h(?:in|out\\hof)\\h(?:every\\h)?$"),
      Pattern.compile("(?i)\\b(?:like|such\\has|e\\.g\\.,?|for\\h(?:example|instance),?|divisible\\hby|divides|fails?\\h(?:for|at|when)(?:\\h[a-z]\\h?=)?)\\h?$"),
      // an equation that is not solved: `2x = 90`
      Pattern.compile("(?i)(?:^|[.;:!?]\\h)\\W{0,3}(?:(?:so|thus|hence|therefore|solve|we\\h(?:have|get|solve)),?\\h)?(?:\\d\\h?|[\\da-z)]\\h?[-+*/×]\\h?)[xyznabctwk]\\h?=\\h?[\\\\$€£]{0,2}$"),
      Pattern.compile("\\b[xyzn]\\h?[-+*/×]\\h?\\d{1,9}\\h?=\\h?[\\\\$€£]{0,2}$"),
      // of another value: `20% of 50`, `twice 6`, `5 more than 10`
      Pattern.compile("(?i)\\b(?:plus|divided\\hby|multiplied\\hby|twice|thrice|double|triple|quadruple|minus|negative|square(?:\\hof)?|cube(?:\\hof)?|than|as\\h(?:many|much|old|long|far|big)\\has|log|sin|cos|tan|times)\\h[\\\\$€£]{0,2}$"),
      Pattern.compile("(?i)(?:" + SHARE + "|out|multiple|factor|power)\\hof\\h(?:the\\h)?[\\\\$€£]{0,2}$"),
      Pattern.compile("(?i)\\b(?:at\\h(?:least|most)|over|under|above|below|up\\hto|no\\h(?:more|less|fewer)\\hthan|between|almost|nearly|until|except|nor|(?:anything|everything|all)\\hbut)\\h[\\\\$€£]{0,2}$"),
      Pattern.compile("(?i)\\d[^.\\n]{0,20}\\bmore\\hto\\h(?:reach|get\\hto|make|have)\\h[\\\\$€£]{0,2}$"),
      // what is still to be computed, or supposed
      Pattern.compile("(?i)\\b(?:subtract|add|divide|multiply|compute|calculate|evaluate)\\b(?:(?!\\b(?:gives?|get|is|equals|makes?)\\b)[^=.,:\\n]){0,30}$"),
      Pattern.compile("(?i)(?:^|[.!?]\\h)\\W{0,3}(?:let|suppose|assume|say|imagine)\\b(?:(?!\\b(?:then|so|gives?)\\b)[^,;.\\n])*$"),
      // a label or a date
      Pattern.compile("(?i)(?<![a-z])(?:step|page|table|figure|fig\\.|chapter|section|question|problem|exercise|example|version|part|equation|eq\\.|appendix|item|case|line|note|theorem|lemma|room|method|approach|scenario|phone(?:\\hnumber)?:?)\\h#?(?:\\d{1,4}[-.])?$"),
      Pattern.compile("(?:^|[^A-Za-z])" + MONTH + "\\h(?:\\d{1,2}(?:st|nd|rd|th)?,?\\h)?$"),
      Pattern.compile("(?:^|[^\\d])(?:\\d{4}[-/.]\\d{1,2}[-/.]|\\d{1,2}[-/.]\\d{1,2}[-/.])$"),
      Pattern.compile("0[xXbB]$"));
  /// Behind a number, likewise.
  private static final List<Pattern> BEHIND = List.of(
      Pattern.compile("[xXbB][0-9a-fA-F]"),
      Pattern.compile("[xyznktuvwabrqij](?![A-Za-z'’])"),
      Pattern.compile("%?\\h?(?:[+*×·⋅÷/^]|\\*\\*|\\\\(?:times|cdot|div)\\b)\\h?(?:[\\d(\\\\$]|[a-z]\\b)"),
      Pattern.compile("\\h?[+×÷/^]\\h?(?:$|\\R)"),
      Pattern.compile("\\h?[+]"),
      Pattern.compile("\\h?x\\h?\\d"),
      Pattern.compile("\\h?[-−–—]\\h?[\\\\$€£]{0,2}\\d"),
      Pattern.compile("\\h?=(?!=)"),
      Pattern.compile("(?i)\\h(?:squared|cubed|factorial|choose|modulo|mod|plus|minus|times(?=\\h(?:\\d|as\\b|more\\b|the\\b|what\\b|that\\b))|divided|multiplied|remainder|r\\h\\d|raised|to\\hthe\\h(?:power|\\w{2,8}th)|over\\h\\d)\\b"),
      Pattern.compile("(?i)(?:\\h?%|\\hpercent)\\h(?:of|more|less|off)\\h"),
      Pattern.compile("(?i)\\h(?:[a-z]+\\h){0,2}?(?:more|less|fewer|greater|older|younger|longer|larger|smaller|higher|lower|taller|shorter)\\hthan\\h(?:[\\\\$€£]{0,2}\\d|half\\b|twice\\b|double\\b)"),
      Pattern.compile("[*_$)]{0,3}\\?"),
      Pattern.compile("(?i)\\h(?:or\\h(?:more|less|fewer|greater|higher|so)|and\\ha\\h(?:half|third|quarter)|and\\hone\\h(?:half|third|quarter))\\b"),
      Pattern.compile("(?i)(?:\\h[a-zé]+){0,2}\\h?(?:,?\\h(?:or|and|to)|,|,?\\hor\\h(?:maybe|perhaps))\\h(?:maybe\\h|perhaps\\h|even\\h)?[-−]?[\\\\$€£]{0,2}\\d[\\d.,]{0,12}(?:\\h[a-zé]+){0,3}\\h?[.)\\]}*_$]{0,4}\\h?(?:$|\\R)"),
      Pattern.compile("(?:,\\h\\d[\\d.]{0,12}){1,9}\\h?[.)*]{0,3}\\h*(?:$|\\R)"),
      Pattern.compile("[-‑][A-Za-z]"),
      Pattern.compile("(?:,\\h\\d[\\d.]{0,12}){1,9},?\\h(?:and|or)\\h\\d"),
      Pattern.compile("(?i)\\h?" + MEASURE + ",?\\h(?:and\\h)?\\d[\\d.,]{0,12}\\h?" + MEASURE + "(?![a-z])"),
      Pattern.compile("(?i)['′]\\h?\\d"),
      Pattern.compile("(?:st|nd|rd|th)?\\h(?:of\\h)?" + MONTH + "(?:\\h|$|,|\\.)"),
      Pattern.compile("[-/.]\\d{1,2}[-/.]\\d{1,4}(?!\\d)"));
  private static final Pattern CLAUSE = Pattern
      .compile("[.;:!?\\n]\\s|,\\s|\\b(?:so|because|since|but|and|therefore|thus|hence|then|while)\\b|=");
  private static final Pattern DENIED = Pattern.compile("(?i)(?:\\bnot\\b|\\bcannot\\b|n['’]t\\b|\\bnever\\b)(?!\\h(?:only|just)\\b)\\D*$");
  private static final Pattern SPECULATED = Pattern
      .compile("(?i)\\b(?:maybe|perhaps|possibly|suppose|assume|assuming|guess|if|unless)\\b|\\b(?:might|may|could)\\h(?:be|say|have|think)\\h(?:\\w+\\h)?$");
  private static final Pattern WOULD = Pattern.compile("(?i)\\b(?:would|['’]d)\\b");
  private static final Pattern IF = Pattern.compile("(?i)[^.!?\\n]{0,20}\\b(?:if|unless|had)\\b");
  /// Things of two kinds, side by side: `9 apples and 4 pears`.
  private static final Pattern OTHERS_BEFORE = Pattern.compile("(?i)\\d\\h[a-z]{2,20}s(?:,|,?\\h(?:and|or))\\h$");
  private static final Pattern OTHERS_BEHIND = Pattern.compile("(?i)\\h[a-z]{2,20}s[.!)*]{0,3}\\s*$");

  private SoleNumber() {}

  /// @param start of the number, with its sign
  /// @param end the index behind it
  static boolean is(String text, int start, int end) {
    String before = text.substring(Math.max(0, start - NEAR), start);
    before = before.substring(before.lastIndexOf('\n') + 1);
    String behind = text.substring(end, Math.min(text.length(), end + NEAR));
    boolean supposed = IF.matcher(behind).lookingAt() && WOULD.matcher(before).find();
    return !supposed && !matches(BEFORE, before) && BEHIND.stream().noneMatch(part -> part.matcher(behind).lookingAt())
        && !(OTHERS_BEFORE.matcher(before).find() && OTHERS_BEHIND.matcher(behind).lookingAt()) && !denied(before) && !Doubt.behind(text, end);
  }

  private static boolean matches(List<Pattern> parts, String before) {
    return parts.stream().anyMatch(part -> part.matcher(before).find());
  }

  /// Whether its clause says that it is not, or only that it may be.
  private static boolean denied(String before) {
    String clause = CLAUSE.splitAsStream(before).reduce((_, last) -> last).orElse("");
    return DENIED.matcher(clause).find() || Doubt.in(clause) || SPECULATED.matcher(clause).find();
  }
}
