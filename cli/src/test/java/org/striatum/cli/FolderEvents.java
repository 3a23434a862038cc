package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What happens to the files below a folder, as the system tells it.
final class FolderEvents implements AutoCloseable {
  /// One change.
  ///
  /// @param file path below the folder
  /// @param kind of change: a rename is the creation of its target
  record Event(String file, WatchEvent.Kind<?> kind) {
    @Override
    public String toString() {
      return kind.name().replace("ENTRY_", "").toLowerCase(java.util.Locale.ROOT) + " of " + file;
    }
  }

  private final Path folder;
  private final WatchService watch;
  private final Map<WatchKey, Path> watched = new HashMap<>();
  private final List<Event> found = new ArrayList<>();

  FolderEvents(Path folder) throws IOException {
    this.folder = folder;
    this.watch = folder.getFileSystem().newWatchService();
    register(folder);
  }

  /// Changes since the last call, waiting for a moment where there are none.
  List<Event> next() throws IOException, InterruptedException {
    WatchKey key = watch.poll(1, TimeUnit.MILLISECONDS);
    if (key != null) {
      Path changed = watched.get(key);
      for (WatchEvent<?> event : key.pollEvents()) {
        if (event.context() instanceof Path name) {
          add(changed.resolve(name), event.kind());
        }
      }
      key.reset();
    }
    List<Event> next = List.copyOf(found);
    found.clear();
    return next;
  }

  private void add(Path path, WatchEvent.Kind<?> kind) throws IOException {
    if (Files.isDirectory(path)) {
      if (kind == StandardWatchEventKinds.ENTRY_CREATE) {
        register(path);
      }
    } else {
      found.add(new Event(folder.relativize(path).toString(), kind));
    }
  }

  /// What lay in a new folder before it was watched has just been made.
  private void register(Path folderBelow) throws IOException {
    watched.put(folderBelow.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY),
        folderBelow);
    try (Stream<Path> there = Files.list(folderBelow)) {
      for (Path path : there.toList()) {
        add(path, StandardWatchEventKinds.ENTRY_CREATE);
      }
    } catch (NoSuchFileException _) {
      // gone again
    }
  }

  @Override
  public void close() throws IOException {
    watch.close();
  }
}
