package org.striatum.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;

/// Where a command prints: results on stdout, everything else on stderr.
///
/// @param out results; the same for the same seed
/// @param err messages, progress, times
/// @param progress what long work reports to
record Console(PrintWriter out, PrintWriter err, Progress progress) {
  static Console standard() {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return new Console(new PrintWriter(System.out, true, StandardCharsets.UTF_8), err,
        new TerminalProgress(err,
            Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false)));
  }

  void print(String line) {
    out.println(line);
  }

  /// As the run folder's files write it: a NaN is null.
  void json(Object result) {
    out.print(new String(RecordJson.pretty(result), StandardCharsets.UTF_8));
    out.flush();
  }

  void note(String line) {
    err.println(line);
  }

  /// One line, whatever the message quotes from a stranger's file.
  void error(String message) {
    err.println("striatum: " + message.replaceAll("\\R", " ").replaceAll("[\\p{Cc}\\p{Cf}]", "\ufffd"));
  }
}
