package org.striatum.hooks.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SequencedMap;
import org.striatum.hooks.jinja.Expression.Arguments;
import org.striatum.hooks.jinja.Statement.Parameter;
import org.striatum.hooks.jinja.Statement.Target;
import org.striatum.hooks.jinja.Value.Bool;
import org.striatum.hooks.jinja.Value.Dict;
import org.striatum.hooks.jinja.Value.Function;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.Kind;
import org.striatum.hooks.jinja.Value.Loop;
import org.striatum.hooks.jinja.Value.Namespace;
import org.striatum.hooks.jinja.Value.Str;
import org.striatum.hooks.jinja.Value.Undefined;

/// Renders the statements of one template once.
///
/// Source: Jinja 3.1.6, `compiler.py` and `runtime.py`.
final class Interpreter {
  private final Budget budget;
  private final Scope globals = new Scope(null);
  private StringBuilder output = new StringBuilder();
  private int line;

  /// How a body ends.
  private enum End {
    REACHED, BREAK, CONTINUE
  }

  Interpreter(Map<String, ?> values, LocalDateTime now, RenderingLimits limits) {
    this.budget = new Budget(limits);
    Globals.functions(now).forEach(globals::set);
    values.forEach((name, value) -> globals.set(name, Value.of(value)));
  }

  String render(List<Statement> body) {
    try {
      run(body, new Scope(globals));
      return output.toString();
    } catch (TemplateException refused) {
      throw refused.getMessage().startsWith("template, line") ? refused : refused.at(line);
    }
  }

  Budget budget() {
    return budget;
  }

  // Statements

  private End run(List<Statement> body, Scope scope) {
    budget.enter();
    End end = End.REACHED;
    for (int i = 0; i < body.size() && end == End.REACHED; i++) {
      end = run(body.get(i), scope);
    }
    budget.leave();
    return end;
  }

  private End run(Statement statement, Scope scope) {
    budget.step(1);
    switch (statement) {
      case Statement.Text(String text) -> write(text);
      case Statement.Output(Expression value) -> write(Values.text(value(value, scope)));
      case Statement.If branching -> {
        return branch(branching, scope);
      }
      case Statement.For loop -> loop(loop, scope);
      case Statement.Assign assignment -> assign(assignment.target(), value(assignment.value(), scope), scope);
      case Statement.AssignBody(Target target, List<Expression.Filter> filters, List<Statement> inner, int _) ->
        assign(target, filtered(new Str(captured(inner, new Scope(scope))), filters, scope), scope);
      case Statement.With(List<Statement.Assign> assignments, List<Statement> inner) -> {
        Scope within = new Scope(scope);
        assignments.forEach(each -> assign(each.target(), value(each.value(), scope), within));
        return run(inner, within);
      }
      case Statement.Macro macro -> scope.set(macro.name(), macro(macro.name(), macro.closure(), scope));
      case Statement.CallWithBody call -> write(Values.text(callWithBody(call, scope)));
      case Statement.FilterBody(List<Expression.Filter> filters, List<Statement> inner, int _) ->
        write(Values.text(filtered(new Str(captured(inner, new Scope(scope))), filters, scope)));
      case Statement.Generation(List<Statement> inner) -> write(captured(inner, new Scope(scope)));
      case Statement.Break() -> {
        return End.BREAK;
      }
      case Statement.Continue() -> {
        return End.CONTINUE;
      }
    }
    return End.REACHED;
  }

  private void write(String text) {
    budget.make(text.length());
    output.append(text);
    budget.checkOutput(output.length());
  }

  /// What a body writes.
  private String captured(List<Statement> body, Scope scope) {
    StringBuilder outer = output;
    output = new StringBuilder();
    try {
      run(body, scope);
      return output.toString();
    } finally {
      output = outer;
    }
  }

  private End branch(Statement.If branching, Scope scope) {
    for (Statement.Branch branch : branching.branches()) {
      if (Values.truth(value(branch.test(), scope))) {
        return run(branch.body(), scope);
      }
    }
    return run(branching.otherwise(), scope);
  }

  private void loop(Statement.For loop, Scope scope) {
    Value items = value(loop.items(), scope);
    line = loop.line();
    Iterator<Value> iterator = Values.iterator(items);
    int known = Values.lengthOrNone(items);
    if (loop.test().isPresent()) {
      iterator = passing(iterator, loop, scope);
      known = -1;
    }
    Loop state = new Loop(iterator, known);
    boolean any = false;
    while (state.hasNext()) {
      any = true;
      Scope within = new Scope(scope);
      within.set("loop", state);
      assign(loop.target(), state.next(), within);
      if (run(loop.body(), within) == End.BREAK) {
        break;
      }
    }
    if (!any) {
      run(loop.otherwise(), new Scope(scope));
    }
  }

  /// The items for which the loop's test holds, each tested when its turn comes.
  private Iterator<Value> passing(Iterator<Value> items, Statement.For loop, Scope scope) {
    return new Iterator<>() {
      private Value found;

      @Override
      public boolean hasNext() {
        while (found == null && items.hasNext()) {
          Value item = items.next();
          Scope within = new Scope(scope);
          assign(loop.target(), item, within);
          if (Values.truth(value(loop.test().orElseThrow(), within))) {
            found = item;
          }
        }
        return found != null;
      }

      @Override
      public Value next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Value next = found;
        found = null;
        return next;
      }
    };
  }

  private void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Target.Variable(String name) -> scope.set(name, value);
      case Target.Member(String name, String attribute) -> {
        if (!(scope.find(name) instanceof Namespace(Map<String, Value> attributes))) {
          throw new TemplateException("an attribute can be set of a namespace only, and '" + name + "' is none");
        }
        attributes.put(attribute, value);
      }
      case Target.Several(List<Target> targets) -> {
        List<Value> values = Values.list(value);
        if (values.size() != targets.size()) {
          throw new TemplateException(values.size() + " values cannot be assigned to " + targets.size() + " names");
        }
        for (int i = 0; i < values.size(); i++) {
          assign(targets.get(i), values.get(i), scope);
        }
      }
    }
  }

  private Value filtered(Value value, List<Expression.Filter> filters, Scope scope) {
    Value filtered = value;
    for (Expression.Filter filter : filters) {
      filtered = Filters.apply(filter.name(), filtered, call(filter.arguments(), scope));
    }
    return filtered;
  }

  // Macros

  private Function macro(String name, Statement.Closure closure, Scope defined) {
    List<Parameter> parameters = closure.parameters();
    return call -> {
      Scope scope = new Scope(defined);
      SequencedMap<String, Value> named = new LinkedHashMap<>(call.named());
      for (int i = 0; i < parameters.size(); i++) {
        bind(name, parameters.get(i), i, call, named, scope);
      }
      List<Value> rest = call.positional().subList(Math.min(parameters.size(), call.positional().size()),
          call.positional().size());
      if (!rest.isEmpty() && !closure.mentioned().contains("varargs")) {
        throw new TemplateException("the macro '%s' takes %d arguments, found %d".formatted(name, parameters.size(),
            call.positional().size()));
      }
      scope.set("varargs", new Items(rest, Kind.TUPLE));
      Value caller = named.remove("caller");
      if (closure.mentioned().contains("caller")) {
        scope.set("caller", caller == null ? new Undefined("no caller is defined") : caller);
      } else if (caller != null) {
        throw new TemplateException("the macro '" + name + "' has no use for a body");
      }
      if (!named.isEmpty() && !closure.mentioned().contains("kwargs")) {
        throw new TemplateException("the macro '" + name + "' takes no argument '" + named.firstEntry().getKey() + "'");
      }
      scope.set("kwargs", new Dict(keyed(named)));
      return new Str(captured(closure.body(), scope));
    };
  }

  private void bind(String macro, Parameter parameter, int place, Call call, SequencedMap<String, Value> named,
      Scope scope) {
    Value given = named.remove(parameter.name());
    if (place < call.positional().size()) {
      if (given != null) {
        throw new TemplateException(
            "the macro '" + macro + "' got the argument '" + parameter.name() + "' twice");
      }
      given = call.positional().get(place);
    }
    if (given == null) {
      given = parameter.otherwise().isPresent()
          ? value(parameter.otherwise().get(), scope)
          : new Undefined("parameter '" + parameter.name() + "' was not provided");
    }
    scope.set(parameter.name(), given);
  }

  private static SequencedMap<Value, Value> keyed(Map<String, Value> named) {
    SequencedMap<Value, Value> keyed = new LinkedHashMap<>();
    named.forEach((name, value) -> keyed.put(new Str(name), value));
    return keyed;
  }

  private Value callWithBody(Statement.CallWithBody statement, Scope scope) {
    Value callee = value(statement.call().target(), scope);
    Call plain = call(statement.call().arguments(), scope);
    SequencedMap<String, Value> named = new LinkedHashMap<>(plain.named());
    named.put("caller", macro("caller", statement.body(), scope));
    line = statement.line();
    return invoke(callee, new Call(this, plain.positional(), named));
  }

  // Expressions

  private Value value(Expression expression, Scope scope) {
    budget.enter();
    Value value = switch (expression) {
      case Expression.Constant constant -> constant.value();
      case Expression.Name(String name, int at) -> {
        line = at;
        yield variable(name, scope);
      }
      case Expression.Items(List<Expression> items, boolean tuple, int _) -> {
        budget.make(8L * items.size());
        yield new Items(values(items, scope), tuple ? Kind.TUPLE : Kind.LIST);
      }
      case Expression.Dictionary(List<Expression.Pair> pairs, int _) -> dictionary(pairs, scope);
      case Expression.Attribute attribute -> attribute(attribute, scope);
      case Expression.Item item -> {
        Value target = value(item.target(), scope);
        Value key = value(item.key(), scope);
        line = item.line();
        yield Attributes.item(target, key);
      }
      case Expression.Slice slice -> slice(slice, scope);
      case Expression.Call called -> {
        Value callee = value(called.target(), scope);
        Call call = call(called.arguments(), scope);
        line = called.line();
        yield invoke(callee, call);
      }
      case Expression.Filter filter -> {
        Value target = value(filter.target(), scope);
        Call call = call(filter.arguments(), scope);
        line = filter.line();
        yield Filters.apply(filter.name(), target, call);
      }
      case Expression.Test test -> test(test, scope);
      case Expression.Not not -> new Bool(!Values.truth(value(not.operand(), scope)));
      case Expression.Logical(Expression left, boolean and, Expression right, int _) -> {
        Value first = value(left, scope);
        yield Values.truth(first) == and ? value(right, scope) : first;
      }
      case Expression.Signed(Expression operand, boolean negative, int _) ->
        NumberOperations.signed(value(operand, scope), negative);
      case Expression.Arithmetic arithmetic -> {
        Value left = value(arithmetic.left(), scope);
        Value right = value(arithmetic.right(), scope);
        line = arithmetic.line();
        yield NumberOperations.apply(arithmetic.operator(), left, right, budget);
      }
      case Expression.Concatenation(List<Expression> parts, int _) -> concatenation(parts, scope);
      case Expression.Comparison comparison -> new Bool(holds(comparison, scope));
      case Expression.Conditional(Expression test, Expression then, Optional<Expression> otherwise, int _) ->
        Values.truth(value(test, scope))
            ? value(then, scope)
            : otherwise.map(other -> value(other, scope)).orElseGet(
                () -> new Undefined("an inline 'if' without 'else' did not hold"));
    };
    budget.leave();
    return value;
  }

  private List<Value> values(List<Expression> expressions, Scope scope) {
    List<Value> values = new ArrayList<>(expressions.size());
    expressions.forEach(expression -> values.add(value(expression, scope)));
    return values;
  }

  private Value variable(String name, Scope scope) {
    Value value = scope.find(name);
    if (value == null) {
      Globals.refuseUnsupported(name);
      return new Undefined("'" + name + "' is undefined");
    }
    return value;
  }

  private Value dictionary(List<Expression.Pair> pairs, Scope scope) {
    SequencedMap<Value, Value> entries = new LinkedHashMap<>();
    for (Expression.Pair pair : pairs) {
      entries.put(Values.key(value(pair.key(), scope)), value(pair.value(), scope));
    }
    budget.make(16L * pairs.size());
    return new Dict(entries);
  }

  private Value attribute(Expression.Attribute attribute, Scope scope) {
    Value target = value(attribute.target(), scope);
    line = attribute.line();
    return Attributes.attribute(target, attribute.name());
  }

  private Value slice(Expression.Slice slice, Scope scope) {
    Value target = value(slice.target(), scope);
    Optional<Long> start = bound(slice.start(), scope);
    Optional<Long> stop = bound(slice.stop(), scope);
    Optional<Long> step = bound(slice.step(), scope);
    line = slice.line();
    budget.make(Math.max(0, Values.lengthOrNone(target)));
    return Attributes.slice(target, start, stop, step.orElse(1L));
  }

  private Optional<Long> bound(Optional<Expression> bound, Scope scope) {
    return bound.map(expression -> value(expression, scope)).filter(value -> !(value instanceof Value.None))
        .map(Values::integer);
  }

  private Call call(Arguments arguments, Scope scope) {
    List<Value> positional = values(arguments.positional(), scope);
    SequencedMap<String, Value> named = new LinkedHashMap<>();
    arguments.named().forEach(keyword -> named.put(keyword.name(), value(keyword.value(), scope)));
    arguments.spread().ifPresent(spread -> positional.addAll(Values.list(value(spread, scope))));
    if (arguments.spreadNamed().isPresent()) {
      Value spread = value(arguments.spreadNamed().get(), scope);
      if (!(spread instanceof Dict(SequencedMap<Value, Value> entries))) {
        throw Values.wrongType("a mapping behind '**'", spread);
      }
      entries.forEach((name, value) -> named.put(Values.plainText(name), value));
    }
    return new Call(this, positional, named);
  }

  private static Value invoke(Value callee, Call call) {
    if (callee instanceof Function function) {
      return function.call(call);
    }
    throw Values.wrongType("a function", callee);
  }

  private Value test(Expression.Test test, Scope scope) {
    Value target = value(test.target(), scope);
    Call call = call(test.arguments(), scope);
    line = test.line();
    return new Bool(Tests.find(test.name()).orElseThrow().test(target, call));
  }

  private Value concatenation(List<Expression> parts, Scope scope) {
    StringBuilder joined = new StringBuilder();
    for (Expression part : parts) {
      String text = Values.text(value(part, scope));
      budget.make(text.length());
      joined.append(text);
    }
    return new Str(joined.toString());
  }

  private boolean holds(Expression.Comparison comparison, Scope scope) {
    Value left = value(comparison.first(), scope);
    for (Expression.Step step : comparison.steps()) {
      Value right = value(step.operand(), scope);
      line = comparison.line();
      if (!holds(step.operator(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private static boolean holds(String operator, Value left, Value right) {
    return switch (operator) {
      case "==" -> Values.equal(left, right);
      case "!=" -> !Values.equal(left, right);
      case "<" -> Values.compare(left, right) < 0;
      case "<=" -> Values.compare(left, right) <= 0;
      case ">" -> Values.compare(left, right) > 0;
      case ">=" -> Values.compare(left, right) >= 0;
      case "in" -> Values.contains(right, left);
      default -> !Values.contains(right, left);
    };
  }
}
