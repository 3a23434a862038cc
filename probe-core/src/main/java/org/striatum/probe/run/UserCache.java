package org.striatum.probe.run;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The folder of files that Striatum can make again: `STRIATUM_CACHE` (or the system property `striatum.cache`), otherwise
/// `striatum` in `XDG_CACHE_HOME`, otherwise `~/.cache/striatum`. Where that cannot be written, it is a folder of the user's
/// own among the temporary files. It may be deleted at any time.
public final class UserCache {
  private UserCache() {}

  /// The folder, which may not exist.
  ///
  /// @throws UsageException if it cannot be written, and something else lies in the place of the one among temporary files
  public static Path folder() {
    Path usual = usual(System.getProperty("striatum.cache", System.getenv("STRIATUM_CACHE")),
        System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home"));
    return usual.isAbsolute() && canBeWritten(usual)
        ? usual
        : among(Path.of(System.getProperty("java.io.tmpdir")), System.getProperty("user.name"), usual);
  }

  /// Where it is wanted; relative for a user without a home, whose name Java gives as `?`.
  static Path usual(String own, String shared, String home) {
    if (own != null && !own.isBlank()) {
      return Path.of(own).toAbsolutePath();
    }
    return shared != null && Path.of(shared).isAbsolute() // the specification has relative ones ignored
        ? Path.of(shared, "striatum")
        : Path.of(home, ".cache", "striatum");
  }

  static boolean canBeWritten(Path folder) {
    Path there = folder;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there != null && Files.isDirectory(there) && Files.isWritable(there);
  }

  /// A folder among the temporary files that nobody else can write: programs are loaded from it.
  static Path among(Path temporary, String user, Path usual) {
    Path folder = temporary.resolve("striatum-" + user.replaceAll("[^A-Za-z0-9_.-]", "_"));
    Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rwx------");
    try {
      try {
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(ownerOnly));
      } catch (FileAlreadyExistsException _) {
        // of an earlier command
      }
      PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (found.isDirectory() && found.permissions().equals(ownerOnly) && isOwnedByThisProcess(folder)) {
        return folder;
      }
    } catch (IOException | UnsupportedOperationException _) {
      // as if it were somebody else's
    }
    throw new UsageException(
        "no folder for the cache: neither %s nor %s is one that this user, and nobody else, can write"
            .formatted(usual, folder));
  }

  private static boolean isOwnedByThisProcess(Path folder) throws IOException {
    Path own = Files.createTempFile(folder, ".", ".tmp");
    try {
      return Files.getOwner(own).equals(Files.getOwner(folder));
    } finally {
      Files.delete(own);
    }
  }
}
