package org.striatum.reports.run;

import java.util.List;
import org.striatum.studies.run.FlatRecord.Entry;

/// What a reader is told of a study beside its own section.
///
/// @param step its name in the manifest, such as `probe` or `ablate/mine`
/// @param summary what it does, in one line
/// @param settings what it was told
/// @param results value by value; empty where the page has a section for it
public record StudyFacts(String step, String summary, List<Entry> settings, List<Entry> results) {
  public StudyFacts {
    settings = List.copyOf(settings);
    results = List.copyOf(results);
  }
}
