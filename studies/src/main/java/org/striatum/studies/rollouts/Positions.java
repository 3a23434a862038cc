package org.striatum.studies.rollouts;

import java.util.List;
import org.striatum.hooks.ModelFacts;
import org.striatum.probe.run.UsageException;

/// Sequences that must fit the positions a model can be run on.
final class Positions {
  private Positions() {}

  /// @param what of a problem it is, in the plural
  /// @param place which problem
  /// @param length in positions
  record Sequence(String what, String place, long length) {}

  /// Refuses all together, before any is run.
  ///
  /// @throws UsageException naming how many do not fit, and the longest
  static void require(ModelFacts model, List<Sequence> sequences) {
    List<Sequence> over = sequences.stream().filter(one -> one.length() > model.longest()).toList();
    over.stream().reduce((one, other) -> other.length() > one.length() ? other : one).ifPresent(longest -> {
      throw new UsageException(
          "%s can be run on at most %d positions, and %d of %d %s need more: the longest, of %s, needs %d"
              .formatted(model.name(), model.longest(), over.size(), sequences.size(), longest.what(),
                  longest.place(), longest.length()));
    });
  }
}
