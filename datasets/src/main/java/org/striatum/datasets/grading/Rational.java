package org.striatum.datasets.grading;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Num;

/// Exact arithmetic on the constants of a tree, bounded so that no text makes it slow.
final class Rational {
  /// Larger results are left as they are written.
  private static final int MOST_BITS = 20_000;
  private static final int LARGEST_FACTORIAL = 1000;
  /// Decimals from which a written decimal stands for the value that it is the rounding of: 0.333333 for 1/3. The field's
  /// reference verifier rounds to six.
  private static final int ROUNDED_PLACES = 6;
  /// Beyond these a computer's own rounding shows.
  private static final int MOST_PLACES = 12;

  private Rational() {}

  static BigDecimal of(Num number) {
    return new BigDecimal(number.numerator()).divide(new BigDecimal(number.denominator()), MathContext.DECIMAL128);
  }

  /// The number that a constant expression is, if it is rational and not too large.
  static Optional<Num> value(Expr expr) {
    return switch (expr) {
      case Num number -> Optional.of(number);
      case Apply apply -> applied(apply);
      case Expr.Name _,Expr.Words _,Expr.Relation _ -> Optional.empty();
    };
  }

  private static Optional<Num> applied(Apply apply) {
    return switch (apply.head()) {
      case SUM -> folded(apply, Expr.ZERO, Rational::sum);
      case PRODUCT -> folded(apply, Expr.ONE, Rational::product);
      case POWER -> value(apply.arg(0)).flatMap(base -> value(apply.arg(1)).flatMap(exponent -> power(base, exponent)));
      case FACTORIAL -> value(apply.arg(0)).flatMap(Rational::factorial);
      case BINOMIAL -> value(apply.arg(0)).flatMap(n -> value(apply.arg(1)).flatMap(k -> binomial(n, k)));
      case ABS -> value(apply.arg(0)).map(n -> new Num(n.numerator().abs(), n.denominator(), n.places()));
      case MAX -> folded(apply, Rational::larger);
      case MIN -> folded(apply, Rational::smaller);
      case GCD -> wholes(apply) ? folded(apply, Rational::divisor) : Optional.empty();
      case LCM -> wholes(apply) ? folded(apply, Rational::multiple) : Optional.empty();
      case MOD -> value(apply.arg(0)).flatMap(n -> value(apply.arg(1)).flatMap(m -> remainder(n, m)));
      case LOG_TO_BASE -> value(apply.arg(0)).flatMap(base -> value(apply.arg(1)).flatMap(n -> logarithm(base, n)));
      case FLOOR -> value(apply.arg(0)).map(n -> rounded(n, RoundingMode.FLOOR));
      case CEILING -> value(apply.arg(0)).map(n -> rounded(n, RoundingMode.CEILING));
      default -> Optional.empty();
    };
  }

  private interface Operation {
    Num of(Num left, Num right);
  }

  private static Optional<Num> folded(Apply apply, Num start, Operation operation) {
    Num total = start;
    for (Expr arg : apply.args()) {
      Optional<Num> next = value(arg);
      if (next.isEmpty() || bits(total) + bits(next.get()) > MOST_BITS) {
        return Optional.empty();
      }
      total = operation.of(total, next.get());
    }
    return Optional.of(total);
  }

  /// Of at least one argument.
  private static Optional<Num> folded(Apply apply, Operation operation) {
    return value(apply.arg(0)).flatMap(first -> folded(apply, first, operation));
  }

  private static Num larger(Num a, Num b) {
    return order(a, b) >= 0 ? a : b;
  }

  private static Num smaller(Num a, Num b) {
    return order(a, b) >= 0 ? b : a;
  }

  private static int order(Num a, Num b) {
    return a.numerator().multiply(b.denominator()).compareTo(b.numerator().multiply(a.denominator()));
  }

  private static boolean wholes(Apply apply) {
    return apply.args().stream().map(Rational::value).allMatch(n -> n.filter(Num::whole).isPresent());
  }

  private static Num divisor(Num a, Num b) {
    return new Num(a.numerator().gcd(b.numerator()), BigInteger.ONE, 0);
  }

  private static Num multiple(Num a, Num b) {
    BigInteger product = a.numerator().multiply(b.numerator()).abs();
    return product.signum() == 0
        ? Expr.ZERO
        : new Num(product.divide(a.numerator().gcd(b.numerator())), BigInteger.ONE, 0);
  }

  /// Between 0 and the divisor.
  static Optional<Num> remainder(Num n, Num m) {
    return n.whole() && m.whole() && m.numerator().signum() > 0
        ? Optional.of(new Num(n.numerator().mod(m.numerator()), BigInteger.ONE, 0))
        : Optional.empty();
  }

  /// A logarithm that is whole.
  private static Optional<Num> logarithm(Num base, Num n) {
    if (!base.whole() || base.numerator().compareTo(BigInteger.TWO) < 0 || n.numerator().signum() <= 0) {
      return Optional.empty();
    }
    boolean inverse = n.numerator().equals(BigInteger.ONE);
    BigInteger rest = inverse ? n.denominator() : n.numerator();
    if (!inverse && !n.whole()) {
      return Optional.empty();
    }
    long exponent = 0;
    while (rest.mod(base.numerator()).signum() == 0) {
      rest = rest.divide(base.numerator());
      exponent++;
    }
    return rest.equals(BigInteger.ONE) ? Optional.of(Num.of(inverse ? -exponent : exponent)) : Optional.empty();
  }

  private static int bits(Num number) {
    return number.numerator().bitLength() + number.denominator().bitLength();
  }

  static Num sum(Num a, Num b) {
    return new Num(a.numerator().multiply(b.denominator()).add(b.numerator().multiply(a.denominator())),
        a.denominator().multiply(b.denominator()), Math.max(a.places(), b.places()));
  }

  static Num product(Num a, Num b) {
    return new Num(a.numerator().multiply(b.numerator()), a.denominator().multiply(b.denominator()),
        Math.max(a.places(), b.places()));
  }

  private static Optional<Num> power(Num base, Num exponent) {
    if (!exponent.whole()) {
      return root(base, exponent);
    }
    if (exponent.numerator().bitLength() > 31
        || (base.numerator().signum() == 0 && exponent.numerator().signum() <= 0)) {
      return trivialPower(base, exponent);
    }
    int n = Math.abs(exponent.numerator().intValue());
    if ((long) bits(base) * n > MOST_BITS) {
      return trivialPower(base, exponent);
    }
    BigInteger up = base.numerator().pow(n);
    BigInteger down = base.denominator().pow(n);
    int places = base.places();
    return Optional.of(exponent.numerator().signum() < 0 ? new Num(down, up, places) : new Num(up, down, places));
  }

  private static Optional<Num> trivialPower(Num base, Num exponent) {
    return base.equalTo(Expr.ONE) && exponent.whole() ? Optional.of(Expr.ONE) : Optional.empty();
  }

  /// Square roots that come out even.
  private static Optional<Num> root(Num base, Num exponent) {
    if (!exponent.denominator().equals(BigInteger.TWO) || base.numerator().signum() < 0 || bits(base) > MOST_BITS) {
      return Optional.empty();
    }
    BigInteger up = base.numerator().sqrt();
    BigInteger down = base.denominator().sqrt();
    return up.multiply(up).equals(base.numerator()) && down.multiply(down).equals(base.denominator())
        ? power(new Num(up, down, 0), new Num(exponent.numerator(), BigInteger.ONE, 0))
        : Optional.empty();
  }

  private static Optional<Num> factorial(Num n) {
    if (!n.whole() || n.numerator().signum() < 0 || n.numerator().bitLength() > 31
        || n.numerator().intValue() > LARGEST_FACTORIAL) {
      return Optional.empty();
    }
    BigInteger product = BigInteger.ONE;
    for (int i = 2; i <= n.numerator().intValue(); i++) {
      product = product.multiply(BigInteger.valueOf(i));
    }
    return Optional.of(new Num(product, BigInteger.ONE, 0));
  }

  private static Optional<Num> binomial(Num n, Num k) {
    if (!n.whole() || !k.whole() || k.numerator().compareTo(n.numerator()) > 0) {
      return Optional.empty();
    }
    Num rest = new Num(n.numerator().subtract(k.numerator()), BigInteger.ONE, 0);
    return factorial(n).flatMap(all -> factorial(k).flatMap(some -> factorial(rest).map(
        others -> new Num(all.numerator(), some.numerator().multiply(others.numerator()), 0))));
  }

  private static Num rounded(Num number, RoundingMode mode) {
    BigDecimal whole = new BigDecimal(number.numerator()).divide(new BigDecimal(number.denominator()), 0, mode);
    return new Num(whole.toBigInteger(), BigInteger.ONE, 0);
  }

  /// Whether two numbers are equal, or one is a decimal of many places and the other rounds to it.
  static boolean same(Num a, Num b) {
    if (a.equalTo(b)) {
      return true;
    }
    int places = Math.min(a.places() == 0 ? Integer.MAX_VALUE : a.places(),
        b.places() == 0 ? Integer.MAX_VALUE : b.places());
    return places != Integer.MAX_VALUE && places >= ROUNDED_PLACES
        && within(sum(a, product(b, Expr.MINUS_ONE)), Math.min(places, MOST_PLACES));
  }

  /// Whether a decimal of many places is the rounding of a value known as a double.
  static boolean rounds(Num decimal, double value) {
    return decimal.places() >= ROUNDED_PLACES
        && Math.abs(decimal.value() - value) <= 0.5000001 * Math.pow(10, -Math.min(decimal.places(), MOST_PLACES))
            + 1e-15 * Math.abs(value);
  }

  /// |difference| ≤ ½·10^(−places).
  private static boolean within(Num difference, int places) {
    return difference.numerator().abs().multiply(BigInteger.TWO).multiply(BigInteger.TEN.pow(places))
        .compareTo(difference.denominator()) <= 0;
  }
}
