package org.striatum.cli.scan;

import java.io.IOException;
import java.nio.file.Path;
import org.striatum.cli.process.ProcessEnd;

/// Something that runs a unit to its end: a local process, later a cluster's engine.
@FunctionalInterface
public interface UnitRunner {
  /// Runs the unit's command and waits.
  ///
  /// @param log file that takes its output and messages; its last line that begins with `striatum: ` says what went wrong
  ProcessEnd run(ScanUnit unit, Path log) throws IOException, InterruptedException;
}
