package org.striatum.probe.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.tensor.DType;

/// Shards that are written in any order, by several writers at a time or after some were lost make the store that one writer makes.
class ShardWriterTest {
  private static final long SEED = 20261130;
  private static final HookPoint FIRST = HookPoint.residPost(2);
  private static final HookPoint SECOND = HookPoint.residPost(10);
  private static final Map<HookPoint, Integer> WIDTHS = Map.of(FIRST, 3, SECOND, 5);

  @TempDir
  Path folder;

  private static void append(ShardWriter writer, int rollout, int rows) throws IOException {
    writer.append(rollout, tokens(rollout, rows), recording(rollout, rows), 0);
  }

  private static int[] tokens(int rollout, int rows) {
    return IntStream.range(0, rows).map(t -> 100 * rollout + t).toArray();
  }

  private static Recording recording(int rollout, int rows) {
    SplittableRandom random = new SplittableRandom(rollout);
    return new Recording(new int[]{0, rows},
        Map.of(FIRST, values(random, rows * 3), SECOND, values(random, rows * 5)), WIDTHS);
  }

  /// Some not finite, some beyond F16, so that their counts are joined too.
  private static float[] values(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = switch (random.nextInt(20)) {
        case 0 -> Float.NaN;
        case 1 -> 1e6f;
        default -> (float) random.nextDouble(-1, 1);
      };
    }
    return values;
  }

  private static ShardWriter filled(Path store, StoreLayout layout, StoreLayout.Range range) throws IOException {
    ShardWriter writer = new ShardWriter(store, layout, range);
    for (int i = range.first(); i < range.end(); i++) {
      append(writer, i, layout.length(i));
    }
    return writer;
  }

  private static WrittenShard written(Path store, StoreLayout layout, StoreLayout.Range range) throws IOException {
    try (ShardWriter writer = filled(store, layout, range)) {
      return writer.finish();
    }
  }

  private static SortedMap<String, Sha256> files(Path store) throws IOException {
    SortedMap<String, Sha256> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(store)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Sha256.of(file));
      }
    }
    return files;
  }

  private static StoreLayout layout(int[] lengths, long bytes, int tokens) {
    return new StoreLayout(WIDTHS, DType.F16, StoreLayout.Rows.all(lengths), bytes, tokens);
  }

  @Test
  void anyOrderAndWhatKilledWritersLeft() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int trial = 0; trial < 60; trial++) {
      int[] lengths = random.ints(random.nextInt(1, 25), 1, 10).toArray();
      StoreLayout layout = layout(lengths, random.nextLong(40, 1500), random.nextInt(1, 60));
      Path alone = folder.resolve("alone-" + trial);
      try (ActivationWriter writer = new ActivationWriter(alone, layout)) {
        for (int i = 0; i < lengths.length; i++) {
          writer.append(i, tokens(i, lengths[i]), recording(i, lengths[i]), 0);
        }
        writer.finish();
      }
      Path store = folder.resolve("store-" + trial);
      ActivationWriter.begin(store, Set.of());
      List<StoreLayout.Range> order = new ArrayList<>(layout.shards());
      Collections.shuffle(order, new Random(random.nextLong()));
      WrittenShard[] written = new WrittenShard[order.size()];
      for (StoreLayout.Range range : order) {
        // Given up in the middle: nothing of it is seen.
        try (ShardWriter first = new ShardWriter(store, layout, range)) {
          append(first, range.first(), layout.length(range.first()));
        }
        Files.write(store.resolve("." + range.file() + ".killed.tmp"), new byte[]{1});
        written[range.shard()] = written(store, layout, range);
        assertThat(written[range.shard()].liesIn(store, true)).isTrue();
      }
      ActivationWriter.finish(store, layout, List.of(written));
      assertThat(files(store)).as("seed %d, trial %d", SEED, trial).isEqualTo(files(alone));
      try (ActivationStore read = ActivationStore.open(store)) {
        read.verify();
      }
    }
  }

  @Test
  void twoWritersOfOneShardDoNotMix() throws IOException {
    StoreLayout layout = layout(new int[]{4, 2, 7}, 1 << 20, 100);
    StoreLayout.Range range = layout.shards().getFirst();
    Path store = Files.createDirectory(folder.resolve("store"));
    try (ShardWriter first = filled(store, layout, range);
        ShardWriter second = new ShardWriter(store, layout, range)) {
      append(second, 0, 4);
      WrittenShard written = first.finish();
      append(second, 1, 2);
      append(second, 2, 7);
      assertThat(written.liesIn(store, true)).isTrue();
      assertThat(second.finish()).isEqualTo(written);
      assertThat(written.liesIn(store, true)).isTrue();
    }
    assertThat(files(store)).containsOnlyKeys("shard-00000.safetensors");
  }

  @Test
  void aShardThatChangedIsNotWhatWasWritten() throws IOException {
    StoreLayout layout = layout(new int[]{4, 2, 7}, 1 << 20, 100);
    StoreLayout.Range range = layout.shards().getFirst();
    WrittenShard written = written(folder, layout, range);
    Path file = folder.resolve(range.file());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    assertThat(written.liesIn(folder, false)).isTrue();
    assertThat(written.liesIn(folder, true)).isFalse();
    Files.write(file, new byte[]{1});
    assertThat(written.liesIn(folder, false)).isFalse();
    Files.delete(file);
    assertThat(written.liesIn(folder, false)).isFalse();
  }

  @Test
  void aShardTakesWholeRolloutsUpToItsLimits() {
    StoreLayout layout = layout(new int[]{4, 2, 7, 1, 1, 1, 1, 9, 1}, 1 << 20, 6);
    assertThat(layout.shards().stream().map(StoreLayout.Range::first)).containsExactly(0, 2, 3, 7, 8);
    assertThat(layout.shards().stream().map(StoreLayout.Range::rows)).containsExactly(6, 7, 4, 9, 1);
    // 12 bytes of numbers, 6 and 10 of values a row
    layout = layout(new int[]{4, 2, 7, 1, 1, 1, 1, 9, 1}, 6 * 28, 1000);
    assertThat(layout.shards().stream().map(StoreLayout.Range::rows)).containsExactly(6, 7, 4, 9, 1);
  }

  @Test
  void onlyTheLaidOutShardsMakeAStore() throws IOException {
    StoreLayout layout = layout(new int[]{4, 2, 7}, 1 << 20, 7);
    List<WrittenShard> both = List.of(written(folder, layout, layout.shards().get(0)),
        written(folder, layout, layout.shards().get(1)));
    assertThatThrownBy(() -> ActivationWriter.finish(folder, layout, both.subList(0, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ActivationWriter.finish(folder, layout, both.reversed()))
        .isInstanceOf(IllegalArgumentException.class);
    try (ShardWriter writer = new ShardWriter(folder, layout, layout.shards().get(1))) {
      assertThatThrownBy(() -> append(writer, 0, 4)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
      append(writer, 2, 7);
      assertThatThrownBy(() -> append(writer, 2, 7)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
