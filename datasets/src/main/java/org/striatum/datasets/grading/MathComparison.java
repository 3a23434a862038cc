package org.striatum.datasets.grading;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.striatum.datasets.grading.Algebra.Outcome;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Name;
import org.striatum.datasets.grading.Expr.Num;
import org.striatum.datasets.grading.Expr.Relation;
import org.striatum.datasets.grading.Expr.Sign;
import org.striatum.datasets.grading.Expr.Words;

/// Whether two answers are the same mathematical object: values by algebra, tuples and intervals entry by entry, sets without
/// order, equations and inequalities up to form.
///
/// Not symmetric, as a reference is not an answer: `0 < x < 1` may be answered by `(0, 1)`, a question for an interval not by an
/// inequality; `(1, 3)` may be answered by `1, 3`.
final class MathComparison {
  /// Lists and sets longer than this are compared in order.
  private static final int LONGEST_SET = 50;

  private final Algebra algebra;
  private boolean timeLimit;

  MathComparison(Algebra algebra) {
    this.algebra = algebra;
  }

  /// Whether a question to the algebra was not answered in time.
  boolean timeLimit() {
    return timeLimit;
  }

  boolean equal(Expr reference, Expr given) {
    if (MathForm.text(reference).equals(MathForm.text(given))) {
      return true;
    }
    if (Expr.is(reference, Head.CONGRUENT) || Expr.is(given, Head.CONGRUENT)) {
      return congruent(reference, given);
    }
    Optional<Boolean> sets = realSets(reference, given);
    if (sets.isPresent()) {
      return sets.get();
    }
    if (reference instanceof Relation || given instanceof Relation) {
      return relations(assigned(reference, given), assigned(given, reference));
    }
    if (reference instanceof Words || given instanceof Words) {
      return words(reference, given);
    }
    if (collection(reference) || collection(given)) {
      return collections(reference, given);
    }
    return values(reference, given);
  }

  /// `3 \pmod 7` is `10 \pmod 7`, and may answer 3; 3 says less.
  private boolean congruent(Expr reference, Expr given) {
    if (!Expr.is(reference, Head.CONGRUENT)) {
      Expr named = reference instanceof Relation relation && MathForm.names(relation) ? relation.last() : reference;
      return Expr.is(named, Head.CONGRUENT) ? congruent(named, given) : equal(named, Expr.parts(given).getFirst());
    }
    Expr named = given instanceof Relation relation && MathForm.names(relation) ? relation.last() : given;
    Expr remainder = Expr.parts(reference).getFirst();
    Expr modulus = Expr.parts(reference).getLast();
    return Expr.is(named, Head.CONGRUENT) && equal(modulus, Expr.parts(named).getLast())
        && (equal(remainder, Expr.parts(named).getFirst()) || Rational
            .value(Expr.apply(Head.MOD, Expr.difference(remainder, Expr.parts(named).getFirst()), modulus))
            .filter(MathComparison::zero).isPresent());
  }

  /// Whether two sets of real numbers are the same where one is written as a union, a difference, a condition, an inequality of a
  /// size or as what is left out; empty for all else. A question for a set is not answered by an inequality.
  private Optional<Boolean> realSets(Expr reference, Expr given) {
    boolean asked = inequalities(reference) || !inequalities(given);
    if (!asked || !(composed(reference) || composed(given))) {
      return Optional.empty();
    }
    Optional<RealSet> expected = RealSet.of(reference);
    Optional<RealSet> actual = RealSet.of(given);
    return expected.isPresent() && actual.isPresent()
        ? Optional.of(expected.get().same(actual.get(), this::equal))
        : Optional.empty();
  }

  private static boolean inequalities(Expr expr) {
    return expr instanceof Relation
        || ((Expr.is(expr, Head.LIST) || Expr.is(expr, Head.CONJUNCTION) || Expr.is(expr, Head.DISJUNCTION))
            && Expr.parts(expr).stream().anyMatch(Relation.class::isInstance));
  }

  private static boolean composed(Expr expr) {
    return switch (expr) {
      case Relation relation -> relation.signs().contains(Sign.NOT_EQUAL)
          || relation.sides().stream().anyMatch(side -> Expr.is(side, Head.ABS));
      case Apply apply -> switch (apply.head()) {
        case UNION, INTERSECTION, WITHOUT, CONDITION, CONJUNCTION, DISJUNCTION -> true;
        case LIST -> inequalities(apply);
        default -> false;
      };
      default -> expr.equals(Expr.REALS);
    };
  }

  /// `(x, y) = (1, 2)` as `x = 1, y = 2` where the other side names its members.
  private static Expr assigned(Expr expr, Expr other) {
    boolean tuples = MathForm.names(expr) && tuple(Expr.parts(expr).getFirst()) && tuple(Expr.parts(expr).getLast())
        && Expr.is(other, Head.LIST) && named(Expr.parts(other));
    if (!tuples) {
      return expr;
    }
    List<Expr> names = Expr.parts(Expr.parts(expr).getFirst());
    List<Expr> values = Expr.parts(Expr.parts(expr).getLast());
    List<Expr> members = new ArrayList<>();
    for (int i = 0; i < names.size() && names.size() == values.size(); i++) {
      members.add(new Relation(List.of(names.get(i), values.get(i)), List.of(Sign.EQUAL)));
    }
    return members.isEmpty() ? expr : new Apply(Head.LIST, members);
  }

  private static boolean tuple(Expr expr) {
    return Expr.is(expr, Head.TUPLE) || Expr.is(expr, Head.LIST);
  }

  private static boolean collection(Expr expr) {
    return expr instanceof Apply apply && (apply.head().kind() == Head.Kind.COLLECTION || Matrices.in(apply));
  }

  /// A text against a text, or against letters that spell it; a number in a text against a number.
  private static boolean words(Expr reference, Expr given) {
    if (given instanceof Words words && reference instanceof Num number) {
      return MathForm.of(words.text()).filter(value -> value instanceof Num n && n.equalTo(number)).isPresent();
    }
    return spelled(reference).isPresent() && spelled(reference).equals(spelled(given));
  }

  private static Optional<String> spelled(Expr expr) {
    return switch (expr) {
      case Words words -> Optional.of(words.text().toLowerCase(Locale.ROOT));
      case Name name -> Optional.of(name.name().toLowerCase(Locale.ROOT));
      case Num _,Relation _,Apply _ -> Optional.empty();
    };
  }

  private boolean relations(Expr reference, Expr given) {
    if (!(reference instanceof Relation) && !(given instanceof Relation)) {
      return collections(reference, given);
    }
    if (MathForm.names(reference) && !(given instanceof Relation)) {
      return equal(((Relation) reference).last(), given);
    }
    if (MathForm.names(given) && !(reference instanceof Relation)) {
      return equal(reference, ((Relation) given).last());
    }
    if (!(reference instanceof Relation expected)) {
      return false;
    }
    if (!(given instanceof Relation actual)) {
      return interval(expected).filter(set -> equal(set, given)).isPresent();
    }
    if (MathForm.names(expected) && MathForm.names(actual)
        && (sameName(expected.sides().getFirst(), actual.sides().getFirst())
            || ordinate(expected.sides().getFirst(), actual.sides().getFirst()))) {
      return equal(expected.last(), actual.last());
    }
    Relation left = ascending(expected);
    Relation right = ascending(actual);
    return left.sides().size() == right.sides().size() && left.signs().equals(right.signs()) && sides(left, right);
  }

  private static boolean sameName(Expr a, Expr b) {
    boolean functions = !(a instanceof Name) && !(b instanceof Name);
    return functions
        ? MathForm.text(a).equalsIgnoreCase(MathForm.text(b))
        : MathForm.text(a).equals(MathForm.text(b));
  }

  /// `y` and `f(x)` are the same where both say what a graph is.
  private static boolean ordinate(Expr a, Expr b) {
    Expr.Name y = new Expr.Name("y");
    return (a.equals(y) && function(b)) || (b.equals(y) && function(a));
  }

  /// `f(x)`, not `y'`.
  private static boolean function(Expr expr) {
    return Expr.is(expr, Head.FUNCTION) && Expr.parts(expr).getFirst() instanceof Name name && name.name().length() == 1;
  }

  /// With `<` instead of `>`.
  private static Relation ascending(Relation relation) {
    boolean falling = relation.signs().stream().anyMatch(sign -> sign == Sign.GREATER || sign == Sign.GREATER_OR_EQUAL);
    return falling
        ? new Relation(relation.sides().reversed(), relation.signs().reversed().stream().map(Sign::flipped).toList())
        : relation;
  }

  private boolean sides(Relation left, Relation right) {
    for (int i = 0; i < left.signs().size(); i++) {
      Expr a = Expr.difference(left.sides().get(i), left.sides().get(i + 1));
      Expr b = Expr.difference(right.sides().get(i), right.sides().get(i + 1));
      if (!proportional(MathForm.normalised(a), MathForm.normalised(b), left.signs().get(i).ordering())) {
        return false;
      }
    }
    return true;
  }

  /// Whether `a = 0` and `b = 0` (or `a < 0` and `b < 0`) differ by a constant factor only.
  private boolean proportional(Expr a, Expr b, boolean positive) {
    if (!scalar(a) || !scalar(b) || Probe.tooLarge(a) || Probe.tooLarge(b)) {
      return false;
    }
    if (zero(a) || zero(b)) {
      return zero(a) && zero(b);
    }
    if (MathForm.text(a).equals(MathForm.text(b))) {
      return true;
    }
    Expr first = null;
    Expr ratio = MathForm.normalised(Expr.quotient(a, b));
    for (int point = 0; point < Probe.POINTS; point++) {
      Probe.Complex value = Probe.at(ratio, point);
      if (value.defined()) {
        Expr here = numeric(value);
        if (positive && (value.re() < 0 || here == null)) {
          return false;
        }
        if (here == null) {
          continue;
        }
        if (first != null && Probe.differ(first, here)) {
          return false;
        }
        first = here;
      }
    }
    return asked(algebra.constant(ratio, positive));
  }

  private static boolean zero(Expr expr) {
    return expr instanceof Num n && n.numerator().signum() == 0;
  }

  private static Expr numeric(Probe.Complex value) {
    return Math.abs(value.im()) <= 1e-9 * value.modulus()
        ? TexParser.number(new BigDecimal(value.re()).toPlainString())
        : null;
  }

  /// The interval that an inequality describes, if it has one value that is bounded by constants.
  private static Optional<Expr> interval(Relation relation) {
    Relation rising = ascending(relation);
    if (!rising.signs().stream().allMatch(Sign::ordering)) {
      return Optional.empty();
    }
    List<Expr> sides = rising.sides();
    Expr low = Expr.negated(Expr.INFINITY);
    Expr high = Expr.INFINITY;
    boolean openLow = true;
    boolean openHigh = true;
    if (sides.size() == 2 && MathForm.constant(sides.get(1))) {
      high = sides.get(1);
      openHigh = rising.signs().getFirst().strict();
    } else if (sides.size() == 2 && MathForm.constant(sides.get(0))) {
      low = sides.get(0);
      openLow = rising.signs().getFirst().strict();
    } else if (sides.size() == 3 && MathForm.constant(sides.get(0)) && MathForm.constant(sides.get(2))) {
      low = sides.get(0);
      high = sides.get(2);
      openLow = rising.signs().getFirst().strict();
      openHigh = rising.signs().get(1).strict();
    } else {
      return Optional.empty();
    }
    boolean plain = sides.stream().filter(side -> !MathForm.constant(side))
        .allMatch(side -> MathForm.nameLike(side) && !Expr.is(side, Head.PRODUCT));
    if (!plain) {
      return Optional.empty(); // `0 < 2x < 1` is no interval of its left side
    }
    Head head = openLow ? (openHigh ? Head.TUPLE : Head.OPEN_CLOSED) : openHigh ? Head.CLOSED_OPEN : Head.CLOSED;
    return Optional.of(MathForm.normalised(Expr.apply(head, low, high)));
  }

  private boolean collections(Expr reference, Expr given) {
    Expr expected = Matrices.computed(reals(reference)).orElse(reference);
    Expr actual = Matrices.computed(reals(given)).orElse(given);
    if (Expr.is(expected, Head.MATRIX) || Expr.is(actual, Head.MATRIX)) {
      return Expr.is(expected, Head.MATRIX) && Expr.is(actual, Head.MATRIX) && entries(expected, actual);
    }
    if (set(expected) && (set(actual) || !collection(actual))) {
      return sets(members(expected), members(actual));
    }
    if (!collection(expected) && set(actual)) {
      return sets(members(expected), members(actual));
    }
    if ((Expr.is(expected, Head.LIST) && Expr.is(actual, Head.CONJUNCTION))
        || (Expr.is(expected, Head.CONJUNCTION) && Expr.is(actual, Head.LIST))) {
      return sets(Expr.parts(expected), Expr.parts(actual));
    }
    if (Expr.is(expected, Head.LIST) && Expr.is(actual, Head.UNION)) {
      return unions(expected, actual);
    }
    if (Expr.is(expected, Head.TUPLE) && Expr.is(actual, Head.LIST)) {
      return inOrder(Expr.parts(expected), Expr.parts(actual));
    }
    if (Expr.is(expected, Head.LIST) && named(Expr.parts(expected)) && Expr.is(actual, Head.TUPLE)) {
      return inOrder(Expr.parts(expected), Expr.parts(actual));
    }
    return expected instanceof Apply left && actual instanceof Apply right && left.head() == right.head()
        && (left.head().unordered() ? sets(left.args(), right.args()) : entries(left, right));
  }

  /// Entry by entry, members with names in the order of these.
  private boolean inOrder(List<Expr> expected, List<Expr> actual) {
    return entries(new Apply(Head.ROW, named(expected) ? ordered(expected) : expected),
        new Apply(Head.ROW, named(actual) ? ordered(actual) : actual));
  }

  /// Named members in the order of their names if these follow each other, as x, y and a, b, c do; else as they are written.
  private static List<Expr> ordered(List<Expr> members) {
    List<Expr> sorted = members.stream().sorted(Comparator.comparing(MathComparison::name)).toList();
    boolean consecutive = true;
    for (int i = 1; i < sorted.size(); i++) {
      consecutive &= follows(name(sorted.get(i - 1)), name(sorted.get(i)));
    }
    return consecutive ? sorted : members;
  }

  /// `y` after `x`, `a_2` after `a_1`.
  private static boolean follows(String before, String after) {
    int last = before.length() - 1;
    return last == after.length() - 1 && before.substring(0, last).equals(after.substring(0, last))
        && after.charAt(last) - before.charAt(last) == 1;
  }

  private static String name(Expr member) {
    return MathForm.text(Expr.parts(member).getFirst());
  }

  /// `\mathbb R` as the interval that it is.
  private static Expr reals(Expr expr) {
    return expr.equals(Expr.REALS)
        ? MathForm.normalised(Expr.apply(Head.TUPLE, Expr.negated(Expr.INFINITY), Expr.INFINITY))
        : expr;
  }

  private static boolean set(Expr expr) {
    return Expr.is(expr, Head.SET) || Expr.is(expr, Head.LIST);
  }

  private static List<Expr> members(Expr expr) {
    return set(expr) ? Expr.parts(expr) : List.of(expr);
  }

  private boolean entries(Expr expected, Expr actual) {
    List<Expr> left = Expr.parts(expected);
    List<Expr> right = Expr.parts(actual);
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!equal(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  /// Every member of one is one of the other's, whatever the order and how often. Values without names answer named ones in
  /// their order.
  private boolean sets(List<Expr> expected, List<Expr> actual) {
    boolean order = named(expected) && actual.stream().noneMatch(Relation.class::isInstance);
    if (order) {
      return inOrder(expected, actual);
    }
    if ((named(expected) && partly(actual)) || (named(actual) && partly(expected))) {
      return false; // `x = 1 or 2` says nothing of y
    }
    if (expected.size() > LONGEST_SET || actual.size() > LONGEST_SET) {
      return entries(new Apply(Head.ROW, expected), new Apply(Head.ROW, actual));
    }
    return expected.stream().allMatch(member -> among(actual, other -> equal(member, other), MathForm.text(member)))
        && actual.stream().allMatch(member -> among(expected, other -> equal(other, member), MathForm.text(member)));
  }

  /// Whether a member is one of a set: first as it is written, then as an object.
  private static boolean among(List<Expr> members, Predicate<Expr> same, String text) {
    return members.stream().map(MathForm::text).anyMatch(text::equals) || members.stream().anyMatch(same);
  }

  /// Whether some members are equations and some are not.
  private static boolean partly(List<Expr> members) {
    return members.stream().map(Relation.class::isInstance).distinct().count() > 1;
  }

  /// Whether all members are equations of different names.
  private static boolean named(List<Expr> members) {
    return members.size() > 1 && members.stream().allMatch(MathForm::names)
        && members.stream().map(member -> MathForm.text(Expr.parts(member).getFirst())).collect(Collectors.toSet())
            .size() == members.size();
  }

  /// `x < 1 or x > 3` answered by a union.
  private boolean unions(Expr expected, Expr actual) {
    List<Expr> intervals = new ArrayList<>();
    for (Expr member : Expr.parts(expected)) {
      if (!(member instanceof Relation relation) || interval(relation).isEmpty()) {
        return false;
      }
      intervals.add(interval(relation).get());
    }
    return sets(intervals, Expr.parts(actual));
  }

  private static boolean scalar(Expr expr) {
    return Expr.all(expr).allMatch(part -> part instanceof Num || part instanceof Name
        || (part instanceof Apply apply && (apply.head().kind() == Head.Kind.VALUE || apply.head() == Head.FUNCTION)));
  }

  private boolean values(Expr expected, Expr actual) {
    Optional<Num> left = Rational.value(expected);
    Optional<Num> right = Rational.value(actual);
    if (left.isPresent() && right.isPresent()) {
      return Rational.same(left.get(), right.get());
    }
    if (Expr.is(expected, Head.FUNCTION) && Expr.is(actual, Head.FUNCTION) && entries(expected, actual)) {
      return true;
    }
    if (scalar(expected) && scalar(actual)) {
      return !infinite(expected) && !infinite(actual) && scalars(expected, actual, left, right);
    }
    return expected instanceof Apply a && actual instanceof Apply b && a.head() == b.head() && a.head() != Head.SUM
        && a.head() != Head.PRODUCT && entries(a, b);
  }

  private static boolean infinite(Expr expr) {
    return Expr.all(expr).anyMatch(Expr.INFINITY::equals);
  }

  private boolean scalars(Expr expected, Expr actual, Optional<Num> left, Optional<Num> right) {
    if (Probe.tooLarge(expected) || Probe.tooLarge(actual)) {
      return false;
    }
    if (left.isPresent() && left.get().places() > 0 && MathForm.constant(actual)) {
      return decimal(left.get(), actual);
    }
    if (right.isPresent() && right.get().places() > 0 && MathForm.constant(expected)) {
      return decimal(right.get(), expected);
    }
    return !Probe.differ(expected, actual)
        && asked(algebra.zero(MathForm.normalised(Expr.difference(expected, actual))));
  }

  /// A decimal for a value that is irrational: its rounding to many places.
  private static boolean decimal(Num decimal, Expr constant) {
    Probe.Complex value = Probe.at(constant, 0);
    return value.defined() && Math.abs(value.im()) <= 1e-12 * value.modulus() && Rational.rounds(decimal, value.re());
  }

  private boolean asked(Outcome outcome) {
    timeLimit |= outcome == Outcome.TIME_LIMIT;
    return outcome == Outcome.YES;
  }
}
