package org.striatum.cli.option;

import java.util.Locale;
import org.striatum.studies.run.Study;

/// How thorough a study is.
public enum Effort {
  /// Minutes for a small model: enough to see what there is to see.
  QUICK,
  /// What the commands do when they are told nothing else.
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
