package org.striatum.probe.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Journal;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.StoreIndex.Hook;
import org.striatum.probe.store.StoreIndex.Shard;

/// Which rows of an unfinished [ActivationStore] are written, with what tells whether they still are what they were: a
/// journal beside the shards.
final class KeptRows implements AutoCloseable {
  private final Journal journal;
  private final List<Mark> found;

  /// What is written so far.
  ///
  /// @param rollouts in all
  /// @param hooks what in them is not finite
  /// @param checksum CRC-32C of the rows since the mark before, see
  ///     [org.striatum.probe.tensor.SafetensorsWriter#checksum]; 0 where a shard ends, whose own checksum speaks for it
  /// @param shard that ends here; null where none does
  record Mark(int rollouts, List<Hook> hooks, long checksum, Shard shard) {
    Mark {
      hooks = List.copyOf(hooks);
    }
  }

  private KeptRows(Journal journal, List<Mark> found) {
    this.journal = journal;
    this.found = found;
  }

  static Path file(Path folder) {
    return folder.resolve(ActivationStore.INDEX + Journal.SUFFIX);
  }

  static KeptRows open(Path folder, Set<HookPoint> hooks, Sha256 key) throws IOException {
    List<Mark> found = new ArrayList<>();
    Path file = file(folder);
    return new KeptRows(Journal.open(file, key, entry -> {
      Mark mark = RecordJson.parse(entry, Mark.class, file.toString());
      if (!mark.hooks.stream().map(Hook::hook).collect(Collectors.toSet()).equals(hooks)) {
        throw new BadDataException(file + ": expected hook points " + hooks + ", found " + mark.hooks);
      }
      found.add(mark);
    }), found);
  }

  Optional<Journal.Loss> loss() {
    return journal.loss();
  }

  /// The marks that were found, shard by shard: the last of each ends it, unless the last shard was under way.
  List<List<Mark>> byShard() {
    List<List<Mark>> shards = new ArrayList<>();
    List<Mark> current = new ArrayList<>();
    for (Mark mark : found) {
      current.add(mark);
      if (mark.shard != null) {
        shards.add(current);
        current = new ArrayList<>();
      }
    }
    if (!current.isEmpty()) {
      shards.add(current);
    }
    return shards;
  }

  void keepFirst(int marks) throws IOException {
    journal.keepFirst(marks);
  }

  void add(Mark mark) throws IOException {
    journal.append(List.of(RecordJson.compact(mark)));
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }
}
