package org.striatum.studies.shards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.probe.run.RecordJson;

/// A [Shard] that this process computes, and whether it has.
public final class Share {
  private final Path folder;
  private final Shard shard;
  private boolean computed;

  private Share(Path folder, Shard shard) {
    this.folder = folder;
    this.shard = shard;
  }

  /// The share in a folder.
  public static Share in(Path folder) throws IOException {
    return new Share(folder, RecordJson.read(folder.resolve(Shard.FILE), Shard.FORMAT, Shard.class));
  }

  /// Whether a folder holds one.
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(Shard.FILE));
  }

  /// The run folder that it is for.
  public Path run() {
    return folder.toAbsolutePath().resolve(shard.run()).normalize();
  }

  /// The step that it is a share of.
  public String step() {
    return shard.step();
  }

  public boolean isComputed() {
    return computed;
  }

  Path folder() {
    return folder;
  }

  Shard shard() {
    return shard;
  }

  void done() {
    computed = true;
  }
}
