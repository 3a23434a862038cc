package org.striatum.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/// How a command ended, left in a file for a program on another machine: two or three lines, how, exit code and message. The supervisor
/// writes it, which does without a library for it; what the command itself said of its failure lies beside it.
///
/// @param how what ended it
/// @param exitCode that it ended with
/// @param message of an error, one line
public record EndFile(How how, int exitCode, Optional<String> message) {
  /// Names the file to be written; without it none is.
  public static final String VARIABLE = "STRIATUM_END";
  private static final long LONGEST = 1 << 16;

  /// What ended a command.
  public enum How {
    FINISHED, KILLED, HUNG
  }

  /// Leaves a process's end in the file that the environment names, whole or not at all.
  ///
  /// @param failure report of the process, which may not be there
  static void write(ProcessEnd end, Path failure) throws IOException {
    String name = System.getenv(VARIABLE);
    if (name == null || name.isEmpty()) {
      return;
    }
    How how = How.FINISHED;
    if (end instanceof ProcessEnd.Killed) {
      how = How.KILLED;
    } else if (end instanceof ProcessEnd.Hung) {
      how = How.HUNG;
    }
    Path file = Path.of(name);
    if (Files.isRegularFile(failure)) {
      Files.copy(failure, failure(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Path temporary = file.resolveSibling(file.getFileName().toString().concat(".tmp"));
    Files.write(temporary,
        List.of(how.name(), Integer.toString(end.exitCode()), OneLine.of(end.message().orElse(""))),
        StandardCharsets.UTF_8);
    Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Reads a file that was left; empty if there is none, or it is not one.
  public static Optional<EndFile> read(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
      return Optional.empty();
    }
    List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    try {
      return lines.size() < 2
          ? Optional.empty()
          : Optional.of(new EndFile(How.valueOf(lines.getFirst()), Integer.parseInt(lines.get(1)),
              lines.size() > 2 && !lines.get(2).isEmpty()
                  ? Optional.of(lines.get(2))
                  : FailureReport.read(failure(file)).map(FailureReport::message)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// Forgets how a command ended before.
  public static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(failure(file));
  }

  private static Path failure(Path file) {
    return file.resolveSibling(file.getFileName().toString().concat(".failure.json"));
  }
}
