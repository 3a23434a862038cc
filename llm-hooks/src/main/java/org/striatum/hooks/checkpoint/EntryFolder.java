package org.striatum.hooks.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.striatum.probe.run.RecordJson;

/// A folder of small records that may be lost: an entry that is missing, damaged or unreadable is none, and one that
/// cannot be written is not kept. Safe for several threads and processes: every file appears whole, by a rename.
///
/// @param folder made when something is written
public record EntryFolder(Path folder) {
  /// The record under a name.
  public <T> Optional<T> read(String name, Class<T> type) {
    Path file = file(name);
    try {
      return Files.isRegularFile(file) ? Optional.of(RecordJson.read(file, type)) : Optional.empty();
    } catch (IOException | RuntimeException _) { // a record's own checks refuse damaged content too
      return Optional.empty();
    }
  }

  /// Writes a record, over one of the same name.
  public void write(String name, Object content) {
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, ".", ".tmp");
      try {
        Files.write(temporary, RecordJson.pretty(content));
        Files.move(temporary, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException | SecurityException _) {
      // not kept
    }
  }

  private Path file(String name) {
    return folder.resolve(name + ".json");
  }
}
