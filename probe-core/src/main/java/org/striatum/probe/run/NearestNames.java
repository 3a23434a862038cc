package org.striatum.probe.run;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Which of some names a mistyped one may mean.
public final class NearestNames {
  private static final int SHOWN = 3;
  private static final int LONGEST = 200; // characters compared

  private NearestNames() {}

  /// The names that take the fewest insertions, deletions, replacements and exchanges of neighbouring characters, nearest first:
  /// three at most.
  public static List<String> of(String written, Collection<String> names) {
    String read = read(written);
    return names.stream().sorted(Comparator.comparingInt(name -> distance(read, name))).limit(SHOWN).toList();
  }

  /// Those that are nearest, if a slip of the keys may have made them of a name: half of its characters differ at most.
  public static List<String> near(String written, Collection<String> names) {
    String read = read(written);
    List<String> nearest = of(read, names);
    int least = nearest.isEmpty() ? 0 : distance(read, nearest.getFirst());
    return 2 * least > read.length()
        ? List.of()
        : nearest.stream().filter(name -> distance(read, name) == least).toList();
  }

  private static String read(String written) {
    return written.substring(0, Math.min(LONGEST, written.length()));
  }

  /// A question that ends the refusal of a mistyped name: `; did you mean add or add-long?`. Empty where no name is near.
  public static String meant(String written, Collection<String> names) {
    return meant(near(written, names));
  }

  /// The same of names that are known to be near.
  public static String meant(List<String> near) {
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }

  /// Levenshtein's distance, with two neighbours in exchanged order as one slip.
  private static int distance(String a, String b) {
    int[][] rows = new int[a.length() + 1][b.length() + 1];
    Arrays.setAll(rows[0], j -> j);
    for (int i = 1; i <= a.length(); i++) {
      rows[i][0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        rows[i][j] = Math.min(rows[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
        if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
          rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
        }
      }
    }
    return rows[a.length()][b.length()];
  }
}
