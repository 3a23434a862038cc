package org.striatum.probe.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.striatum.probe.run.AtomicFile;

/// Streams tensors of known shape to a new safetensors file: all are declared first, because the header stands before
/// the data; then each is filled front to back, in parts of any size and in any interleaving.
///
/// The bytes go to a temporary file beside the target. [#close] puts it in place if every tensor is whole, and deletes
/// it otherwise: the target is always either absent, as it was before, or complete. Not thread-safe.
public final class SafetensorsWriter implements AutoCloseable {
  private static final int CHUNK = 1 << 20;

  private final AtomicFile file;
  private final Map<String, Part> parts = new LinkedHashMap<>();
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
  private boolean closed;

  /// Begins the file.
  ///
  /// @param tensors in the order in which they lie in the file
  /// @param metadata free text for the header; may be empty
  /// @throws IllegalArgumentException if a name repeats or a size overflows
  public SafetensorsWriter(Path target, List<Declared> tensors, Map<String, String> metadata) throws IOException {
    this(tensors, metadata, () -> new AtomicFile(target));
  }

  /// Begins a file that other processes may write as well: see [AtomicFile#amongOthers].
  public static SafetensorsWriter amongOthers(Path target, List<Declared> tensors) throws IOException {
    return new SafetensorsWriter(tensors, Map.of(), () -> AtomicFile.amongOthers(target));
  }

  @FunctionalInterface
  private interface Opening {
    AtomicFile open() throws IOException;
  }

  private SafetensorsWriter(List<Declared> tensors, Map<String, String> metadata, Opening opening) throws IOException {
    byte[] header = header(tensors, metadata);
    long offset = (long) Long.BYTES + header.length;
    for (Declared tensor : tensors) {
      long length = TensorInfo.byteLength(tensor.dtype, tensor.shape);
      parts.put(tensor.name, new Part(new TensorInfo(tensor.name, tensor.dtype, tensor.shape, offset, length)));
      offset = Math.addExact(offset, length);
    }
    file = opening.open();
    try {
      ByteBuffer start = ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
      writeFully(start.putLong(header.length).put(header).flip(), 0);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// Appends to an F64, F32, F16 or BF16 tensor, rounding to nearest.
  ///
  /// @throws IllegalArgumentException if the tensor was not declared so, or has no room
  public void append(String name, float[] values, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, values.length);
    Part part = part(name, count);
    int perChunk = CHUNK / part.info.dtype().bytes();
    for (int from = 0; from < count; from += perChunk) {
      int to = Math.min(count, from + perChunk);
      chunk.clear();
      for (int i = offset + from; i < offset + to; i++) {
        switch (part.info.dtype()) {
          case F64 -> chunk.putDouble(values[i]);
          case F32 -> chunk.putFloat(values[i]);
          case F16 -> chunk.putShort(Float.floatToFloat16(values[i]));
          case BF16 -> chunk.putShort(DType.upperHalf(values[i]));
          default -> throw wrongType(part, "floating-point numbers");
        }
      }
      append(part, chunk.flip());
    }
  }

  /// Appends to an I32 or I64 tensor.
  ///
  /// @throws IllegalArgumentException if the tensor was not declared so, or has no room
  public void append(String name, int[] values, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, values.length);
    Part part = part(name, count);
    int perChunk = CHUNK / part.info.dtype().bytes();
    for (int from = 0; from < count; from += perChunk) {
      int to = Math.min(count, from + perChunk);
      chunk.clear();
      for (int i = offset + from; i < offset + to; i++) {
        switch (part.info.dtype()) {
          case I32 -> chunk.putInt(values[i]);
          case I64 -> chunk.putLong(values[i]);
          default -> throw wrongType(part, "32-bit integers");
        }
      }
      append(part, chunk.flip());
    }
  }

  /// Appends raw little-endian bytes of whole elements to a tensor of any type.
  ///
  /// @throws IllegalArgumentException if the tensor was not declared, has no room, or an element is cut
  public void append(String name, MemorySegment bytes) throws IOException {
    Part part = part(name, 0);
    int size = part.info.dtype().bytes();
    if (bytes.byteSize() % size != 0) {
      throw new IllegalArgumentException("tensor '" + name + "' is written in whole elements of " + size
          + " bytes, found " + bytes.byteSize() + " bytes");
    }
    part(name, bytes.byteSize() / size);
    for (long from = 0; from < bytes.byteSize(); from += CHUNK) {
      append(part, bytes.asSlice(from, Math.min(CHUNK, bytes.byteSize() - from)).asByteBuffer());
    }
  }

  /// Puts the file in place if every tensor is whole, otherwise deletes what was written.
  ///
  /// @throws IllegalStateException if a declared tensor was not filled
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (file) {
      for (Part part : parts.values()) {
        if (part.written != part.info.byteLength()) {
          throw new IllegalStateException("tensor '" + part.info.name() + "' was declared with "
              + part.info.byteLength() + " bytes, " + part.written + " were written: " + file.target() + " abandoned");
        }
      }
      file.commit();
    }
  }

  /// Deletes what was written, whole or not, unless the file is in place: for a caller that fails in between.
  public void abandon() throws IOException {
    closed = true;
    file.close();
  }

  private void append(Part part, ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    writeFully(bytes, part.info.offset() + part.written);
    part.written += count;
  }

  private void writeFully(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += file.channel().write(bytes, at);
    }
  }

  private Part part(String name, long elements) {
    Part part = parts.get(name);
    if (part == null) {
      throw new IllegalArgumentException("tensor '" + name + "' was not declared");
    }
    long room = (part.info.byteLength() - part.written) / part.info.dtype().bytes();
    if (elements > room) {
      throw new IllegalArgumentException(
          "tensor '" + name + "' has room for " + room + " more elements, found " + elements);
    }
    return part;
  }

  private static IllegalArgumentException wrongType(Part part, String found) {
    return new IllegalArgumentException(
        "tensor '" + part.info.name() + "' was declared " + part.info.dtype() + ", found " + found);
  }

  private static byte[] header(List<Declared> tensors, Map<String, String> metadata) throws IOException {
    Set<String> names = new HashSet<>(Set.of(SafetensorsFile.METADATA));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafetensorsFile.METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long offset = 0;
      for (Declared tensor : tensors) {
        if (!names.add(tensor.name)) {
          throw new IllegalArgumentException("tensor names must be distinct and not " + SafetensorsFile.METADATA
              + ", found '" + tensor.name + "'");
        }
        json.writeObjectFieldStart(tensor.name);
        json.writeStringField("dtype", tensor.dtype.name());
        json.writeArrayFieldStart("shape");
        for (long dimension : tensor.shape) {
          json.writeNumber(dimension);
        }
        json.writeEndArray();
        long end = offset + TensorInfo.byteLength(tensor.dtype, tensor.shape);
        json.writeArrayFieldStart("data_offsets");
        json.writeNumber(offset);
        json.writeNumber(end);
        json.writeEndArray();
        json.writeEndObject();
        offset = end;
      }
      json.writeEndObject();
    }
    // Spaces up to a multiple of 8, as the reference writer does, so that the data begin aligned.
    byte[] padding = new byte[(8 - bytes.size() % 8) % 8];
    Arrays.fill(padding, (byte) ' ');
    bytes.write(padding);
    return bytes.toByteArray();
  }

  /// A tensor to come.
  ///
  /// @param shape outermost dimension first; empty for a scalar
  public record Declared(String name, DType dtype, List<Long> shape) {
    public Declared {
      shape = List.copyOf(shape);
    }
  }

  /// One tensor and how far it is filled.
  private static final class Part {
    final TensorInfo info;
    long written;

    Part(TensorInfo info) {
      this.info = info;
    }
  }
}
