package org.striatum.probe.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A file that appears whole or not at all: bytes go to `.<name>.tmp` beside the target, and [#commit] flushes them to
/// the disk and renames. Closing without a commit deletes the temporary file, and so does the end of the JVM (Ctrl-C);
/// after a kill -9 the next writer of the same target replaces it. One writer a target at a time.
///
/// A resumable file is written over many processes: its temporary file stays without a commit, and is opened again.
public final class AtomicFile implements AutoCloseable {
  private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(AtomicFile::deleteUnfinished, "unfinished-files"));
  }

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;

  /// Begins the temporary file.
  ///
  /// @throws IOException if the target's folder is missing or cannot be written
  public AtomicFile(Path target) throws IOException {
    this.target = target.toAbsolutePath();
    this.temporary = temporary(this.target);
    // Deleted rather than opened: what lies there may be a link into somebody's home.
    Files.deleteIfExists(temporary);
    UNFINISHED.add(temporary);
    try {
      channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
          StandardOpenOption.READ);
    } catch (IOException e) {
      UNFINISHED.remove(temporary);
      throw e;
    }
  }

  private AtomicFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /// Opens the temporary file as its last writer left it, or begins it. It outlives whoever writes it.
  ///
  /// @throws IOException if the target's folder is missing or cannot be written
  public static AtomicFile resumable(Path target) throws IOException {
    Path whole = target.toAbsolutePath();
    Path temporary = temporary(whole);
    if (Files.isSymbolicLink(temporary)) {
      Files.delete(temporary);
    }
    return new AtomicFile(whole, temporary, FileChannel.open(temporary, StandardOpenOption.CREATE,
        StandardOpenOption.WRITE, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  /// Where a target is written before it is whole.
  public static Path temporary(Path target) {
    return target.resolveSibling("." + target.getFileName() + ".tmp");
  }

  /// Writes a small file whole.
  public static void write(Path target, byte[] content) throws IOException {
    try (AtomicFile file = new AtomicFile(target)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        file.channel.write(bytes);
      }
      file.commit();
    }
  }

  public Path target() {
    return target;
  }

  /// Where to write. Closed by [#commit] and [#close].
  public FileChannel channel() {
    return channel;
  }

  /// Flushes the bytes to the disk and puts the file in place of the target.
  public void commit() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    UNFINISHED.remove(temporary);
    flushFolder();
  }

  /// Deletes the temporary file unless it was committed or is resumable.
  @Override
  public void close() throws IOException {
    channel.close();
    if (UNFINISHED.remove(temporary)) {
      Files.deleteIfExists(temporary);
    }
  }

  /// Makes the rename itself outlast a power cut, where folders can be flushed (not on Windows).
  private void flushFolder() throws IOException {
    FileChannel folder;
    try {
      folder = FileChannel.open(target.getParent(), StandardOpenOption.READ);
    } catch (IOException _) {
      return;
    }
    try (folder) {
      folder.force(true);
    }
  }

  private static void deleteUnfinished() {
    for (Path path : UNFINISHED) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException _) {
        // The JVM is ending: the next writer of the same target replaces what could not be deleted.
      }
    }
  }
}
