package org.striatum.hooks.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.striatum.hooks.jinja.Expression.Arguments;
import org.striatum.hooks.jinja.Expression.Keyword;
import org.striatum.hooks.jinja.Expression.Pair;
import org.striatum.hooks.jinja.Expression.Step;
import org.striatum.hooks.jinja.Statement.Branch;
import org.striatum.hooks.jinja.Statement.Parameter;
import org.striatum.hooks.jinja.Statement.Target;
import org.striatum.hooks.jinja.Token.Kind;
import org.striatum.hooks.jinja.Value.Bool;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Real;
import org.striatum.hooks.jinja.Value.Str;

/// Reads the tokens of a template by recursive descent, with the priorities of the reference.
///
/// Source: Jinja 3.1.6, `parser.py`; the tags `break`, `continue` and `generation` of transformers' environment.
final class Parser {
  private static final int DEEPEST = 200;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  /// Tags of the language that chat templates have no files for.
  private static final Set<String> UNSUPPORTED = Set.of("include", "import", "from", "extends", "block", "autoescape",
      "print");

  private final List<Token> tokens;
  private int position;
  private int depth;
  private int loops;
  private Set<String> mentioned = new HashSet<>();

  private Parser(List<Token> tokens) {
    this.tokens = tokens;
  }

  /// The statements of a template.
  ///
  /// @throws TemplateException if it is not one, or uses a tag, filter or test that is not known
  static List<Statement> parse(String template) {
    Parser parser = new Parser(Lexer.tokens(template));
    List<Statement> body = parser.body(Set.of());
    if (parser.current().kind() != Kind.END) {
      throw parser.unexpected();
    }
    return body;
  }

  private Token current() {
    return tokens.get(position);
  }

  private Token lookAhead() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  private Token next() {
    Token token = current();
    position = Math.min(position + 1, tokens.size() - 1);
    return token;
  }

  private TemplateException unexpected() {
    return new TemplateException(current().line(), "unexpected " + current());
  }

  private boolean skipName(String name) {
    boolean there = current().isName(name);
    if (there) {
      next();
    }
    return there;
  }

  private boolean skipOperator(String operator) {
    boolean there = current().isOperator(operator);
    if (there) {
      next();
    }
    return there;
  }

  private void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw new TemplateException(current().line(), "'" + operator + "' is expected, found " + current());
    }
  }

  private Token expect(Kind kind) {
    if (current().kind() != kind) {
      throw new TemplateException(current().line(),
          (kind == Kind.NAME ? "a name" : "the end of the tag") + " is expected, found " + current());
    }
    return next();
  }

  private String name() {
    return expect(Kind.NAME).text();
  }

  // Statements

  /// Statements up to a tag of one of the names, whose name is the current token then; or to the end.
  private List<Statement> body(Set<String> ends) {
    descend();
    List<Statement> body = new ArrayList<>();
    while (current().kind() != Kind.END) {
      switch (current().kind()) {
        case TEXT -> body.add(new Statement.Text(next().text()));
        case VARIABLE_BEGIN -> {
          next();
          body.add(new Statement.Output(tuple()));
          expect(Kind.VARIABLE_END);
        }
        default -> {
          expect(Kind.BLOCK_BEGIN);
          if (current().kind() == Kind.NAME && ends.contains(current().text())) {
            depth--;
            return body;
          }
          body.add(statement());
          expect(Kind.BLOCK_END);
        }
      }
    }
    if (!ends.isEmpty()) {
      throw new TemplateException(current().line(), "the template ends before " + String.join(" or ", ends));
    }
    depth--;
    return body;
  }

  /// The statements of a tag, from the end of its begin to the last of the names, which is stepped over.
  private List<Statement> enclosed(String end) {
    skipOperator(":");
    expect(Kind.BLOCK_END);
    List<Statement> body = body(Set.of(end));
    next();
    return body;
  }

  private Statement statement() {
    Token tag = expect(Kind.NAME);
    return switch (tag.text()) {
      case "if" -> conditional();
      case "for" -> loop(tag.line());
      case "set" -> assignment(tag.line());
      case "with" -> with(tag.line());
      case "macro" -> macro(tag.line());
      case "call" -> callWithBody(tag.line());
      case "filter" -> new Statement.FilterBody(filters(true), enclosed("endfilter"), tag.line());
      case "generation" -> new Statement.Generation(enclosed("endgeneration"));
      case "break" -> inLoop(tag, new Statement.Break());
      case "continue" -> inLoop(tag, new Statement.Continue());
      default -> throw new TemplateException(tag.line(), (UNSUPPORTED.contains(tag.text())
          ? "the tag '%s' is not supported"
          : "the tag '%s' is not known").formatted(tag.text()));
    };
  }

  private Statement inLoop(Token tag, Statement statement) {
    if (loops == 0) {
      throw new TemplateException(tag.line(), "'" + tag.text() + "' stands outside a loop");
    }
    return statement;
  }

  private Statement conditional() {
    List<Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    while (true) {
      Expression test = tuple(false, Set.of());
      skipOperator(":");
      expect(Kind.BLOCK_END);
      branches.add(new Branch(test, body(Set.of("elif", "else", "endif"))));
      String end = next().text();
      if (end.equals("else")) {
        otherwise = enclosed("endif");
      }
      if (!end.equals("elif")) {
        return new Statement.If(branches, otherwise);
      }
    }
  }

  private Statement loop(int line) {
    Target target = target(false, Set.of("in"));
    if (!skipName("in")) {
      throw new TemplateException(current().line(), "'in' is expected, found " + current());
    }
    Expression items = tuple(false, Set.of("recursive"));
    Optional<Expression> test = skipName("if") ? Optional.of(expression()) : Optional.empty();
    if (current().isName("recursive")) {
      throw new TemplateException(line, "a 'recursive' loop is not supported");
    }
    skipOperator(":");
    expect(Kind.BLOCK_END);
    loops++;
    List<Statement> body = body(Set.of("endfor", "else"));
    loops--;
    List<Statement> otherwise = next().text().equals("else") ? enclosed("endfor") : List.of();
    return new Statement.For(target, items, test, body, otherwise, line);
  }

  private Statement assignment(int line) {
    Target target = target(true, Set.of());
    if (skipOperator("=")) {
      return new Statement.Assign(target, tuple(), line);
    }
    return new Statement.AssignBody(target, filters(false), enclosed("endset"), line);
  }

  private Statement with(int line) {
    List<Statement.Assign> assignments = new ArrayList<>();
    while (current().kind() != Kind.BLOCK_END) {
      if (!assignments.isEmpty()) {
        expectOperator(",");
      }
      Target target = target(false, Set.of());
      expectOperator("=");
      assignments.add(new Statement.Assign(target, expression(), line));
    }
    return new Statement.With(assignments, enclosed("endwith"));
  }

  private Statement callWithBody(int line) {
    List<Parameter> parameters = current().isOperator("(") ? parameters() : List.of();
    if (!(expression() instanceof Expression.Call call)) {
      throw new TemplateException(line, "'call' is expected to call a macro");
    }
    return new Statement.CallWithBody(call, closure(parameters, "endcall"), line);
  }

  private Statement macro(int line) {
    String name = name();
    return new Statement.Macro(name, closure(parameters(), "endmacro"), line);
  }

  /// A body with parameters, and the names that it mentions.
  private Statement.Closure closure(List<Parameter> parameters, String end) {
    int outerLoops = loops;
    Set<String> outerNames = mentioned;
    loops = 0;
    mentioned = new HashSet<>();
    List<Statement> body = enclosed(end);
    Statement.Closure closure = new Statement.Closure(parameters, body, Set.copyOf(mentioned));
    outerNames.addAll(mentioned);
    mentioned = outerNames;
    loops = outerLoops;
    return closure;
  }

  private List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    expectOperator("(");
    while (!current().isOperator(")")) {
      if (!parameters.isEmpty()) {
        expectOperator(",");
      }
      Token name = expect(Kind.NAME);
      boolean optional = skipOperator("=");
      if (!optional && !parameters.isEmpty() && parameters.getLast().otherwise().isPresent()) {
        throw new TemplateException(name.line(), "'" + name.text() + "' needs a default, as the parameter before it");
      }
      parameters.add(new Parameter(name.text(), optional ? Optional.of(expression()) : Optional.empty()));
    }
    next();
    return parameters;
  }

  /// Filters of a block; their targets are empty.
  private List<Expression.Filter> filters(boolean first) {
    List<Expression.Filter> filters = new ArrayList<>();
    while ((first && filters.isEmpty()) || skipOperator("|")) {
      filters.add(filter(new Expression.Constant(Values.NONE, current().line())));
    }
    return filters;
  }

  private Target target(boolean namespaces, Set<String> ends) {
    List<Target> targets = new ArrayList<>();
    boolean several = false;
    while (!(current().kind() == Kind.NAME && ends.contains(current().text()))) {
      targets.add(oneTarget(namespaces, ends));
      if (!skipOperator(",")) {
        break;
      }
      several = true;
    }
    if (targets.isEmpty()) {
      throw unexpected();
    }
    return several ? new Target.Several(targets) : targets.getFirst();
  }

  private Target oneTarget(boolean namespaces, Set<String> ends) {
    if (skipOperator("(")) {
      Target inner = target(namespaces, ends);
      expectOperator(")");
      return inner;
    }
    Token name = expect(Kind.NAME);
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name.text())) {
      throw new TemplateException(name.line(), "'" + name.text() + "' cannot be assigned to");
    }
    if (namespaces && skipOperator(".")) {
      return new Target.Member(name.text(), name());
    }
    return new Target.Variable(name.text());
  }

  // Expressions

  private void descend() {
    if (++depth > DEEPEST) {
      throw new TemplateException(current().line(), "the template is nested more than " + DEEPEST + " deep");
    }
  }

  private Expression tuple() {
    return tuple(true, Set.of());
  }

  /// One expression, or several with commas between them.
  private Expression tuple(boolean conditional, Set<String> ends) {
    int line = current().line();
    List<Expression> items = new ArrayList<>();
    boolean several = false;
    while (!endsTuple(ends)) {
      items.add(conditional ? expression() : or());
      if (!skipOperator(",")) {
        break;
      }
      several = true;
    }
    if (items.isEmpty()) {
      throw unexpected();
    }
    return several ? new Expression.Items(items, true, line) : items.getFirst();
  }

  private boolean endsTuple(Set<String> ends) {
    Token token = current();
    return token.kind() == Kind.VARIABLE_END || token.kind() == Kind.BLOCK_END || token.isOperator(")")
        || (token.kind() == Kind.NAME && ends.contains(token.text()));
  }

  private Expression expression() {
    descend();
    Expression value = or();
    while (current().isName("if")) {
      int line = next().line();
      Expression test = or();
      Optional<Expression> otherwise = skipName("else") ? Optional.of(expression()) : Optional.empty();
      value = new Expression.Conditional(test, value, otherwise, line);
    }
    depth--;
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (current().isName("or")) {
      int line = next().line();
      left = new Expression.Logical(left, false, and(), line);
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (current().isName("and")) {
      int line = next().line();
      left = new Expression.Logical(left, true, not(), line);
    }
    return left;
  }

  private Expression not() {
    if (!current().isName("not")) {
      return comparison();
    }
    descend();
    int line = next().line();
    Expression negated = new Expression.Not(not(), line);
    depth--;
    return negated;
  }

  private Expression comparison() {
    int line = current().line();
    Expression first = sum();
    List<Step> steps = new ArrayList<>();
    while (true) {
      if (current().kind() == Kind.OPERATOR && COMPARISONS.contains(current().text())) {
        String operator = next().text();
        steps.add(new Step(operator, sum()));
      } else if (skipName("in")) {
        steps.add(new Step("in", sum()));
      } else if (current().isName("not") && lookAhead().isName("in")) {
        next();
        next();
        steps.add(new Step("not in", sum()));
      } else {
        return steps.isEmpty() ? first : new Expression.Comparison(first, steps, line);
      }
    }
  }

  private Expression sum() {
    Expression left = concatenation();
    while (current().isOperator("+") || current().isOperator("-")) {
      Token operator = next();
      left = new Expression.Arithmetic(operator.text(), left, concatenation(), operator.line());
    }
    return left;
  }

  private Expression concatenation() {
    int line = current().line();
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.getFirst() : new Expression.Concatenation(parts, line);
  }

  private Expression product() {
    Expression left = power();
    while (current().kind() == Kind.OPERATOR && Set.of("*", "/", "//", "%").contains(current().text())) {
      Token operator = next();
      left = new Expression.Arithmetic(operator.text(), left, power(), operator.line());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (current().isOperator("**")) {
      int line = next().line();
      left = new Expression.Arithmetic("**", left, unary(true), line);
    }
    return left;
  }

  private Expression unary(boolean withFilters) {
    Expression value;
    if (current().isOperator("-") || current().isOperator("+")) {
      descend();
      Token sign = next();
      value = new Expression.Signed(unary(false), sign.text().equals("-"), sign.line());
      depth--;
    } else {
      value = primary();
    }
    value = postfix(value);
    return withFilters ? filtered(value) : value;
  }

  private Expression primary() {
    Token token = current();
    switch (token.kind()) {
      case NAME -> {
        next();
        return switch (token.text()) {
          case "true", "True" -> new Expression.Constant(new Bool(true), token.line());
          case "false", "False" -> new Expression.Constant(new Bool(false), token.line());
          case "none", "None" -> new Expression.Constant(Values.NONE, token.line());
          default -> {
            mentioned.add(token.text());
            yield new Expression.Name(token.text(), token.line());
          }
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (current().kind() == Kind.STRING) {
          text.append(next().text());
        }
        return new Expression.Constant(new Str(text.toString()), token.line());
      }
      case INTEGER -> {
        next();
        return new Expression.Constant(integer(token), token.line());
      }
      case FLOAT -> {
        next();
        return new Expression.Constant(new Real(Double.parseDouble(token.text().replace("_", ""))), token.line());
      }
      default -> {
        return bracketed();
      }
    }
  }

  private static Value integer(Token token) {
    String digits = token.text().replace("_", "").toLowerCase(java.util.Locale.ROOT);
    int radix = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
    try {
      return new Int(Long.parseLong(radix == 10 ? digits : digits.substring(2), radix));
    } catch (NumberFormatException tooLarge) {
      throw new TemplateException(token.line(), "the integer " + token.text() + " has more than 64 bits");
    }
  }

  private Expression bracketed() {
    int line = current().line();
    descend();
    Expression value;
    if (skipOperator("(")) {
      value = current().isOperator(")") ? new Expression.Items(List.of(), true, line) : tuple();
      expectOperator(")");
    } else if (skipOperator("[")) {
      value = new Expression.Items(list(), false, line);
    } else if (skipOperator("{")) {
      value = new Expression.Dictionary(pairs(), line);
    } else {
      throw unexpected();
    }
    depth--;
    return value;
  }

  private List<Expression> list() {
    List<Expression> items = new ArrayList<>();
    while (!skipOperator("]")) {
      if (!items.isEmpty()) {
        expectOperator(",");
        if (skipOperator("]")) {
          break;
        }
      }
      items.add(expression());
    }
    return items;
  }

  private List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    while (!skipOperator("}")) {
      if (!pairs.isEmpty()) {
        expectOperator(",");
        if (skipOperator("}")) {
          break;
        }
      }
      Expression key = expression();
      expectOperator(":");
      pairs.add(new Pair(key, expression()));
    }
    return pairs;
  }

  private Expression postfix(Expression value) {
    Expression target = value;
    while (true) {
      if (current().isOperator(".")) {
        target = attribute(target);
      } else if (current().isOperator("[")) {
        target = item(target);
      } else if (current().isOperator("(")) {
        target = call(target);
      } else {
        return target;
      }
    }
  }

  private Expression attribute(Expression target) {
    int line = next().line();
    if (current().kind() == Kind.INTEGER) {
      return new Expression.Item(target, new Expression.Constant(integer(next()), line), line);
    }
    return new Expression.Attribute(target, name(), line);
  }

  private Expression item(Expression target) {
    int line = next().line();
    Optional<Expression> start = current().isOperator(":") ? Optional.empty() : Optional.of(expression());
    if (!skipOperator(":")) {
      if (current().isOperator(",")) {
        throw new TemplateException(line, "several keys in one pair of brackets are not supported");
      }
      expectOperator("]");
      return new Expression.Item(target, start.orElseThrow(this::unexpected), line);
    }
    Optional<Expression> stop = bound();
    Optional<Expression> step = skipOperator(":") ? bound() : Optional.empty();
    expectOperator("]");
    return new Expression.Slice(target, start, stop, step, line);
  }

  private Optional<Expression> bound() {
    return current().isOperator(":") || current().isOperator("]") ? Optional.empty() : Optional.of(expression());
  }

  private Expression call(Expression target) {
    int line = current().line();
    return new Expression.Call(target, arguments(), line);
  }

  private Arguments arguments() {
    int line = current().line();
    expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<Keyword> named = new ArrayList<>();
    Optional<Expression> spread = Optional.empty();
    Optional<Expression> spreadNamed = Optional.empty();
    boolean more = true;
    while (!skipOperator(")")) {
      if (!more) {
        throw new TemplateException(current().line(), "',' is expected, found " + current());
      }
      if (skipOperator("**")) {
        spreadNamed = Optional.of(expression());
      } else if (skipOperator("*")) {
        spread = Optional.of(expression());
      } else if (current().kind() == Kind.NAME && lookAhead().isOperator("=")) {
        String name = next().text();
        next();
        named.add(new Keyword(name, expression()));
      } else if (named.isEmpty() && spread.isEmpty() && spreadNamed.isEmpty()) {
        positional.add(expression());
      } else {
        throw new TemplateException(line, "an argument without a name stands behind one with a name");
      }
      more = skipOperator(",");
    }
    return new Arguments(positional, named, spread, spreadNamed);
  }

  private Expression filtered(Expression value) {
    Expression target = value;
    while (true) {
      if (skipOperator("|")) {
        target = filter(target);
      } else if (current().isName("is")) {
        target = test(target);
      } else if (current().isOperator("(")) {
        target = call(target);
      } else {
        return target;
      }
    }
  }

  private Expression.Filter filter(Expression target) {
    Token name = expect(Kind.NAME);
    Filters.require(name);
    return new Expression.Filter(target, name.text(), current().isOperator("(") ? arguments() : Arguments.NONE,
        name.line());
  }

  private Expression test(Expression target) {
    int line = next().line();
    boolean negated = skipName("not");
    Token name = expect(Kind.NAME);
    Tests.require(name);
    Arguments arguments = Arguments.NONE;
    if (current().isOperator("(")) {
      arguments = arguments();
    } else if (startsArgument()) {
      if (current().isName("is")) {
        throw new TemplateException(line, "tests cannot be chained with 'is'");
      }
      arguments = new Arguments(List.of(postfix(primary())), List.of(), Optional.empty(), Optional.empty());
    }
    Expression test = new Expression.Test(target, name.text(), arguments, line);
    return negated ? new Expression.Not(test, line) : test;
  }

  private boolean startsArgument() {
    Token token = current();
    return switch (token.kind()) {
      case NAME -> !Set.of("else", "or", "and").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      default -> false;
    };
  }
}
