package org.striatum.benchmarks.probes;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.random.RandomGenerator;
import org.striatum.probe.value.Trajectories;

/// Trajectories of equal length in a mapped file of F32, every other one a success. The states of successes are shifted a
/// little, so that there is something to learn.
///
/// @param states (all trajectories, length, width)
/// @param from the first that belongs
/// @param size how many do
record FileTrajectories(Arena arena, MemorySegment states, int from, int size, int length, int width)
    implements
      Trajectories,
      AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final float SHIFT = 0.05f;

  /// Writes trajectories, one at a time.
  static void draw(Path file, int count, int length, int width, RandomGenerator random) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING)) {
      for (int i = 0; i < count; i++) {
        bytes.clear();
        for (int k = 0; k < length * width; k++) {
          bytes.putFloat(random.nextFloat() - 0.5f + (i % 2 == 0 ? 0 : SHIFT));
        }
        bytes.flip();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }
  }

  static FileTrajectories open(Path file, int count, int length, int width) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file)) {
      return new FileTrajectories(arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), 0, count,
          length, width);
    }
  }

  /// Those from `first` to before `end`, of the same mapping: closed with it.
  FileTrajectories part(int first, int end) {
    return new FileTrajectories(arena, states, from + first, end - first, length, width);
  }

  @Override
  public int length(int i) {
    return length;
  }

  @Override
  public void states(int i, float[] into, int offset) {
    MemorySegment.copy(states, FLOAT, (long) (from + i) * length * width * Float.BYTES, into, offset, length * width);
  }

  @Override
  public double reward(int i) {
    return (from + i) % 2;
  }

  @Override
  public String problem(int i) {
    return Integer.toString(from + i);
  }

  @Override
  public int promptLength(int i) {
    return 1;
  }

  @Override
  public void close() {
    arena.close();
  }
}
