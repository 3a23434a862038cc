package org.striatum.studies;

import java.util.HashMap;
import java.util.Map;
import org.striatum.studies.run.Study;

/// The settings of every study of a full study.
///
/// @param settings study's name → settings; a study that is absent uses its defaults
public record StudyPlan(Map<String, Record> settings) {
  public StudyPlan {
    settings = Map.copyOf(settings);
  }

  /// The settings of a study.
  public <S extends Record> S settings(Study<S, ?> study) {
    Record told = settings.get(study.name());
    return told == null ? study.about().defaults() : study.about().settings().cast(told);
  }

  /// The same with other settings of a study.
  public <S extends Record> StudyPlan with(Study<S, ?> study, S told) {
    Map<String, Record> all = new HashMap<>(settings);
    all.put(study.name(), told);
    return new StudyPlan(all);
  }
}
