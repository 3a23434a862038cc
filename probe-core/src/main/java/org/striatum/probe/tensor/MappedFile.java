package org.striatum.probe.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.striatum.probe.run.BadDataException;

/// A file mapped whole and read-only, until it is closed.
///
/// @param bytes of the whole file
public record MappedFile(Path path, Arena arena, MemorySegment bytes) implements AutoCloseable {
  /// Makes what reads a mapped file.
  public interface Reader<T> {
    T read(MappedFile file) throws IOException;
  }

  /// Maps a file and reads it; where that fails it is unmapped again.
  ///
  /// @throws BadDataException if there is no such file, or whatever the reader finds wrong
  public static <T> T open(Path path, Reader<T> reader) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new BadDataException(path + " is no file: check the path");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return reader.read(new MappedFile(path, arena,
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena)));
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /// Unmaps it; a second time does nothing.
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
