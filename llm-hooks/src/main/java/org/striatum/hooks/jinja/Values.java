package org.striatum.hooks.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.striatum.hooks.jinja.Value.Bool;
import org.striatum.hooks.jinja.Value.Dict;
import org.striatum.hooks.jinja.Value.Function;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.Kind;
import org.striatum.hooks.jinja.Value.Loop;
import org.striatum.hooks.jinja.Value.Namespace;
import org.striatum.hooks.jinja.Value.None;
import org.striatum.hooks.jinja.Value.Real;
import org.striatum.hooks.jinja.Value.Str;
import org.striatum.hooks.jinja.Value.Undefined;

/// What Python's built-in functions say of values: text, truth, equality, order.
final class Values {
  static final Value NONE = new None();
  private static final int LONGEST = 4 << 20;
  private static final int MOST_COMPARED = 1 << 20;

  private Values() {}

  /// The Python name of a value's type.
  static String type(Value value) {
    return switch (value) {
      case Undefined _ -> "Undefined";
      case None _ -> "NoneType";
      case Bool _ -> "bool";
      case Int _ -> "int";
      case Real _ -> "float";
      case Str text -> text.safe() ? "Markup" : "str";
      case Items items -> switch (items.kind()) {
        case LIST -> "list";
        case TUPLE -> "tuple";
        case RANGE -> "range";
        case VIEW -> "dict view";
        case GENERATOR -> "generator";
      };
      case Dict _ -> "dict";
      case Namespace _ -> "Namespace";
      case Function _ -> "function";
      case Loop _ -> "LoopContext";
    };
  }

  /// Python's `bool`.
  static boolean truth(Value value) {
    return switch (value) {
      case Undefined _,None _ -> false;
      case Bool truth -> truth.value();
      case Int number -> number.value() != 0;
      case Real number -> number.value() != 0;
      case Str text -> !text.text().isEmpty();
      case Items items -> items.kind() == Kind.GENERATOR || !items.all().isEmpty();
      case Dict dict -> !dict.entries().isEmpty();
      case Namespace _,Function _,Loop _ -> true;
    };
  }

  /// Python's `str`.
  static String text(Value value) {
    return switch (value) {
      case Undefined _ -> "";
      case Str text -> text.text();
      default -> {
        StringBuilder written = new StringBuilder();
        repr(value, 0, written);
        yield written.toString();
      }
    };
  }

  /// The text of a string that no filter marked as safe; other values are refused.
  static String plainText(Value value) {
    if (value instanceof Str(String text, boolean safe)) {
      if (safe) {
        throw new TemplateException("a string marked 'safe' can only be written");
      }
      return text;
    }
    throw wrongType("a string", value);
  }

  static long integer(Value value) {
    return switch (value) {
      case Int number -> number.value();
      case Bool truth -> truth.value() ? 1 : 0;
      default -> throw wrongType("an integer", value);
    };
  }

  static TemplateException wrongType(String expected, Value found) {
    if (found instanceof Undefined undefined) {
      return new TemplateException(undefined.what());
    }
    return new TemplateException(expected + " is expected, found a value of type '" + type(found) + "'");
  }

  /// Python's `repr`, stopped while it grows: one list may stand in many places.
  private static void repr(Value value, int depth, StringBuilder text) {
    if (depth > 100) {
      throw new TemplateException("a value is nested too deeply");
    }
    if (text.length() > LONGEST) {
      throw new TemplateException("the text of a value has more than " + LONGEST + " characters");
    }
    switch (value) {
      case Undefined _ -> text.append("Undefined");
      case None _ -> text.append("None");
      case Bool truth -> text.append(truth.value() ? "True" : "False");
      case Int number -> text.append(number.value());
      case Real number -> text.append(real(number.value()));
      case Str string -> text.append(quoted(plainText(string)));
      case Items items when items.kind() == Kind.LIST || items.kind() == Kind.TUPLE -> items(items, depth, text);
      case Dict dict -> {
        String between = "{";
        for (Map.Entry<Value, Value> entry : dict.entries().entrySet()) {
          text.append(between);
          repr(entry.getKey(), depth + 1, text);
          text.append(": ");
          repr(entry.getValue(), depth + 1, text);
          between = ", ";
        }
        text.append(dict.entries().isEmpty() ? "{}" : "}");
      }
      case Items _,Namespace _,Function _,Loop _ ->
        throw new TemplateException("a value of type '" + type(value) + "' has no text of its own");
    }
  }

  private static void items(Items items, int depth, StringBuilder text) {
    boolean list = items.kind() == Kind.LIST;
    text.append(list ? '[' : '(');
    String between = "";
    for (Value item : items.all()) {
      text.append(between);
      repr(item, depth + 1, text);
      between = ", ";
    }
    text.append(list ? "]" : items.all().size() == 1 ? ",)" : ")");
  }

  /// Python's `repr` of a float.
  static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return Double.toString(value);
    }
    BigDecimal shortest = shortest(value);
    double size = Math.abs(value);
    if (size >= 1e-4 && size < 1e16) {
      String plain = shortest.toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return "%s%se%s%02d".formatted(value < 0 ? "-" : "", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  /// The fewest digits that read as this number; Java's own text has at least two.
  private static BigDecimal shortest(double value) {
    BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    BigDecimal one = digits.round(new MathContext(1));
    return one.doubleValue() == value ? one : digits;
  }

  /// Python's `repr` of a string.
  static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder().append(quote);
    text.codePoints().forEach(c -> {
      switch (c) {
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\\' -> quoted.append("\\\\");
        default -> {
          if (c == quote) {
            quoted.append('\\').append(quote);
          } else if (c == ' ' || isPrintable(c)) {
            quoted.appendCodePoint(c);
          } else {
            quoted.append(c < 0x100
                ? "\\x%02x".formatted(c)
                : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
          }
        }
      }
    });
    return quoted.append(quote).toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
          Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR ->
        false;
      default -> true;
    };
  }

  /// A dictionary key or hashed value: numbers that are equal are one.
  static Value key(Value value) {
    return switch (value) {
      case Str text -> text.safe() ? new Str(text.text()) : text;
      case Int _,None _ -> value;
      case Bool _,Real _ -> throw new TemplateException("a key of type '" + type(value) + "' is not supported");
      case Items items when items.kind() == Kind.TUPLE ->
        throw new TemplateException("a key of type 'tuple' is not supported");
      default -> throw new TemplateException("a value of type '" + type(value) + "' cannot be a key");
    };
  }

  /// What equal values share: numbers that are equal are one.
  static Value hashed(Value value) {
    return switch (value) {
      case Bool truth -> new Int(truth.value() ? 1 : 0);
      case Real(double number) when number == Math.rint(number) && Math.abs(number) < 1L << 53 ->
        new Int((long) number);
      case Real _ -> value;
      default -> key(value);
    };
  }

  /// The value under a key, null if there is none.
  static Value get(Dict dict, Value key) {
    return key instanceof Str || key instanceof Int || key instanceof None ? dict.entries().get(key(key)) : null;
  }

  /// Python's `==`.
  static boolean equal(Value a, Value b) {
    return equal(a, b, new int[]{0});
  }

  /// @param compared how many pairs were looked at: one list may stand in many places
  private static boolean equal(Value a, Value b, int[] compared) {
    if (++compared[0] > MOST_COMPARED) {
      throw new TemplateException("a comparison looks at more than " + MOST_COMPARED + " values");
    }
    return switch (a) {
      case Int _,Bool _,Real _ when isNumber(b) -> compareNumbers(a, b) == 0 && !isNan(a) && !isNan(b);
      case Str(String x, boolean _) -> b instanceof Str(String y, boolean _) && x.equals(y);
      case Items x -> b instanceof Items y && equal(x, y, compared);
      case Dict x -> b instanceof Dict y && equal(x, y, compared);
      case Undefined _,None _ -> a.equals(b);
      default -> a == b;
    };
  }

  private static boolean equal(Items a, Items b, int[] compared) {
    if (a == b || a.kind() != b.kind() || a.kind() == Kind.GENERATOR || a.kind() == Kind.VIEW) {
      return a == b;
    }
    if (a.all().size() != b.all().size()) {
      return false;
    }
    for (int i = 0; i < a.all().size(); i++) {
      if (!equal(a.all().get(i), b.all().get(i), compared)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equal(Dict a, Dict b, int[] compared) {
    if (a.entries().size() != b.entries().size()) {
      return false;
    }
    for (Map.Entry<Value, Value> entry : a.entries().entrySet()) {
      Value other = b.entries().get(entry.getKey());
      if (other == null || !equal(entry.getValue(), other, compared)) {
        return false;
      }
    }
    return true;
  }

  static boolean isNumber(Value value) {
    return value instanceof Int || value instanceof Real || value instanceof Bool;
  }

  private static boolean isNan(Value value) {
    return value instanceof Real(double number) && Double.isNaN(number);
  }

  static double number(Value value) {
    return value instanceof Real(double number) ? number : integer(value);
  }

  private static int compareNumbers(Value a, Value b) {
    if (a instanceof Real || b instanceof Real) {
      double x = number(a);
      double y = number(b);
      return x < y ? -1 : x > y ? 1 : 0;
    }
    return Long.compare(integer(a), integer(b));
  }

  /// The order of two values; values without one are refused.
  static int compare(Value a, Value b) {
    return compare(a, b, new int[]{0});
  }

  private static int compare(Value a, Value b, int[] compared) {
    if (isNumber(a) && isNumber(b)) {
      return compareNumbers(a, b);
    }
    if (a instanceof Str(String x, boolean _) && b instanceof Str(String y, boolean _)) {
      return Text.compare(x, y);
    }
    if (a instanceof Items x && b instanceof Items y && x.kind() == y.kind()
        && (x.kind() == Kind.LIST || x.kind() == Kind.TUPLE)) {
      for (int i = 0; i < Math.min(x.all().size(), y.all().size()); i++) {
        if (!equal(x.all().get(i), y.all().get(i), compared)) {
          return compare(x.all().get(i), y.all().get(i), compared);
        }
      }
      return Integer.compare(x.all().size(), y.all().size());
    }
    for (Value value : List.of(a, b)) {
      if (value instanceof Undefined undefined) {
        throw new TemplateException(undefined.what());
      }
    }
    throw new TemplateException(
        "values of types '" + type(a) + "' and '" + type(b) + "' have no order");
  }

  /// Python's `in`.
  static boolean contains(Value container, Value item) {
    return switch (container) {
      case Str(String text, boolean _) -> {
        if (!(item instanceof Str(String part, boolean _))) {
          throw wrongType("a string left of 'in'", item);
        }
        yield text.contains(part);
      }
      case Dict dict -> {
        if (item instanceof Dict || (item instanceof Items items && items.kind() != Kind.TUPLE)) {
          throw new TemplateException("a value of type '" + type(item) + "' cannot be a key");
        }
        yield get(dict, item) != null;
      }
      default -> {
        Iterator<Value> items = iterator(container);
        while (items.hasNext()) {
          if (equal(items.next(), item)) {
            yield true;
          }
        }
        yield false;
      }
    };
  }

  /// Python's `iter`.
  static Iterator<Value> iterator(Value value) {
    return switch (value) {
      case Undefined _ -> List.<Value>of().iterator();
      case Items items -> items.iterator();
      case Dict dict -> dict.entries().keySet().iterator();
      case Str text -> Text.characters(text.text()).stream().<Value>map(Str::new).iterator();
      default -> throw wrongType("a value with items", value);
    };
  }

  static boolean isIterable(Value value) {
    return value instanceof Undefined || value instanceof Items || value instanceof Dict || value instanceof Str
        || value instanceof Loop;
  }

  /// Python's `list`.
  static List<Value> list(Value value) {
    List<Value> list = new ArrayList<>();
    iterator(value).forEachRemaining(list::add);
    return list;
  }

  /// Python's `len`, −1 where there is none.
  static int lengthOrNone(Value value) {
    return switch (value) {
      case Undefined _ -> 0;
      case Str text -> Text.length(text.text());
      case Dict dict -> dict.entries().size();
      case Items items when items.hasLength() -> items.all().size();
      default -> -1;
    };
  }

  static int length(Value value) {
    int length = lengthOrNone(value);
    if (length < 0) {
      throw wrongType("a value with a length", value);
    }
    return length;
  }
}
