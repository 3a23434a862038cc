package org.striatum.datasets;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Malformed rows of one file: all are counted, the first few are named.
final class SkippedRows {
  private static final int NAMED = 3;

  private final List<String> named = new ArrayList<>();
  private final Set<Need> needs = EnumSet.noneOf(Need.class);
  private int count;

  void add(String place, MalformedRowException why) {
    add(place, why.getMessage());
    why.need().ifPresent(needs::add);
  }

  void add(String place, String why) {
    if (named.size() < NAMED) {
      named.add(place + " " + why);
    }
    count++;
  }

  /// What would make some of them usable.
  Set<Need> needs() {
    return needs;
  }

  int count() {
    return count;
  }

  /// `2 of 9 rows skipped: line 3 has no 'answer'; line 7 is empty`; empty if none was.
  Optional<String> summary(int rows) {
    return count == 0
        ? Optional.empty()
        : Optional.of(count + " of " + rows + " rows skipped: " + String.join("; ", named)
            + (count > NAMED ? "; and " + (count - NAMED) + " more" : ""));
  }
}
