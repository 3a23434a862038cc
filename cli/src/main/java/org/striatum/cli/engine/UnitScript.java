package org.striatum.cli.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.striatum.cli.process.EndFile;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.UsageException;

/// A unit as a script: what an engine starts that runs programs on other machines. The launcher that it calls, the unit's folder and its
/// log must be seen there under the same names.
public final class UnitScript {
  /// The script, and how it ended, in a unit's folder.
  public static final String FILE = "unit.sh";
  public static final String END = "end.txt";

  private UnitScript() {}

  /// Writes a unit's script into its folder; how it ended before is forgotten. It runs under a supervisor, which says how it ends,
  /// whatever the environment that it takes over says.
  ///
  /// @param launcher the program `striatum`
  public static Path write(WorkUnit unit, Path launcher) throws IOException {
    Files.createDirectories(unit.folder());
    EndFile.delete(end(unit.folder()));
    Path script = unit.folder().resolve(FILE);
    AtomicFile.write(script, """
        #!/bin/sh
        # %s
        STRIATUM_IN_PROCESS= STRIATUM_JAVA_OPTIONS="%s ${STRIATUM_JAVA_OPTIONS:-}" \\
          %s=%s exec %s %s >>%s 2>&1
        """.formatted(unit.name().replaceAll("\\p{Cntrl}", " "), String.join(" ", UnitCompiler.OPTIONS),
        EndFile.VARIABLE, quoted(end(unit.folder())), quoted(launcher),
        unit.command().stream().map(UnitScript::quoted).collect(Collectors.joining(" ")), quoted(unit.log()))
        .getBytes(StandardCharsets.UTF_8));
    return script;
  }

  /// The launcher that runs this program.
  ///
  /// @throws UsageException if it was not started by one
  public static Path launcher() {
    String home = System.getProperty("striatum.home");
    if (home == null || !Files.isRegularFile(Path.of(home, "striatum"))) {
      throw new UsageException(
          "units of work are started by the launcher `striatum`, and this program was not started by it");
    }
    return Path.of(home, "striatum").toAbsolutePath().normalize();
  }

  /// Where a unit leaves how it ended.
  public static Path end(Path folder) {
    return folder.resolve(END);
  }

  /// A word as a shell takes it.
  public static String quoted(Object word) {
    return "'" + word.toString().replace("'", "'\\''") + "'";
  }
}
