package org.striatum.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Malformed rows of one file: counted, the first few named.
final class SkippedRows {
  private static final int NAMED = 3;

  private final List<String> named = new ArrayList<>();
  private int count;

  void add(String place, String why) {
    if (named.size() < NAMED) {
      named.add(place + " " + why);
    }
    count++;
  }

  int count() {
    return count;
  }

  /// `2 of 9 rows skipped: line 3 has no 'answer'; line 7 is empty`; empty where none was.
  Optional<String> summary(int rows) {
    return count == 0
        ? Optional.empty()
        : Optional.of(count + " of " + rows + " rows skipped: " + String.join("; ", named)
            + (count > NAMED ? "; and " + (count - NAMED) + " more" : ""));
  }
}
