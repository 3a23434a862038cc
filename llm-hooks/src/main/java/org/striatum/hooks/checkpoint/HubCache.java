package org.striatum.hooks.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The layout of the hub's local cache: `models--org--name/refs/main` names a folder of `snapshots`.
final class HubCache {
  private HubCache() {}

  /// The main revision of a model in the cache; any other path as it is.
  ///
  /// @throws CheckpointException if it names a revision that is not there
  static Path snapshot(Path folder) throws CheckpointException {
    Path main = folder.resolve("refs/main");
    if (Files.exists(folder.resolve("config.json")) || !Files.isRegularFile(main)) {
      return folder;
    }
    try {
      String revision = Files.size(main) > 256
          ? ""
          : new String(Files.readAllBytes(main), StandardCharsets.UTF_8).strip();
      Path snapshots = folder.resolve("snapshots");
      // What is no plain name need not even be a path.
      if (!revision.matches("[\\w.-]+") || !Files.isDirectory(snapshots.resolve(revision))) {
        throw new CheckpointException(
            main + " names no folder of " + snapshots + ": give the snapshot's folder itself");
      }
      return snapshots.resolve(revision);
    } catch (IOException unreadable) {
      throw unreadable instanceof CheckpointException refused
          ? refused
          : new CheckpointException("cannot read " + main + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// A model's name, for people: the folder's own, or in the cache (`models--org--name`) its last part.
  static String name(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    String own = String.valueOf(absolute.getFileName());
    String cached = absolute.getNameCount() > 3 ? absolute.getParent().getParent().getFileName().toString() : own;
    String name = own.startsWith("models--") ? own : cached;
    return name.startsWith("models--") ? name.replaceFirst(".*--", "") : own;
  }
}
