package org.striatum.hooks.engine;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;

/// A [Recording] while it is filled: one row per real position, sequence after sequence in the caller's order, whatever
/// the batches that an engine runs.
public final class RecordingBuffer {
  private final int[] rowOf;
  private final Map<HookPoint, Integer> widths = new TreeMap<>();
  private final Map<HookPoint, float[]> values = new TreeMap<>();

  /// Room for all sequences at all hook points.
  ///
  /// @param width of a hook point
  /// @throws ArithmeticException if the values of one hook point do not fit into one array
  public RecordingBuffer(List<TokenSequence> sequences, Set<HookPoint> hooks, ToIntFunction<HookPoint> width) {
    this.rowOf = new int[sequences.size() + 1];
    for (int i = 0; i < sequences.size(); i++) {
      rowOf[i + 1] = Math.addExact(rowOf[i], sequences.get(i).length());
    }
    for (HookPoint hook : hooks) {
      widths.put(hook, width.applyAsInt(hook));
      values.put(hook, new float[Math.multiplyExact(rowOf[sequences.size()], widths.get(hook))]);
    }
  }

  /// Floats that one row takes, all hook points together.
  public long valuesPerRow() {
    return widths.values().stream().mapToLong(Integer::longValue).sum();
  }

  /// Copies consecutive rows of a run to consecutive positions of a sequence.
  ///
  /// @param sequence its index in the caller's list
  /// @param position the first of the sequence's positions to fill
  /// @param rows (…, width), row-major from index 0 on; the buffer's position is neither read nor moved
  /// @param from the first row to copy
  /// @param count how many rows
  public void put(HookPoint hook, int sequence, int position, FloatBuffer rows, int from, int count) {
    int width = widths.get(hook);
    rows.get(from * width, values.get(hook), (rowOf[sequence] + position) * width, count * width);
  }

  /// What was recorded; nothing may be put any more.
  public Recording recording() {
    return new Recording(rowOf, values, widths);
  }
}
