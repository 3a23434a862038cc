package org.striatum.studies.rollouts;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.striatum.hooks.ModelFacts;
import org.striatum.probe.run.BadDataException;

/// Sequences that must fit the positions a model can be run on.
final class Positions {
  private Positions() {}

  /// @param what of a problem it is, in the plural
  /// @param place which problem
  /// @param length in positions
  record Sequence(String what, String place, long length) {}

  /// Refuses all together, before any is run.
  ///
  /// @throws BadDataException naming how many do not fit, and the longest
  static void require(ModelFacts model, List<Sequence> sequences) throws BadDataException {
    List<Sequence> over = sequences.stream().filter(one -> one.length() > model.longest()).toList();
    if (!over.isEmpty()) {
      Sequence longest = Collections.max(over, Comparator.comparingLong(Sequence::length));
      throw new BadDataException(
          "%s can be run on at most %d positions, and %d of %d %s need more: the longest, of %s, needs %d"
              .formatted(model.name(), model.longest(), over.size(), sequences.size(), longest.what(),
                  longest.place(), longest.length()));
    }
  }
}
