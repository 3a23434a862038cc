package org.striatum.probe.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.striatum.probe.run.Heartbeat;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.StoreIndex.Hook;
import org.striatum.probe.store.StoreIndex.Shard;

/// One shard of an [ActivationStore] that is written: what its index will say of it.
///
/// @param shard its file
/// @param hooks what in it is not finite
public record WrittenShard(Shard shard, List<Hook> hooks) {
  public WrittenShard {
    hooks = List.copyOf(hooks);
  }

  /// Whether it is the shard of these rollouts.
  public boolean isOf(StoreLayout.Range range) {
    return shard.file().equals(range.file()) && shard.rows() == range.rows();
  }

  /// Whether it lies in a store's folder as it was written.
  ///
  /// @param read whether every byte is compared, or their number
  public boolean liesIn(Path folder, boolean read) throws IOException {
    Path file = folder.resolve(shard.file());
    Heartbeat.beat();
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == shard.bytes()
        && (!read || Sha256.of(file).equals(shard.sha256()));
  }
}
