package org.striatum.datasets.grading;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Name;
import org.striatum.datasets.grading.Expr.Num;

/// Exact values of rational functions where their variables are fractions of our choice: a difference that is zero at all of
/// them is zero, one that is not at one of them is not (Schwartz 1980, doi 10.1145/322217.322225: a polynomial has few zeros).
///
/// Names in factorials, binomials and exponents are whole numbers. What has roots, logarithms, steps or sizes of variables is
/// not decided here.
final class ExactPoints {
  private static final int POINTS = 6;
  private static final int FEWEST = 3;
  /// Whole numbers that are a name's value at the points.
  private static final int[] WHOLE = {7, 11, 4, 17, 5, 13};
  private static final Set<Head> RATIONAL = Set.of(Head.SUM, Head.PRODUCT, Head.POWER, Head.FACTORIAL, Head.BINOMIAL);
  /// No algebraic relation of one of them is known; two of them may have one.
  private static final Set<String> TRANSCENDENTAL = Set.of("pi", "e");
  private static final Set<String> UNDECIDED = Set.of("i", "infty", "ldots", "RR", "ZZ", "QQ", "NN", "CC");

  private final Set<String> wholes = new HashSet<>();
  private final Map<String, Integer> indices = new HashMap<>();

  private ExactPoints(Expr expr) {
    wholes(expr, false);
  }

  /// Whether a difference is zero; empty if exact values do not say it.
  static Optional<Boolean> zero(Expr difference) {
    List<Num> values = values(difference);
    boolean zero = values.stream().allMatch(value -> value.numerator().signum() == 0);
    return values.size() < FEWEST || (!zero && transcendental(difference)) ? Optional.empty() : Optional.of(zero);
  }

  /// Whether a quotient is a constant other than zero, and positive if asked; empty if exact values do not say it.
  static Optional<Boolean> constant(Expr quotient, boolean positive) {
    List<Num> values = values(quotient);
    boolean constant = values.stream().allMatch(value -> value.equalTo(values.getFirst()));
    if (values.size() < FEWEST || (!constant && transcendental(quotient))) {
      return Optional.empty();
    }
    int sign = values.getFirst().numerator().signum();
    return Optional.of(constant && (positive ? sign > 0 : sign != 0));
  }

  private static boolean transcendental(Expr expr) {
    return Expr.all(expr).anyMatch(part -> part instanceof Name name && TRANSCENDENTAL.contains(name.name()));
  }

  /// At the points where it has a value; none if it is no rational function.
  private static List<Num> values(Expr expr) {
    if (!Expr.all(expr).allMatch(ExactPoints::rational)) {
      return List.of();
    }
    ExactPoints points = new ExactPoints(expr);
    List<Num> values = new ArrayList<>();
    for (int point = 0; point < POINTS; point++) {
      try {
        Rational.value(points.at(expr, point)).ifPresent(values::add);
      } catch (ArithmeticException _) {
        // a denominator is 0 there
      }
    }
    return values;
  }

  private static boolean rational(Expr part) {
    return switch (part) {
      case Num _ -> true;
      case Name name -> !UNDECIDED.contains(name.name());
      case Apply apply -> RATIONAL.contains(apply.head())
          && (apply.head() != Head.POWER || Expr.all(apply.arg(1)).allMatch(ExactPoints::whole));
      case Expr.Words _,Expr.Relation _ -> false;
    };
  }

  /// Of what a whole exponent is made.
  private static boolean whole(Expr part) {
    return switch (part) {
      case Num number -> number.whole();
      case Name name -> !TRANSCENDENTAL.contains(name.name());
      case Apply apply -> apply.head() == Head.SUM || apply.head() == Head.PRODUCT;
      case Expr.Words _,Expr.Relation _ -> false;
    };
  }

  /// The names that are whole numbers.
  private void wholes(Expr expr, boolean inside) {
    if (expr instanceof Name name && inside) {
      wholes.add(name.name());
    }
    boolean counts = Expr.is(expr, Head.FACTORIAL) || Expr.is(expr, Head.BINOMIAL);
    List<Expr> parts = Expr.parts(expr);
    for (int i = 0; i < parts.size(); i++) {
      wholes(parts.get(i), inside || counts || (i == 1 && Expr.is(expr, Head.POWER)));
    }
  }

  private Expr at(Expr expr, int point) {
    return switch (expr) {
      case Name name -> value(name.name(), point);
      case Apply apply -> new Apply(apply.head(), apply.args().stream().map(arg -> at(arg, point)).toList());
      case Num _,Expr.Words _,Expr.Relation _ -> expr;
    };
  }

  /// Of either sign, without common factors.
  private Num value(String name, int point) {
    int index = indices.computeIfAbsent(name, _ -> indices.size());
    if (wholes.contains(name)) {
      return Num.of(WHOLE[(point + index) % WHOLE.length] + 3L * (index / WHOLE.length));
    }
    long mixed = ((point + 1L) * 7919 + (index + 1L) * 104_729) * 15_485_863L % 1_000_003L;
    return new Num(BigInteger.valueOf((point + index) % 2 == 0 ? mixed + 1 : -mixed - 1), BigInteger.valueOf(9973), 0);
  }
}
