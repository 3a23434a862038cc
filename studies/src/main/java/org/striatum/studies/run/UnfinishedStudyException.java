package org.striatum.studies.run;

import java.nio.file.Path;

/// A study is needed that the run has not finished.
public final class UnfinishedStudyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String study;

  /// @param study its name
  public UnfinishedStudyException(Path folder, String study) {
    super(folder + " has no finished '" + study + "'");
    this.study = study;
  }

  /// The name of the study to run first.
  public String study() {
    return study;
  }
}
