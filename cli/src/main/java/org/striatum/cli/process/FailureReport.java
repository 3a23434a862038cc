package org.striatum.cli.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.striatum.probe.run.RecordJson;

/// Why a watched process ended, as it tells its watcher: a JSON file that lives as long as the watcher looks.
///
/// @param exitCode that it ends with
/// @param message one line for people
public record FailureReport(int exitCode, String message) {
  /// Writes the report. A watcher that gets none names the exit code.
  void write(Path file) {
    try {
      RecordJson.write(file, this);
    } catch (IOException _) {
      // the message is on standard error as well
    }
  }

  /// The report of a process, if it left one that can be read.
  static Optional<FailureReport> read(Path file) {
    try {
      return Files.isRegularFile(file) ? Optional.of(RecordJson.read(file, FailureReport.class)) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
