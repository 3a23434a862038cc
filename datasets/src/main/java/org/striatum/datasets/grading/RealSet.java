package org.striatum.datasets.grading;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Name;
import org.striatum.datasets.grading.Expr.Num;
import org.striatum.datasets.grading.Expr.Relation;
import org.striatum.datasets.grading.Expr.Sign;

/// A set of real numbers as disjoint intervals in rising order, whatever it was written as: `(-\infty,3)\cup(3,\infty)`,
/// `\mathbb{R}\setminus\{3\}`, `\{x \mid x \ne 3\}` and `x \ne 3` are one.
///
/// @param pieces that neither touch nor overlap
/// @param names of the variables by which it was described
record RealSet(List<Piece> pieces, Set<String> names) {
  private static final int MOST_PIECES = 50;
  private static final double TOLERANCE = 1e-12;
  private static final End LOWEST = new End(Expr.negated(Expr.INFINITY), Double.NEGATIVE_INFINITY, false);
  private static final End HIGHEST = new End(Expr.INFINITY, Double.POSITIVE_INFINITY, false);
  private static final List<Piece> ALL = List.of(new Piece(LOWEST, HIGHEST));

  RealSet {
    pieces = List.copyOf(pieces);
    names = Set.copyOf(names);
  }

  /// An end of an interval.
  ///
  /// @param at its value as a double, for the order
  record End(Expr value, double at, boolean closed) {
    End flipped() {
      return new End(value, at, !closed);
    }

    boolean meets(End other) {
      double scale = Math.max(Math.abs(at), Math.abs(other.at));
      return at == other.at || (Double.isFinite(scale) && Math.abs(at - other.at) <= TOLERANCE * scale);
    }

    /// `factor · (value + shift)`, for a factor other than 0.
    End moved(Num shift, Num factor) {
      Expr moved = MathForm.normalised(Expr.apply(Head.PRODUCT, factor, Expr.apply(Head.SUM, value, shift)));
      double place = (at + shift.value()) * factor.value();
      return Double.isInfinite(at) ? (place < 0 ? LOWEST : HIGHEST) : new End(moved, place, closed);
    }
  }

  /// An interval; with equal closed ends, a point.
  record Piece(End low, End high) {
    boolean empty() {
      return low.meets(high) ? !(low.closed && high.closed) || Double.isInfinite(low.at) : low.at > high.at;
    }

    boolean touches(Piece later) {
      return later.low.meets(high) ? later.low.closed || high.closed : later.low.at < high.at;
    }

    Piece with(Piece later) {
      boolean further = later.high.meets(high) ? later.high.closed : later.high.at > high.at;
      return further ? new Piece(low, later.high) : this;
    }

    Piece moved(Num shift, Num factor) {
      End first = low.moved(shift, factor);
      End second = high.moved(shift, factor);
      return factor.numerator().signum() > 0 ? new Piece(first, second) : new Piece(second, first);
    }
  }

  /// The set that an expression is; empty if it is none, or not bounded by constants.
  static Optional<RealSet> of(Expr expr) {
    Set<String> names = new HashSet<>();
    return pieces(expr, names).map(pieces -> new RealSet(pieces, names));
  }

  /// Whether two are the same set; sets that are described by variables must name the same one.
  ///
  /// @param equal whether two ends are the same value
  boolean same(RealSet other, BiPredicate<Expr, Expr> equal) {
    boolean named = !names.isEmpty() && !other.names.isEmpty() && !names.equals(other.names);
    if (named || pieces.size() != other.pieces.size()) {
      return false;
    }
    for (int i = 0; i < pieces.size(); i++) {
      Piece left = pieces.get(i);
      Piece right = other.pieces.get(i);
      if (!same(left.low, right.low, equal) || !same(left.high, right.high, equal)) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(End a, End b, BiPredicate<Expr, Expr> equal) {
    boolean infinite = Double.isInfinite(a.at) || Double.isInfinite(b.at);
    return a.closed == b.closed && (infinite ? a.at == b.at : equal.test(a.value, b.value));
  }

  private static Optional<List<Piece>> pieces(Expr expr, Set<String> names) {
    if (expr.equals(Expr.REALS)) {
      return Optional.of(ALL);
    }
    if (expr instanceof Relation relation) {
      return relation(relation, names);
    }
    if (!(expr instanceof Apply apply) || apply.args().size() > MOST_PIECES) {
      return Optional.empty();
    }
    return switch (apply.head()) {
      case TUPLE -> interval(apply, false, false);
      case CLOSED -> interval(apply, true, true);
      case CLOSED_OPEN -> interval(apply, true, false);
      case OPEN_CLOSED -> interval(apply, false, true);
      case SET -> points(apply);
      case CONDITION -> pieces(apply.arg(0), names);
      case UNION -> parts(apply, names).map(RealSet::union);
      case INTERSECTION -> parts(apply, names).map(parts -> parts.stream().reduce(ALL, RealSet::intersection));
      case WITHOUT -> parts(apply, names).map(parts -> intersection(parts.get(0), complement(parts.get(1))));
      case CONJUNCTION -> parts(apply, names).filter(_ -> names.size() == 1)
          .map(parts -> parts.stream().reduce(ALL, RealSet::intersection));
      case DISJUNCTION -> parts(apply, names).filter(_ -> names.size() == 1).map(RealSet::union);
      case LIST -> parts(apply, names).filter(_ -> apply.args().stream().allMatch(Relation.class::isInstance))
          .filter(RealSet::disjoint).map(RealSet::union);
      default -> Optional.empty();
    };
  }

  private static Optional<List<List<Piece>>> parts(Apply apply, Set<String> names) {
    List<List<Piece>> parts = new ArrayList<>();
    for (Expr arg : apply.args()) {
      Optional<List<Piece>> part = pieces(arg, names);
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
    }
    return Optional.of(parts);
  }

  private static Optional<List<Piece>> interval(Apply apply, boolean closedLow, boolean closedHigh) {
    if (apply.args().size() != 2) {
      return Optional.empty();
    }
    Optional<End> low = end(apply.arg(0), closedLow);
    Optional<End> high = end(apply.arg(1), closedHigh);
    return low.isPresent() && high.isPresent() && low.get().at < high.get().at
        ? Optional.of(List.of(new Piece(low.get(), high.get())))
        : Optional.empty();
  }

  private static Optional<List<Piece>> points(Apply set) {
    List<Piece> points = new ArrayList<>();
    for (Expr member : set.args()) {
      Optional<End> end = end(member, true).filter(point -> Double.isFinite(point.at));
      if (end.isEmpty()) {
        return Optional.empty();
      }
      points.add(new Piece(end.get(), end.get()));
    }
    return Optional.of(union(List.of(points)));
  }

  private static Optional<End> end(Expr value, boolean closed) {
    if (value.equals(Expr.INFINITY)) {
      return Optional.of(HIGHEST);
    }
    if (MathForm.text(value).equals(MathForm.text(Expr.negated(Expr.INFINITY)))) {
      return Optional.of(LOWEST);
    }
    if (!MathForm.constant(value) || Probe.tooLarge(value)) {
      return Optional.empty();
    }
    Probe.Complex at = Probe.at(value, 0);
    return at.defined() && Math.abs(at.im()) <= TOLERANCE * at.modulus()
        ? Optional.of(new End(value, at.re(), closed))
        : Optional.empty();
  }

  /// `a < k·x + l < b` and the like; also of `|k·x + l|`.
  private static Optional<List<Piece>> relation(Relation relation, Set<String> names) {
    List<Expr> variable = relation.sides().stream().filter(side -> !MathForm.constant(side)).toList();
    if (variable.size() != 1 || relation.sides().size() > 3) {
      return Optional.empty();
    }
    List<Piece> values = ALL;
    for (int i = 0; i < relation.signs().size(); i++) {
      boolean first = relation.sides().get(i) == variable.getFirst();
      if (!first && relation.sides().get(i + 1) != variable.getFirst()) {
        return Optional.empty();
      }
      Sign sign = first ? relation.signs().get(i) : relation.signs().get(i).flipped();
      Optional<End> bound = end(relation.sides().get(first ? i + 1 : i), false);
      Optional<List<Piece>> half = bound.flatMap(end -> half(sign, end));
      if (half.isEmpty()) {
        return Optional.empty();
      }
      values = intersection(values, half.get());
    }
    return variable(variable.getFirst(), values, names);
  }

  /// What stands on one side of a bound.
  private static Optional<List<Piece>> half(Sign sign, End bound) {
    End closed = new End(bound.value, bound.at, Double.isFinite(bound.at));
    return switch (sign) {
      case LESS -> Optional.of(List.of(new Piece(LOWEST, bound)));
      case LESS_OR_EQUAL -> Optional.of(List.of(new Piece(LOWEST, closed)));
      case GREATER -> Optional.of(List.of(new Piece(bound, HIGHEST)));
      case GREATER_OR_EQUAL -> Optional.of(List.of(new Piece(closed, HIGHEST)));
      case NOT_EQUAL -> Optional.of(complement(List.of(new Piece(closed, closed))));
      case EQUAL, ABOUT, IN, IMPLIES, SIMILAR, CONGRUENT -> Optional.empty();
    };
  }

  /// The values of a variable where an expression of it has these values.
  private static Optional<List<Piece>> variable(Expr expr, List<Piece> values, Set<String> names) {
    if (expr instanceof Name name) {
      names.add(name.name());
      return Optional.of(values);
    }
    if (Expr.is(expr, Head.ABS)) {
      List<Piece> sizes = intersection(values,
          List.of(new Piece(new End(Expr.ZERO, 0, true), HIGHEST)));
      List<Piece> both = union(List.of(sizes, moved(sizes, Expr.ZERO, Expr.MINUS_ONE)));
      return variable(((Apply) expr).arg(0), both, names);
    }
    if (expr instanceof Apply sum && sum.head() == Head.SUM && sum.args().size() == 2
        && sum.arg(0) instanceof Num shift) {
      return variable(sum.arg(1), moved(values, negated(shift), Expr.ONE), names);
    }
    if (expr instanceof Apply product && product.head() == Head.PRODUCT && product.args().size() == 2
        && product.arg(0) instanceof Num factor && factor.numerator().signum() != 0) {
      BigInteger up = factor.numerator();
      return variable(product.arg(1), moved(values, Expr.ZERO, new Num(factor.denominator(), up, 0)), names);
    }
    return Optional.empty();
  }

  private static Num negated(Num value) {
    return Rational.product(value, Expr.MINUS_ONE);
  }

  private static List<Piece> moved(List<Piece> pieces, Num shift, Num factor) {
    return union(List.of(pieces.stream().map(piece -> piece.moved(shift, factor)).toList()));
  }

  private static List<Piece> union(List<List<Piece>> parts) {
    List<Piece> all = parts.stream().flatMap(List::stream).filter(piece -> !piece.empty())
        .sorted(Comparator.comparingDouble((Piece piece) -> piece.low.at).thenComparing(piece -> !piece.low.closed))
        .toList();
    List<Piece> merged = new ArrayList<>();
    for (Piece piece : all) {
      if (!merged.isEmpty() && merged.getLast().touches(piece)) {
        merged.add(merged.removeLast().with(piece));
      } else {
        merged.add(piece);
      }
    }
    return merged;
  }

  private static boolean disjoint(List<List<Piece>> parts) {
    return union(parts).size() == parts.stream().mapToInt(List::size).sum();
  }

  private static List<Piece> complement(List<Piece> pieces) {
    List<Piece> gaps = new ArrayList<>();
    End low = LOWEST;
    for (Piece piece : pieces) {
      gaps.add(new Piece(low, piece.low.flipped()));
      low = piece.high.flipped();
    }
    gaps.add(new Piece(low, HIGHEST));
    return gaps.stream().filter(gap -> !gap.empty()).toList();
  }

  private static List<Piece> intersection(List<Piece> a, List<Piece> b) {
    return complement(union(List.of(complement(a), complement(b))));
  }
}
