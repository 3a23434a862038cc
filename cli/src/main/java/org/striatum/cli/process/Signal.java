package org.striatum.cli.process;

import java.util.Locale;
import java.util.Optional;

/// A signal that ended a process.
///
/// @param name as in `kill -l`, SIGABRT
/// @param remedy what it means here and what to do
record Signal(String name, String remedy) {
  private static final int EXIT_BASE = 128;
  private static final int LAST = 64;
  private static final String CRASH = "native code crashed, most likely the model runtime: try the other --memory (fast"
      + " or low), and report it";

  /// The signal behind an exit code as Java and shells give it, 128 + number. Nothing for the codes a JVM ends with of
  /// itself when it is hung up on, interrupted or terminated: it said so.
  static Optional<Signal> of(int exitCode) {
    int number = exitCode - EXIT_BASE;
    boolean linux = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    return switch (number) {
      case 1, 2, 15 -> Optional.empty();
      case 4 -> Optional.of(new Signal("SIGILL",
          "native code uses instructions that this processor lacks: run it on another machine, and report it"));
      case 6 -> Optional.of(new Signal("SIGABRT", CRASH));
      case 8 -> Optional.of(new Signal("SIGFPE", CRASH));
      case 9 -> Optional.of(new Signal("SIGKILL", "most likely by the system, out of memory: try --memory low, a"
          + " smaller --batch-size or a machine with more memory"));
      case 11 -> Optional.of(new Signal("SIGSEGV", CRASH));
      default -> number == (linux ? 7 : 10)
          ? Optional.of(new Signal("SIGBUS",
              "a mapped file became shorter or cannot be read: check the checkpoint's files and the disk"))
          : number > 0 && number <= LAST ? Optional.of(new Signal("signal " + number, CRASH)) : Optional.empty();
    };
  }
}
