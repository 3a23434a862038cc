package org.striatum.studies.series;

import java.util.List;
import org.striatum.studies.run.FlatRecord.Entry;

/// A finished study of one checkpoint, value by value.
///
/// @param step its name in the manifest
/// @param settings its settings
/// @param results empty for a study whose results have their own tables
public record ToldStudy(String step, List<Entry> settings, List<Entry> results) {
  public ToldStudy {
    settings = List.copyOf(settings);
    results = List.copyOf(results);
  }
}
