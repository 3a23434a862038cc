package org.striatum.probe.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The disk had no room for what was to be written. What was finished before is whole, and the same command goes on from
/// there once there is room. The message says how much is free and, where that is known, how much is missing.
public class DiskFullException extends IOException {
  private static final long serialVersionUID = 1;
  /// How systems and libraries say it (ENOSPC, EDQUOT, EFBIG, Windows), in English.
  private static final List<String> SAID = List.of("no space left", "quota exceeded", "file too large",
      "not enough space", "out of disk space");
  /// With less than this, a failure to write is for want of room, in whatever language it is said.
  private static final long LEAST_FREE = 1 << 20;

  public DiskFullException(String message) {
    super(message);
  }

  public DiskFullException(String message, Throwable cause) {
    super(message, cause);
  }

  /// The same failure, as this one if the disk of `folder` had no room.
  public static IOException explained(Path folder, String writing, IOException failure) {
    return failure instanceof DiskFullException || failure instanceof BadDataException || !isOf(folder, failure)
        ? failure
        : new DiskFullException(
            "the disk of %s is full, %s free when %s was written: make room and run the same command again, finished steps are kept"
                .formatted(folder, DiskSpace.megabytes(DiskSpace.free(folder)), writing),
            failure);
  }

  private static boolean isOf(Path folder, Throwable failure) {
    return isSaidBy(failure) || DiskSpace.free(folder) < LEAST_FREE;
  }

  /// Whether a failure, or what caused it, says that there was no room.
  public static boolean isSaidBy(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      if (cause instanceof DiskFullException || SAID.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }
}
