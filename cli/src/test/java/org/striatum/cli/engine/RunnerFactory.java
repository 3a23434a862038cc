package org.striatum.cli.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Opens the runner that a contract is about; has a public constructor without arguments, because another process opens one too.
public interface RunnerFactory {
  /// Opens it.
  ///
  /// @param home folder with a launcher `striatum` that runs [StandInUnit]s, and what the test has put there
  UnitRunner open(Path home, Consumer<String> note) throws IOException;
}
