package org.striatum.probe.run;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Finished pieces of work that is under way, appended record by record to a file that outlives the end of the process at
/// any moment: whoever opens it again gets back every whole record up to the first that is not.
///
///     length (I32) · CRC-32C of length and bytes (I32) · bytes        little-endian, one frame a record
///
/// The first frame names the format and the work (its key); a file of other work is begun anew. A frame that is cut off,
/// as a kill inside a write leaves it, and everything behind a frame that is damaged are cut away. Records are handed to the
/// system at once, so they survive a kill of the process, and are flushed to the disk every few seconds, so a power cut
/// costs little. Not thread-safe; one process writes at a time.
public final class Journal implements AutoCloseable {
  /// Follows the name of the file that the records will become.
  public static final String SUFFIX = ".partial";
  /// Bytes of a record, at most: memory is taken for none beyond.
  public static final int MOST_BYTES = 64 << 20;

  private static final FileFormat FORMAT = new FileFormat("journal", 2);
  private static final int FRAME = 2 * Integer.BYTES;
  private static final long FLUSH_EVERY = Duration.ofSeconds(5).toNanos();

  private final Path file;
  private final FileChannel channel;
  /// End of each frame, the one that names the work included.
  private final List<Long> ends = new ArrayList<>();
  private Optional<Loss> loss = Optional.empty();
  private long flushed = System.nanoTime();

  /// What was there and could not be kept.
  public enum Loss {
    /// The file was begun by other work, or by another version.
    OTHER_WORK,
    /// A record was damaged; it and all behind it were cut away.
    DAMAGED
  }

  /// Takes a record that was found whole.
  @FunctionalInterface
  public interface Reader {
    /// Takes one.
    ///
    /// @throws BadDataException if it cannot be a record of this work: it counts as damaged
    void read(byte[] entry) throws BadDataException;
  }

  private record Header(Sha256 key) {}

  private Journal(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /// Opens the journal of some work, or begins it.
  ///
  /// @param key of the work: a checksum of everything that decides what the records hold
  /// @param reader takes every record that was kept, in the order in which they were appended
  public static Journal open(Path file, Sha256 key, Reader reader) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(file); // what lies there may be a link into somebody's home
    }
    Journal journal = new Journal(file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
        StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    try {
      journal.recover(key, reader);
      return journal;
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /// Opens the journal of some work to be read, and leaves it as it is; one of other work has no records. Nobody may write to it meanwhile.
  public static Journal read(Path file, Sha256 key, Reader reader) throws IOException {
    Journal journal = new Journal(file, FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    try {
      journal.find(key, reader);
      return journal;
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /// How many records it holds.
  public int records() {
    return ends.size() - 1;
  }

  /// A record that was found or appended, read again.
  ///
  /// @param record from 0
  public byte[] record(int record) throws IOException {
    long begin = ends.get(record) + FRAME;
    ByteBuffer entry = ByteBuffer.allocate((int) (ends.get(record + 1) - begin));
    while (entry.hasRemaining()) {
      if (channel.read(entry, begin + entry.position()) < 0) {
        throw new BadDataException(file + " was cut off while it was read");
      }
    }
    return entry.array();
  }

  /// What was lost when it was opened.
  public Optional<Loss> loss() {
    return loss;
  }

  /// Appends records. If that fails, they are not there, and those before them are.
  ///
  /// @param entries asked for one at a time: large ones need not be in memory together
  /// @throws IllegalArgumentException if one has more than [#MOST_BYTES]
  public void append(Iterable<byte[]> entries) throws IOException {
    long begun = end();
    int before = ends.size();
    try {
      for (byte[] entry : entries) {
        write(entry);
      }
    } catch (IOException | RuntimeException e) {
      ends.subList(before, ends.size()).clear();
      cutAfterFailure(begun, e);
      throw e;
    }
    if (System.nanoTime() - flushed > FLUSH_EVERY) {
      channel.force(false);
      flushed = System.nanoTime();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return file + ", " + records() + " records";
  }

  private long end() {
    return ends.isEmpty() ? 0 : ends.getLast();
  }

  private void write(byte[] entry) throws IOException {
    if (entry.length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "a record must have at most " + MOST_BYTES + " bytes, found " + entry.length);
    }
    ByteBuffer frame = ByteBuffer.allocate(FRAME + entry.length).order(ByteOrder.LITTLE_ENDIAN).putInt(entry.length)
        .putInt(checksum(entry)).put(entry).flip();
    long at = end();
    while (frame.hasRemaining()) {
      at += channel.write(frame, at);
    }
    ends.add(at);
  }

  private void cutAfterFailure(long end, Exception failure) {
    try {
      channel.truncate(end);
    } catch (IOException e) {
      failure.addSuppressed(e); // whoever opens the journal next cuts it
    }
  }

  private static int checksum(byte[] entry) {
    CRC32C checksum = new CRC32C();
    checksum.update(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(entry.length).flip());
    checksum.update(entry);
    return (int) checksum.getValue();
  }

  private void recover(Sha256 key, Reader reader) throws IOException {
    if (find(key, reader)) {
      channel.truncate(end());
    } else {
      channel.truncate(0);
      ends.clear();
      write(header(key));
    }
  }

  private static byte[] header(Sha256 key) {
    return RecordJson.compact(FORMAT, new Header(key));
  }

  /// Finds every whole record; returns whether the file is of this work.
  private boolean find(Sha256 key, Reader reader) throws IOException {
    byte[] header = header(key);
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(0)), 1 << 16);
    byte[] found = next(in);
    if (found == null || !Arrays.equals(found, header)) {
      if (found != null) {
        loss = Optional.of(Loss.OTHER_WORK);
      } else if (channel.size() > FRAME + header.length) {
        loss = Optional.of(Loss.DAMAGED);
      }
      ends.clear();
      ends.add(0L);
      return false;
    }
    for (byte[] entry = next(in); entry != null; entry = next(in)) {
      try {
        reader.read(entry);
      } catch (BadDataException _) {
        loss = Optional.of(Loss.DAMAGED);
        ends.removeLast();
        break;
      }
    }
    return true;
  }

  /// The next frame's bytes; null where there is no whole one.
  private byte[] next(InputStream in) throws IOException {
    long left = channel.size() - end() - FRAME;
    if (left < 0) {
      return null;
    }
    ByteBuffer frame = ByteBuffer.wrap(in.readNBytes(FRAME)).order(ByteOrder.LITTLE_ENDIAN);
    int length = frame.getInt();
    if (length < 0 || length > MOST_BYTES) {
      loss = Optional.of(Loss.DAMAGED);
      return null;
    }
    if (length > left) {
      return null; // a write that was cut off
    }
    byte[] entry = in.readNBytes(length);
    if (checksum(entry) != frame.getInt()) {
      loss = Optional.of(Loss.DAMAGED);
      return null;
    }
    ends.add(end() + FRAME + length);
    return entry;
  }
}
