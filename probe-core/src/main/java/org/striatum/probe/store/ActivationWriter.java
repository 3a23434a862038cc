package org.striatum.probe.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.striatum.probe.model.Recording;
import org.striatum.probe.run.RecordJson;

/// Writes an [ActivationStore]: [#begin], its shards one by one in any order and by any process ([ShardWriter]), [#finish]. An instance
/// does all of it, rollout by rollout in the order of the rollouts file; closing it without [#finish] leaves no store. Not thread-safe.
public final class ActivationWriter implements AutoCloseable {
  private final Path folder;
  private final StoreLayout layout;
  private final List<WrittenShard> written = new ArrayList<>();
  private ShardWriter shard;

  /// Begins a store in `folder`. A store already there is no more.
  public ActivationWriter(Path folder, StoreLayout layout) throws IOException {
    this.folder = folder;
    this.layout = layout;
    begin(folder, Set.of());
  }

  /// Begins a store in a folder, which is made where it is missing. A store already there is no more. Nobody may write to it meanwhile.
  ///
  /// @param kept names of shards that stay
  public static void begin(Path folder, Set<String> kept) throws IOException {
    Files.createDirectories(folder);
    // The index first: from here on there is no store until the new one is whole.
    Files.deleteIfExists(folder.resolve(ActivationStore.INDEX));
    deleteShards(folder, kept);
  }

  /// Completes a store whose shards all lie in the folder.
  ///
  /// @param written what was written of each, in their order
  public static StoreIndex finish(Path folder, StoreLayout layout, List<WrittenShard> written) throws IOException {
    StoreIndex index = layout.index(written);
    deleteShards(folder, written.stream().map(one -> one.shard().file()).collect(Collectors.toSet()));
    RecordJson.write(folder.resolve(ActivationStore.INDEX), ActivationStore.FORMAT, index);
    return index;
  }

  private static void deleteShards(Path folder, Set<String> kept) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "{shard-*.safetensors,.shard-*.tmp}")) {
      for (Path file : all) {
        if (!kept.contains(file.getFileName().toString())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /// Appends one rollout's rows: see [ShardWriter#append].
  public void append(int rollout, int[] tokens, Recording recording, int sequence) throws IOException {
    if (shard == null && written.size() == layout.shards().size()) {
      throw new IllegalArgumentException("rollouts are written in order, expected none, found " + rollout);
    }
    if (shard == null) {
      shard = new ShardWriter(folder, layout, layout.shards().get(written.size()));
    }
    shard.append(rollout, tokens, recording, sequence);
    if (rollout + 1 == layout.shards().get(written.size()).end()) {
      written.add(shard.finish());
      shard = null;
    }
  }

  /// Completes the store.
  ///
  /// @throws IllegalStateException if a rollout is missing
  public StoreIndex finish() throws IOException {
    if (written.size() != layout.shards().size()) {
      throw new IllegalStateException(
          folder + " was announced with " + layout.shards().size() + " shards, found " + written.size());
    }
    return finish(folder, layout, written);
  }

  /// Abandons the shard under way, if there is one.
  @Override
  public void close() throws IOException {
    if (shard != null) {
      shard.close();
      shard = null;
    }
  }
}
