package org.striatum.benchmarks.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Units of a study that is under way: each has a folder below the run folder until its step is finished, and takes seconds. They are
/// looked for several times a second.
final class SeenUnits implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int DEPTH = 2; // step, share

  private final Path shares;
  private final Set<Path> seen = ConcurrentHashMap.newKeySet();
  private final Thread watching;

  private SeenUnits(Path run) {
    shares = run.resolve("shares");
    watching = Thread.ofPlatform().daemon().name("units").unstarted(this::watch);
  }

  /// Watches a run folder, which may not be there yet.
  static SeenUnits of(Path run) {
    SeenUnits units = new SeenUnits(run);
    units.watching.start();
    return units;
  }

  /// How many different ones there have been.
  int count() {
    return seen.size();
  }

  private void watch() {
    try {
      while (true) {
        look();
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException _) {
      // the study is over
    }
  }

  private void look() {
    if (!Files.isDirectory(shares)) {
      return;
    }
    try (Stream<Path> all = Files.find(shares, DEPTH, (path, _) -> isShare(path))) {
      all.forEach(seen::add);
    } catch (IOException | UncheckedIOException _) {
      // a step has just been finished
    }
  }

  /// Named by a number and a checksum; beside them lies what an engine needs of its own.
  private boolean isShare(Path path) {
    return shares.relativize(path).getNameCount() == DEPTH && Files.isRegularFile(path.resolve("share.json"));
  }

  @Override
  public void close() throws IOException {
    watching.interrupt();
    try {
      watching.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted.getMessage(), interrupted);
    }
  }
}
