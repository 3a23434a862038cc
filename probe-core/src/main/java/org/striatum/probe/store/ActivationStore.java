package org.striatum.probe.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.StoreIndex.Hook;
import org.striatum.probe.store.StoreIndex.Shard;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorInfo;

/// Hidden states of many rollouts, memory-mapped: a folder of safetensors shards and `index.json`.
///
/// Rows are packed: rollout after rollout in the order of the rollouts file, stored position after stored position. A shard holds
/// `rollout`, `position` and `token_ids` (rows) as I32, and (rows, width) under each hook point's printed name. Opening
/// checks every size; [#verify] also reads every byte. Safe for concurrent reading; whoever opens it closes it.
public final class ActivationStore implements AutoCloseable {
  /// The index's name in the store's folder. It holds the checksums of all shards, so it stands for them.
  public static final String INDEX = "index.json";
  static final FileFormat FORMAT = new FileFormat("activation store", 1);

  private final Path folder;
  private final StoreIndex index;
  private final List<SafetensorsFile> shards;
  /// First row of each shard, and the number of rows last: (shards + 1).
  private final long[] shardStart;
  private final SortedMap<HookPoint, Hook> hooks;

  private ActivationStore(Path folder, StoreIndex index, List<SafetensorsFile> shards) {
    this.folder = folder;
    this.index = index;
    this.shards = shards;
    this.shardStart = new long[shards.size() + 1];
    for (int s = 0; s < shards.size(); s++) {
      shardStart[s + 1] = shardStart[s] + index.shards().get(s).rows();
    }
    this.hooks = index.hooks().stream()
        .collect(Collectors.toMap(Hook::hook, hook -> hook, (first, _) -> first, TreeMap::new));
  }

  /// Maps the store and checks that every shard has the size and tensors that the index says.
  ///
  /// @throws BadDataException if it does not, or if there is no index
  public static ActivationStore open(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(INDEX))) {
      throw new BadDataException(folder + " is no activation store (no " + INDEX
          + " in it, or capture did not finish): capture the states again");
    }
    StoreIndex index = RecordJson.read(folder.resolve(INDEX), FORMAT, StoreIndex.class);
    List<SafetensorsFile> shards = new ArrayList<>();
    try {
      for (Shard shard : index.shards()) {
        shards.add(openShard(folder.resolve(shard.file()), shard, index));
      }
      return new ActivationStore(folder, index, List.copyOf(shards));
    } catch (IOException | RuntimeException e) {
      shards.forEach(SafetensorsFile::close);
      throw e;
    }
  }

  /// Bytes of data a store of this many rows takes, headers and index apart.
  public static long estimateBytes(long rows, Collection<Integer> widths, DType dtype) {
    long perRow = 3L * Integer.BYTES;
    for (int width : widths) {
      perRow += (long) width * dtype.bytes();
    }
    return Math.multiplyExact(rows, perRow);
  }

  public StoreIndex index() {
    return index;
  }

  /// Recorded hook points, in the order of the computation.
  public List<HookPoint> hooks() {
    return List.copyOf(hooks.keySet());
  }

  /// Coordinates of a hook point.
  ///
  /// @throws IllegalArgumentException if it was not recorded, naming those that were
  public int width(HookPoint hook) {
    Hook recorded = hooks.get(hook);
    if (recorded == null) {
      throw new IllegalArgumentException(hook + " is not in " + folder + ", recorded are " + hooks.keySet());
    }
    return recorded.width();
  }

  public long rows() {
    return index.rows();
  }

  /// How many rollouts the store holds.
  public int sequences() {
    return index.sequences();
  }

  /// First row of a rollout, by its line in the rollouts file.
  public long firstRow(int rollout) {
    return index.firstRows().get(rollout);
  }

  /// The positions that are stored.
  public List<StoredPosition> positions() {
    return index.positions();
  }

  /// The positions that a store in a folder has; none where there is no store.
  ///
  /// @throws BadDataException if its index is damaged
  public static Optional<List<StoredPosition>> positions(Path folder) throws IOException {
    Path index = folder.resolve(INDEX);
    return Files.isRegularFile(index)
        ? Optional.of(RecordJson.read(index, FORMAT, StoreIndex.class).positions())
        : Optional.empty();
  }

  /// Whether every token has a row.
  private boolean isWhole() {
    return positions().equals(StoredPosition.EVERY);
  }

  /// Which token of its rollout each row of a rollout is, rising.
  public int[] positions(int rollout) {
    return isWhole() ? IntStream.range(0, length(rollout)).toArray() : ints(ShardWriter.POSITION, rollout);
  }

  /// Rows of a rollout: its tokens, prompt included, unless only some are stored.
  public int length(int rollout) {
    long end = rollout + 1 < sequences() ? firstRow(rollout + 1) : rows();
    return (int) (end - firstRow(rollout));
  }

  /// Copies `count` rows of a hook point from `firstRow` on: (count, width) row-major, to `into` from `offset` on.
  ///
  /// @throws IllegalArgumentException if the hook point was not recorded
  /// @throws IndexOutOfBoundsException if the store or the array has no such rows
  public void rows(HookPoint hook, long firstRow, int count, float[] into, int offset) {
    int width = width(hook);
    Objects.checkFromIndexSize(firstRow, count, rows());
    Objects.checkFromIndexSize(offset, (long) count * width, into.length);
    int done = 0;
    for (int s = shardOf(firstRow); done < count; s++) {
      long first = firstRow + done - shardStart[s];
      int here = (int) Math.min(count - done, shardStart[s + 1] - shardStart[s] - first);
      shards.get(s).floats(hook.toString(), first * width, into, offset + done * width, here * width);
      done += here;
    }
  }

  /// Token ids of a rollout's rows, as they were run.
  public int[] tokens(int rollout) {
    return ints(ShardWriter.TOKEN_IDS, rollout);
  }

  private int[] ints(String name, int rollout) {
    int shard = shardOf(firstRow(rollout));
    int[] values = new int[length(rollout)];
    shards.get(shard).ints(name, firstRow(rollout) - shardStart[shard], values, 0, values.length);
    return values;
  }

  /// How many files the hidden states lie in.
  public int shards() {
    return shards.size();
  }

  /// Reads every byte: checksums of all shards, and the rows' own rollout and position numbers.
  ///
  /// @throws BadDataException at the first shard that is not what was written
  public void verify() throws IOException {
    int rollout = 0;
    int row = 0; // of the rollout
    int before = -1;
    for (int s = 0; s < shards.size(); s++) {
      Path file = shards.get(s).path();
      Sha256 found = Sha256.of(file);
      if (!found.equals(index.shards().get(s).sha256())) {
        throw new BadDataException(file + ": expected SHA-256 " + index.shards().get(s).sha256() + ", found " + found
            + ": capture the states again");
      }
      int[] rollouts = shards.get(s).ints(ShardWriter.ROLLOUT);
      int[] positions = shards.get(s).ints(ShardWriter.POSITION);
      for (int r = 0; r < rollouts.length; r++) {
        if (rollouts[r] != rollout || (isWhole() ? positions[r] != row : positions[r] <= before)) {
          throw new BadDataException(file + ": row " + r + " must be position " + (isWhole() ? row : "> " + before)
              + " of rollout " + rollout + ", found position " + positions[r] + " of rollout " + rollouts[r]
              + ": capture the states again");
        }
        before = positions[r];
        row++;
        if (row == length(rollout)) {
          row = 0;
          before = -1;
          rollout++;
        }
      }
    }
  }

  @Override
  public void close() {
    shards.forEach(SafetensorsFile::close);
  }

  private int shardOf(long row) {
    int found = Arrays.binarySearch(shardStart, row);
    return found >= 0 ? found : -found - 2;
  }

  private static SafetensorsFile openShard(Path file, Shard shard, StoreIndex index) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) != shard.bytes()) {
      throw new BadDataException(file + ": expected a file of " + shard.bytes() + " bytes, found "
          + (Files.isRegularFile(file) ? Files.size(file) + " bytes" : "none") + ": capture the states again");
    }
    SafetensorsFile opened = SafetensorsFile.open(file);
    try {
      for (String name : List.of(ShardWriter.ROLLOUT, ShardWriter.POSITION, ShardWriter.TOKEN_IDS)) {
        requireTensor(opened, name, DType.I32, List.of(shard.rows()));
      }
      for (Hook hook : index.hooks()) {
        requireTensor(opened, hook.hook().toString(), index.dtype(), List.of(shard.rows(), (long) hook.width()));
      }
      return opened;
    } catch (BadDataException e) {
      opened.close();
      throw e;
    }
  }

  private static void requireTensor(SafetensorsFile shard, String name, DType dtype, List<Long> shape)
      throws BadDataException {
    TensorInfo tensor = shard.tensors().get(name);
    if (tensor == null || tensor.dtype() != dtype || !tensor.shape().equals(shape)) {
      throw new BadDataException(shard.path() + ": expected tensor " + name + " as " + dtype + " " + shape + ", found "
          + (tensor == null ? "none" : tensor.dtype() + " " + tensor.shape()) + ": capture the states again");
    }
  }
}
