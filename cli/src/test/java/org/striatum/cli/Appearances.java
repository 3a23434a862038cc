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

/// Files that appear below a folder, as the system tells it; a rename is the appearance of its target.
final class Appearances implements AutoCloseable {
  private final Path folder;
  private final WatchService watch;
  private final Map<WatchKey, Path> watched = new HashMap<>();
  private final List<String> found = new ArrayList<>();

  Appearances(Path folder) throws IOException {
    this.folder = folder;
    this.watch = folder.getFileSystem().newWatchService();
    register(folder);
  }

  /// Paths below the folder of what appeared since the last call, waiting for a moment where nothing did.
  List<String> next() throws IOException, InterruptedException {
    WatchKey key = watch.poll(1, TimeUnit.MILLISECONDS);
    if (key != null) {
      Path changed = watched.get(key);
      for (WatchEvent<?> event : key.pollEvents()) {
        if (event.context() instanceof Path name) {
          add(changed.resolve(name));
        }
      }
      key.reset();
    }
    List<String> next = List.copyOf(found);
    found.clear();
    return next;
  }

  private void add(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      register(path);
    } else {
      found.add(folder.relativize(path).toString());
    }
  }

  /// What lay in a new folder before it was watched has just been made.
  private void register(Path folderBelow) throws IOException {
    watched.put(folderBelow.register(watch, StandardWatchEventKinds.ENTRY_CREATE), folderBelow);
    try (Stream<Path> there = Files.list(folderBelow)) {
      for (Path path : there.toList()) {
        add(path);
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
