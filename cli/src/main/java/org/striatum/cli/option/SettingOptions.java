package org.striatum.cli.option;

import java.io.IOException;

/// Options that change the settings of a study: options that were not given leave them unchanged.
///
/// @param <S> the settings
public interface SettingOptions<S extends Record> {
  /// The settings with the given options applied.
  ///
  /// @throws IllegalArgumentException if a value is out of its range
  S over(S settings) throws IOException;
}
