package org.striatum.cli.option;

import java.io.IOException;
import org.striatum.probe.run.UsageException;

/// Settings are made from what was typed here, and only here: what they refuse is the user's to mend. A refusal of the same
/// kind anywhere else is a mistake of the program.
public final class Given {
  private Given() {}

  /// Makes settings.
  @FunctionalInterface
  public interface Making<S> {
    S make() throws IOException;
  }

  /// What the options make.
  ///
  /// @throws UsageException if a value is out of its range
  public static <S> S checked(Making<S> making) throws IOException {
    try {
      return making.make();
    } catch (IllegalArgumentException refused) {
      throw new UsageException(refused.getMessage(), refused);
    }
  }

  /// A value, or another where none was given.
  static <T> T or(T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
