package org.striatum.datasets.grading;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Name;
import org.striatum.datasets.grading.Expr.Num;
import org.striatum.datasets.grading.Expr.Relation;
import org.striatum.datasets.grading.Expr.Sign;
import org.striatum.datasets.grading.Expr.Words;
import org.striatum.datasets.grading.TexTokens.Kind;
import org.striatum.datasets.grading.TexTokens.Token;

/// Reads an answer's tokens as mathematics, by recursive descent: lists, relations, sets, ratios, sums, products, powers.
///
/// What it does not know whole it does not read at all; such an answer is compared as text.
final class TexParser {
  private static final int DEEPEST = 60;
  private static final int MOST_TOKENS = 2000;
  private static final int MOST_POINTS = 6;
  /// The digits that `\ldots` goes on with: three equal ones, all if there are two, or a group that stands there twice.
  private static final Pattern REPEATS = Pattern.compile("(\\d)\\1\\1$|(?<=\\.)(\\d)\\2$|(\\d{2,12}?)\\3$");
  private static final Pattern CAPITALS = Pattern.compile("[A-Z]{2,6}");
  private static final Pattern CAPITAL = Pattern.compile("[A-Z]");
  /// To a base above ten.
  private static final Pattern DIGITS = Pattern
      .compile("([0-9A-F]{2,60}|(?=.{0,60}\\d.{0,60}_)[0-9a-f]{2,60})_\\{?\\(?(1[1-9]|2\\d|3[0-6])\\)?}?");
  private static final Token END = new Token(Kind.SYMBOL, "", false);
  private static final Map<String, Head> FUNCTIONS = Map.ofEntries(Map.entry("sin", Head.SIN),
      Map.entry("cos", Head.COS),
      Map.entry("tan", Head.TAN), Map.entry("sec", Head.SEC), Map.entry("csc", Head.CSC), Map.entry("cot", Head.COT),
      Map.entry("arcsin", Head.ARCSIN), Map.entry("arccos", Head.ARCCOS), Map.entry("arctan", Head.ARCTAN),
      Map.entry("sinh", Head.SINH), Map.entry("cosh", Head.COSH), Map.entry("tanh", Head.TANH),
      Map.entry("ln", Head.LOG),
      // Without a base it is decimal, as in the MATH data set and in Math-Verify.
      Map.entry("log", Head.LOG_TO_BASE), Map.entry("lg", Head.LOG_TO_BASE), Map.entry("abs", Head.ABS),
      Map.entry("floor", Head.FLOOR),
      Map.entry("ceil", Head.CEILING));
  private static final Map<Head, Head> INVERSES = Map.of(Head.SIN, Head.ARCSIN, Head.COS, Head.ARCCOS, Head.TAN,
      Head.ARCTAN);
  private static final Set<Head> ANGLES = Set.of(Head.SIN, Head.COS, Head.TAN, Head.SEC, Head.CSC, Head.COT);
  private static final Map<String, Sign> SIGNS = Map.ofEntries(Map.entry("=", Sign.EQUAL),
      Map.entry("equiv", Sign.EQUAL),
      Map.entry("<", Sign.LESS), Map.entry(">", Sign.GREATER), Map.entry("le", Sign.LESS_OR_EQUAL),
      Map.entry("ge", Sign.GREATER_OR_EQUAL), Map.entry("ne", Sign.NOT_EQUAL), Map.entry("lt", Sign.LESS),
      Map.entry("gt", Sign.GREATER), Map.entry("in", Sign.IN), Map.entry("about", Sign.ABOUT), Map.entry("sim", Sign.ABOUT),
      Map.entry("cong", Sign.ABOUT));
  /// Operators with bounds, whose meaning is not computed.
  private static final Set<String> BOUND = Set.of("sum", "prod", "int", "lim", "iint", "oint", "bigcup", "bigcap");
  private static final Set<String> ACCENTS = Set.of("overline", "bar", "hat", "tilde", "dot", "ddot",
      "overrightarrow", "vec", "overset", "widetilde", "overleftrightarrow", "overparen");
  private static final Set<String> MATRICES = Set.of("pmatrix", "bmatrix", "matrix", "smallmatrix", "Bmatrix", "array",
      "psmallmatrix", "bsmallmatrix");
  private static final Set<String> ALIGNED = Set.of("begin align", "begin aligned", "begin gather", "begin gathered",
      "begin split", "begin equation", "begin eqnarray", "begin displaymath", "begin multline");
  /// First words of texts behind a value that are no units.
  private static final Set<String> SPOKEN = Set.of("if", "for", "where", "when", "such", "otherwise", "to", "mod",
      "and", "or",
      "not", "is", "are", "with", "which", "but", "while", "unless", "than", "only", "between", "from", "as",
      "undefined", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
      "december", "squared", "cubed", "plus", "minus", "more", "less", "fewer", "factorial", "choose", "divided", "multiplied",
      "no",
      "none", "bc", "ad");
  private static final Map<String, Long> BASES = Map.of("two", 2L, "three", 3L, "four", 4L, "five", 5L, "six", 6L,
      "seven",
      7L, "eight", 8L, "nine", 9L, "ten", 10L);
  private static final Map<String, Long> SCALES = Map.of("hundred", 100L, "thousand", 1000L, "million", 1_000_000L,
      "billion", 1_000_000_000L, "trillion", 1_000_000_000_000L, "dozen", 12L);
  private static final Pattern VECTORS = Pattern.compile("\\\\(?:vec|mathbf|boldsymbol|bm|overrightarrow)\\b");
  /// Names of vectors and of sets, whose cross product is no product of numbers.
  private static final Pattern ORDERED = Pattern.compile("[uvwA-Z]");
  private static final Set<String> HOURS = Set.of("am", "pm", "noon", "midnight");
  private static final Set<String> FUNCTION_LETTERS = Set.of("f", "g", "h", "F", "G");

  private final List<Token> tokens;
  /// Whether letters are written as vectors.
  private final boolean vectors;
  private int at;
  private int depth;
  /// How many bars are open: a bar then closes.
  private int bars;
  /// How many congruences are being read: what stands behind `mod` is then their modulus.
  private int congruences;
  /// Whether a degree sign is an angle, not a unit.
  private int angles;

  private TexParser(List<Token> tokens, boolean vectors) {
    this.tokens = tokens;
    this.vectors = vectors;
  }

  /// What a text says; empty if it cannot be read whole.
  static Optional<Expr> parse(String text) {
    return TexTokens.of(text).flatMap(tokens -> parse(tokens, VECTORS.matcher(text).find()));
  }

  private static Optional<Expr> parse(List<Token> tokens, boolean vectors) {
    List<Token> plain = withoutEnd(lastLine(withoutEnd(tokens)));
    if (plain.isEmpty() || plain.size() > MOST_TOKENS) {
      return Optional.empty();
    }
    boolean relates = plain.size() > 1 && (plain.getFirst().symbol("=") || plain.getFirst().command("about")
        || plain.getFirst().command("sim"));
    Optional<Expr> digits = digits(plain);
    if (digits.isPresent()) {
      return digits;
    }
    TexParser parser = new TexParser(relates ? plain.subList(1, plain.size()) : plain, vectors);
    try {
      Expr read = parser.answer();
      if (parser.command("over")) {
        read = Expr.quotient(read, parser.answer());
      }
      return parser.at == parser.tokens.size() ? Optional.of(inBrackets(plain, read)) : Optional.empty();
    } catch (Unreadable | ArithmeticException _) {
      return Optional.empty();
    }
  }

  /// `[x]` is a function of x, unless the bracket groups a part of an answer only.
  private static Expr inBrackets(List<Token> tokens, Expr read) {
    int open = 0;
    for (int i = 0; i < tokens.size(); i++) {
      open += tokens.get(i).symbol("[") ? 1 : tokens.get(i).symbol("]") ? -1 : 0;
      if (open == 0 && i + 1 < tokens.size()) {
        return read;
      }
    }
    boolean value = !(read instanceof Apply apply && apply.head().kind() == Head.Kind.COLLECTION)
        && !(read instanceof Relation) && !MathForm.constant(read);
    return value && open == 0 && tokens.getLast().symbol("]") ? Expr.apply(Head.FUNCTION, new Name("[]"), read) : read;
  }

  /// What is no product though it looks like one: points `AB`, in their order, or digits with letters among them, `2AF_{16}`.
  private static Optional<Expr> digits(List<Token> tokens) {
    boolean letters = tokens.size() > 1 && tokens.size() <= MOST_POINTS
        && tokens.stream().allMatch(token -> token.kind() == Kind.LETTER && CAPITAL.matcher(token.text()).matches());
    if (letters) {
      return Optional.of(new Name(tokens.stream().map(Token::text).collect(Collectors.joining())));
    }
    String line = tokens.stream().map(token -> (token.spaced() ? " " : "") + token.text())
        .collect(Collectors.joining()).strip();
    Matcher digits = DIGITS.matcher(line);
    return digits.matches() && !digits.group(1).chars().allMatch(Character::isDigit)
        ? Optional.of(Expr.apply(Head.FUNCTION, new Name("base"), new Name(digits.group(1).toUpperCase(Locale.ROOT)),
            number(digits.group(2))))
        : Optional.empty();
  }

  /// What the last line of an `align` and the like comes to: behind its last `=`.
  private static List<Token> lastLine(List<Token> tokens) {
    boolean lines = !tokens.isEmpty() && ALIGNED.contains(tokens.getFirst().text())
        && tokens.getLast().text().startsWith("end ");
    if (!lines) {
      return tokens;
    }
    List<Token> inside = withoutEnd(tokens.subList(1, tokens.size() - 1));
    while (!inside.isEmpty() && inside.getLast().command("\\")) {
      inside = withoutEnd(inside.subList(0, inside.size() - 1));
    }
    boolean nested = inside.stream().anyMatch(token -> token.text().startsWith("begin "));
    int row = nested ? 0 : 1 + inside.stream().map(token -> token.command("\\")).toList().lastIndexOf(true);
    List<Token> line = inside.subList(row, inside.size()).stream().filter(token -> !token.symbol("&")).toList();
    return line.subList(line.stream().map(token -> token.symbol("=")).toList().lastIndexOf(true) + 1, line.size());
  }

  /// Without the sentence's own punctuation.
  private static List<Token> withoutEnd(List<Token> tokens) {
    int end = tokens.size();
    while (end > 0 && (tokens.get(end - 1).symbol(".") || tokens.get(end - 1).symbol(",")
        || tokens.get(end - 1).symbol(";") || tokens.get(end - 1).symbol(":") || tokens.get(end - 1).symbol("?"))) {
      end--;
    }
    return tokens.subList(0, end);
  }

  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unreadable() {
      super("no mathematics", null, false, false);
    }
  }

  private Token peek() {
    return at < tokens.size() ? tokens.get(at) : END;
  }

  private Token peek(int ahead) {
    return at + ahead < tokens.size() ? tokens.get(at + ahead) : END;
  }

  private boolean symbol(String text) {
    if (peek().symbol(text)) {
      at++;
      return true;
    }
    return false;
  }

  private boolean command(String text) {
    if (peek().command(text)) {
      at++;
      return true;
    }
    return false;
  }

  private void require(boolean condition) {
    if (!condition) {
      throw new Unreadable();
    }
  }

  /// Groups that `;` or `and` separates, of members that commas separate: `p=5,q=2 and p=7,q=2` is two pairs.
  private Expr answer() {
    List<List<Expr>> groups = new ArrayList<>();
    groups.add(new ArrayList<>());
    boolean commas = false;
    boolean wide = false;
    Set<String> connectives = new HashSet<>();
    while (true) {
      groups.getLast().add(relation());
      if (peek().command("land") || peek().command("lor") || peek().command("and") || peek().command("or")) {
        connectives.add(peek().text());
      }
      if (symbol(",")) {
        if (peek().command("or") || peek().command("and")) {
          connectives.add(peek().text());
        }
        joins(); // `1, 2, and 3` is one group
        commas = true;
      } else if (symbol(";") || joins()) {
        groups.add(new ArrayList<>());
        wide = true;
      } else {
        break;
      }
    }
    if (!commas && !wide) {
      return groups.getFirst().getFirst();
    }
    List<Expr> members = groups.stream().flatMap(List::stream).toList();
    boolean all = members.stream().allMatch(Relation.class::isInstance);
    boolean symbols = connectives.contains("land") || connectives.contains("lor");
    if (symbols && !all) {
      require(connectives.size() == 1 && !commas); // of statements that are not solved, `p \land q` is another than `p \lor q`
      return new Apply(Head.FUNCTION, Stream.concat(Stream.of(new Name(connectives.iterator().next())),
          members.stream().sorted(Comparator.comparing(MathForm::text))).toList());
    }
    boolean and = connectives.contains("land") || connectives.contains("and");
    boolean or = connectives.contains("lor") || connectives.contains("or");
    if (all && and != or && members.stream().anyMatch(TexParser::restricts)) {
      return new Apply(and ? Head.CONJUNCTION : Head.DISJUNCTION, members);
    }
    boolean tuples = groups.size() > 1
        && groups.stream().allMatch(group -> group.size() > 1 && group.stream().allMatch(MathForm::names));
    return new Apply(Head.LIST, tuples
        ? groups.stream().map(group -> (Expr) new Apply(Head.TUPLE, group)).toList()
        : members);
  }

  /// An inequality, not an equation.
  private static boolean restricts(Expr member) {
    return member instanceof Relation relation
        && relation.signs().stream().anyMatch(sign -> sign.ordering() || sign == Sign.NOT_EQUAL);
  }

  private boolean joins() {
    return command("and") || command("or") || command("land") || command("lor");
  }

  private Expr relation() {
    List<Expr> sides = new ArrayList<>();
    List<Sign> signs = new ArrayList<>();
    int outer = congruences;
    sides.add(sets());
    while (true) {
      Sign sign = sign(peek());
      if (sign == null) {
        break;
      }
      congruences += peek().command("equiv") ? 1 : 0;
      boolean similar = peek().command("sim");
      boolean figures = (similar || peek().command("cong")) && !MathForm.constant(sides.getLast());
      at++;
      sides.add(sets());
      figures &= !MathForm.constant(sides.getLast());
      signs.add(figures ? (similar ? Sign.SIMILAR : Sign.CONGRUENT) : sign);
    }
    Optional<Expr> modulus = modulus(congruences > outer);
    congruences = outer;
    modulus.ifPresent(m -> sides.add(Expr.apply(Head.CONGRUENT, sides.removeLast(), m)));
    return signs.isEmpty() ? sides.getFirst() : new Relation(sides, signs);
  }

  /// `\pmod 7`, `(mod 7)`; without brackets only where `≡` stands before.
  private Optional<Expr> modulus(boolean congruence) {
    if (command("pmod")) {
      return Optional.of(argument());
    }
    if (peek().symbol("(") && peek(1).command("mod")) {
      at += 2;
      Expr modulus = sum();
      require(symbol(")"));
      return Optional.of(modulus);
    }
    return congruence && command("mod") ? Optional.of(signedPower()) : Optional.empty();
  }

  private static Sign sign(Token token) {
    if (token.command("Rightarrow")) {
      return Sign.IMPLIES;
    }
    return token.kind() == Kind.COMMAND || token.kind() == Kind.SYMBOL ? SIGNS.get(token.text()) : null;
  }

  private Expr sets() {
    Expr left = ratio();
    while (true) {
      Head head = peek().command("cup")
          ? Head.UNION
          : peek().command("cap") ? Head.INTERSECTION : peek().command("setminus") ? Head.WITHOUT : null;
      if (head == null) {
        return left;
      }
      at++;
      left = Expr.apply(head, left, ratio());
    }
  }

  private Expr ratio() {
    Expr first = sum();
    if (!peek().symbol(":")) {
      return first;
    }
    List<Expr> members = new ArrayList<>(List.of(first));
    while (symbol(":")) {
      members.add(sum());
    }
    return new Apply(Head.RATIO, members);
  }

  private Expr sum() {
    require(++depth <= DEEPEST);
    List<Expr> terms = new ArrayList<>();
    Head sign = null;
    boolean negative = false;
    while (true) {
      if (symbol("-")) {
        negative ^= true;
      } else if (symbol("+")) {
        // no change
      } else if (command("pm")) {
        sign = Head.PLUS_MINUS;
      } else if (command("mp")) {
        sign = Head.MINUS_PLUS;
      } else {
        Expr term = product();
        Expr signed = sign == null ? term : Expr.apply(sign, term);
        terms.add(negative ? opposite(signed) : signed);
        sign = null;
        negative = false;
        if (!(peek().symbol("+") || peek().symbol("-") || peek().command("pm") || peek().command("mp"))) {
          break;
        }
      }
    }
    depth--;
    // `a + b \bmod c` is read in two ways
    require(terms.size() == 1 || terms.stream().noneMatch(term -> Expr.is(term, Head.MOD)));
    return terms.size() == 1 ? terms.getFirst() : new Apply(Head.SUM, terms);
  }

  /// `-7 \bmod 3` is the remainder of −7.
  private static Expr opposite(Expr term) {
    return Expr.is(term, Head.MOD)
        ? Expr.apply(Head.MOD, Expr.negated(Expr.parts(term).getFirst()), Expr.parts(term).getLast())
        : Expr.negated(term);
  }

  private Expr product() {
    List<Expr> factors = new ArrayList<>();
    boolean number = peek().kind() == Kind.NUMBER;
    factors.add(power());
    if (number && mixed(factors)) {
      number = false;
    }
    while (true) {
      if (peek().command("times") && ordered(factors.getLast())) {
        at++;
        Expr next = signedPower();
        Expr last = factors.removeLast();
        factors.addAll(ordered(next)
            ? List.of(Expr.apply(Head.FUNCTION, new Name("times"), last, next))
            : List.of(last, next));
      } else if (symbol("*") || command("cdot") || command("times")) {
        factors.add(signedPower());
      } else if (symbol("/") || command("div")) {
        if (!unit(factors)) {
          factors.add(Expr.apply(Head.POWER, signedPower(), Expr.MINUS_ONE));
        }
      } else if (congruences == 0 && command("mod")) {
        Expr left = factors.size() == 1 ? factors.getFirst() : new Apply(Head.PRODUCT, List.copyOf(factors));
        factors.clear();
        factors.add(Expr.apply(Head.MOD, left, signedPower()));
      } else if (!unit(factors)) {
        if (!startsFactor()) {
          break;
        }
        // Two numbers side by side are no product.
        require(!(peek().kind() == Kind.NUMBER && factors.getLast() instanceof Num));
        require(!(number && fractionOfNumbers()));
        factors.add(power());
      }
      number = false;
    }
    require(factors.size() == 1 || factors.stream().noneMatch(Words.class::isInstance));
    return factors.size() == 1 ? factors.getFirst() : new Apply(Head.PRODUCT, factors);
  }

  /// Whether a factor is a vector or a set, so that its product by `\times` has an order.
  private boolean ordered(Expr factor) {
    return (factor instanceof Name name && MathForm.nameLike(name) && (vectors || ORDERED.matcher(name.name()).matches()))
        || (Expr.is(factor, Head.SUBSCRIPT) && vectors)
        || (Expr.is(factor, Head.FUNCTION) && Expr.parts(factor).getFirst() instanceof Name function
            && (function.name().equals("times") || function.name().equals("vec")));
  }

  private Expr signedPower() {
    boolean negative = false;
    while (peek().symbol("-") || peek().symbol("+")) {
      negative ^= peek().symbol("-");
      at++;
    }
    Expr value = power();
    return negative ? Expr.negated(value) : value;
  }

  /// `3\frac12` and `3 1/2`: a whole number and a proper fraction.
  private boolean mixed(List<Expr> factors) {
    if (!(factors.getLast() instanceof Num whole) || !whole.whole() || whole.places() > 0) {
      return false;
    }
    int start = at;
    if (peek().kind() == Kind.NUMBER && peek().spaced() && peek(1).symbol("/") && peek(2).kind() == Kind.NUMBER) {
      Num up = number(peek().text());
      Num down = number(peek(2).text());
      require(proper(up, down));
      at += 3;
      factors.set(factors.size() - 1, Rational.sum(whole, new Num(up.numerator(), down.numerator(), 0)));
      return true;
    }
    if (peek().command("frac")) {
      Expr fraction = power();
      if (fraction instanceof Apply quotient && quotient.args().size() == 2 && quotient.arg(0) instanceof Num up
          && quotient.arg(1) instanceof Apply inverse && inverse.arg(0) instanceof Num down) {
        require(proper(up, down));
        factors.set(factors.size() - 1, Rational.sum(whole, new Num(up.numerator(), down.numerator(), 0)));
        return true;
      }
      at = start;
    }
    return false;
  }

  private static boolean proper(Num up, Num down) {
    return up.whole() && down.whole() && up.places() == 0 && down.places() == 0 && down.numerator().signum() > 0
        && up.numerator().signum() >= 0 && up.numerator().compareTo(down.numerator()) < 0;
  }

  private boolean fractionOfNumbers() {
    return peek().command("frac") && peek(1).symbol("{") && peek(2).kind() == Kind.NUMBER && peek(3).symbol("}")
        && peek(4).symbol("{") && peek(5).kind() == Kind.NUMBER && peek(6).symbol("}");
  }

  /// Text behind a value is its unit, with its exponent; it says nothing.
  private boolean unit(List<Expr> factors) {
    if (symbolOfUnit(factors)) {
      return true;
    }
    if (peek().kind() != Kind.TEXT || factors.isEmpty() || factors.getLast() instanceof Words
        || spoken(peek().text())) {
      return false;
    }
    while (peek().kind() == Kind.TEXT && !spoken(peek().text())) {
      Long scale = SCALES.get(peek().text().toLowerCase(Locale.ROOT).split("[^a-z]", 2)[0]);
      if (scale != null) { // `5\text{ million}` is no 5
        factors.set(factors.size() - 1, Expr.apply(Head.PRODUCT, factors.getLast(), Num.of(scale)));
      }
      at++;
      if (symbol("^")) {
        argument();
      }
      if (peek().symbol("/") && peek(1).kind() == Kind.TEXT) {
        at++;
      } else if (peek().command("cdot") && peek(1).kind() == Kind.TEXT) {
        at++;
      }
    }
    return true;
  }

  /// Passes over `\Omega`, `\mu\text{m}` and `\frac{\text{m}}{\text{s}}` behind a number.
  private boolean symbolOfUnit(List<Expr> factors) {
    if (factors.size() != 1 || !(factors.getFirst() instanceof Num)) {
      return false;
    }
    boolean ohm = peek().command("Omega") && peek(1).equals(END);
    boolean small = peek().command("mu") && peek(1).kind() == Kind.TEXT;
    boolean quotient = peek().command("frac") && peek(1).symbol("{") && peek(2).kind() == Kind.TEXT
        && peek(3).symbol("}")
        && peek(4).symbol("{") && peek(5).kind() == Kind.TEXT && peek(6).symbol("}");
    at += quotient ? 7 : small ? 2 : ohm ? 1 : 0;
    return ohm || small || quotient;
  }

  /// Whether a text behind a value is no unit: it says more.
  private static boolean spoken(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return HOURS.contains(lower.replace(".", "")) || SPOKEN.contains(lower.split("[^a-z]", 2)[0]);
  }

  private boolean startsFactor() {
    Token next = peek();
    return switch (next.kind()) {
      case NUMBER, LETTER -> true;
      case TEXT -> false;
      case SYMBOL -> (next.symbol("(") && !peek(1).command("mod")) || next.symbol("{")
          || (next.symbol("|") && bars == 0);
      case COMMAND -> starts(next.text());
    };
  }

  private boolean starts(String command) {
    return switch (command) {
      case "cup", "cap", "setminus", "pm", "mp", "}", "rangle", "rfloor", "rceil", "\\", "and", "or", "land", "lor",
          "Rightarrow",
          "cdot",
          "times", "div", "mod", "pmod", "circ", "]", "choose", "over", "subset", "subseteq", "notin", "perp",
          "parallel",
          "prime" ->
        false;
      case "|" -> bars == 0;
      default -> !SIGNS.containsKey(command) && !command.startsWith("end ");
    };
  }

  private Expr power() {
    Expr base = postfixed(atom());
    for (int exponents = 0; symbol("^"); exponents++) {
      require(exponents <= DEEPEST);
      if (degreeSign()) {
        base = degrees(base);
      } else if (peek().command("prime") || peek().symbol("'")) {
        at++;
        base = Expr.apply(Head.FUNCTION, new Name("prime"), base);
      } else {
        base = Expr.apply(Head.POWER, base, argument());
      }
      base = postfixed(base);
    }
    return base;
  }

  /// `\circ` or `{\circ}`, behind a `^`.
  private boolean degreeSign() {
    if (peek().symbol("{") && peek(1).command("circ") && peek(2).symbol("}")) {
      at += 3;
      return true;
    }
    return command("circ");
  }

  private Expr degrees(Expr value) {
    boolean scale = peek().kind() == Kind.LETTER && (peek().text().equals("C") || peek().text().equals("F"));
    if (scale && (peek(1).equals(END) || peek(1).symbol(",") || peek(1).symbol(")") || peek(1).symbol("}"))) {
      at++;
    }
    return angles == 0
        ? value
        : new Apply(Head.PRODUCT, List.of(value, new Name("pi"), new Num(BigInteger.ONE, BigInteger.valueOf(180), 0)));
  }

  private Expr postfixed(Expr base) {
    Expr value = base;
    for (int signs = 0; true; signs++) {
      require(signs <= DEEPEST);
      if (symbol("!")) {
        value = Expr.apply(Head.FACTORIAL, value);
      } else if (symbol("'")) {
        value = Expr.apply(Head.FUNCTION, new Name("prime"), value);
      } else if (peek().command("circ") && peek(1).kind() == Kind.LETTER && MathForm.nameLike(value)) {
        at++;
        value = Expr.apply(Head.FUNCTION, new Name("compose"), value, atom());
      } else if (command("circ")) {
        value = degrees(value);
      } else if (peek().symbol("_")) {
        at++;
        value = subscript(value, argument());
      } else {
        return value;
      }
    }
  }

  /// `204_5`, also where the base is a word.
  private static Expr subscript(Expr value, Expr index) {
    Long base = value instanceof Num && index instanceof Words words
        ? BASES.get(words.text().toLowerCase(Locale.ROOT))
        : null;
    return Expr.apply(Head.SUBSCRIPT, value, base == null ? index : Num.of(base));
  }

  /// A group, or one token as TeX takes it: `\frac12` has 1 and 2.
  private Expr argument() {
    Token next = peek();
    if (next.symbol("{")) {
      return group();
    }
    if (next.symbol("-") || next.symbol("+")) {
      at++; // not TeX's reading, but what `x^-1` means
      require(!peek().symbol("-") && !peek().symbol("+"));
      return next.symbol("-") ? Expr.negated(argument()) : argument();
    }
    if (next.kind() == Kind.COMMAND && (next.text().equals("frac") || next.text().equals("sqrt"))) {
      return atom();
    }
    if (next.symbol("(")) {
      return atom();
    }
    at++;
    return switch (next.kind()) {
      case NUMBER -> number(next.text());
      case LETTER -> new Name(next.text());
      case TEXT -> new Words(next.text());
      case COMMAND -> {
        require(starts(next.text()));
        yield new Name(next.text());
      }
      case SYMBOL -> {
        require(next.symbol("*"));
        yield new Name("*");
      }
    };
  }

  /// The arguments of `\frac` and `\sqrt`: one digit each where there are no braces.
  private Expr shortArgument() {
    Token next = peek();
    if (next.kind() != Kind.NUMBER || next.text().length() == 1) {
      return argument();
    }
    require(next.text().chars().allMatch(Character::isDigit));
    return number(next.text().substring(0, 1));
  }

  private Expr fraction() {
    Token next = peek();
    if (next.kind() == Kind.NUMBER && next.text().length() > 1) {
      // `\frac12`: the digits are the two parts; more digits go on behind.
      require(next.text().chars().allMatch(Character::isDigit));
      at++;
      Expr value = Expr.quotient(number(next.text().substring(0, 1)), number(next.text().substring(1, 2)));
      return next.text().length() == 2
          ? value
          : new Apply(Head.PRODUCT, List.of(value, number(next.text().substring(2))));
    }
    Expr numerator = argument();
    next = peek();
    if (next.kind() == Kind.NUMBER && next.text().length() > 1) {
      Expr denominator = shortArgument();
      at++;
      require(next.text().chars().allMatch(Character::isDigit));
      return new Apply(Head.PRODUCT, List.of(Expr.quotient(numerator, denominator), number(next.text().substring(1))));
    }
    Expr denominator = argument();
    return differential(numerator) && differential(denominator)
        ? Expr.apply(Head.FUNCTION, new Name("derivative"), numerator, denominator)
        : Expr.quotient(numerator, denominator);
  }

  /// `dx`, `d`, `d^2y`: not a variable d that cancels.
  private static boolean differential(Expr expr) {
    Expr first = Expr.is(expr, Head.PRODUCT) ? Expr.parts(expr).getFirst() : expr;
    Expr base = Expr.is(first, Head.POWER) ? Expr.parts(first).getFirst() : first;
    return base.equals(new Name("d")) || base.equals(new Name("partial"));
  }

  private Expr group() {
    require(symbol("{"));
    int outerBars = bars;
    bars = 0;
    require(++depth <= DEEPEST);
    Expr inside = answer();
    if (command("choose")) {
      inside = Expr.apply(Head.BINOMIAL, inside, answer());
    } else if (command("over")) {
      inside = Expr.quotient(inside, answer());
    }
    require(symbol("}"));
    depth--;
    bars = outerBars;
    return inside;
  }

  private Expr atom() {
    require(++depth <= 2 * DEEPEST);
    Token next = peek();
    Expr read = switch (next.kind()) {
      case NUMBER -> {
        at++;
        yield decimal(next.text());
      }
      case LETTER -> letter();
      case TEXT -> words();
      case SYMBOL -> bracketed(next);
      case COMMAND -> commanded(next);
    };
    depth--;
    return read;
  }

  private Expr letter() {
    String name = peek().text();
    at++;
    if (FUNCTION_LETTERS.contains(name) && peek().symbol("(")) {
      Expr argument = brackets("(");
      return Expr.apply(Head.FUNCTION, new Name(name), argument);
    }
    return new Name(name);
  }

  private Expr words() {
    StringBuilder text = new StringBuilder();
    while (peek().kind() == Kind.TEXT) {
      text.append(text.isEmpty() ? "" : " ").append(peek().text());
      at++;
    }
    return new Words(text.toString());
  }

  private Expr bracketed(Token next) {
    return switch (next.text()) {
      case "{" -> group();
      case "(" -> brackets("(");
      case "[" -> brackets("[");
      case "]" -> reversed();
      case "|" -> bars();
      case "." -> {
        require(peek(1).command("overline"));
        yield decimal("0");
      }
      default -> throw new Unreadable();
    };
  }

  /// What stands in round or square brackets, which an interval may mix.
  private Expr brackets(String open) {
    require(symbol(open) || command(open));
    int outerBars = bars;
    bars = 0;
    require(++depth <= DEEPEST);
    Expr inside = answer();
    boolean square = open.equals("[");
    boolean closedSquare = peek().symbol("]");
    require(symbol("]") || symbol(")"));
    depth--;
    bars = outerBars;
    boolean pair = inside instanceof Apply list && list.head() == Head.LIST && list.args().size() == 2;
    if (square != closedSquare) {
      require(pair);
      return new Apply(square ? Head.CLOSED_OPEN : Head.OPEN_CLOSED, Expr.parts(inside));
    }
    if (!Expr.is(inside, Head.LIST)) {
      return inside;
    }
    return new Apply(square ? Head.CLOSED : Head.TUPLE, Expr.parts(inside));
  }

  /// `]a, b[`, the open interval.
  private Expr reversed() {
    require(symbol("]"));
    Expr inside = answer();
    boolean open = symbol("[");
    require(open || symbol("]"));
    require(inside instanceof Apply list && list.head() == Head.LIST && list.args().size() == 2);
    return new Apply(open ? Head.TUPLE : Head.OPEN_CLOSED, Expr.parts(inside));
  }

  private Expr bars() {
    at++;
    bars++;
    Expr inside = sum();
    bars--;
    require(symbol("|") || command("|"));
    return Expr.apply(Head.ABS, inside);
  }

  private Expr commanded(Token next) {
    String name = next.text();
    if (FUNCTIONS.containsKey(name)) {
      at++;
      return function(FUNCTIONS.get(name));
    }
    if (BOUND.contains(name)) {
      return bound();
    }
    if (ACCENTS.contains(name)) {
      at++;
      return accented(name, points(argument()));
    }
    if (name.startsWith("begin ")) {
      return environment(name.substring("begin ".length()));
    }
    at++;
    return switch (name) {
      case "frac" -> fraction();
      case "sqrt" -> root();
      case "binom" -> Expr.apply(Head.BINOMIAL, argument(), argument());
      case "{" -> set();
      case "langle" -> {
        Expr inside = answer();
        require(command("rangle"));
        yield Expr.is(inside, Head.LIST) ? new Apply(Head.TUPLE, Expr.parts(inside)) : inside;
      }
      case "lfloor" -> closed(Head.FLOOR, "rfloor");
      case "lceil" -> closed(Head.CEILING, "rceil");
      case "|" -> {
        at--;
        yield bars();
      }
      case "exp" -> Expr.apply(Head.POWER, new Name("e"), plainArgument());
      case "emptyset" -> new Apply(Head.SET, List.of());
      case "angle" -> Expr.apply(Head.FUNCTION, new Name(name), fromEitherSide(points(product())));
      case "triangle", "square" -> Expr.apply(Head.FUNCTION, new Name(name), points(product()));
      case "gcd" -> several(Head.GCD);
      case "lcm" -> several(Head.LCM);
      case "max" -> several(Head.MAX);
      case "min" -> several(Head.MIN);
      case "det" -> determinant(plainArgument());
      case "arc" -> throw new Unreadable();
      default -> {
        require(starts(name));
        yield new Name(name);
      }
    };
  }

  /// An arrow over one letter is its style; over two it is the way from one point to the other.
  private static Expr accented(String accent, Expr inside) {
    boolean arrow = accent.equals("vec") || accent.equals("overrightarrow");
    return arrow && inside instanceof Name name && name.name().length() == 1
        ? inside
        : Expr.apply(Head.FUNCTION, new Name(arrow ? "vec" : accent), inside);
  }

  /// Letters side by side as the points that they name, in their order; they are no product.
  private static Expr points(Expr inside) {
    boolean letters = Expr.is(inside, Head.PRODUCT)
        && Expr.parts(inside).stream().allMatch(part -> part instanceof Name name && name.name().length() == 1);
    return letters
        ? new Name(Expr.parts(inside).stream().map(part -> ((Name) part).name()).collect(Collectors.joining()))
        : inside;
  }

  /// `ABC` for the angle `CBA` too.
  private static Expr fromEitherSide(Expr points) {
    String written = points instanceof Name name ? name.name() : "";
    String reversed = new StringBuilder(written).reverse().toString();
    return reversed.compareTo(written) < 0 && CAPITALS.matcher(written).matches() ? new Name(reversed) : points;
  }

  /// A function of all that stands in its bracket.
  private Expr several(Head head) {
    Expr inside = plainArgument();
    boolean list = Expr.is(inside, Head.TUPLE) || Expr.is(inside, Head.LIST) || Expr.is(inside, Head.SET);
    require(!list || !Expr.parts(inside).isEmpty());
    return list ? new Apply(head, Expr.parts(inside)) : Expr.apply(head, inside);
  }

  private static Expr determinant(Expr matrix) {
    return Expr.is(matrix, Head.MATRIX)
        ? new Apply(Head.DETERMINANT, Expr.parts(matrix))
        : Expr.apply(Head.FUNCTION, new Name("det"), matrix);
  }

  private Expr closed(Head head, String end) {
    Expr inside = sum();
    require(command(end));
    return Expr.apply(head, inside);
  }

  private Expr set() {
    if (command("}")) {
      return new Apply(Head.SET, List.of());
    }
    int outerBars = bars;
    if (conditional()) {
      bars = 0;
      Expr condition = Expr.apply(Head.CONDITION, relation());
      bars = outerBars;
      require(command("}"));
      return condition;
    }
    bars = 1; // a bar is "such that": not read
    Expr inside = answer();
    bars = outerBars;
    require(command("}"));
    return Expr.is(inside, Head.LIST) ? new Apply(Head.SET, Expr.parts(inside)) : Expr.apply(Head.SET, inside);
  }

  /// Passes over `x \mid`, `x \in \mathbb{R} :` and the like before the condition of a set.
  private boolean conditional() {
    int bar = peek(1).command("in") && peek(2).command("RR") ? 3 : 1;
    Token sign = peek(bar);
    boolean conditional = peek().kind() == Kind.LETTER && (sign.symbol("|") || sign.command("|") || sign.symbol(":"));
    at += conditional ? bar + 1 : 0;
    return conditional;
  }

  private Expr root() {
    Expr index = Num.of(2);
    if (symbol("[")) {
      index = sum();
      require(symbol("]"));
    }
    Expr radicand;
    if (peek().kind() == Kind.NUMBER && peek().text().length() > 1
        && peek().text().chars().allMatch(Character::isDigit) && !peek().spaced()) {
      // `\sqrt12` is √1·2 to TeX, but nobody means that
      radicand = number(peek().text());
      at++;
    } else {
      radicand = argument();
    }
    Expr exponent = Expr.quotient(Expr.ONE, index);
    boolean real = index instanceof Num n && n.whole() && n.numerator().testBit(0) && negative(radicand);
    return real
        ? Expr.negated(Expr.apply(Head.POWER, Expr.negated(radicand), exponent)) // the real root of a negative number
        : Expr.apply(Head.POWER, radicand, exponent);
  }

  private static boolean negative(Expr value) {
    if (!MathForm.constant(value) || Probe.tooLarge(value)) {
      return false;
    }
    Probe.Complex at = Probe.at(value, 0);
    return at.im() == 0 && at.re() < 0;
  }

  /// `\sin^2 x`, `\log_2 8`, `\sin^{-1} x`, `\cos 2x`.
  private Expr function(Head head) {
    Expr exponent = null;
    Expr base = null;
    while (peek().symbol("^") || peek().symbol("_")) {
      if (symbol("^")) {
        exponent = argument();
      } else {
        at++;
        base = argument();
      }
    }
    Head inner = head;
    if (exponent instanceof Num n && n.equalTo(Expr.MINUS_ONE) && INVERSES.containsKey(head)) {
      inner = INVERSES.get(head);
      exponent = null;
    }
    angles += ANGLES.contains(inner) ? 1 : 0;
    Expr argument = plainArgument();
    angles -= ANGLES.contains(inner) ? 1 : 0;
    boolean logarithm = base != null || inner == Head.LOG_TO_BASE;
    Expr value = logarithm
        ? Expr.apply(Head.LOG_TO_BASE, base == null ? Num.of(10) : base, argument)
        : Expr.apply(inner, argument);
    return exponent == null ? value : Expr.apply(Head.POWER, value, exponent);
  }

  /// The argument of a function: a bracket, or the factors up to the next sign, dot or function.
  private Expr plainArgument() {
    require(++depth <= DEEPEST);
    try {
      if (peek().symbol("(") || peek().symbol("{")) {
        return tail(atom());
      }
      List<Expr> factors = new ArrayList<>();
      factors.add(signedPower());
      while (startsFactor() && !function(peek()) && !peek().symbol("(") && !peek().symbol("|")) {
        factors.add(power());
      }
      if (peek().symbol("/") && factors.size() == 1 && peek(1).kind() == Kind.NUMBER) {
        at++;
        factors.add(Expr.apply(Head.POWER, power(), Expr.MINUS_ONE));
      }
      return factors.size() == 1 ? factors.getFirst() : new Apply(Head.PRODUCT, factors);
    } finally {
      depth--;
    }
  }

  /// What may stand behind the bracket of an argument: `\sin(30)^\circ`, `\cos(n)!`.
  private Expr tail(Expr inside) {
    int start = at;
    if (symbol("^")) {
      if (degreeSign()) {
        return degrees(inside);
      }
      at = start;
      return inside;
    }
    return postfixed(inside);
  }

  private static boolean function(Token token) {
    return token.kind() == Kind.COMMAND && FUNCTIONS.containsKey(token.text());
  }

  /// A sum, product, integral or limit with its bounds and what follows: equal only if written alike.
  private Expr bound() {
    String name = peek().text();
    at++;
    List<Expr> args = new ArrayList<>(List.of(new Name(name)));
    while (peek().symbol("_") || peek().symbol("^")) {
      args.add(new Name(peek().text()));
      at++;
      args.add(argument());
    }
    args.add(product());
    return new Apply(Head.FUNCTION, args);
  }

  private Expr environment(String name) {
    at++;
    require(++depth <= DEEPEST);
    List<Expr> rows = new ArrayList<>();
    String end = "end " + name;
    int outerBars = bars;
    bars = 0;
    while (!peek().command(end)) {
      List<Expr> entries = new ArrayList<>(List.of(entry(end)));
      while (symbol("&")) {
        entries.add(entry(end));
      }
      rows.add(new Apply(Head.ROW, entries));
      if (!command("\\")) {
        break;
      }
    }
    require(command(end));
    depth--;
    bars = outerBars;
    if (name.equals("vmatrix")) {
      return new Apply(Head.DETERMINANT, rows);
    }
    if (name.equals("cases")) {
      return new Apply(Head.CASES, rows);
    }
    require(MATRICES.contains(name) && !rows.isEmpty());
    int width = Expr.parts(rows.getFirst()).size();
    require(rows.stream().allMatch(row -> Expr.parts(row).size() == width));
    return new Apply(Head.MATRIX, rows);
  }

  private Expr entry(String end) {
    return peek().symbol("&") || peek().command("\\") || peek().command(end) ? new Words("") : answer();
  }

  /// A number, with the digits that repeat: `0.1\overline{6}`.
  private Expr decimal(String digits) {
    if (digits.contains(".") && peek().command("ldots")) {
      Matcher repeats = REPEATS.matcher(digits);
      if (repeats.find()) {
        at++;
        return repeated(number(digits),
            Stream.of(1, 2, 3).map(repeats::group).filter(Objects::nonNull).findFirst().orElseThrow());
      }
    }
    if (digits.contains(".") || peek().symbol(".")) {
      int dot = peek().symbol(".") ? 1 : 0;
      if ((peek(dot).command("overline") || peek(dot).command("dot")) && peek(dot + 1).symbol("{")
          && peek(dot + 2).kind() == Kind.NUMBER
          && peek(dot + 3).symbol("}")) {
        String repeating = peek(dot + 2).text();
        require(repeating.chars().allMatch(Character::isDigit));
        at += dot + 4;
        return repeated(number(digits), repeating);
      }
      if (dot == 1 && at + 1 >= tokens.size()) {
        at++;
      }
    }
    return number(digits);
  }

  private static Expr repeated(Num start, String digits) {
    BigInteger nines = BigInteger.TEN.pow(digits.length()).subtract(BigInteger.ONE);
    Num tail = new Num(new BigInteger(digits), nines.multiply(BigInteger.TEN.pow(start.places())), 0);
    Num sum = Rational.sum(start, tail);
    return new Num(sum.numerator(), sum.denominator(), 0);
  }

  static Num number(String digits) {
    BigDecimal value = new BigDecimal(digits.endsWith(".") ? digits.substring(0, digits.length() - 1) : digits);
    int places = digits.contains(".") ? Math.max(value.scale(), 0) : 0;
    BigInteger power = BigInteger.TEN.pow(Math.abs(value.scale()));
    return value.scale() >= 0
        ? new Num(value.unscaledValue(), power, places)
        : new Num(value.unscaledValue().multiply(power), BigInteger.ONE, places);
  }
}
