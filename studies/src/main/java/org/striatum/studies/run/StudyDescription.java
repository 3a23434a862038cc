package org.striatum.studies.run;

import java.util.Objects;

/// A study's name, and the types of its settings and results.
///
/// @param name lower-case letters and hyphens: the command, the step in the manifest, the files in `results`
/// @param summary what it does, in one line
/// @param settings their type
/// @param results their type
/// @param defaults the default settings
/// @param quick settings for a first look: minutes for a small model
/// @param seeding the same settings with another seed
public record StudyDescription<S extends Record, R extends Record>(String name, String summary, Class<S> settings,
    Class<R> results, S defaults, S quick, Seeding<S> seeding) {
  /// Gives settings another seed.
  @FunctionalInterface
  public interface Seeding<S> {
    S with(S settings, long seed);
  }

  public StudyDescription {
    Objects.requireNonNull(summary);
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw new IllegalArgumentException(
          "a study's name must be of lower-case letters, digits and hyphens, found " + name);
    }
  }

  /// The description of a study with fixed settings and nothing random.
  public static <S extends Record, R extends Record> StudyDescription<S, R> of(String name, String summary,
      S defaults, Class<R> results) {
    @SuppressWarnings("unchecked")
    Class<S> settings = (Class<S>) defaults.getClass();
    return new StudyDescription<>(name, summary, settings, results, defaults, defaults, (same, _) -> same);
  }

  /// Whether the seed changes the settings: whether anything in the study is random.
  public boolean isSeeded() {
    return !seeding.with(defaults, 1).equals(seeding.with(defaults, 2));
  }

  /// The same with settings for a first look.
  public StudyDescription<S, R> withQuick(S other) {
    return new StudyDescription<>(name, summary, settings, results, defaults, other, seeding);
  }

  /// The same with settings that have a seed.
  public StudyDescription<S, R> withSeeding(Seeding<S> other) {
    return new StudyDescription<>(name, summary, settings, results, defaults, quick, other);
  }
}
