package org.striatum.datasets.grading;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Name;
import org.striatum.datasets.grading.Expr.Num;
import org.striatum.datasets.grading.Expr.Relation;
import org.striatum.datasets.grading.Expr.Sign;
import org.striatum.datasets.grading.Expr.Words;

/// What an answer asserts, in one form: chains of equations cut to their last member, `±` as two values, constants
/// computed, sums and products in one order.
final class MathForm {
  private static final Set<String> CONSTANTS = Set.of("pi", "e", "i", "infty", "ldots", "RR", "ZZ", "QQ", "NN", "CC");
  private static final Set<String> BOUND = Set.of("sum", "prod", "int", "lim", "iint", "oint", "bigcup", "bigcap");

  private MathForm() {}

  /// The form of a text; empty if it is no mathematics that is read whole.
  static Optional<Expr> of(String text) {
    return TexParser.parse(text).map(MathForm::meaning).map(MathForm::normalised);
  }

  /// An equation of a name: `x = 3`, `f(x) = 2x`, `(p, q) = (1, 2)`.
  static boolean names(Expr expr) {
    return expr instanceof Relation relation && relation.sides().size() == 2
        && relation.signs().getFirst() == Sign.EQUAL
        && nameLike(relation.sides().getFirst());
  }

  static boolean nameLike(Expr expr) {
    return switch (expr) {
      case Name name -> !CONSTANTS.contains(name.name());
      case Words _ -> true;
      case Num _,Relation _ -> false;
      case Apply apply -> switch (apply.head()) {
        case FUNCTION -> !(apply.arg(0) instanceof Name operator && BOUND.contains(operator.name()));
        case SUBSCRIPT -> nameLike(apply.arg(0));
        case POWER -> apply.arg(1) instanceof Num n && n.equalTo(Expr.MINUS_ONE) && nameLike(apply.arg(0));
        case PRODUCT -> nameLike(apply.arg(0))
            && apply.args().stream().allMatch(factor -> nameLike(factor) || factor instanceof Num);
        case ABS -> apply.arg(0) instanceof Apply points && points.head() == Head.PRODUCT && points.args().stream()
            .allMatch(point -> point instanceof Name name && name.name().matches("[A-Z]")); // |AB|, a length
        case TUPLE, RATIO, LIST, ROW, MATRIX -> apply.args().stream().allMatch(MathForm::nameLike);
        default -> false;
      };
    };
  }

  private static Expr meaning(Expr expr) {
    return switch (expr) {
      case Relation relation -> doubled(related(relation));
      case Apply apply when apply.head().kind() == Head.Kind.COLLECTION -> collected(apply);
      default -> doubled(expr);
    };
  }

  /// Members of lists and sets that are lists themselves (from `±`) become members.
  private static Expr collected(Apply apply) {
    List<Expr> members = new ArrayList<>();
    for (Expr member : apply.args()) {
      Expr read = meaning(member);
      boolean open = (apply.head() == Head.LIST || apply.head() == Head.SET) && Expr.is(read, Head.LIST);
      members.addAll(open ? Expr.parts(read) : List.of(read));
    }
    return new Apply(apply.head(), members);
  }

  private static Expr related(Relation relation) {
    List<Expr> sides = new ArrayList<>(relation.sides());
    List<Sign> signs = new ArrayList<>(relation.signs());
    int implied = signs.lastIndexOf(Sign.IMPLIES);
    if (implied >= 0) {
      sides = sides.subList(implied + 1, sides.size());
      signs = signs.subList(implied + 1, signs.size());
    }
    int about = signs.indexOf(Sign.ABOUT);
    if (about > 0 || (about == 0 && !nameLike(sides.getFirst()))) {
      sides = sides.subList(0, about + 1);
      signs = signs.subList(0, about);
    }
    if (signs.isEmpty()) {
      return meaning(sides.getFirst());
    }
    if (signs.getLast() == Sign.IN) {
      return meaning(sides.getLast());
    }
    boolean equations = signs.stream().allMatch(sign -> sign == Sign.EQUAL || sign == Sign.ABOUT);
    return equations ? equation(sides) : new Relation(sides.stream().map(MathForm::meaning).toList(), signs);
  }

  private static Expr equation(List<Expr> sides) {
    Expr first = sides.getFirst();
    Expr last = sides.getLast();
    if (nameLike(first)) {
      return new Relation(List.of(first, meaning(last)), List.of(Sign.EQUAL));
    }
    if (sides.size() > 2 || (constant(first) && constant(last))) {
      return meaning(last);
    }
    if (last instanceof Name && nameLike(last) && constant(first)) {
      return new Relation(List.of(last, first), List.of(Sign.EQUAL));
    }
    return new Relation(List.of(first, last), List.of(Sign.EQUAL));
  }

  /// Whether it has no variable.
  static boolean constant(Expr expr) {
    return Expr.all(expr).allMatch(part -> switch (part) {
      case Num _ -> true;
      case Name name -> CONSTANTS.contains(name.name());
      case Words _,Relation _ -> false;
      case Apply apply -> apply.head().kind() == Head.Kind.VALUE;
    });
  }

  /// `a ± b` as the list of both values.
  private static Expr doubled(Expr expr) {
    boolean signs = Expr.all(expr).anyMatch(part -> Expr.is(part, Head.PLUS_MINUS) || Expr.is(part, Head.MINUS_PLUS));
    return signs
        ? Expr.apply(Head.LIST, signed(expr, Head.PLUS_MINUS), signed(expr, Head.MINUS_PLUS))
        : expr;
  }

  private static Expr signed(Expr expr, Head positive) {
    return switch (expr) {
      case Apply apply when apply.head() == Head.PLUS_MINUS || apply.head() == Head.MINUS_PLUS -> {
        Expr inside = signed(apply.arg(0), positive);
        yield apply.head() == positive ? inside : Expr.negated(inside);
      }
      case Apply apply -> new Apply(apply.head(), apply.args().stream().map(arg -> signed(arg, positive)).toList());
      case Relation relation -> new Relation(relation.sides().stream().map(side -> signed(side, positive)).toList(),
          relation.signs());
      case Num _,Name _,Words _ -> expr;
    };
  }

  /// The same value with constants computed and terms and factors in one order.
  static Expr normalised(Expr expr) {
    return switch (expr) {
      case Num _,Name _ -> expr;
      case Words words -> new Words(words.text().toLowerCase(Locale.ROOT));
      case Relation relation -> new Relation(relation.sides().stream().map(MathForm::normalised).toList(),
          relation.signs());
      case Apply apply -> applied(new Apply(apply.head(), apply.args().stream().map(MathForm::normalised).toList()));
    };
  }

  private static Expr applied(Apply apply) {
    Optional<Num> value = Rational.value(apply);
    if (value.isPresent()) {
      return value.get();
    }
    return switch (apply.head()) {
      case SUM -> ordered(flat(apply), Expr.ZERO);
      case PRODUCT -> ordered(flat(apply), Expr.ONE);
      case UNION, INTERSECTION -> flat(apply);
      case MAX, MIN, GCD, LCM -> new Apply(apply.head(),
          apply.args().stream().sorted(Comparator.comparing(MathForm::text)).toList());
      case DETERMINANT -> Matrices.determinant(apply).map(MathForm::normalised).orElse(apply);
      case POWER -> apply.arg(1) instanceof Num n && n.equalTo(Expr.ONE) ? apply.arg(0) : apply;
      case SUBSCRIPT -> apply.arg(0) instanceof Num
          ? Expr.apply(Head.FUNCTION, new Name("base"), apply.arg(0), apply.arg(1))
          : new Name(text(apply.arg(0)) + "_" + text(apply.arg(1)));
      case LIST, TUPLE -> apply.args().size() == 1 ? apply.args().getFirst() : apply;
      default -> apply;
    };
  }

  private static Apply flat(Apply apply) {
    List<Expr> members = new ArrayList<>();
    for (Expr arg : apply.args()) {
      members.addAll(Expr.is(arg, apply.head()) ? Expr.parts(arg) : List.of(arg));
    }
    return new Apply(apply.head(), members);
  }

  /// Numbers computed into one; the rest in the order of its text, unless it has matrices, whose product has an order.
  private static Expr ordered(Apply apply, Num neutral) {
    Num number = neutral;
    List<Expr> others = new ArrayList<>();
    for (Expr arg : apply.args()) {
      Optional<Num> value = arg instanceof Num n
          ? Rational.value(Expr.apply(apply.head(), number, n))
          : Optional.empty();
      if (value.isPresent()) {
        number = value.get();
      } else {
        others.add(arg);
      }
    }
    if (apply.head() == Head.PRODUCT && zero(number) && others.stream().noneMatch(MathForm::overZero)) {
      return number;
    }
    boolean matrices = others.stream().anyMatch(arg -> Expr.all(arg).anyMatch(part -> Expr.is(part, Head.MATRIX)));
    if (!matrices) {
      others.sort(Comparator.comparing(MathForm::text));
    }
    if (!number.equalTo(neutral)) {
      others.addFirst(number);
    }
    return others.size() == 1 ? others.getFirst() : new Apply(apply.head(), others);
  }

  private static boolean zero(Expr expr) {
    return expr instanceof Num number && number.numerator().signum() == 0;
  }

  /// A quotient by zero has no value, whatever stands over it.
  private static boolean overZero(Expr expr) {
    return Expr.is(expr, Head.POWER) && zero(((Apply) expr).arg(0));
  }

  /// As one line, equal for equal trees.
  static String text(Expr expr) {
    return switch (expr) {
      case Num number -> number.text();
      case Name name -> name.name();
      case Words words -> "'" + words.text() + "'";
      case Apply apply -> apply.head().name().toLowerCase(Locale.ROOT) + apply.args().stream().map(MathForm::text)
          .sorted(apply.head() == Head.SET ? Comparator.naturalOrder() : Comparator.comparingInt(_ -> 0))
          .collect(Collectors.joining(",", "(", ")"));
      case Relation relation -> {
        StringBuilder line = new StringBuilder("(");
        for (int i = 0; i < relation.sides().size(); i++) {
          line.append(i == 0 ? "" : " " + relation.signs().get(i - 1).name().toLowerCase(Locale.ROOT) + " ")
              .append(text(relation.sides().get(i)));
        }
        yield line.append(')').toString();
      }
    };
  }
}
