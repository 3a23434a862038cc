package org.striatum.hooks.jinja;

import java.util.ArrayList;
import java.util.List;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.Kind;
import org.striatum.hooks.jinja.Value.Real;
import org.striatum.hooks.jinja.Value.Str;

/// Python's operators on numbers, strings and lists.
final class NumberOperations {
  private NumberOperations() {}

  static Value signed(Value value, boolean negative) {
    if (value instanceof Real(double number)) {
      return new Real(negative ? -number : number);
    }
    if (!Values.isNumber(value)) {
      throw Values.wrongType("a number", value);
    }
    long number = Values.integer(value);
    return new Int(negative ? exact(() -> Math.negateExact(number)) : number);
  }

  static Value apply(String operator, Value left, Value right, Budget budget) {
    if (Values.isNumber(left) && Values.isNumber(right)) {
      boolean real = left instanceof Real || right instanceof Real || operator.equals("/");
      return real
          ? new Real(reals(operator, Values.number(left), Values.number(right)))
          : integers(operator, Values.integer(left), Values.integer(right));
    }
    return switch (operator) {
      case "+" -> sum(left, right, budget);
      case "*" -> Values.isNumber(left) ? repeated(right, left, budget) : repeated(left, right, budget);
      case "%" -> {
        if (left instanceof Str) {
          throw new TemplateException("formatting a string with '%' is not supported");
        }
        throw mismatch(operator, left, right);
      }
      default -> throw mismatch(operator, left, right);
    };
  }

  private static TemplateException mismatch(String operator, Value left, Value right) {
    for (Value value : List.of(left, right)) {
      if (value instanceof Value.Undefined undefined) {
        return new TemplateException(undefined.what());
      }
    }
    return new TemplateException("'%s' has no meaning between values of types '%s' and '%s'".formatted(operator,
        Values.type(left), Values.type(right)));
  }

  private static double reals(String operator, double a, double b) {
    if (b == 0 && List.of("/", "//", "%").contains(operator)) {
      throw new TemplateException("division by zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "//" -> quotient(a, b);
      case "%" -> remainder(a, b);
      default -> power(a, b);
    };
  }

  /// With the sign of the divisor, as Python has it.
  private static double remainder(double a, double b) {
    double remainder = a % b;
    if (remainder == 0) {
      return Math.copySign(0, b);
    }
    return b < 0 == remainder < 0 ? remainder : remainder + b;
  }

  private static double quotient(double a, double b) {
    double exact = (a - remainder(a, b)) / b;
    double whole = Math.floor(exact);
    return exact == 0 ? Math.copySign(0, a / b) : exact - whole > 0.5 ? whole + 1 : whole;
  }

  private static double power(double a, double b) {
    if (a == 0 && b < 0) {
      throw new TemplateException("0 has no negative powers");
    }
    double power = Math.pow(a, b);
    if (!Double.isFinite(power) && Double.isFinite(a) && Double.isFinite(b)) {
      throw new TemplateException(Double.isNaN(power)
          ? "a negative number to a fraction is no real number"
          : "a power is too large for a number");
    }
    return power;
  }

  private static Value integers(String operator, long a, long b) {
    if (b == 0 && (operator.equals("//") || operator.equals("%"))) {
      throw new TemplateException("division by zero");
    }
    return switch (operator) {
      case "+" -> new Int(exact(() -> Math.addExact(a, b)));
      case "-" -> new Int(exact(() -> Math.subtractExact(a, b)));
      case "*" -> new Int(exact(() -> Math.multiplyExact(a, b)));
      case "//" -> new Int(exact(() -> Math.floorDivExact(a, b)));
      case "%" -> new Int(Math.floorMod(a, b));
      default -> power(a, b);
    };
  }

  private static Value power(long a, long b) {
    if (b < 0) {
      return new Real(power((double) a, (double) b));
    }
    if (b > 63 && Math.abs(a) > 1) {
      throw tooLarge();
    }
    long product = 1;
    for (long i = 0; i < Math.min(b, 64); i++) {
      long before = product;
      product = exact(() -> Math.multiplyExact(before, a));
    }
    return new Int(Math.abs(a) <= 1 && b > 64 ? (a == 0 ? 0 : b % 2 == 0 ? 1 : a) : product);
  }

  private interface Exact {
    long compute();
  }

  private static long exact(Exact exact) {
    try {
      return exact.compute();
    } catch (ArithmeticException overflow) {
      throw tooLarge();
    }
  }

  private static TemplateException tooLarge() {
    return new TemplateException("an integer of more than 64 bits is not supported");
  }

  private static Value sum(Value left, Value right, Budget budget) {
    if (left instanceof Str && right instanceof Str) {
      String a = Values.plainText(left);
      String b = Values.plainText(right);
      budget.make((long) a.length() + b.length());
      return new Str(a + b);
    }
    if (left instanceof Items a && right instanceof Items b && a.kind() == b.kind()
        && (a.kind() == Kind.LIST || a.kind() == Kind.TUPLE)) {
      budget.make(8L * (a.all().size() + b.all().size()));
      List<Value> joined = new ArrayList<>(a.all());
      joined.addAll(b.all());
      return new Items(joined, a.kind());
    }
    throw mismatch("+", left, right);
  }

  private static Value repeated(Value value, Value times, Budget budget) {
    if (times instanceof Real || !Values.isNumber(times)) {
      throw mismatch("*", value, times);
    }
    long count = Math.max(0, Values.integer(times));
    if (value instanceof Str) {
      String text = Values.plainText(value);
      budget.make(product(text.length(), count));
      return new Str(text.repeat((int) count));
    }
    if (value instanceof Items items && (items.kind() == Kind.LIST || items.kind() == Kind.TUPLE)) {
      budget.make(product(8L * items.all().size(), count));
      List<Value> repeated = new ArrayList<>();
      for (long i = 0; i < count && !items.all().isEmpty(); i++) {
        repeated.addAll(items.all());
      }
      return new Items(repeated, items.kind());
    }
    throw mismatch("*", value, times);
  }

  private static long product(long length, long count) {
    return length == 0 ? 0 : count > (1L << 40) / length ? 1L << 40 : length * count;
  }
}
