package org.striatum.probe.model;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Which of some names a mistyped one may mean.
public final class NearestNames {
  private static final int SHOWN = 3;
  private static final int LONGEST = 200; // characters compared

  private NearestNames() {}

  /// The names that take the fewest insertions, deletions and replacements of characters, nearest first: three at most.
  public static List<String> of(String written, Collection<String> names) {
    String read = written.substring(0, Math.min(LONGEST, written.length()));
    return names.stream().sorted(Comparator.comparingInt(name -> distance(read, name))).limit(SHOWN).toList();
  }

  /// Those of them that a slip of the keys may have made of a name: half of its characters differ at most.
  public static List<String> near(String written, Collection<String> names) {
    return of(written, names).stream().filter(name -> 2 * distance(written, name) <= written.length()).toList();
  }

  /// Levenshtein's distance.
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
