package org.striatum.probe.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.StoreIndex.Hook;
import org.striatum.probe.store.StoreIndex.Shard;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// Writes one shard of an [ActivationStore], rollout by rollout in the order of the rollouts file. Nothing is kept in memory, and the file
/// is there whole or not at all, also where several processes write the same one. Not thread-safe.
public final class ShardWriter implements AutoCloseable {
  static final String ROLLOUT = "rollout";
  static final String POSITION = "position";
  static final String TOKEN_IDS = "token_ids";

  private final StoreLayout layout;
  private final StoreLayout.Range range;
  private final Path target;
  private final SafetensorsWriter file;
  private final SortedMap<HookPoint, Tally> tallies = new TreeMap<>();
  private int next;

  /// Begins a shard in a store's folder, which is there.
  public ShardWriter(Path folder, StoreLayout layout, StoreLayout.Range range) throws IOException {
    this.layout = layout;
    this.range = range;
    this.target = folder.resolve(range.file());
    this.next = range.first();
    List<Declared> tensors = new ArrayList<>();
    for (String name : List.of(ROLLOUT, POSITION, TOKEN_IDS)) {
      tensors.add(new Declared(name, DType.I32, List.of((long) range.rows())));
    }
    layout.widths().forEach((hook, width) -> {
      tensors.add(new Declared(hook.toString(), layout.dtype(), List.of((long) range.rows(), (long) width)));
      tallies.put(hook, new Tally());
    });
    this.file = SafetensorsWriter.amongOthers(target, tensors);
  }

  /// Appends one rollout's rows.
  ///
  /// @param rollout its line in the rollouts file: the shard's first, then the one behind it, …
  /// @param tokens its token ids
  /// @param sequence which sequence of the recording it is
  /// @throws IllegalArgumentException if it is out of order, or its length or a width is not as laid out
  public void append(int rollout, int[] tokens, Recording recording, int sequence) throws IOException {
    if (rollout != next || next == range.end()) {
      throw new IllegalArgumentException("rollouts are written in order, expected "
          + (next == range.end() ? "none after " + (next - 1) : next) + ", found " + rollout);
    }
    int firstRow = recording.rowOf()[sequence];
    int rows = recording.rowOf()[sequence + 1] - firstRow;
    if (rows != layout.length(rollout) || tokens.length != rows) {
      throw new IllegalArgumentException("rollout " + rollout + " was announced with " + layout.length(rollout)
          + " tokens, found " + tokens.length + " tokens and " + rows + " rows");
    }
    layout.widths().forEach((hook, width) -> {
      if (!width.equals(recording.widths().get(hook))) {
        throw new IllegalArgumentException(
            hook + " was announced with width " + width + ", found " + recording.widths().get(hook));
      }
    });
    int[] positions = layout.positions(rollout);
    int[] lines = new int[positions.length];
    Arrays.fill(lines, rollout);
    file.append(ROLLOUT, lines, 0, lines.length);
    file.append(POSITION, positions, 0, positions.length);
    file.append(TOKEN_IDS, Arrays.stream(positions).map(t -> tokens[t]).toArray(), 0, positions.length);
    for (Map.Entry<HookPoint, Integer> hook : layout.widths().entrySet()) {
      int width = hook.getValue();
      float[] values = recording.at(hook.getKey()); // (rows of the recording, width)
      for (int from = 0, to; from < positions.length; from = to) {
        to = from + 1;
        while (to < positions.length && positions[to] == positions[to - 1] + 1) {
          to++;
        }
        int row = firstRow + positions[from];
        file.append(hook.getKey().toString(), values, row * width, (to - from) * width);
        tallies.get(hook.getKey()).count(values, row, to - from, width, layout.dtype());
      }
    }
    next++;
  }

  /// Puts the shard in place.
  ///
  /// @throws IllegalStateException if a rollout is missing
  public WrittenShard finish() throws IOException {
    if (next != range.end()) {
      throw new IllegalStateException(
          target + " was announced with rollouts to " + (range.end() - 1) + ", found none after " + (next - 1));
    }
    file.close();
    List<Hook> hooks = new ArrayList<>();
    tallies.forEach((hook, tally) -> hooks
        .add(new Hook(hook, layout.widths().get(hook), tally.rows, tally.values, tally.overflowed)));
    return new WrittenShard(new Shard(range.file(), range.rows(), Files.size(target), Sha256.of(target)), hooks);
  }

  /// Abandons the shard unless it is finished.
  @Override
  public void close() throws IOException {
    file.abandon();
  }

  /// What is not finite at one hook point, as stored.
  private static final class Tally {
    long rows;
    long values;
    long overflowed;

    void count(float[] recorded, int firstRow, int count, int width, DType dtype) {
      for (int row = firstRow; row < firstRow + count; row++) {
        long before = values;
        for (int i = row * width; i < (row + 1) * width; i++) {
          boolean finite = Float.isFinite(recorded[i]);
          boolean kept = finite && Float.isFinite(dtype.rounded(recorded[i]));
          values += kept ? 0 : 1;
          overflowed += finite && !kept ? 1 : 0;
        }
        rows += values > before ? 1 : 0;
      }
    }
  }
}
