package org.striatum.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The cause of a killed process.
///
/// @param name a signal as in `kill -l`, SIGABRT; or words
/// @param remedy its meaning here and what to do
public record Signal(String name, String remedy) {
  private static final String CRASH = "native code crashed, most likely the model runtime: try the other --memory (fast"
      + " or low), and report it";
  private static final int EXIT_BASE = 128;
  private static final int LAST = 64;
  private static final int REPORT_HEAD = 4096;
  /// `#  SIGSEGV (0xb) at pc=0x…`
  private static final Pattern REPORTED = Pattern.compile("^#\\s+(SIG[A-Z]+) \\(", Pattern.MULTILINE);
  private static final String MEMORY = "try --memory low, a smaller --batch-size or a machine with more memory";

  /// The signal of an exit code as Java and shells report it, 128 + number. Empty for the codes with which a JVM itself ends
  /// after SIGHUP, SIGINT or SIGTERM: it has reported that.
  static Optional<Signal> of(int exitCode) {
    int number = exitCode - EXIT_BASE;
    boolean linux = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    return switch (number) {
      case 1, 2, 15 -> Optional.empty();
      case 4 -> Optional.of(named("SIGILL"));
      case 6 -> Optional.of(named("SIGABRT"));
      case 8 -> Optional.of(named("SIGFPE"));
      case 9 -> Optional.of(named("SIGKILL"));
      case 11 -> Optional.of(named("SIGSEGV"));
      default -> number == (linux ? 7 : 10)
          ? Optional.of(named("SIGBUS"))
          : number > 0 && number <= LAST ? Optional.of(named("signal " + number)) : Optional.empty();
    };
  }

  /// The cause given in a JVM's crash report: more precise than the exit code, which is that of its own abort.
  static Optional<Signal> reported(Path crashReport) {
    String head;
    try (var in = Files.newInputStream(crashReport)) {
      head = new String(in.readNBytes(REPORT_HEAD), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return Optional.empty();
    }
    if (head.contains("insufficient memory")) {
      return Optional.of(new Signal("its own JVM", "there was not enough memory: " + MEMORY));
    }
    Matcher signal = REPORTED.matcher(head);
    return signal.find() ? Optional.of(named(signal.group(1))) : Optional.empty();
  }

  /// Whether the cause is native code, not the machine.
  boolean inNativeCode() {
    return remedy.equals(CRASH);
  }

  private static Signal named(String name) {
    return new Signal(name, switch (name) {
      case "SIGKILL" -> "most likely by the system, out of memory: " + MEMORY;
      case "SIGBUS" -> "a mapped file was truncated or cannot be read: check the checkpoint's files and the disk";
      case "SIGILL" -> "native code uses instructions that this processor lacks: run it on another machine";
      default -> CRASH;
    });
  }
}
