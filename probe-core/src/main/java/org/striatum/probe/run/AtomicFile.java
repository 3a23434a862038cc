package org.striatum.probe.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// A file that appears whole or not at all: bytes go to `.<name>.tmp` beside the target, and [#commit] flushes them to
/// the disk and renames. Closing without a commit deletes the temporary file, and so does the end of the JVM (Ctrl-C);
/// after a kill -9 the next writer of the same target replaces it. One writer a target at a time, unless each writes
/// [among others][#amongOthers].
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
    this(target.toAbsolutePath(), "");
  }

  /// Begins a file that other processes may write at the same time: each has a temporary file of its own, and the last that commits stays.
  /// What a kill -9 leaves of it, `.<name>.<own>.tmp`, stays until somebody deletes it.
  ///
  /// @throws IOException if the target's folder is missing or cannot be written
  public static AtomicFile amongOthers(Path target) throws IOException {
    return new AtomicFile(target.toAbsolutePath(), "." + UUID.randomUUID());
  }

  private AtomicFile(Path target, String own) throws IOException {
    this.target = target;
    this.temporary = target.resolveSibling("." + target.getFileName() + own + ".tmp");
    // Deleted rather than opened: what lies there may be a link into somebody's home.
    Files.deleteIfExists(temporary);
    UNFINISHED.add(temporary);
    try {
      channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      UNFINISHED.remove(temporary);
      throw e;
    }
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

  /// Deletes the temporary file unless it was committed.
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
