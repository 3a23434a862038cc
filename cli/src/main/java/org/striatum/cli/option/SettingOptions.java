package org.striatum.cli.option;

import java.io.IOException;

/// Options that change the settings of a study: those that were not given leave it as it is.
///
/// @param <S> the settings
public interface SettingOptions<S extends Record> {
  /// The settings with what was given in its place.
  ///
  /// @throws IllegalArgumentException if a value is out of its range
  S over(S settings) throws IOException;
}
