package org.striatum.probe.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
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
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.StoreIndex.Hook;
import org.striatum.probe.store.StoreIndex.Shard;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// Writes an [ActivationStore], rollout by rollout in the order of the rollouts file.
///
/// All lengths are known beforehand from that file, so shards are laid out first and rows go straight to their place:
/// nothing is kept in memory. A shard takes whole rollouts up to a byte limit. [#finish] writes the index; closing
/// without it leaves no store. Not thread-safe.
public final class ActivationWriter implements AutoCloseable {
  public static final long DEFAULT_SHARD_BYTES = 256L << 20;

  static final String ROLLOUT = "rollout";
  static final String POSITION = "position";
  static final String TOKEN_IDS = "token_ids";

  private final Path folder;
  private final SortedMap<HookPoint, Integer> widths;
  private final DType dtype;
  private final int[] lengths;
  private final long shardBytes;
  private final List<Shard> shards = new ArrayList<>();
  private final SortedMap<HookPoint, Tally> tallies = new TreeMap<>();
  private SafetensorsWriter shard;
  private long shardRows;
  private int shardEnd;
  private int next;

  /// Begins a store in `folder`. A store already there is no more.
  ///
  /// @param widths hook point → coordinates
  /// @param dtype F32 or F16
  /// @param lengths tokens of each rollout, by its line in the rollouts file, ≥ 1
  /// @param shardBytes upper bound on a shard's data, exceeded only by a rollout that is longer alone
  public ActivationWriter(Path folder, Map<HookPoint, Integer> widths, DType dtype, int[] lengths, long shardBytes)
      throws IOException {
    if (widths.isEmpty() || lengths.length == 0) {
      throw new IllegalArgumentException("a store needs at least one hook point and one rollout, found "
          + widths.size() + " and " + lengths.length);
    }
    if (dtype != DType.F32 && dtype != DType.F16) {
      throw new IllegalArgumentException("activations are stored as F32 or F16, found " + dtype);
    }
    if (Arrays.stream(lengths).anyMatch(length -> length < 1)) {
      throw new IllegalArgumentException("a rollout must have at least one token, found one without");
    }
    if (shardBytes < 1) {
      throw new IllegalArgumentException("a shard must be allowed at least one byte, found " + shardBytes);
    }
    this.folder = folder;
    this.widths = new TreeMap<>(widths);
    this.dtype = dtype;
    this.lengths = lengths.clone();
    this.shardBytes = shardBytes;
    widths.keySet().forEach(hook -> tallies.put(hook, new Tally()));
    Files.createDirectories(folder);
    // The index first: from here on there is no store until the new one is whole.
    Files.deleteIfExists(folder.resolve(ActivationStore.INDEX));
    try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, "{,.}shard-*.safetensors{,.tmp}")) {
      for (Path file : old) {
        Files.delete(file);
      }
    }
  }

  /// Appends one rollout's rows.
  ///
  /// @param rollout its line in the rollouts file: 0 first, then 1, …
  /// @param tokens its token ids
  /// @param sequence which sequence of the recording it is
  /// @throws IllegalArgumentException if it is out of order, or its length or a width is not as announced
  public void append(int rollout, int[] tokens, Recording recording, int sequence) throws IOException {
    if (rollout != next || next == lengths.length) {
      throw new IllegalArgumentException("rollouts are written in order, expected "
          + (next == lengths.length ? "none after " + (next - 1) : next) + ", found " + rollout);
    }
    int firstRow = recording.rowOf()[sequence];
    int rows = recording.rowOf()[sequence + 1] - firstRow;
    if (rows != lengths[rollout] || tokens.length != rows) {
      throw new IllegalArgumentException("rollout " + rollout + " was announced with " + lengths[rollout]
          + " tokens, found " + tokens.length + " tokens and " + rows + " rows");
    }
    widths.forEach((hook, width) -> {
      if (!width.equals(recording.widths().get(hook))) {
        throw new IllegalArgumentException(
            hook + " was announced with width " + width + ", found " + recording.widths().get(hook));
      }
    });
    if (shard == null) {
      beginShard();
    }
    int[] lines = new int[rows];
    Arrays.fill(lines, rollout);
    int[] positions = new int[rows];
    Arrays.setAll(positions, t -> t);
    shard.append(ROLLOUT, lines, 0, rows);
    shard.append(POSITION, positions, 0, rows);
    shard.append(TOKEN_IDS, tokens, 0, rows);
    for (Map.Entry<HookPoint, Integer> hook : widths.entrySet()) {
      int width = hook.getValue();
      float[] values = recording.at(hook.getKey()); // (rows of the recording, width)
      shard.append(hook.getKey().toString(), values, firstRow * width, rows * width);
      tallies.get(hook.getKey()).count(values, firstRow, rows, width, dtype);
    }
    next++;
    if (next == shardEnd) {
      endShard();
    }
  }

  /// Completes the store.
  ///
  /// @throws IllegalStateException if a rollout is missing
  public StoreIndex finish() throws IOException {
    if (next != lengths.length) {
      throw new IllegalStateException(folder + " was announced with " + lengths.length + " rollouts, found " + next);
    }
    List<Hook> hooks = new ArrayList<>();
    tallies.forEach((hook, tally) -> hooks
        .add(new Hook(hook, widths.get(hook), tally.rows, tally.values, tally.overflowed)));
    List<Long> firstRows = new ArrayList<>(lengths.length);
    long rows = 0;
    for (int length : lengths) {
      firstRows.add(rows);
      rows += length;
    }
    StoreIndex index = new StoreIndex(dtype, hooks, lengths.length, rows, firstRows, shards);
    RecordJson.write(folder.resolve(ActivationStore.INDEX), index);
    return index;
  }

  /// Abandons the shard under way, if there is one.
  @Override
  public void close() throws IOException {
    if (shard != null) {
      shard.abandon();
      shard = null;
    }
  }

  private void beginShard() throws IOException {
    shardEnd = next + 1;
    shardRows = lengths[next];
    while (shardEnd < lengths.length && shardRows + lengths[shardEnd] <= Integer.MAX_VALUE
        && ActivationStore.estimateBytes(shardRows + lengths[shardEnd], widths.values(), dtype) <= shardBytes) {
      shardRows += lengths[shardEnd++];
    }
    List<Declared> tensors = new ArrayList<>();
    for (String name : List.of(ROLLOUT, POSITION, TOKEN_IDS)) {
      tensors.add(new Declared(name, DType.I32, List.of(shardRows)));
    }
    for (Map.Entry<HookPoint, Integer> hook : widths.entrySet()) {
      tensors.add(new Declared(hook.getKey().toString(), dtype, List.of(shardRows, (long) hook.getValue())));
    }
    shard = new SafetensorsWriter(shardFile(), tensors, Map.of());
  }

  private void endShard() throws IOException {
    Path file = shardFile();
    shard.close();
    shard = null;
    shards.add(new Shard(file.getFileName().toString(), shardRows, Files.size(file), Sha256.of(file)));
  }

  private Path shardFile() {
    return folder.resolve("shard-%05d.safetensors".formatted(shards.size()));
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
          boolean kept = finite
              && (dtype == DType.F32 || Float.isFinite(Float.float16ToFloat(Float.floatToFloat16(recorded[i]))));
          values += kept ? 0 : 1;
          overflowed += finite && !kept ? 1 : 0;
        }
        rows += values > before ? 1 : 0;
      }
    }
  }
}
