package org.striatum.probe.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Room on a disk.
public final class DiskSpace {
  private DiskSpace() {}

  /// Bytes that can still be written where an existing file or folder lies; [Long#MAX_VALUE] where nobody says.
  public static long free(Path there) {
    try {
      return Files.getFileStore(there).getUsableSpace();
    } catch (IOException _) {
      return Long.MAX_VALUE;
    }
  }

  /// Bytes for people, in units of 10⁶: `5.8 MB`.
  public static String megabytes(long bytes) {
    return "%.1f MB".formatted(bytes / 1e6);
  }
}
