package org.striatum.datasets.grading;

import java.util.Optional;
import org.striatum.probe.rollout.Grader;

/// Which grader gave rewards, so that a run says whether this program would give the same.
///
/// @param grader its name
/// @param version raised whenever any completion could get another reward, or another answer could be read
public record GraderVersion(String grader, int version) {
  private static final GraderVersion AFTER_LAST_HASH = new GraderVersion("after the last #", 1);

  public GraderVersion {
    if (grader.isBlank() || version < 1) {
      throw new IllegalArgumentException(
          "a grader has a name and a version ≥ 1, found '" + grader + "' and " + version);
    }
  }

  /// The version of a grader as this program has it; empty for a rule of the caller.
  public static Optional<GraderVersion> of(Grader grader) {
    if (grader instanceof AnswerGrader answers) {
      return Optional.of(new GraderVersion(answers.printed(), answers.version()));
    }
    return grader == Grader.AFTER_LAST_HASH ? Optional.of(AFTER_LAST_HASH) : Optional.empty();
  }

  /// `math, version 2`.
  public String printed() {
    return grader + ", version " + version;
  }
}
