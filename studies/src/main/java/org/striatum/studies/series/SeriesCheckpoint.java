package org.striatum.studies.series;

import java.util.List;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.series.SeriesResults.Place;

/// One studied checkpoint of a series.
///
/// @param name distinct in the series
/// @param results of its study, at least value neurons
/// @param told every finished study, value by value
public record SeriesCheckpoint(String name, StudyResults results, List<ToldStudy> told) {
  public SeriesCheckpoint {
    told = List.copyOf(told);
    if (results.values() == null) {
      throw new IllegalArgumentException("a checkpoint of a series needs value neurons, found none of " + name);
    }
  }

  /// The training step its name ends with (`step3000`, `checkpoint-500`); null if it does not end with one.
  public Long step() {
    return Place.of(name).step();
  }
}
