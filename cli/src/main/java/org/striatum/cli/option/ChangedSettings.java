package org.striatum.cli.option;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Option;

/// Settings changed by their names: for a study without options of its own.
public final class ChangedSettings {
  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "A setting by its name, as printed by `striatum show`; may be given several times.")
  private Map<String, String> changes = Map.of();

  /// The settings with the given changes.
  ///
  /// @throws org.striatum.probe.run.UsageException if there is no such setting, or a value does not fit
  public <S extends Record> S over(S settings) throws IOException {
    return Given.checked(() -> ChangedRecord.of(settings, changes));
  }
}
