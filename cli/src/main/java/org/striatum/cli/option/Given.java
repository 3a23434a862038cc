package org.striatum.cli.option;

import java.io.IOException;
import org.striatum.probe.run.UsageException;

/// Makes settings from the typed options. Only here is a refused setting an error of the user; anywhere else the same
/// exception is a bug.
public final class Given {
  private Given() {}

  /// Makes settings.
  @FunctionalInterface
  public interface Making<S> {
    S make() throws IOException;
  }

  /// The settings from the options.
  ///
  /// @throws UsageException if a value is out of its range
  public static <S> S checked(Making<S> making) throws IOException {
    try {
      return making.make();
    } catch (IllegalArgumentException refused) {
      throw new UsageException(refused.getMessage(), refused);
    }
  }

  /// A value, or a default if none was given.
  static <T> T or(T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
