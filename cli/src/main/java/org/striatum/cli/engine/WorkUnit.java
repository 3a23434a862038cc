package org.striatum.cli.engine;

import java.nio.file.Path;
import java.util.List;

/// A command line that can be run anywhere where the same folders are seen: by itself, at any time, and again. What it has finished it keeps.
///
/// @param name for people, distinct among the units that run together
/// @param command `striatum`'s arguments; paths in them are absolute
/// @param folder for what an engine needs of its own: the script that it starts, how the unit ended; created when it is needed
/// @param log file that takes its output and messages
public record WorkUnit(String name, List<String> command, Path folder, Path log) {
  public WorkUnit {
    command = List.copyOf(command);
  }
}
