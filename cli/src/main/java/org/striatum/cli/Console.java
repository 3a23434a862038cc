package org.striatum.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.striatum.probe.run.Progress;

/// Where a command prints: results on stdout, everything else on stderr.
///
/// @param out results; the same for the same seed
/// @param err messages, progress, times
/// @param progress what long work reports to
record Console(PrintWriter out, PrintWriter err, Progress progress) {
  private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  static Console standard() {
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return new Console(new PrintWriter(System.out, true, StandardCharsets.UTF_8), err,
        new TerminalProgress(err,
            Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false)));
  }

  void print(String line) {
    out.println(line);
  }

  void json(Object result) {
    try {
      out.println(JSON.writeValueAsString(result));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  void note(String line) {
    err.println(line);
  }

  void error(String line) {
    err.println("striatum: " + line);
  }
}
