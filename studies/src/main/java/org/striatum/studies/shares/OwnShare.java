package org.striatum.studies.shares;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.probe.run.RecordJson;

/// The [Share] that this process computes for another one, and whether it has.
public final class OwnShare {
  private final Path folder;
  private final Share dealt;
  private boolean computed;

  private OwnShare(Path folder, Share dealt) {
    this.folder = folder;
    this.dealt = dealt;
  }

  /// The share in a folder.
  public static OwnShare in(Path folder) throws IOException {
    return new OwnShare(folder, RecordJson.read(folder.resolve(Share.FILE), Share.FORMAT, Share.class));
  }

  /// Whether a folder holds one.
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(Share.FILE));
  }

  /// The run folder that it is for.
  public Path run() {
    return folder.toAbsolutePath().resolve(dealt.run()).normalize();
  }

  /// The step that it is a share of.
  public String step() {
    return dealt.step();
  }

  public boolean isComputed() {
    return computed;
  }

  Path folder() {
    return folder;
  }

  Share dealt() {
    return dealt;
  }

  void done() {
    computed = true;
  }
}
