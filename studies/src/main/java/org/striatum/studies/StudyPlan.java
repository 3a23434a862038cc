package org.striatum.studies;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;

/// The settings of every study of a full study.
///
/// @param settings study's name → settings; a study that is absent uses its defaults
/// @param instances study's name → the name of its results, for studies that a run can hold several of; by default its settings
///     give the name
/// @param requested names of studies that are part of a full study only when they are asked for, and are
public record StudyPlan(Map<String, Record> settings, Map<String, String> instances, Set<String> requested) {
  /// Every study with its defaults.
  public static final StudyPlan DEFAULT = new StudyPlan(Map.of(), Map.of(), Set.of());

  public StudyPlan {
    settings = Map.copyOf(settings);
    instances = Map.copyOf(instances);
    requested = Set.copyOf(requested);
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
    return new StudyPlan(all, instances, requested);
  }

  /// The same with a study that runs only when it is asked for.
  public StudyPlan requesting(Study<?, ?> study) {
    Set<String> all = new HashSet<>(requested);
    all.add(study.name());
    return new StudyPlan(settings, instances, all);
  }

  /// The name of a study's results; empty for a study that runs once.
  public <S extends Record> String instance(Study<S, ?> study) {
    String named = instances.get(study.name());
    return named == null ? study.instance(settings(study)) : named;
  }

  /// The same with another name for a study's results.
  ///
  /// @throws UsageException if no file can have the name
  public StudyPlan named(Study<?, ?> study, String name) {
    RunFolder.step(study, name);
    Map<String, String> all = new HashMap<>(instances);
    all.put(study.name(), name);
    return new StudyPlan(settings, all, requested);
  }
}
