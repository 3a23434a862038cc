package org.striatum.probe.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.store.StoreIndex.Hook;
import org.striatum.probe.store.StoreIndex.Shard;
import org.striatum.probe.tensor.DType;

/// How the rows of an [ActivationStore] lie in shards. It follows from the rollouts' lengths and from what is recorded, so every process that
/// writes one of the shards lays them out alike.
///
/// A shard takes whole rollouts, up to a limit of bytes and one of tokens: it is recorded at once, and lost as a whole.
public final class StoreLayout {
  private static final long SHARD_BYTES = 256L << 20;
  private static final int SHARD_TOKENS = 1 << 14;

  private final SortedMap<HookPoint, Integer> widths;
  private final DType dtype;
  private final int[] lengths;
  /// Rollout → its positions that are stored, rising; null where all are.
  private final int[][] positions;
  private final List<StoredPosition> stored;
  private final List<Range> shards;

  /// The rollouts of one shard.
  ///
  /// @param shard which, from 0
  /// @param first rollout
  /// @param end behind the last one
  /// @param rows of all of them
  public record Range(int shard, int first, int end, int rows) {
    /// The shard's name in the store's folder.
    public String file() {
      return "shard-%05d.safetensors".formatted(shard);
    }

    public int rollouts() {
      return end - first;
    }
  }

  /// What of rollouts is stored.
  ///
  /// @param lengths tokens of each rollout, by its line in the rollouts file, ≥ 1
  /// @param stored which positions
  /// @param positions rollout → the tokens there, rising, at least one; null where all are stored
  public record Rows(int[] lengths, List<StoredPosition> stored, int[][] positions) {
    public Rows {
      stored = List.copyOf(stored);
      if (lengths.length == 0 || Arrays.stream(lengths).anyMatch(length -> length < 1)) {
        throw new IllegalArgumentException("a store needs rollouts of at least one token, found "
            + (lengths.length == 0 ? "no rollout" : "one without"));
      }
      if ((positions == null) != stored.equals(StoredPosition.EVERY)
          || (positions != null && positions.length != lengths.length)) {
        throw new IllegalArgumentException("positions must be known of every rollout unless all are stored");
      }
      for (int i = 0; positions != null && i < lengths.length; i++) {
        int before = -1;
        for (int position : positions[i]) {
          if (position <= before || position >= lengths[i]) {
            throw new IllegalArgumentException(
                "positions of rollout " + i + " must rise below " + lengths[i] + ", found " + position);
          }
          before = position;
        }
        if (before < 0) {
          throw new IllegalArgumentException("rollout " + i + " must have a position that is stored");
        }
      }
    }

    /// Every token.
    public static Rows all(int[] lengths) {
      return new Rows(lengths, StoredPosition.EVERY, null);
    }
  }

  /// Shards as large as is good for recording them.
  ///
  /// @param widths hook point → coordinates
  /// @param dtype F32, F16 or BF16
  public StoreLayout(Map<HookPoint, Integer> widths, DType dtype, Rows rows) {
    this(widths, dtype, rows, SHARD_BYTES, SHARD_TOKENS);
  }

  /// Shards up to a limit.
  ///
  /// @param shardBytes upper bound on a shard's data, exceeded only by a rollout that is longer alone
  /// @param shardTokens upper bound on a shard's tokens, likewise
  public StoreLayout(Map<HookPoint, Integer> widths, DType dtype, Rows rows, long shardBytes, int shardTokens) {
    if (widths.isEmpty()) {
      throw new IllegalArgumentException("a store needs at least one hook point, found none");
    }
    StoreIndex.requireStored(dtype);
    if (shardBytes < 1 || shardTokens < 1) {
      throw new IllegalArgumentException(
          "a shard must be allowed at least one byte and one token, found " + Math.min(shardBytes, shardTokens));
    }
    this.widths = Collections.unmodifiableSortedMap(new TreeMap<>(widths));
    this.dtype = dtype;
    this.lengths = rows.lengths.clone();
    this.stored = rows.stored;
    this.positions = rows.positions == null ? null : rows.positions.clone();
    List<Range> ranges = new ArrayList<>();
    for (int first = 0, end; first < lengths.length; first = end) {
      long tokens = lengths[first];
      long kept = rows(first);
      end = first + 1;
      while (end < lengths.length && tokens + lengths[end] <= shardTokens
          && ActivationStore.estimateBytes(kept + rows(end), widths.values(), dtype) <= shardBytes) {
        tokens += lengths[end];
        kept += rows(end++);
      }
      ranges.add(new Range(ranges.size(), first, end, (int) kept));
    }
    this.shards = List.copyOf(ranges);
  }

  /// Hook point → coordinates.
  public SortedMap<HookPoint, Integer> widths() {
    return widths;
  }

  public DType dtype() {
    return dtype;
  }

  /// How many rollouts there are.
  public int rollouts() {
    return lengths.length;
  }

  /// Tokens of a rollout.
  public int length(int rollout) {
    return lengths[rollout];
  }

  /// Rows of a rollout: its tokens whose states are stored.
  public int rows(int rollout) {
    return positions == null ? lengths[rollout] : positions[rollout].length;
  }

  /// Those tokens, rising.
  int[] positions(int rollout) {
    return positions == null ? IntStream.range(0, lengths[rollout]).toArray() : positions[rollout];
  }

  /// Rows of all rollouts.
  public long rows() {
    return shards.stream().mapToLong(Range::rows).sum();
  }

  /// The rollouts of each shard.
  public List<Range> shards() {
    return shards;
  }

  /// Bytes of data of a shard, its header apart.
  public long bytes(Range shard) {
    return ActivationStore.estimateBytes(shard.rows, widths.values(), dtype);
  }

  /// The rollouts of a shard that was written.
  ///
  /// @throws IllegalArgumentException if it has no place here
  public Range of(WrittenShard written) {
    return shards.stream().filter(written::isOf).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no shard of this store is " + written.shard()));
  }

  /// The index of the store.
  ///
  /// @param written what was written of every shard, in their order
  /// @throws IllegalArgumentException if those are other shards
  StoreIndex index(List<WrittenShard> written) {
    if (written.size() != shards.size()) {
      throw new IllegalArgumentException("a store of " + shards.size() + " shards has " + written.size());
    }
    SortedMap<HookPoint, Hook> hooks = new TreeMap<>();
    widths.forEach((hook, width) -> hooks.put(hook, new Hook(hook, width, 0, 0, 0)));
    List<Shard> files = new ArrayList<>();
    for (int s = 0; s < shards.size(); s++) {
      WrittenShard shard = written.get(s);
      if (!shard.isOf(shards.get(s))) {
        throw new IllegalArgumentException("shard " + s + " must have " + shards.get(s) + ", found " + shard.shard());
      }
      files.add(shard.shard());
      shard.hooks().forEach(hook -> hooks.merge(hook.hook(), hook, Hook::plus));
    }
    List<Long> firstRows = new ArrayList<>(lengths.length);
    long rows = 0;
    for (int i = 0; i < lengths.length; i++) {
      firstRows.add(rows);
      rows += rows(i);
    }
    return new StoreIndex(dtype, List.copyOf(hooks.values()), lengths.length, rows, firstRows, files, stored);
  }
}
