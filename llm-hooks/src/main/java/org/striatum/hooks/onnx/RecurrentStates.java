package org.striatum.hooks.onnx;

import ai.onnxruntime.OnnxTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.decoder.Recurrence;

/// The states that layers carry from token to token, of all rows of a batch. A run reads one of two buffers and writes the
/// other; then they change places.
final class RecurrentStates implements AutoCloseable {
  /// One tensor (batch, shape…) of one layer.
  private static final class State {
    private final String name; // behind `past_` and `present_`
    private final long[] shape; // of one row
    private final MemorySegment[] buffers; // before and after the run
    private OnnxTensor before;
    private OnnxTensor after;

    State(String name, int rows, Arena arena, long... shape) {
      this.name = name;
      this.shape = shape;
      this.buffers = new MemorySegment[]{arena.allocate(rows * rowBytes(), 64), arena.allocate(rows * rowBytes(), 64)};
    }

    long rowBytes() {
      long elements = 1;
      for (long size : shape) {
        elements = Math.multiplyExact(elements, size);
      }
      return Float.BYTES * elements;
    }

    void bind(int rows) {
      unbind();
      before = tensor(buffers[0], rows);
      after = tensor(buffers[1], rows);
    }

    private OnnxTensor tensor(MemorySegment buffer, int rows) {
      long[] whole = new long[shape.length + 1];
      whole[0] = rows;
      System.arraycopy(shape, 0, whole, 1, shape.length);
      return GraphSession.tensor(
          buffer.asSlice(0, rows * rowBytes()).asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer(), whole);
    }

    void swap() {
      MemorySegment read = buffers[0];
      buffers[0] = buffers[1];
      buffers[1] = read;
      OnnxTensor fed = before;
      before = after;
      after = fed;
    }

    void unbind() {
      if (before != null) {
        before.close();
        after.close();
      }
    }
  }

  private final List<State> states = new ArrayList<>();

  /// Zeros, before any token.
  ///
  /// @param rows most rows of a batch
  RecurrentStates(DecoderShape shape, int rows, Arena arena) {
    Recurrence sizes = shape.recurrent().sizes();
    for (int layer : shape.recurrent().layers().stream().sorted().toList()) {
      states.add(new State("convolved." + layer, rows, arena, sizes.kernel() - 1L, sizes.channels()));
      states.add(new State("state." + layer, rows, arena, sizes.heads(), sizes.keyWidth(), sizes.valueWidth()));
    }
  }

  /// Makes tensors of the first rows.
  void bind(int rows) {
    states.forEach(state -> state.bind(rows));
  }

  void addTo(Map<String, OnnxTensor> fed, Map<String, OnnxTensor> written) {
    for (State state : states) {
      fed.put("past_" + state.name, state.before);
      written.put("present_" + state.name, state.after);
    }
  }

  /// What the run wrote is what the next one reads.
  void advance() {
    states.forEach(State::swap);
  }

  /// Copies a row to another place.
  void copy(int from, int to) {
    for (State state : states) {
      long bytes = state.rowBytes();
      MemorySegment.copy(state.buffers[0], from * bytes, state.buffers[0], to * bytes, bytes);
    }
  }

  @Override
  public void close() {
    states.forEach(State::unbind);
  }
}
