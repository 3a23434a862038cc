package org.striatum.studies.transfer;

import java.util.function.UnaryOperator;
import org.striatum.probe.transfer.TransferSettings;

/// Settings of a comparison.
///
/// @param study sizes of sets, refits and random sets
/// @param seed of split halves, random sets and intervals
public record CompareSettings(TransferSettings study, long seed) {
  public static CompareSettings defaults() {
    return new CompareSettings(TransferSettings.defaults(), 1);
  }

  public CompareSettings withStudy(UnaryOperator<TransferSettings> change) {
    return new CompareSettings(change.apply(study), seed);
  }

  public CompareSettings withSeed(long other) {
    return new CompareSettings(study, other);
  }
}
