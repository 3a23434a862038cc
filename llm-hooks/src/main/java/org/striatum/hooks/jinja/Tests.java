package org.striatum.hooks.jinja;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.striatum.hooks.jinja.Value.Bool;
import org.striatum.hooks.jinja.Value.Dict;
import org.striatum.hooks.jinja.Value.Function;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.Loop;
import org.striatum.hooks.jinja.Value.None;
import org.striatum.hooks.jinja.Value.Real;
import org.striatum.hooks.jinja.Value.Str;
import org.striatum.hooks.jinja.Value.Undefined;

/// What can stand behind `is`.
///
/// Source: Jinja 3.1.6, `tests.py`.
final class Tests {
  private static final Map<String, BiPredicate<Value, Call>> KNOWN = Map.ofEntries(
      Map.entry("defined", (value, _) -> !(value instanceof Undefined)),
      Map.entry("undefined", (value, _) -> value instanceof Undefined),
      Map.entry("none", (value, _) -> value instanceof None),
      Map.entry("boolean", (value, _) -> value instanceof Bool),
      Map.entry("true", (value, _) -> value.equals(new Bool(true))),
      Map.entry("false", (value, _) -> value.equals(new Bool(false))),
      Map.entry("integer", (value, _) -> value instanceof Int),
      Map.entry("float", (value, _) -> value instanceof Real),
      Map.entry("number", (value, _) -> Values.isNumber(value)),
      Map.entry("string", (value, _) -> value instanceof Str),
      Map.entry("mapping", (value, _) -> value instanceof Dict),
      Map.entry("sequence", (value, _) -> isSequence(value)),
      Map.entry("iterable", (value, _) -> Values.isIterable(value)),
      Map.entry("callable",
          (value, _) -> value instanceof Function || value instanceof Undefined || value instanceof Loop),
      Map.entry("escaped", (value, _) -> value instanceof Str text && text.safe()),
      Map.entry("odd", (value, _) -> Math.floorMod(Values.integer(value), 2) == 1),
      Map.entry("even", (value, _) -> Math.floorMod(Values.integer(value), 2) == 0),
      Map.entry("divisibleby", (value, call) -> divides(value, Values.integer(call.required(0, "num")))),
      Map.entry("lower", (value, _) -> Methods.isLower(Values.text(value))),
      Map.entry("upper", (value, _) -> Methods.isUpper(Values.text(value))),
      Map.entry("sameas", (value, call) -> same(value, call.required(0, "other"))),
      Map.entry("in", (value, call) -> Values.contains(call.required(0, "seq"), value)),
      Map.entry("eq", (value, call) -> Values.equal(value, call.required(0, "b"))),
      Map.entry("equalto", (value, call) -> Values.equal(value, call.required(0, "b"))),
      Map.entry("ne", (value, call) -> !Values.equal(value, call.required(0, "b"))),
      Map.entry("lt", (value, call) -> Values.compare(value, call.required(0, "b")) < 0),
      Map.entry("lessthan", (value, call) -> Values.compare(value, call.required(0, "b")) < 0),
      Map.entry("le", (value, call) -> Values.compare(value, call.required(0, "b")) <= 0),
      Map.entry("gt", (value, call) -> Values.compare(value, call.required(0, "b")) > 0),
      Map.entry("greaterthan", (value, call) -> Values.compare(value, call.required(0, "b")) > 0),
      Map.entry("ge", (value, call) -> Values.compare(value, call.required(0, "b")) >= 0),
      Map.entry("filter", (value, _) -> Filters.isKnown(Values.plainText(value))),
      Map.entry("test", (value, _) -> find(Values.plainText(value)).isPresent()));
  private static final Set<String> WITH_ARGUMENT = Set.of("divisibleby", "sameas", "in", "eq", "equalto", "ne", "lt",
      "lessthan", "le", "gt", "greaterthan", "ge");
  /// Names that filters such as `select` may also use.
  private static final Map<String, String> OPERATORS = Map.of("==", "eq", "!=", "ne", "<", "lt", "<=", "le", ">", "gt",
      ">=", "ge");

  private Tests() {}

  /// @throws TemplateException if there is no such test
  static void require(Token name) {
    if (!KNOWN.containsKey(name.text())) {
      throw new TemplateException(name.line(), "the test '" + name.text() + "' is not known");
    }
  }

  static Optional<BiPredicate<Value, Call>> find(String name) {
    String known = OPERATORS.getOrDefault(name, name);
    int arguments = WITH_ARGUMENT.contains(known) ? 1 : 0;
    return Optional.ofNullable(KNOWN.get(known)).map(test -> (value, call) -> test.test(value,
        call.only(arguments, "num", "other", "seq", "b")));
  }

  private static boolean isSequence(Value value) {
    return Values.lengthOrNone(value) >= 0 && !(value instanceof Items items && !items.hasIndex());
  }

  private static boolean divides(Value value, long divisor) {
    if (divisor == 0) {
      throw new TemplateException("division by zero");
    }
    return Math.floorMod(Values.integer(value), divisor) == 0;
  }

  /// Identity, which is sure of singletons and of values with parts only.
  private static boolean same(Value a, Value b) {
    if (a instanceof None || a instanceof Bool || b instanceof None || b instanceof Bool) {
      return a.equals(b);
    }
    if (a instanceof Str || a instanceof Int || a instanceof Real) {
      throw new TemplateException("the test 'sameas' of values of type '" + Values.type(a) + "' is not supported");
    }
    return a == b;
  }
}
