package org.striatum.datasets.grading;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// TeX, or plain text with figures, cut into tokens: layout, styles, currencies and percent signs are gone, synonyms have
/// one name, and the ways to write a number are one.
final class TexTokens {
  /// Kinds of tokens.
  enum Kind {
    /// Digits with at most one point, no separators.
    NUMBER,
    /// One letter.
    LETTER,
    /// A command without its backslash; also `<=`, `!=` and the like, by their TeX names.
    COMMAND,
    /// What stands in `\text{…}`, or a plain word.
    TEXT,
    /// One character, and `{`, `}` for groups.
    SYMBOL
  }

  /// @param spaced whether a space stands before it
  record Token(Kind kind, String text, boolean spaced) {
    boolean is(Kind other, String value) {
      return kind == other && text.equals(value);
    }

    boolean symbol(String value) {
      return is(Kind.SYMBOL, value);
    }

    boolean command(String value) {
      return is(Kind.COMMAND, value);
    }
  }

  /// A longer answer is none that a grader compares as mathematics.
  static final int MAX_LENGTH = 4000;
  private static final int MAX_DIGITS = 1000;

  private static final Map<String, String> SYNONYMS = Map.ofEntries(Map.entry("dfrac", "frac"),
      Map.entry("tfrac", "frac"), Map.entry("cfrac", "frac"), Map.entry("dbinom", "binom"), Map.entry("tbinom", "binom"),
      Map.entry("leq", "le"), Map.entry("leqslant", "le"), Map.entry("leqq", "le"), Map.entry("geq", "ge"),
      Map.entry("geqslant", "ge"), Map.entry("geqq", "ge"), Map.entry("neq", "ne"), Map.entry("lbrace", "{"),
      Map.entry("rbrace", "}"), Map.entry("vert", "|"), Map.entry("lvert", "|"), Map.entry("rvert", "|"),
      Map.entry("mid", "|"), Map.entry("ast", "*"), Map.entry("cdotp", "cdot"), Map.entry("dots", "ldots"),
      Map.entry("cdots", "ldots"), Map.entry("dotsc", "ldots"), Map.entry("dotsb", "ldots"), Map.entry("dotso", "ldots"),
      Map.entry("dotsm", "ldots"), Map.entry("vdots", "ldots"), Map.entry("varnothing", "emptyset"),
      Map.entry("O", "emptyset"), Map.entry("varepsilon", "epsilon"), Map.entry("varphi", "phi"),
      Map.entry("vartheta", "theta"), Map.entry("implies", "Rightarrow"), Map.entry("iff", "Rightarrow"),
      Map.entry("Leftrightarrow", "Rightarrow"), Map.entry("rightarrow", "Rightarrow"), Map.entry("to", "Rightarrow"),
      Map.entry("longrightarrow", "Rightarrow"), Map.entry("Longrightarrow", "Rightarrow"), Map.entry("approx", "about"),
      Map.entry("approxeq", "about"), Map.entry("simeq", "about"),
      Map.entry("backslash", "setminus"), Map.entry("smallsetminus", "setminus"), Map.entry("bmod", "mod"),
      Map.entry("cosec", "csc"), Map.entry("tg", "tan"), Map.entry("ctg", "cot"), Map.entry("arctg", "arctan"),
      Map.entry("degree", "circ"), Map.entry("lbrack", "["), Map.entry("rbrack", "]"), Map.entry("wedge", "land"),
      Map.entry("vee", "lor"), Map.entry("doteq", "="));
  /// Layout, which says nothing.
  private static final Set<String> DROPPED = Set.of("left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl",
      "Bigr", "biggl", "biggr", "Biggl", "Biggr", "bigm", "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits",
      "rm", "bf", "it", "mathstrut", "strut", "hline", "allowbreak", "nonumber", "noindent", "boxed", "fbox",
      "mathbf", "underline", "uline", "boldsymbol", "bm", "mathit", "mathsf", "mathcal", "mathscr", "mathfrak", "bold", "widehat", "ensuremath",
      "$", "&nbsp;");
  private static final Set<String> SPACES = Set.of(",", ";", ":", "!", " ", "quad", "qquad", "enspace", "thinspace", ">",
      "(", ")", "[", "]", "/", "\n", "newline");
  private static final Set<String> TEXTS = Set.of("text", "mbox", "textrm", "textbf", "textit", "textnormal", "textsf",
      "texttt", "hbox", "mathrm", "operatorname", "emph", "textup", "mathop", "operatorname*", "mathtt", "unit");
  /// Their argument is layout too.
  private static final Set<String> DROPPED_WITH_ARGUMENT = Set.of("hspace", "vspace", "hskip", "phantom", "hphantom",
      "vphantom", "color", "textcolor", "label", "tag", "kern");
  static final Set<String> FUNCTIONS = Set.of("sin", "cos", "tan", "sec", "csc", "cot", "arcsin", "arccos", "arctan",
      "sinh", "cosh", "tanh", "log", "ln", "lg", "exp", "gcd", "lcm", "max", "min", "det", "deg", "dim", "ker", "Re", "Im",
      "sgn", "arg", "floor", "ceil", "abs");
  private static final Set<String> PLAIN = Set.of("sqrt", "pi", "infty", "frac");
  /// Words that join answers.
  static final Set<String> JOINING = Set.of("and", "or");
  private static final String REMAINDER = "mod";
  /// `5^{th}`, `5th`, whatever it is written in.
  private static final Pattern ORDINAL = Pattern.compile(
      "\\s?\\^?\\s?(?:\\{\\s?|\\\\(?:text|mathrm|textrm|mbox|rm)\\s?){0,3}(st|nd|rd|th)(?![A-Za-z])(?:\\s?\\}){0,3}");
  /// `A, B` or `6 and 7` as a text in a formula.
  private static final Pattern LISTED = Pattern
      .compile("\\s*+\\(?[A-Za-z0-9]{1,9}\\)?(?:\\s?(?:,|,?\\s(?:and|or))\\s?\\(?(?:[A-Z]|\\d{1,9})\\)?(?![A-Za-z0-9])){1,12}+\\s*+");
  private static final Set<String> UNITS = Set.of("cm", "mm", "km", "kg", "mg", "ml", "mL", "ft", "in", "mi", "lb", "lbs",
      "oz", "mph", "hrs", "hr", "min", "sec", "yd", "pct", "units", "unit", "m", "kmh", "sq", "cc", "gal");
  /// As they stand before a sum.
  private static final Set<String> CURRENCIES = Set.of("rs", "usd", "inr", "eur", "gbp", "rmb");
  private static final Map<Character, String> CHARACTERS = characters();
  private static final Pattern SPACED_THOUSANDS = Pattern
      .compile("[1-9]\\d{0,2}+(?:(?:[ \\u00A0\\u2009\\u202F~]|\\\\[ ,;:]|\\\\!)\\d{3}+(?!\\d))++");
  private static final Pattern GROUPED = Pattern
      .compile("[1-9]\\d{0,2}+(?:(?:\\s?\\{,\\s?}|,\\\\!\\s?|\\\\,)\\d{3}+(?!\\d))++");
  private static final Pattern COMMAS = Pattern.compile("[1-9]\\d{0,2}+(?:,\\d{3}+(?![\\d]))++(?!,\\d)");
  private static final Pattern DIGITS = Pattern.compile("\\d*+(?:\\.\\d++|\\{,}\\d++)?+");
  private static final Pattern FRACTION_PART = Pattern.compile("\\.\\d++");
  private static final Pattern EXPONENT = Pattern.compile("[eE][-+]?\\d{1,3}(?![\\d.])");
  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  private static final Pattern RAISED = Pattern.compile("⁻?[" + SUPERSCRIPTS + "]++");
  /// Lengths and times in quotients, as they stand behind a number.
  private static final Pattern SPEED = Pattern
      .compile("(?:m|km|cm|ft|mi|miles|meters)/(?:s|h|hr|min|sec|hour|second)(?:\\^?\\{?2}?|²)?(?![A-Za-z0-9])");
  private static final Pattern ROW_SPACE = Pattern.compile("\\[\\h?-?[\\d.]{1,8}\\h?(?:pt|em|ex|mm|cm|in|px)\\h?]");
  private static final Pattern OVER_ESCAPED = Pattern.compile("(?<!\\\\)\\\\\\\\(?=[A-Za-z{}])");
  private static final Pattern ESCAPED = Pattern.compile("(?<!\\\\)\\\\(?=[A-Za-z])");
  private static final Pattern TEXT_EDGE = Pattern.compile("^[\\s.,;:()\\[\\]]++|(?<=[\\s.,;:()\\[\\]])[\\s.,;:()\\[\\]]*+$|[\\s.,;:]++$");

  private final String tex;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Character> brackets = new ArrayDeque<>();
  private boolean spaced;
  private int at;

  private TexTokens(String tex) {
    this.tex = tex;
  }

  /// Its tokens; empty if the text is too long or no TeX.
  static Optional<List<Token>> of(String text) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    TexTokens tokens = new TexTokens(unescaped(text));
    return tokens.read() ? Optional.of(List.copyOf(tokens.tokens)) : Optional.empty();
  }

  /// `\\frac` as a text that was escaped twice has it; but not where single backslashes say that `\\` breaks a row.
  private static String unescaped(String text) {
    return ESCAPED.matcher(text).find() ? text : OVER_ESCAPED.matcher(text).replaceAll("\\\\");
  }

  private boolean read() {
    while (at < tex.length()) {
      char c = tex.charAt(at);
      if (Character.isWhitespace(c) || c == '~' || c == '$' || c == '\u00A0' || c == '\u2009' || c == '\u202F') {
        at++;
        spaced = true;
      } else if (c == '\\') {
        if (!command()) {
          return false;
        }
      } else if (isDigit(c) || (c == '.' && at + 1 < tex.length() && isDigit(tex.charAt(at + 1)))) {
        if (!number()) {
          return false;
        }
      } else if (isLetter(c)) {
        letters();
      } else {
        symbol(c);
      }
    }
    return true;
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, spaced));
    spaced = false;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private boolean number() {
    Matcher grouped = at(GROUPED);
    Matcher commas = at(COMMAS);
    Matcher thin = at(SPACED_THOUSANDS);
    String digits;
    if (grouped.lookingAt()) {
      digits = taken(grouped) + fraction();
    } else if (brackets.isEmpty() && commas.lookingAt()) {
      digits = taken(commas) + fraction();
    } else if (thin.lookingAt() && !afterNumber()) {
      digits = taken(thin) + fraction();
    } else {
      Matcher plain = at(DIGITS);
      plain.lookingAt();
      digits = plain.group().replace("{,}", ".");
      at = plain.end();
      if (at == plain.regionStart()) {
        at++;
        return false;
      }
    }
    Matcher exponent = at(EXPONENT);
    if (exponent.lookingAt()) {
      digits += exponent.group().toLowerCase(Locale.ROOT);
      at = exponent.end();
    }
    add(Kind.NUMBER, digits);
    ordinal(digits);
    return digits.length() <= MAX_DIGITS;
  }

  /// Passes over the ending of an ordinal, if it is the number's own: `2^{th}` is a power.
  private void ordinal(String digits) {
    Matcher ending = at(ORDINAL);
    if (ending.lookingAt() && ending.group(1).equals(ending(digits))) {
      at = ending.end();
    }
  }

  private static String ending(String digits) {
    boolean teen = digits.length() > 1 && digits.charAt(digits.length() - 2) == '1';
    return switch (digits.charAt(digits.length() - 1)) {
      case '1' -> teen ? "th" : "st";
      case '2' -> teen ? "th" : "nd";
      case '3' -> teen ? "th" : "rd";
      default -> "th";
    };
  }

  private boolean afterNumber() {
    return !tokens.isEmpty() && tokens.getLast().kind() == Kind.NUMBER;
  }

  private Matcher at(Pattern pattern) {
    return pattern.matcher(tex).region(at, tex.length()).useTransparentBounds(true);
  }

  private String taken(Matcher found) {
    at = found.end();
    return found.group().replaceAll("[^\\d]", "");
  }

  private String fraction() {
    Matcher fraction = at(FRACTION_PART);
    if (!fraction.lookingAt()) {
      return "";
    }
    at = fraction.end();
    return fraction.group();
  }

  private void letters() {
    int end = at;
    while (end < tex.length() && isLetter(tex.charAt(end))) {
      end++;
    }
    String run = tex.substring(at, end);
    boolean value = !tokens.isEmpty() && (afterNumber() || tokens.getLast().symbol(")") || tokens.getLast().symbol("}"));
    for (String word : JOINING) {
      if (run.equals(word) || (value && !spaced && run.startsWith(word))) {
        at += word.length();
        add(Kind.COMMAND, word);
        return;
      }
    }
    Matcher speed = at(SPEED);
    if (value && speed.lookingAt()) {
      at = speed.end();
      add(Kind.TEXT, speed.group());
      return;
    }
    at = end;
    String lower = run.toLowerCase(Locale.ROOT);
    if (run.equals(REMAINDER)) {
      add(Kind.COMMAND, run);
    } else if (run.length() > 1 && (FUNCTIONS.contains(run) || PLAIN.contains(run))) {
      add(Kind.COMMAND, run);
    } else if (lower.equals("infinity") || lower.equals("inf")) {
      add(Kind.COMMAND, "infty");
    } else if (lower.startsWith("percent") || run.equals("pct")) {
      spaced = true;
    } else if (run.length() >= 4 || (value && UNITS.contains(run) && (spaced || run.length() > 1))) {
      add(Kind.TEXT, run);
    } else {
      for (int i = 0; i < run.length(); i++) {
        add(Kind.LETTER, run.substring(i, i + 1));
      }
    }
  }

  private void symbol(char c) {
    Matcher raised = at(RAISED);
    if (raised.lookingAt()) {
      at = raised.end();
      insert("^{" + raised.group().chars().mapToObj(TexTokens::lowered).collect(Collectors.joining()) + "}");
      return;
    }
    String mapped = CHARACTERS.get(c);
    String two = tex.substring(at, Math.min(at + 2, tex.length()));
    if (tex.startsWith("...", at)) {
      at += 3;
      add(Kind.COMMAND, "ldots");
    } else if (two.equals("<=") || two.equals(">=") || two.equals("!=") || two.equals("->") || two.equals("=>")
        || two.equals("==") || two.equals("**") || two.equals(":=")) {
      at += 2;
      operator(two);
    } else if (mapped != null) {
      at++;
      insert(mapped);
    } else {
      at++;
      switch (c) {
        case '%', '¢', '€', '£', '¥', '₹', '₽', '"', '“', '”', '`' -> spaced = true;
        case '(', '[' -> {
          brackets.push(c);
          add(Kind.SYMBOL, String.valueOf(c));
        }
        case ')', ']' -> {
          brackets.poll();
          add(Kind.SYMBOL, String.valueOf(c));
        }
        default -> add(Character.isLetter(c) ? Kind.LETTER : Kind.SYMBOL, String.valueOf(c));
      }
    }
  }

  private static String lowered(int raised) {
    int digit = SUPERSCRIPTS.indexOf(raised);
    return raised == '⁻' ? "-" : Integer.toString(digit);
  }

  private void operator(String written) {
    switch (written) {
      case "<=" -> add(Kind.COMMAND, "le");
      case ">=" -> add(Kind.COMMAND, "ge");
      case "!=" -> add(Kind.COMMAND, "ne");
      case "**" -> add(Kind.SYMBOL, "^");
      case "==", ":=" -> add(Kind.SYMBOL, "=");
      default -> add(Kind.COMMAND, "Rightarrow");
    }
  }

  /// A character's TeX, as tokens.
  private void insert(String mapped) {
    TexTokens inner = new TexTokens(mapped);
    inner.spaced = spaced;
    inner.read();
    spaced = inner.tokens.isEmpty();
    tokens.addAll(inner.tokens);
  }

  private boolean command() {
    if (at + 1 >= tex.length()) {
      at++;
      return true;
    }
    int end = at + 1;
    if (isLetter(tex.charAt(end))) {
      while (end < tex.length() && isLetter(tex.charAt(end))) {
        end++;
      }
      if (tex.startsWith("operatorname*", at + 1)) {
        end++;
      }
    } else {
      end++;
    }
    String written = tex.substring(at + 1, end);
    at = end;
    return named(SYNONYMS.getOrDefault(written, written));
  }

  private boolean named(String name) {
    if (SPACES.contains(name)) {
      spaced = true;
    } else if (name.equals("%")) {
      spaced = true;
    } else if (DROPPED.contains(name)) {
      if ((name.equals("left") || name.equals("right")) && at < tex.length() && tex.charAt(at) == '.') {
        at++;
      }
    } else if (DROPPED_WITH_ARGUMENT.contains(name)) {
      argument();
      spaced = true;
    } else if (TEXTS.contains(name)) {
      Optional<String> content = argument();
      if (content.isEmpty()) {
        return false;
      }
      text(content.get());
    } else if (name.equals("colon")) {
      add(Kind.SYMBOL, ":");
    } else if (name.equals("mathbb") || name.equals("Bbb")) {
      argument().ifPresent(set -> add(Kind.COMMAND, set.strip() + set.strip()));
    } else if (name.equals("begin") || name.equals("end")) {
      Optional<String> environment = argument();
      if (environment.isEmpty()) {
        return false;
      }
      if (name.equals("begin") && environment.get().startsWith("array")) {
        argument();
      }
      add(Kind.COMMAND, name + " " + environment.get().replace("*", ""));
    } else if (name.equals("*") || name.equals("[") || name.equals("]") || name.equals("=")) {
      add(Kind.SYMBOL, name);
    } else {
      bracket(name);
      add(Kind.COMMAND, name);
      if (name.equals("\\")) {
        rowSpace();
      }
    }
    return true;
  }

  /// `[2pt]` behind the break of a row.
  private void rowSpace() {
    Matcher length = at(ROW_SPACE);
    if (length.lookingAt()) {
      at = length.end();
    }
  }

  private void bracket(String name) {
    if (name.equals("{") || name.equals("langle")) {
      brackets.push('{');
    } else if (name.equals("}") || name.equals("rangle")) {
      brackets.poll();
    }
  }

  private Optional<String> argument() {
    while (at < tex.length() && Character.isWhitespace(tex.charAt(at))) {
      at++;
    }
    if (at >= tex.length() || tex.charAt(at) != '{') {
      return at < tex.length() && isLetter(tex.charAt(at))
          ? Optional.of(tex.substring(at, ++at))
          : Optional.empty();
    }
    int depth = 0;
    for (int i = at; i < tex.length(); i++) {
      depth += tex.charAt(i) == '{' ? 1 : tex.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        String content = tex.substring(at + 1, i);
        at = i + 1;
        return Optional.of(content);
      }
    }
    return Optional.empty();
  }

  /// Text in a formula: what joins answers, the name of a function, one letter, or words.
  private void text(String content) {
    String words = TEXT_EDGE.matcher(content.replace("~", " ").replace("$", "").replace("\\", " ")).replaceAll("").strip()
        .replaceAll("\\s+", " ");
    String lower = words.toLowerCase(Locale.ROOT);
    boolean value = !tokens.isEmpty() && (afterNumber() || tokens.getLast().symbol("}") || tokens.getLast().symbol("/")
        || tokens.getLast().kind() == Kind.TEXT);
    if (LISTED.matcher(content).matches()) {
      insert(content);
    } else if (lower.equals(REMAINDER)) {
      add(Kind.COMMAND, lower);
    } else if (lower.isEmpty()) {
      if (content.contains(",")) {
        add(Kind.SYMBOL, ",");
      }
      spaced = true;
    } else if (JOINING.contains(lower) || lower.endsWith(" and") || lower.endsWith(" or")) {
      add(Kind.COMMAND, lower.endsWith("or") ? "or" : "and");
    } else if (tokens.isEmpty() && CURRENCIES.contains(lower)) {
      spaced = true;
    } else if (FUNCTIONS.contains(words) && !(value && UNITS.contains(words))) {
      add(Kind.COMMAND, words);
    } else if (lower.startsWith("percent") || lower.equals("pct")) {
      spaced = true;
    } else if (words.length() == 1 && isLetter(words.charAt(0)) && (!(value || ofUnit()) || words.equals("e") || words.equals("i"))) {
      add(Kind.LETTER, words);
    } else {
      tokens.add(new Token(Kind.TEXT, words, true));
    }
  }

  /// Whether a letter here is a unit: behind `\mu`, or in a fraction behind a number.
  private boolean ofUnit() {
    int last = tokens.size() - 1;
    if (last < 1 || !tokens.get(last).symbol("{")) {
      return last >= 0 && tokens.get(last).command("mu");
    }
    boolean above = last > 1 && tokens.get(last - 1).command("frac") && tokens.get(last - 2).kind() == Kind.NUMBER;
    return above || (last > 1 && tokens.get(last - 1).symbol("}") && tokens.get(last - 2).kind() == Kind.TEXT);
  }

  private static Map<Character, String> characters() {
    Map<Character, String> map = new HashMap<>();
    String pairs = "−:- –:- ×:\\times ·:\\cdot ⋅:\\cdot ÷:/ ⁄:/ ∕:/ ≤:\\le ≥:\\ge ≠:\\ne ≈:\\approx ∞:\\infty π:\\pi √:\\sqrt ∪:\\cup ∩:\\cap "
        + "∈:\\in °:^\\circ ±:\\pm ∓:\\mp ½:\\frac{1}{2} ¼:\\frac{1}{4} ¾:\\frac{3}{4} ⅓:\\frac{1}{3} "
        + "⅔:\\frac{2}{3} ∅:\\emptyset ℝ:\\mathbb{R} ℤ:\\mathbb{Z} ⇒:\\Rightarrow →:\\Rightarrow ∖:\\setminus α:\\alpha "
        + "β:\\beta γ:\\gamma δ:\\delta θ:\\theta λ:\\lambda μ:\\mu σ:\\sigma φ:\\phi ω:\\omega ℓ:\\ell …:\\ldots ≡:\\equiv";
    for (String pair : pairs.split(" ", -1)) {
      map.put(pair.charAt(0), pair.substring(2));
    }
    return Map.copyOf(map);
  }
}
