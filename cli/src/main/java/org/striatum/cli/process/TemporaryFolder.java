package org.striatum.cli.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.EnumSet;

/// The temporary files of one command: a folder that its supervisor makes and deletes, whatever becomes of the command. What it holds
/// belongs to whoever has [#LIFE] in it locked; once nobody has, as after SIGKILL, the next command deletes it.
final class TemporaryFolder {
  /// The file with the signs of life.
  static final String LIFE = "life";
  /// The system property of Java that names where temporary files are.
  static final String PROPERTY = "java.io.tmpdir";
  private static final String BEGIN = "striatum-";
  private static final String END = ".tmp";
  /// Younger ones may not be locked yet.
  private static final Duration YOUNG = Duration.ofMinutes(1);

  private TemporaryFolder() {}

  /// Makes a folder that only this user can read, among the temporary files of this process.
  static Path create() throws IOException {
    // Not Files.createTempDirectory: its random numbers alone take as long as the rest of the supervisor.
    Path folder = Path.of(System.getProperty(PROPERTY),
        BEGIN.concat(Long.toString(ProcessHandle.current().pid())).concat("-")
            .concat(Long.toUnsignedString(System.nanoTime())).concat(END));
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(EnumSet.of(PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE)))
        : Files.createDirectory(folder);
  }

  /// Deletes a folder with all that is in it, as far as that is possible; links, but not what they lead to.
  static void delete(Path folder) {
    try {
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
          for (Path file : files) {
            delete(file);
          }
        }
      }
      Files.deleteIfExists(folder);
    } catch (IOException _) {
      // it stays, for the next command to delete
    }
  }

  /// Deletes what killed commands of this user left beside a folder.
  static void sweep(Path own) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(own.toAbsolutePath().getParent(),
        BEGIN.concat("*").concat(END))) {
      for (Path folder : folders) {
        if (!folder.getFileName().equals(own.getFileName()) && isAbandoned(folder, own)) {
          delete(folder);
        }
      }
    } catch (IOException | RuntimeException _) {
      // others' files come and go
    }
  }

  private static boolean isAbandoned(Path folder, Path own) {
    try {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(own))
          || Files.getLastModifiedTime(folder).toMillis() > System.currentTimeMillis() - YOUNG.toMillis()) {
        return false;
      }
      Path life = folder.resolve(LIFE);
      if (!Files.exists(life, LinkOption.NOFOLLOW_LINKS)) {
        return true;
      }
      try (FileChannel channel = FileChannel.open(life, StandardOpenOption.WRITE)) {
        return channel.tryLock() != null;
      }
    } catch (IOException | OverlappingFileLockException _) {
      return false;
    }
  }
}
