package org.striatum.peft.nta.measure;

import java.util.Arrays;
import org.striatum.peft.nta.task.Teachers;
import org.striatum.probe.stats.DotProduct;

/// Which path has specialised on which teacher, and how far. Each teacher is matched with one path so that the sum of
/// cosines is largest; output by output if outputs have separate gates.
///
/// @param pathOf the path of each teacher, −1 where there are too few: (groups, teachers), one group or one an output
/// @param total cosine between all matched weights and all their teachers, concatenated
/// @param matched mean cosine of the matched pairs
/// @param weakest smallest cosine of a matched pair
/// @param unmatched mean cosine of the other pairs, NaN without any
public record Alignment(int[][] pathOf, double total, double matched, double weakest, double unmatched) {
  /// Most paths or teachers that are matched exactly.
  public static final int MOST = 12;

  /// Matches paths with teachers.
  ///
  /// @param weights W: (paths, outputs, inputs)
  /// @param byOutput whether outputs are matched one by one
  public static Alignment of(double[] weights, int paths, Teachers teachers, boolean byOutput) {
    int groups = byOutput ? teachers.outputs() : 1;
    int width = teachers.size() / groups;
    int[][] pathOf = new int[groups][];
    double product = 0;
    double weightSquares = 0;
    double teacherSquares = 0;
    double matchedSum = 0;
    double allSum = 0;
    double weakest = 1;
    int matchedPairs = 0;
    for (int g = 0; g < groups; g++) {
      double[][] cosine = new double[teachers.count()][paths];
      for (int m = 0; m < teachers.count(); m++) {
        for (int p = 0; p < paths; p++) {
          double lengths = Math.sqrt(DotProduct.of(weights, p * teachers.size() + g * width, weights,
              p * teachers.size() + g * width, width) * squares(teachers, m, g, width));
          cosine[m][p] = lengths == 0 ? 0 : projection(weights, p, teachers, m, g, width) / lengths;
          allSum += cosine[m][p];
        }
      }
      pathOf[g] = assignment(cosine);
      for (int m = 0; m < teachers.count(); m++) {
        int p = pathOf[g][m];
        if (p >= 0) {
          int from = p * teachers.size() + g * width;
          product += projection(weights, p, teachers, m, g, width);
          weightSquares += DotProduct.of(weights, from, weights, from, width);
          teacherSquares += squares(teachers, m, g, width);
          matchedSum += cosine[m][p];
          weakest = Math.min(weakest, cosine[m][p]);
          matchedPairs++;
        }
      }
    }
    int others = groups * teachers.count() * paths - matchedPairs;
    return new Alignment(pathOf, product / Math.sqrt(weightSquares * teacherSquares), matchedSum / matchedPairs,
        weakest,
        others == 0 ? Double.NaN : (allSum - matchedSum) / others);
  }

  /// w̄: how much of a teacher is in its own path and not in the others, averaged over matched teachers,
  /// ⟨W^p(m) − mean of the other paths, W*^m⟩ / ‖W*^m‖². NaN with one path.
  ///
  /// @param weights (paths, outputs, inputs)
  public double specialisation(double[] weights, int paths, Teachers teachers) {
    int width = teachers.size() / pathOf.length;
    double sum = 0;
    int count = 0;
    for (int g = 0; g < pathOf.length; g++) {
      for (int m = 0; m < teachers.count(); m++) {
        if (pathOf[g][m] >= 0) {
          double own = 0;
          double others = 0;
          for (int p = 0; p < paths; p++) {
            double along = projection(weights, p, teachers, m, g, width) / squares(teachers, m, g, width);
            if (p == pathOf[g][m]) {
              own = along;
            } else {
              others += along;
            }
          }
          sum += own - others / (paths - 1);
          count++;
        }
      }
    }
    return paths == 1 ? Double.NaN : sum / count;
  }

  /// c̄: the gate of the task's own path minus the mean of the others, averaged over outputs. NaN where a task mixes
  /// teachers within an output, has no path of its own, or there is one path.
  ///
  /// @param gates (paths) or (paths, outputs)
  public double separation(double[] gates, int paths, Teachers.Task task) {
    if (task.teacherOfOutput().length == 0 || paths == 1) {
      return Double.NaN;
    }
    int gatesOfPath = gates.length / paths;
    double sum = 0;
    for (int i = 0; i < task.teacherOfOutput().length; i++) {
      int own = pathOf[pathOf.length == 1 ? 0 : i][task.teacherOfOutput()[i]];
      if (own < 0) {
        return Double.NaN;
      }
      double others = 0;
      for (int p = 0; p < paths; p++) {
        others += p == own ? 0 : gates[p * gatesOfPath + i % gatesOfPath];
      }
      sum += gates[own * gatesOfPath + i % gatesOfPath] - others / (paths - 1);
    }
    return sum / task.teacherOfOutput().length;
  }

  /// ⟨W^p, W*^m⟩ within a group.
  private static double projection(double[] weights, int p, Teachers teachers, int m, int group, int width) {
    return DotProduct.of(weights, p * teachers.size() + group * width, teachers.weights().get(m), group * width, width);
  }

  private static double squares(Teachers teachers, int m, int group, int width) {
    double[] map = teachers.weights().get(m);
    return DotProduct.of(map, group * width, map, group * width, width);
  }

  /// A distinct column for each row, or −1, as many as there can be, so that the values add up to most: exact, by dynamic
  /// programming over sets of columns.
  ///
  /// @param value (rows, columns), columns ≤ [#MOST]
  public static int[] assignment(double[][] value) {
    int columns = value[0].length;
    int sets = 1 << columns;
    int spare = Math.max(0, value.length - columns); // rows that go without
    double[][] best = new double[value.length + 1][sets];
    for (double[] row : best) {
      Arrays.fill(row, Double.NEGATIVE_INFINITY);
    }
    int[][] taken = new int[value.length + 1][sets];
    best[0][0] = 0;
    for (int r = 0; r < value.length; r++) {
      for (int set = 0; set < sets; set++) {
        if (r - Integer.bitCount(set) < spare && best[r][set] > best[r + 1][set]) {
          best[r + 1][set] = best[r][set];
          taken[r + 1][set] = -1;
        }
        for (int c = 0; c < columns; c++) {
          int with = set | 1 << c;
          if (with != set && best[r][set] + value[r][c] > best[r + 1][with]) {
            best[r + 1][with] = best[r][set] + value[r][c];
            taken[r + 1][with] = c;
          }
        }
      }
    }
    int set = 0;
    for (int s = 0; s < sets; s++) {
      set = best[value.length][s] > best[value.length][set] ? s : set;
    }
    int[] columnOf = new int[value.length];
    for (int r = value.length; r > 0; r--) {
      columnOf[r - 1] = taken[r][set];
      set = columnOf[r - 1] < 0 ? set : set & ~(1 << columnOf[r - 1]);
    }
    return columnOf;
  }
}
