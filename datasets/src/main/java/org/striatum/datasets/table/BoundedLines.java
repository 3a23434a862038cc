package org.striatum.datasets.table;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.striatum.probe.run.BadDataException;

/// The lines of an untrusted file, as bytes, none longer than 16 MiB. A file that ends in `.gz` is decompressed.
///
/// Not thread-safe; the caller that opens it closes it.
public final class BoundedLines implements AutoCloseable {
  static final int MAX_LINE = 16 << 20;
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final InputStream in;
  private int count;

  public BoundedLines(Path file) throws IOException {
    this.file = file;
    this.in = new BufferedInputStream(open(file), BUFFER);
  }

  /// A file's bytes, decompressed.
  static InputStream open(Path file) throws IOException {
    InputStream packed = Files.newInputStream(file);
    if (!file.getFileName().toString().endsWith(".gz")) {
      return packed;
    }
    try {
      return new GZIPInputStream(packed, BUFFER);
    } catch (IOException e) {
      packed.close();
      throw new BadDataException(file + " is not a gzip file: " + e.getMessage(), e);
    }
  }

  /// Refuses a file with a line that is too long, before another reader allocates memory for it.
  ///
  /// @throws BadDataException naming the line
  static void requireBounded(Path file) throws IOException {
    try (BoundedLines lines = new BoundedLines(file)) {
      byte[] line = lines.next();
      while (line != null) {
        line = lines.next();
      }
    }
  }

  /// The bytes up to the next newline or the end; null at the end.
  ///
  /// @throws BadDataException if the line is too long, before memory is allocated for it
  public byte[] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    count++;
    for (; next >= 0 && next != '\n'; next = in.read()) {
      if (line.size() == MAX_LINE) {
        throw new BadDataException(
            place() + ": a line must have at most " + MAX_LINE + " bytes, found more");
      }
      line.write(next);
    }
    return line.toByteArray();
  }

  /// The number of lines read.
  public int count() {
    return count;
  }

  /// The line read last, for an error: `rollouts.jsonl, line 3`.
  public String place() {
    return file + ", line " + count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
