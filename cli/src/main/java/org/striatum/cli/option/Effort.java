package org.striatum.cli.option;

import java.util.Locale;
import org.striatum.studies.run.Study;

/// The effort of a study.
public enum Effort {
  /// Minutes for a small model: enough for a first look.
  QUICK,
  /// The defaults of all commands.
  STANDARD;

  /// A study's settings at this effort.
  public <S extends Record> S settings(Study<S, ?> study) {
    return this == QUICK ? study.about().quick() : study.about().defaults();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
