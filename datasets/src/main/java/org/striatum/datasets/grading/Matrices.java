package org.striatum.datasets.grading;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Num;

/// Sums and products of matrices, entry by entry.
final class Matrices {
  private static final int MOST_ENTRIES = 400;
  private static final int LARGEST_POWER = 8;
  private static final int LARGEST_DETERMINANT = 4;

  private Matrices() {}

  /// The matrix that an expression of matrices is, or the expression itself if it has none; empty if sizes do not fit.
  static Optional<Expr> computed(Expr expr) {
    if (!(expr instanceof Apply apply) || apply.head().kind() != Head.Kind.VALUE) {
      return Optional.of(expr);
    }
    if (!in(expr)) {
      return Optional.of(expr);
    }
    return switch (apply.head()) {
      case SUM -> folded(apply.args(), Matrices::sum);
      case PRODUCT -> folded(apply.args(), Matrices::product);
      case POWER -> apply.arg(1) instanceof Num n && n.whole() && n.numerator().signum() > 0
          && n.numerator().bitLength() < 8 && n.numerator().intValue() <= LARGEST_POWER
              ? folded(Collections.nCopies(n.numerator().intValue(), apply.arg(0)), Matrices::product)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /// A determinant by its first row; empty if it is not square or large.
  static Optional<Expr> determinant(Apply rows) {
    int size = rows.args().size();
    boolean square = rows.args().stream().allMatch(row -> Expr.is(row, Head.ROW) && Expr.parts(row).size() == size);
    return square && size <= LARGEST_DETERMINANT
        ? Optional.of(determinant(rows.args().stream().map(Expr::parts).toList()))
        : Optional.empty();
  }

  private static Expr determinant(List<List<Expr>> rows) {
    if (rows.size() == 1) {
      return rows.getFirst().getFirst();
    }
    List<Expr> terms = new ArrayList<>();
    for (int column = 0; column < rows.size(); column++) {
      Expr term = Expr.apply(Head.PRODUCT, rows.getFirst().get(column), determinant(minor(rows, column)));
      terms.add(column % 2 == 0 ? term : Expr.negated(term));
    }
    return new Apply(Head.SUM, terms);
  }

  /// Without the first row and one column.
  private static List<List<Expr>> minor(List<List<Expr>> rows, int column) {
    return rows.subList(1, rows.size()).stream().map(row -> {
      List<Expr> rest = new ArrayList<>(row);
      rest.remove(column);
      return List.copyOf(rest);
    }).toList();
  }

  /// Whether it has a matrix in it.
  static boolean in(Expr expr) {
    return Expr.all(expr).anyMatch(part -> Expr.is(part, Head.MATRIX));
  }

  private interface Operation {
    Optional<Expr> of(Expr left, Expr right);
  }

  private static Optional<Expr> folded(List<Expr> args, Operation operation) {
    Optional<Expr> total = Optional.empty();
    for (int i = 0; i < args.size(); i++) {
      Optional<Expr> next = computed(args.get(i));
      if (next.isEmpty() || (i > 0 && total.isEmpty())) {
        return Optional.empty();
      }
      total = i == 0 ? next : operation.of(total.get(), next.get());
    }
    return total.map(MathForm::normalised);
  }

  private static Optional<Expr> sum(Expr left, Expr right) {
    if (!Expr.is(left, Head.MATRIX) || !Expr.is(right, Head.MATRIX) || rows(left) != rows(right)
        || columns(left) != columns(right)) {
      return Optional.empty();
    }
    return Optional.of(filled(rows(left), columns(left),
        (i, j) -> Expr.apply(Head.SUM, entry(left, i, j), entry(right, i, j))));
  }

  private static Optional<Expr> product(Expr left, Expr right) {
    boolean matrix = Expr.is(left, Head.MATRIX);
    if (matrix != Expr.is(right, Head.MATRIX)) {
      Expr scalar = matrix ? right : left;
      Expr matrices = matrix ? left : right;
      return Optional.of(filled(rows(matrices), columns(matrices),
          (i, j) -> Expr.apply(Head.PRODUCT, scalar, entry(matrices, i, j))));
    }
    if (!matrix) {
      return Optional.of(Expr.apply(Head.PRODUCT, left, right));
    }
    int inner = columns(left);
    if (inner != rows(right) || rows(left) * columns(right) > MOST_ENTRIES) {
      return Optional.empty();
    }
    return Optional.of(filled(rows(left), columns(right), (i, j) -> {
      List<Expr> terms = new ArrayList<>();
      for (int k = 0; k < inner; k++) {
        terms.add(Expr.apply(Head.PRODUCT, entry(left, i, k), entry(right, k, j)));
      }
      return new Apply(Head.SUM, terms);
    }));
  }

  private interface Entry {
    Expr at(int row, int column);
  }

  private static Expr filled(int rows, int columns, Entry entry) {
    List<Expr> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      List<Expr> row = new ArrayList<>();
      for (int j = 0; j < columns; j++) {
        row.add(entry.at(i, j));
      }
      all.add(new Apply(Head.ROW, row));
    }
    return new Apply(Head.MATRIX, all);
  }

  private static int rows(Expr matrix) {
    return Expr.parts(matrix).size();
  }

  private static int columns(Expr matrix) {
    return Expr.parts(Expr.parts(matrix).getFirst()).size();
  }

  private static Expr entry(Expr matrix, int row, int column) {
    return Expr.parts(Expr.parts(matrix).get(row)).get(column);
  }
}
