package org.striatum.cli.scan;

import java.io.IOException;
import java.nio.file.Path;
import org.striatum.cli.process.ProcessEnd;

/// Runs a unit to its end: as a local process, later on a cluster.
@FunctionalInterface
public interface UnitRunner {
  /// Runs the unit's command and waits.
  ///
  /// @param log file that takes its output and messages; its last line that begins with `striatum: ` describes the failure
  ProcessEnd run(ScanUnit unit, Path log) throws IOException, InterruptedException;
}
