package org.striatum.datasets.grading;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Name;
import org.striatum.datasets.grading.Expr.Num;

/// The value of a tree where its variables have chosen values, in complex doubles: what differs at one point is not equal,
/// which needs no algebra.
final class Probe {
  /// Points at which two expressions are compared.
  static final int POINTS = 6;
  /// Doubles lose digits where large terms cancel; whether values that agree so far are equal is for algebra to say.
  private static final double TOLERANCE = 1e-6;
  private static final Complex UNDEFINED = new Complex(Double.NaN, Double.NaN);

  private final int point;

  private Probe(int point) {
    this.point = point;
  }

  /// A complex number.
  record Complex(double re, double im) {
    static Complex of(double real) {
      return new Complex(real, 0);
    }

    boolean defined() {
      return Double.isFinite(re) && Double.isFinite(im);
    }

    double modulus() {
      return Math.hypot(re, im);
    }

    Complex plus(Complex other) {
      return new Complex(re + other.re, im + other.im);
    }

    Complex times(Complex other) {
      return new Complex(re * other.re - im * other.im, re * other.im + im * other.re);
    }

    Complex over(Complex other) {
      double square = other.re * other.re + other.im * other.im;
      return square == 0 ? UNDEFINED : times(new Complex(other.re / square, -other.im / square));
    }

    Complex exp() {
      return new Complex(Math.exp(re) * Math.cos(im), im == 0 ? 0 : Math.exp(re) * Math.sin(im));
    }

    Complex log() {
      return modulus() == 0
          ? UNDEFINED
          : new Complex(Math.log(modulus()), im == 0 ? (re > 0 ? 0 : Math.PI) : Math.atan2(im, re));
    }
  }

  /// Whether two expressions have different values somewhere.
  static boolean differ(Expr a, Expr b) {
    int points = MathForm.constant(a) && MathForm.constant(b) ? 1 : POINTS;
    for (int point = 0; point < points; point++) {
      Complex left = at(a, point);
      Complex right = at(b, point);
      if (left.defined() && right.defined() && far(left, right)) {
        return true;
      }
    }
    return false;
  }

  private static boolean far(Complex a, Complex b) {
    double scale = Math.max(a.modulus(), b.modulus());
    // Values that nearly vanish say nothing: so do 1/2004! and 1/2006!.
    return scale > 1e-9 && new Complex(a.re() - b.re(), a.im() - b.im()).modulus() > TOLERANCE * scale;
  }

  /// Its value at a point; NaN where it has none.
  static Complex at(Expr expr, int point) {
    return new Probe(point).value(expr);
  }

  private Complex value(Expr expr) {
    return switch (expr) {
      case Num number -> Complex.of(number.value());
      case Name name -> switch (name.name()) {
        case "pi" -> Complex.of(Math.PI);
        case "e" -> Complex.of(Math.E);
        case "i" -> new Complex(0, 1);
        case "infty", "ldots" -> UNDEFINED;
        default -> Complex.of(chosen(name.name()));
      };
      case Apply apply -> applied(apply);
      case Expr.Words _,Expr.Relation _ -> UNDEFINED;
    };
  }

  /// Between 0.4 and 1.6, of either sign.
  private double chosen(String name) {
    long mixed = (name.hashCode() * 0x9E3779B97F4A7C15L + (point + 1) * 0xBF58476D1CE4E5B9L) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    double size = 0.4 + 1.2 * ((mixed >>> 12) & 0xFFFFF) / (double) 0xFFFFF;
    return (mixed & 1) == 0 ? size : -size;
  }

  private Complex applied(Apply apply) {
    List<Expr> args = apply.args();
    return switch (apply.head()) {
      case SUM -> args.stream().map(this::value).reduce(Complex.of(0), Complex::plus);
      case PRODUCT -> args.stream().map(this::value).reduce(Complex.of(1), Complex::times);
      case POWER -> power(value(args.get(0)), value(args.get(1)));
      case ABS -> Complex.of(value(args.getFirst()).modulus());
      case FLOOR -> real(args, Math::floor);
      case CEILING -> real(args, Math::ceil);
      case LOG -> value(args.getFirst()).log();
      case LOG_TO_BASE -> value(args.get(1)).log().over(value(args.get(0)).log());
      case SIN -> sine(value(args.getFirst()));
      case COS -> cosine(value(args.getFirst()));
      case TAN -> sine(value(args.getFirst())).over(cosine(value(args.getFirst())));
      case COT -> cosine(value(args.getFirst())).over(sine(value(args.getFirst())));
      case SEC -> Complex.of(1).over(cosine(value(args.getFirst())));
      case CSC -> Complex.of(1).over(sine(value(args.getFirst())));
      case ARCSIN -> real(args, Math::asin);
      case ARCCOS -> real(args, Math::acos);
      case ARCTAN -> real(args, Math::atan);
      case SINH -> real(args, Math::sinh);
      case COSH -> real(args, Math::cosh);
      case TANH -> real(args, Math::tanh);
      case FACTORIAL -> real(args, Probe::factorial);
      case MAX -> extreme(args, Math::max);
      case MIN -> extreme(args, Math::min);
      default -> UNDEFINED;
    };
  }

  private Complex real(List<Expr> args, DoubleUnaryOperator function) {
    Complex value = value(args.getFirst());
    return Math.abs(value.im()) <= 1e-12 * value.modulus() ? Complex.of(function.applyAsDouble(value.re())) : UNDEFINED;
  }

  private Complex extreme(List<Expr> args, DoubleBinaryOperator chosen) {
    List<Complex> values = args.stream().map(this::value).toList();
    return values.stream().allMatch(value -> value.defined() && value.im() == 0)
        ? Complex.of(values.stream().mapToDouble(Complex::re).reduce(chosen).orElse(Double.NaN))
        : UNDEFINED;
  }

  private static double factorial(double n) {
    double product = 1;
    for (int i = 2; i <= n && i <= 171; i++) {
      product *= i;
    }
    return n >= 0 && n == Math.rint(n) && n <= 170 ? product : Double.NaN;
  }

  private static Complex power(Complex base, Complex exponent) {
    if (exponent.im() == 0 && exponent.re() == Math.rint(exponent.re()) && Math.abs(exponent.re()) <= 64) {
      Complex product = Complex.of(1);
      for (int i = 0; i < Math.abs(exponent.re()); i++) {
        product = product.times(base);
      }
      return exponent.re() < 0 ? Complex.of(1).over(product) : product;
    }
    if (base.modulus() == 0) {
      return exponent.re() > 0 ? Complex.of(0) : UNDEFINED;
    }
    return base.im() == 0 && base.re() > 0 && exponent.im() == 0
        ? Complex.of(Math.pow(base.re(), exponent.re()))
        : base.log().times(exponent).exp();
  }

  private static Complex sine(Complex z) {
    return new Complex(Math.sin(z.re()) * Math.cosh(z.im()), Math.cos(z.re()) * Math.sinh(z.im()));
  }

  private static Complex cosine(Complex z) {
    return new Complex(Math.cos(z.re()) * Math.cosh(z.im()), -Math.sin(z.re()) * Math.sinh(z.im()));
  }

  /// Whether a tree computes anything that grows beyond what algebra may be given.
  static boolean tooLarge(Expr expr) {
    return Expr.all(expr).anyMatch(Probe::large);
  }

  private static boolean largePower(Apply power) {
    if (power.arg(0) instanceof Num && power.arg(1) instanceof Num exponent && exponent.whole()) {
      return Rational.value(power).isEmpty();
    }
    double limit = Expr.is(power.arg(0), Head.SUM) && !MathForm.constant(power.arg(0)) ? 64 : 2000;
    int points = MathForm.constant(power.arg(1)) ? 1 : POINTS;
    for (int point = 0; point < points; point++) {
      Complex exponent = at(power.arg(1), point);
      boolean unknown = points > 1 && Double.isNaN(exponent.re());
      if (!unknown && !(exponent.modulus() <= limit)) {
        return true;
      }
    }
    return false;
  }

  private static boolean large(Expr part) {
    if (!(part instanceof Apply apply)) {
      return false;
    }
    return switch (apply.head()) {
      case POWER -> largePower(apply);
      case FACTORIAL -> MathForm.constant(apply.arg(0)) && !(at(apply.arg(0), 0).modulus() <= 1000);
      case BINOMIAL -> MathForm.constant(apply) && !(at(apply.arg(0), 0).modulus() <= 1000);
      default -> false;
    };
  }
}
