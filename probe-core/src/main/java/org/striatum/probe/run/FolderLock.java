package org.striatum.probe.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// Lets one process at a time write to a folder. The lock ends with the process, however that ends.
public final class FolderLock implements AutoCloseable {
  /// Position of the lock: far after the process id, so that others can read the id while the lock is held, on every system.
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;
  private static final Duration POLL = Duration.ofMillis(100);

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /// Locks a folder, which is created if necessary.
  ///
  /// @throws UsageException if it cannot be written or another process writes to it
  public static FolderLock create(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileSystemException e) {
      throw unwritable(folder, e);
    }
    return of(folder);
  }

  /// Locks an existing folder.
  ///
  /// @throws UsageException if it cannot be written or another process writes to it
  public static FolderLock of(Path folder) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.READ,
          StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (FileSystemException e) {
      throw unwritable(folder, e);
    }
    try {
      if (tryLock(channel) == null) {
        throw new UsageException(
            folder + " is being written by " + holder(channel) + ": wait for it or choose another folder");
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
      return new FolderLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Waits until no process writes to a folder: a process that was killed needs a moment to end.
  ///
  /// @throws UsageException if one still does after `patience`
  public static void awaitFree(Path folder, Duration patience) throws IOException, InterruptedException {
    await(folder, patience).close();
  }

  /// Locks a folder, which is created if necessary, as soon as no other process does.
  ///
  /// @throws UsageException if one still does after `patience`
  public static FolderLock await(Path folder, Duration patience) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return create(folder);
      } catch (UsageException held) {
        if (System.nanoTime() >= deadline) {
          throw held;
        }
        Thread.sleep(POLL);
      }
    }
  }

  /// Releases the lock.
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      // The file stays: deleting it would let two others lock two different files of one name.
      channel.truncate(0);
      channel.close();
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false);
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(20);
    channel.read(bytes, 0);
    String pid = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    return pid.matches("\\d+") ? "process " + pid : "another process";
  }

  private static UsageException unwritable(Path folder, FileSystemException e) {
    String why = switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "there is a file of that name";
      case NoSuchFileException _ -> "the system refuses to create it";
      default -> e.getReason() == null ? "refused by the file system" : e.getReason();
    };
    return new UsageException("folder " + folder + " cannot be written (" + why + "): choose another folder", e);
  }
}
