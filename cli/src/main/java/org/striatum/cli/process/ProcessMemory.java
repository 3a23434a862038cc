package org.striatum.cli.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// The memory of processes, as Linux reports it.
public final class ProcessMemory {
  private ProcessMemory() {}

  /// Memory that a process has for itself (`RssAnon`: heap, copies of weights, buffers; not mapped files, which processes
  /// share and the system can drop); empty where the system does not report it, or the process has ended.
  ///
  /// @param process its number, or `self`
  public static OptionalLong privateBytes(String process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", process, "status"))) {
      return lines.filter(line -> line.startsWith("RssAnon:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).findFirst();
    } catch (IOException | UncheckedIOException _) {
      return OptionalLong.empty();
    }
  }
}
