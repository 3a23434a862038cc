package org.striatum.probe.store;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.tensor.DType;

/// What lies in an activation store: `index.json`, written last, so that a folder without it is no store.
///
/// @param dtype of every recorded value, F32, F16 or BF16
/// @param hooks recorded hook points
/// @param sequences how many rollouts
/// @param rows how many stored positions in all
/// @param firstRows first row of each rollout, by its line in the rollouts file
/// @param shards in order of their rows
/// @param some the positions that are stored; null for all, so that the index is written as it was before there were others
public record StoreIndex(DType dtype, List<Hook> hooks, int sequences, long rows, List<Long> firstRows,
    List<Shard> shards,
    @JsonProperty("positions") @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) List<StoredPosition> some) {
  public StoreIndex {
    some = some == null || some.contains(StoredPosition.ALL) ? null : StoredPosition.settled(some);
    requireStored(dtype);
    hooks = List.copyOf(hooks);
    firstRows = List.copyOf(firstRows);
    shards = List.copyOf(shards);
    if (hooks.stream().map(Hook::hook).distinct().count() != hooks.size()) {
      throw new IllegalArgumentException("a store's hook points must be distinct, found " + hooks);
    }
    if (sequences < 1 || firstRows.size() != sequences) {
      throw new IllegalArgumentException("a store must know the first row of each of its rollouts, found " + sequences
          + " rollouts and " + firstRows.size() + " first rows");
    }
    for (int i = 0; i < sequences; i++) {
      long end = i + 1 < sequences ? firstRows.get(i + 1) : rows;
      // One rollout fits arrays.
      if (firstRows.getFirst() != 0 || end <= firstRows.get(i) || end - firstRows.get(i) > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("rollout " + i + " must have at least one row, found rows "
            + firstRows.get(i) + " to " + end);
      }
    }
    long inShards = 0;
    for (Shard shard : shards) {
      if (Collections.binarySearch(firstRows, inShards) < 0) {
        throw new IllegalArgumentException(shard.file + " must begin with a rollout, found row " + inShards);
      }
      inShards = Math.addExact(inShards, shard.rows);
    }
    if (inShards != rows) {
      throw new IllegalArgumentException("a store's shards must hold its " + rows + " rows, found " + inShards);
    }
  }

  /// The positions that are stored.
  public List<StoredPosition> positions() {
    return some == null ? StoredPosition.EVERY : some;
  }

  /// Requires a type that hidden states are stored as.
  ///
  /// @throws IllegalArgumentException if it is none, naming those that are
  public static void requireStored(DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
      throw new IllegalArgumentException("activations are stored as f32, f16 or bf16, found " + dtype.printed());
    }
  }

  /// One recorded hook point and what in it is not finite. Non-finite values are kept as they are: whoever reads rows
  /// excludes them.
  ///
  /// @param width coordinates
  /// @param nonFiniteRows rows with a NaN or ∞ in them, as stored
  /// @param nonFiniteValues NaN and ∞, as stored
  /// @param overflowed finite values beyond the element type (65504 for F16, 3.39e38 for BF16), stored as ∞ and counted above too
  public record Hook(HookPoint hook, int width, long nonFiniteRows, long nonFiniteValues, long overflowed) {
    public Hook {
      Objects.requireNonNull(hook, "a recorded hook point must be named");
      if (width < 1) {
        throw new IllegalArgumentException("width of " + hook + " must be ≥ 1, found " + width);
      }
    }

    /// The same hook point in more rows.
    ///
    /// @throws IllegalArgumentException if it is another one
    Hook plus(Hook other) {
      if (!other.hook.equals(hook) || other.width != width) {
        throw new IllegalArgumentException(
            "expected " + hook + " of " + width + " coordinates, found " + other.hook + " of " + other.width);
      }
      return new Hook(hook, width, nonFiniteRows + other.nonFiniteRows, nonFiniteValues + other.nonFiniteValues,
          overflowed + other.overflowed);
    }
  }

  /// One shard file.
  ///
  /// @param file its name in the store's folder
  public record Shard(String file, long rows, long bytes, Sha256 sha256) {
    public Shard {
      if (!file.matches("shard-[0-9]{5}\\.safetensors")) {
        throw new IllegalArgumentException("a shard must be named like shard-00000.safetensors, found '" + file + "'");
      }
      if (rows < 1 || rows > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("a shard must have 1 to 2^31 − 1 rows, found " + rows);
      }
    }
  }
}
