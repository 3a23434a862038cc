package org.striatum.datasets.images;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;

/// An array of unsigned bytes in the IDX format, gzipped or not: the format of MNIST and of data sets like it.
///
///     0 0 type rank   then rank sizes (big-endian int32), then the bytes, last dimension fastest
///
/// Only type 8 (unsigned byte) is read. (LeCun, Cortes and Burges, *The MNIST database of handwritten digits*, "file
/// formats".) Sizes are checked against the size of the file before memory is allocated, and the file must end after the last byte.
///
/// @param dimensions sizes, slowest first
/// @param bytes their number is the product of the dimensions
public record IdxFile(int[] dimensions, byte[] bytes) {
  private static final int UNSIGNED_BYTE = 8;
  private static final int MAX_RANK = 8;
  /// The largest compression ratio of a gzip stream: 258 bytes in two bits (RFC 1951).
  private static final long MOST_DEFLATED = 1032;

  public IdxFile {
    dimensions = dimensions.clone();
    bytes = bytes.clone();
    if (elements(dimensions) != bytes.length) {
      throw new IllegalArgumentException("an IDX array of shape " + Arrays.toString(dimensions) + " must have "
          + elements(dimensions) + " bytes, found " + bytes.length);
    }
  }

  /// Reads a file.
  ///
  /// @throws BadDataException if it is missing, of another format or type, truncated or too long, naming it
  public static IdxFile read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadDataException(file + " is not a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, Files.size(file), file.toString());
    }
  }

  /// Reads a stream to its end and leaves it open.
  ///
  /// @param size number of bytes in the stream, before decompression
  /// @param where names it in errors
  static IdxFile read(InputStream stream, long size, String where) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(stream, 1 << 16);
    buffered.mark(2);
    boolean gzipped = buffered.read() == 0x1f && buffered.read() == 0x8b;
    buffered.reset();
    try {
      return gzipped
          ? parse(new GZIPInputStream(buffered, 1 << 16), Math.multiplyExact(size, MOST_DEFLATED), where)
          : parse(buffered, size, where);
    } catch (EOFException e) {
      throw damaged(where, "it is truncated", e);
    } catch (ZipException e) {
      throw damaged(where, "it is not a complete gzip file (" + e.getMessage() + ")", e);
    }
  }

  /// @param most upper bound on the bytes that can follow
  private static IdxFile parse(InputStream in, long most, String where) throws IOException {
    ByteBuffer magic = ByteBuffer.wrap(in.readNBytes(Integer.BYTES));
    if (magic.limit() < Integer.BYTES || magic.getShort(0) != 0) {
      throw new BadDataException(
          where + " is not an IDX file: it must begin with two bytes of 0");
    }
    int type = magic.get(2) & 0xff;
    int rank = magic.get(3) & 0xff;
    if (type != UNSIGNED_BYTE) {
      throw new BadDataException(where + ": an IDX file must hold unsigned bytes (type 8), found type " + type);
    }
    if (rank < 1 || rank > MAX_RANK) {
      throw damaged(where, "it must have 1 to " + MAX_RANK + " dimensions, found " + rank, null);
    }
    ByteBuffer sizes = ByteBuffer.wrap(in.readNBytes(rank * Integer.BYTES));
    if (sizes.limit() < rank * Integer.BYTES) {
      throw damaged(where, "it is truncated in its header", null);
    }
    int[] dimensions = new int[rank];
    for (int i = 0; i < rank; i++) {
      dimensions[i] = sizes.getInt();
      if (dimensions[i] < 0) {
        throw damaged(where, "its sizes must be below 2^31, found " + Integer.toUnsignedString(dimensions[i]), null);
      }
    }
    long announced;
    try {
      announced = elements(dimensions);
    } catch (ArithmeticException e) {
      throw damaged(where, "its sizes " + Arrays.toString(dimensions) + " mean more than 2^63 bytes", e);
    }
    if (announced > most || announced > Integer.MAX_VALUE - 8) {
      throw damaged(where, "its sizes " + Arrays.toString(dimensions) + " mean " + announced
          + " bytes, more than the file can hold", null);
    }
    byte[] bytes = in.readNBytes((int) announced);
    if (bytes.length < announced) {
      throw damaged(where, "it is truncated: expected " + announced + " bytes, found " + bytes.length, null);
    }
    if (in.read() >= 0) {
      throw damaged(where, "it must end after " + announced + " bytes, found more", null);
    }
    return new IdxFile(dimensions, bytes);
  }

  /// The checksum of the uncompressed file.
  Sha256 sha256() {
    ByteBuffer whole = ByteBuffer.allocate(Integer.BYTES * (1 + dimensions.length) + bytes.length);
    whole.putInt(UNSIGNED_BYTE << 8 | dimensions.length);
    for (int size : dimensions) {
      whole.putInt(size);
    }
    return Sha256.of(whole.put(bytes).array());
  }

  private static long elements(int[] dimensions) {
    long product = 1;
    for (int size : dimensions) {
      product = Math.multiplyExact(product, (long) size);
    }
    return product;
  }

  private static BadDataException damaged(String where, String what, Throwable cause) {
    return new BadDataException(where + ": " + what + ": the file is damaged, download it again", cause);
  }
}
