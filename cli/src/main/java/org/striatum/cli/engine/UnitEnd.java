package org.striatum.cli.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.process.EndFile;
import org.striatum.cli.process.ProcessEnd;

/// How a unit ended.
///
/// @param exitCode of its command; of one that gave none, that of a mistake of the program
/// @param message of its error, one line; empty if it was successful or did not say
public record UnitEnd(Kind kind, int exitCode, Optional<String> message) {
  /// What ended it.
  public enum Kind {
    /// It ended by itself, successfully or with an error.
    FINISHED,
    /// A signal: a native abort, a crash, the system out of memory.
    KILLED,
    /// It made no progress for too long.
    HUNG,
    /// Its worker is gone, and left no word of it.
    LOST,
    /// Somebody ended everything: Ctrl-C, a cancelled job.
    INTERRUPTED
  }

  private static final List<Integer> INTERRUPTIONS = List.of(129, 130, 143); // SIGHUP, SIGINT, SIGTERM

  /// The end of a process that was watched from here.
  ///
  /// @param said why it ended, in its own words
  static UnitEnd of(ProcessEnd end, Optional<String> said) {
    return switch (end) {
      case ProcessEnd.Finished(int code, _) -> finished(code, said);
      case ProcessEnd.Killed killed -> new UnitEnd(Kind.KILLED, killed.exitCode(), killed.message());
      case ProcessEnd.Hung hung -> new UnitEnd(Kind.HUNG, hung.exitCode(), hung.message());
    };
  }

  private static UnitEnd finished(int code, Optional<String> said) {
    return new UnitEnd(INTERRUPTIONS.contains(code) ? Kind.INTERRUPTED : Kind.FINISHED, code,
        code == 0 ? Optional.empty() : said);
  }

  /// The end of a unit whose worker is gone.
  ///
  /// @param what is known of it, one line
  public static UnitEnd lost(String what) {
    return new UnitEnd(Kind.LOST, ExitCode.FAILED, Optional.of(what));
  }

  /// The end that a unit's script left in its folder; empty if it left none.
  public static Optional<UnitEnd> in(Path folder) throws IOException {
    return EndFile.read(UnitScript.end(folder)).map(end -> switch (end.how()) {
      case FINISHED -> finished(end.exitCode(), end.message());
      case KILLED -> new UnitEnd(Kind.KILLED, end.exitCode(), end.message());
      case HUNG -> new UnitEnd(Kind.HUNG, end.exitCode(), end.message());
    });
  }

  public boolean isSuccess() {
    return exitCode == 0;
  }

  /// Whether it may end otherwise when it is run again: what befell it came from outside.
  public boolean mayPass() {
    return kind == Kind.KILLED || kind == Kind.HUNG || kind == Kind.LOST;
  }
}
