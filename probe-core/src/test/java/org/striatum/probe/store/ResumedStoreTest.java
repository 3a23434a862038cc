package org.striatum.probe.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.run.Journal.Loss;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.tensor.DType;

/// Stores whose writers are given up at any rollout, and what they left damaged, come to the bytes of an undisturbed one.
class ResumedStoreTest {
  private static final long SEED = 20261130;
  private static final Sha256 KEY = Sha256.of(new byte[]{1});
  private static final HookPoint FIRST = HookPoint.residPost(2);
  private static final HookPoint SECOND = HookPoint.residPost(10);
  private static final Map<HookPoint, Integer> WIDTHS = Map.of(FIRST, 3, SECOND, 5);
  private static final int CHUNK = 3;

  @TempDir
  Path folder;

  private int[] lengths = {4, 2, 7, 1, 1, 9, 3, 2, 5, 6, 1, 8, 2, 2};
  private long shardBytes = 600;
  private Path store;

  @BeforeEach
  void name() {
    store = folder.resolve("store");
  }

  private ActivationWriter resume() throws IOException {
    return ActivationWriter.resume(store, WIDTHS, DType.F16, lengths, shardBytes, KEY);
  }

  /// Goes on, keeping a chunk at a time, and stops before a rollout as if killed there.
  ///
  /// @return at which rollout it began
  private int run(int stop) throws IOException {
    try (ActivationWriter writer = resume()) {
      int begun = writer.next();
      for (int i = begun; i < Math.min(stop, lengths.length); i++) {
        append(writer, i);
        if ((i + 1) % CHUNK == 0) {
          writer.keep();
        }
      }
      if (stop > lengths.length) {
        writer.finish();
      }
      return begun;
    }
  }

  private void append(ActivationWriter writer, int rollout) throws IOException {
    int rows = lengths[rollout];
    SplittableRandom random = new SplittableRandom(rollout);
    Map<HookPoint, float[]> values = Map.of(FIRST, values(random, rows * 3), SECOND, values(random, rows * 5));
    writer.append(rollout, IntStream.range(0, rows).map(t -> 100 * rollout + t).toArray(),
        new Recording(new int[]{0, rows}, values, WIDTHS), 0);
  }

  /// Some not finite, some beyond F16, so that their counts are kept too.
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

  private SortedMap<String, Sha256> files() throws IOException {
    SortedMap<String, Sha256> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(store)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Sha256.of(file));
      }
    }
    return files;
  }

  private SortedMap<String, Sha256> undisturbed() throws IOException {
    Path resumed = store;
    store = folder.resolve("undisturbed-" + Arrays.hashCode(lengths) + "-" + shardBytes);
    try (ActivationWriter writer = new ActivationWriter(store, WIDTHS, DType.F16, lengths, shardBytes)) {
      for (int i = 0; i < lengths.length; i++) {
        append(writer, i);
      }
      writer.finish();
    }
    SortedMap<String, Sha256> files = files();
    store = resumed;
    return files;
  }

  private SortedMap<String, Sha256> finished() throws IOException {
    run(Integer.MAX_VALUE);
    Files.deleteIfExists(store.resolve("index.json.partial"));
    return files();
  }

  @Test
  void goesOnBehindTheLastChunkThatWasKept() throws IOException {
    assertThat(run(8)).isZero();
    assertThat(files()).containsKey("index.json.partial").doesNotContainKey("index.json");
    assertThat(run(8)).isEqualTo(6);
    assertThat(finished()).isEqualTo(undisturbed());
  }

  @Test
  void whateverWasLeftAndWhateverOfItWasDamaged() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int trial = 0; trial < 150; trial++) {
      lengths = random.ints(random.nextInt(1, 25), 1, 10).toArray();
      shardBytes = random.nextLong(40, 1500);
      store = folder.resolve("trial-" + trial);
      String where = "seed " + SEED + ", trial " + trial;
      for (int stops = random.nextInt(4); stops > 0; stops--) {
        run(random.nextInt(lengths.length + 2));
        if (random.nextBoolean()) {
          damage(random);
        }
      }
      assertThat(finished()).as(where).isEqualTo(undisturbed());
    }
  }

  /// Flips a byte of some file, cuts it or takes it away.
  private void damage(SplittableRandom random) throws IOException {
    List<String> names = List.copyOf(files().keySet());
    Path file = store.resolve(names.get(random.nextInt(names.size())));
    byte[] bytes = Files.readAllBytes(file);
    switch (random.nextInt(3)) {
      case 0 -> {
        bytes[random.nextInt(bytes.length)] ^= (byte) random.nextInt(1, 256);
        Files.write(file, bytes);
      }
      case 1 -> Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
      default -> Files.delete(file);
    }
  }

  @Test
  void aDamagedShardIsRedoneFromItsStart() throws IOException {
    run(13);
    assertThat(files()).containsOnlyKeys("index.json.partial", "shard-00000.safetensors", "shard-00001.safetensors",
        ".shard-00002.safetensors.tmp");
    Path second = store.resolve("shard-00001.safetensors");
    byte[] bytes = Files.readAllBytes(second);
    bytes[bytes.length - 1] ^= 1;
    Files.write(second, bytes);
    try (ActivationWriter writer = resume()) {
      assertThat(writer.loss()).contains(Loss.DAMAGED);
      assertThat(writer.next()).isEqualTo(5);
      assertThat(files()).containsOnlyKeys("index.json.partial", "shard-00000.safetensors");
    }
    assertThat(finished()).isEqualTo(undisturbed());
  }

  @Test
  void aShardPutInPlaceJustBeforeTheKillIsGoneOnWith() throws IOException {
    run(4);
    Files.move(store.resolve(".shard-00000.safetensors.tmp"), store.resolve("shard-00000.safetensors"));
    assertThat(run(4)).isEqualTo(3);
    assertThat(finished()).isEqualTo(undisturbed());
  }

  @Test
  void rowsKeptUnderAnotherKeyAreNotTaken() throws IOException {
    run(9);
    try (ActivationWriter other = ActivationWriter.resume(store, WIDTHS, DType.F16, lengths, shardBytes,
        Sha256.of(new byte[]{2}))) {
      assertThat(other.next()).isZero();
      assertThat(other.loss()).contains(Loss.OTHER_WORK);
      assertThat(files().keySet()).containsExactly("index.json.partial");
    }
  }

  @Test
  void aWriterThatIsNotResumedLeavesNothingOfOneThatWas() throws IOException {
    run(9);
    try (ActivationWriter writer = new ActivationWriter(store, WIDTHS, DType.F16, lengths, shardBytes)) {
      assertThat(files()).isEmpty();
      assertThatThrownBy(writer::keep).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void allKeptButTheIndex() throws IOException {
    run(lengths.length);
    assertThat(run(Integer.MAX_VALUE)).isEqualTo(lengths.length);
    assertThat(run(Integer.MAX_VALUE)).as("killed before the step was finished").isEqualTo(lengths.length);
    assertThat(finished()).isEqualTo(undisturbed());
  }
}
