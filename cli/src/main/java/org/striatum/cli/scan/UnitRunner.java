package org.striatum.cli.scan;

import java.io.IOException;
import java.nio.file.Path;
import org.striatum.cli.process.ProcessEnd;

/// Runs a unit to its end: as a local process, later on a cluster.
@FunctionalInterface
public interface UnitRunner {
  /// Runs the unit's command and waits.
  ///
  /// @param log file that takes its output and messages
  /// @return how it ended, with the message of its error
  ProcessEnd run(ScanUnit unit, Path log) throws IOException, InterruptedException;
}
