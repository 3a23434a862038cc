package org.striatum.datasets.grading;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.Stream;

/// A mathematical answer as a small tree: what a TeX text means, without how it was written.
sealed interface Expr {
  Num ZERO = Num.of(0);
  Num ONE = Num.of(1);
  Num MINUS_ONE = Num.of(-1);
  Name INFINITY = new Name("infty");
  Name REALS = new Name("RR");

  /// A number by value, in lowest terms.
  ///
  /// @param places the decimals it was written with; 0 for whole numbers and fractions
  record Num(BigInteger numerator, BigInteger denominator, int places) implements Expr {
    public Num {
      if (denominator.signum() == 0) {
        throw new ArithmeticException("a denominator is 0");
      }
      BigInteger common = numerator.gcd(denominator);
      BigInteger divisor = denominator.signum() < 0 ? common.negate() : common;
      numerator = numerator.divide(divisor);
      denominator = denominator.divide(divisor);
    }

    static Num of(long value) {
      return new Num(BigInteger.valueOf(value), BigInteger.ONE, 0);
    }

    boolean whole() {
      return denominator.equals(BigInteger.ONE);
    }

    boolean equalTo(Num other) {
      return numerator.equals(other.numerator) && denominator.equals(other.denominator);
    }

    double value() {
      return Rational.of(this).doubleValue();
    }

    /// As text: `n` or `n/d`.
    String text() {
      return whole() ? numerator.toString() : numerator + "/" + denominator;
    }
  }

  /// A variable or constant: `x`, `pi`, `F_{n}`.
  record Name(String name) implements Expr {}

  /// A text, such as the name of a person.
  record Words(String text) implements Expr {}

  /// An operation on its arguments.
  record Apply(Head head, List<Expr> args) implements Expr {
    public Apply {
      args = List.copyOf(args);
    }

    Expr arg(int index) {
      return args.get(index);
    }
  }

  /// `a < b = c`: one sign more than there are sides, less two.
  record Relation(List<Expr> sides, List<Sign> signs) implements Expr {
    public Relation {
      sides = List.copyOf(sides);
      signs = List.copyOf(signs);
      if (sides.size() != signs.size() + 1 || signs.isEmpty()) {
        throw new IllegalArgumentException("a relation of " + sides.size() + " sides has " + signs.size() + " signs");
      }
    }

    Expr last() {
      return sides.getLast();
    }
  }

  /// Between two sides of a relation.
  enum Sign {
    EQUAL, ABOUT, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, IN, IMPLIES,
    /// `\sim` and `\cong` between figures.
    SIMILAR, CONGRUENT;

    Sign flipped() {
      return switch (this) {
        case LESS -> GREATER;
        case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
        case GREATER -> LESS;
        case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
        default -> this;
      };
    }

    boolean ordering() {
      return this == LESS || this == LESS_OR_EQUAL || this == GREATER || this == GREATER_OR_EQUAL;
    }

    boolean strict() {
      return this == LESS || this == GREATER;
    }
  }

  /// What an [Apply] does. `Kind.VALUE` has a value when its arguments have; the others are collections of values, or opaque:
  /// equal only if written alike.
  enum Head {
    SUM(Kind.VALUE), PRODUCT(Kind.VALUE), POWER(Kind.VALUE), FACTORIAL(Kind.VALUE), BINOMIAL(Kind.VALUE), ABS(Kind.VALUE),
    FLOOR(Kind.VALUE), CEILING(Kind.VALUE), LOG(Kind.VALUE), LOG_TO_BASE(Kind.VALUE), SIN(Kind.VALUE), COS(Kind.VALUE),
    TAN(Kind.VALUE), SEC(Kind.VALUE), CSC(Kind.VALUE), COT(Kind.VALUE), ARCSIN(Kind.VALUE), ARCCOS(Kind.VALUE),
    ARCTAN(Kind.VALUE), SINH(Kind.VALUE), COSH(Kind.VALUE), TANH(Kind.VALUE), MAX(Kind.VALUE), MIN(Kind.VALUE), GCD(Kind.VALUE), LCM(Kind.VALUE),
    /// The remainder of the first divided by the second.
    MOD(Kind.VALUE),
    /// The first argument is the function's name.
    FUNCTION(Kind.OPAQUE), SUBSCRIPT(Kind.OPAQUE), PLUS_MINUS(Kind.OPAQUE), MINUS_PLUS(Kind.OPAQUE), RATIO(Kind.OPAQUE),
    DETERMINANT(Kind.OPAQUE), CASES(Kind.OPAQUE),
    /// All numbers that leave the first's remainder when the second divides them: `3 \pmod 7`.
    CONGRUENT(Kind.OPAQUE),
    /// `a, b`: without order where it is compared with a set or another list.
    LIST(Kind.COLLECTION),
    /// `(a, b)`: also the open interval.
    TUPLE(Kind.COLLECTION), SET(Kind.COLLECTION),
    /// `[a, b]`, `[a, b)`, `(a, b]`.
    CLOSED(Kind.COLLECTION), CLOSED_OPEN(Kind.COLLECTION), OPEN_CLOSED(Kind.COLLECTION), UNION(Kind.COLLECTION),
    INTERSECTION(Kind.COLLECTION), WITHOUT(Kind.COLLECTION), ROW(Kind.COLLECTION), MATRIX(Kind.COLLECTION),
    /// What meets a condition: `\{x \mid x > 3\}`; its argument is the relation.
    CONDITION(Kind.COLLECTION),
    /// Inequalities that hold together, and of which one holds.
    CONJUNCTION(Kind.COLLECTION), DISJUNCTION(Kind.COLLECTION);

    /// Kinds of operations.
    enum Kind {
      VALUE, OPAQUE, COLLECTION
    }

    private final Kind kind;

    Head(Kind kind) {
      this.kind = kind;
    }

    Kind kind() {
      return kind;
    }

    /// Whether the order of the arguments is of no account.
    boolean unordered() {
      return this == SUM || this == SET || this == UNION || this == INTERSECTION || this == CONJUNCTION
          || this == DISJUNCTION || symmetric();
    }

    /// Whether it is a function of numbers whose order is of no account.
    boolean symmetric() {
      return this == MAX || this == MIN || this == GCD || this == LCM;
    }

    boolean interval() {
      return this == TUPLE || this == CLOSED || this == CLOSED_OPEN || this == OPEN_CLOSED;
    }
  }

  static Apply apply(Head head, Expr... args) {
    return new Apply(head, List.of(args));
  }

  static Expr negated(Expr value) {
    return value instanceof Num n
        ? new Num(n.numerator().negate(), n.denominator(), n.places())
        : apply(Head.PRODUCT, MINUS_ONE, value);
  }

  static Expr quotient(Expr numerator, Expr denominator) {
    return apply(Head.PRODUCT, numerator, apply(Head.POWER, denominator, MINUS_ONE));
  }

  static Expr difference(Expr minuend, Expr subtrahend) {
    return apply(Head.SUM, minuend, negated(subtrahend));
  }

  static boolean is(Expr expr, Head head) {
    return expr instanceof Apply apply && apply.head() == head;
  }

  /// The direct parts.
  static List<Expr> parts(Expr expr) {
    return switch (expr) {
      case Apply apply -> apply.args();
      case Relation relation -> relation.sides();
      case Num _, Name _, Words _ -> List.of();
    };
  }

  /// It and everything in it.
  static Stream<Expr> all(Expr expr) {
    return Stream.concat(Stream.of(expr), parts(expr).stream().flatMap(Expr::all));
  }
}
