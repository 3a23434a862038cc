package org.striatum.probe.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;

class ActivationStoreTest {
  private static final HookPoint FIRST = HookPoint.residPost(2);
  private static final HookPoint SECOND = HookPoint.residPost(10);
  private static final Map<HookPoint, Integer> WIDTHS = Map.of(FIRST, 3, SECOND, 5);

  @TempDir
  Path folder;

  @Property(tries = 25)
  void whatIsWrittenIsReadWhateverTheShardLimit(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 9) Integer> some,
      @ForAll @LongRange(min = 40, max = 2000) long shardBytes, @ForAll long seed) throws IOException {
    Path store = Files.createTempDirectory("store");
    int[] lengths = some.stream().mapToInt(Integer::intValue).toArray();
    Map<HookPoint, float[]> expected = write(store, lengths, DType.F32, shardBytes, seed, 4);
    try (ActivationStore read = ActivationStore.open(store)) {
      read.verify();
      int rows = Arrays.stream(lengths).sum();
      assertThat(read.rows()).isEqualTo(rows);
      assertThat(read.hooks()).containsExactly(FIRST, SECOND);
      for (HookPoint hook : read.hooks()) {
        int width = read.width(hook);
        float[] all = new float[rows * width + 2];
        read.rows(hook, 0, rows, all, 1);
        assertThat(Arrays.copyOfRange(all, 1, rows * width + 1)).containsExactly(expected.get(hook));
        // Any window, across shards.
        Random random = new Random(seed);
        int first = random.nextInt(rows);
        int count = random.nextInt(rows - first + 1);
        float[] window = new float[count * width];
        read.rows(hook, first, count, window, 0);
        assertThat(window)
            .containsExactly(Arrays.copyOfRange(expected.get(hook), first * width, (first + count) * width));
      }
      long row = 0;
      for (int i = 0; i < lengths.length; i++) {
        assertThat(read.firstRow(i)).isEqualTo(row);
        assertThat(read.length(i)).isEqualTo(lengths[i]);
        assertThat(read.tokens(i)).containsExactly(tokens(i, lengths[i]));
        row += lengths[i];
      }
      for (StoreIndex.Shard shard : read.index().shards()) {
        long data = ActivationStore.estimateBytes(shard.rows(), WIDTHS.values(), DType.F32);
        assertThat(data <= shardBytes || shard.rows() <= 9).as("a shard over the limit holds one rollout").isTrue();
        assertThat(shard.bytes()).isBetween(data, data + 1024);
      }
    }
    delete(store);
  }

  @Test
  void anyPythonCanReadAShard() throws IOException {
    write(folder, new int[]{2, 3}, DType.F32, 1 << 20, 1, 2);
    try (SafetensorsFile shard = SafetensorsFile.open(folder.resolve("shard-00000.safetensors"))) {
      assertThat(shard.tensors().keySet()).containsExactly("rollout", "position", "token_ids",
          "blocks.2.hook_resid_post", "blocks.10.hook_resid_post");
      assertThat(shard.ints("rollout")).containsExactly(0, 0, 1, 1, 1);
      assertThat(shard.ints("position")).containsExactly(0, 1, 0, 1, 2);
      assertThat(shard.tensor("blocks.10.hook_resid_post").shape()).containsExactly(5L, 5L);
    }
  }

  @Test
  void theSameRowsGiveTheSameBytes() throws IOException {
    Path other = folder.resolve("other");
    write(folder.resolve("one"), new int[]{4, 2, 7}, DType.F16, 150, 1, 1);
    write(other, new int[]{4, 2, 7}, DType.F16, 150, 1, 3);
    try (Stream<Path> files = Files.list(folder.resolve("one"))) {
      List<Path> all = files.toList();
      assertThat(all).hasSizeGreaterThan(2);
      for (Path file : all) {
        assertThat(other.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void halvesAreRoundedAndWhatIsNotFiniteIsCounted() throws IOException {
    float beyond = 3.397e38f; // nearest in bfloat16: 2^128
    float[] values = {0.1f, Float.NaN, Float.POSITIVE_INFINITY, 70000, 1, 2, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f, beyond};
    Map<HookPoint, Integer> widths = Map.of(FIRST, 3);
    // 0.1 in IEEE 754 binary16 is 0x2e66 (0.0999755859375), in bfloat16 0x3dcd; ties go to the even one
    float infinite = Float.POSITIVE_INFINITY;
    Map<DType, float[]> expected = Map.of(DType.F32, values,
        DType.F16, new float[]{0x1.998p-4f, Float.NaN, infinite, infinite, 1, 2, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f,
            infinite},
        DType.BF16, new float[]{Float.intBitsToFloat(0x3dcd0000), Float.NaN, infinite, 70144, 1, 2, 1, 1 + 0x1p-6f,
            infinite});
    Map<DType, StoreIndex.Hook> counted = Map.of(DType.F32, new StoreIndex.Hook(FIRST, 3, 1, 2, 0),
        DType.F16, new StoreIndex.Hook(FIRST, 3, 3, 4, 2), DType.BF16, new StoreIndex.Hook(FIRST, 3, 2, 3, 1));
    for (DType dtype : expected.keySet()) {
      Path store = folder.resolve(dtype.name());
      try (ActivationWriter writer = new ActivationWriter(store, layout(widths, dtype, new int[]{3}, 1 << 20))) {
        writer.append(0, new int[]{1, 2, 3}, new Recording(new int[]{0, 3}, Map.of(FIRST, values), widths), 0);
        writer.finish();
      }
      try (ActivationStore read = ActivationStore.open(store)) {
        read.verify();
        float[] found = new float[9];
        read.rows(FIRST, 0, 3, found, 0);
        assertThat(found).as(dtype.name()).containsExactly(expected.get(dtype));
        assertThat(read.index().hooks()).as(dtype.name()).containsExactly(counted.get(dtype));
        assertThat(Files.size(store.resolve("shard-00000.safetensors")))
            .isBetween(36L + 9L * dtype.bytes(), 512L + 9L * dtype.bytes());
      }
    }
  }

  @Test
  void withoutAFinishThereIsNoStore() throws IOException {
    write(folder, new int[]{2, 3}, DType.F32, 1, 1, 2);
    ActivationStore.open(folder).close();
    Recording recording = recording(new int[]{2}, new Random(1));
    try (ActivationWriter writer = new ActivationWriter(folder, layout(WIDTHS, DType.F32, new int[]{2, 3}, 1 << 20))) {
      writer.append(0, tokens(0, 2), recording, 0);
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("announced with 1 shards, found 0");
    }
    assertThatThrownBy(() -> ActivationStore.open(folder)).isInstanceOf(BadDataException.class)
        .hasMessageContaining("capture the states again");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void replacesWhatAKilledWriterLeft() throws IOException {
    Files.writeString(folder.resolve(".shard-00007.safetensors.tmp"), "half");
    Files.writeString(folder.resolve("shard-00007.safetensors"), "whole, but of no store");
    write(folder, new int[]{2, 3}, DType.F32, 1 << 20, 1, 2);
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("index.json", "shard-00000.safetensors");
  }

  @Test
  void refusesRowsThatWereNotAnnounced() throws IOException {
    Recording recording = recording(new int[]{2, 3}, new Random(1));
    try (ActivationWriter writer = new ActivationWriter(folder, layout(WIDTHS, DType.F32, new int[]{2, 3}, 1 << 20))) {
      assertThatThrownBy(() -> writer.append(1, tokens(1, 3), recording, 1))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected 0, found 1");
      assertThatThrownBy(() -> writer.append(0, tokens(0, 3), recording, 1)).hasMessageContaining("with 2 tokens");
      Recording narrow = new Recording(new int[]{0, 2}, Map.of(FIRST, new float[2]), Map.of(FIRST, 1));
      assertThatThrownBy(() -> writer.append(0, tokens(0, 2), narrow, 0)).hasMessageContaining("found 1");
    }
    assertThatThrownBy(() -> new ActivationWriter(folder, layout(WIDTHS, DType.I64, new int[]{2}, 1)))
        .hasMessageContaining("f32, f16 or bf16, found i64");
    assertThatThrownBy(() -> new ActivationWriter(folder, layout(WIDTHS, DType.F32, new int[]{2, 0}, 1)))
        .hasMessageContaining("at least one token");
  }

  @Test
  void refusesADamagedStoreNamingTheFile() throws IOException {
    write(folder, new int[]{2, 3, 4}, DType.F32, 200, 1, 2);
    Path shard = folder.resolve("shard-00001.safetensors");
    byte[] whole = Files.readAllBytes(shard);
    try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
      file.seek(whole.length - 1);
      file.write(whole[whole.length - 1] ^ 1);
    }
    try (ActivationStore read = ActivationStore.open(folder)) {
      assertThatThrownBy(read::verify).isInstanceOf(BadDataException.class)
          .hasMessageStartingWith(shard + ": expected SHA-256").hasMessageEndingWith("capture the states again");
    }
    Files.write(shard, Arrays.copyOf(whole, whole.length - 1));
    assertRefused(shard + ": expected a file of " + whole.length + " bytes, found " + (whole.length - 1));
    Files.delete(shard);
    assertRefused("found none");
    Files.write(shard, whole);
    Path index = folder.resolve("index.json");
    String json = Files.readString(index);
    for (Map.Entry<String, String> change : Map.of("shard-00001", "../shard-00001", "\"width\" : 3", "\"width\" : 4",
        "\"firstRows\" : [ 0, 2", "\"firstRows\" : [ 0, 1", "\"rows\" : 9", "\"rows\" : 8", "\"dtype\" : \"f32\"",
        "\"dtype\" : \"f16\"", "\"sequences\" : 3", "\"sequences\" : 2", "\"dtype\"", "\"type\"").entrySet()) {
      assertThat(json).contains(change.getKey());
      Files.writeString(index, json.replace(change.getKey(), change.getValue()));
      assertRefused(folder.toString());
    }
    Files.writeString(index, json);
    ActivationStore.open(folder).close();
  }

  @Test
  void readsOnlyWhatThereIs() throws IOException {
    write(folder, new int[]{2, 3}, DType.F32, 1, 1, 2);
    try (ActivationStore read = ActivationStore.open(folder)) {
      assertThatThrownBy(() -> read.rows(FIRST, 4, 2, new float[100], 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> read.rows(FIRST, 0, 2, new float[5], 0)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> read.width(HookPoint.EMBED)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("recorded are [blocks.2.hook_resid_post, blocks.10.hook_resid_post]");
    }
  }

  @Test
  void trajectoriesBeginAtTheLastPromptPosition() throws IOException {
    int[] lengths = {4, 2, 5};
    int[] prompts = {2, 2, 1};
    Map<HookPoint, float[]> expected = write(folder, lengths, DType.F32, 100, 1, 2);
    List<Rollout> rollouts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Problem problem = new Problem("p" + i, i == 1 ? "mul" : "add", "1+1=", "1+1=2\n#2", "2");
      rollouts.add(new Rollout(problem, 0, i, "", tokens(i, lengths[i]), prompts[i], true, i % 2, -1));
    }
    try (ActivationStore store = ActivationStore.open(folder)) {
      StoredTrajectories add = StoredTrajectories.ofDataset(store, rollouts, "add", SECOND);
      assertThat(add.size()).isEqualTo(2);
      assertThat(add.width()).isEqualTo(5);
      assertThat(IntStream.range(0, 2).map(add::length)).containsExactly(3, 5);
      assertThat(IntStream.range(0, 2).map(add::promptLength)).containsExactly(2, 1);
      assertThat(IntStream.range(0, 2).mapToObj(add::problem)).containsExactly("p0", "p2");
      assertThat(add.reward(1)).isEqualTo(0);
      float[] states = new float[3 * 5 + 1];
      add.states(0, states, 1);
      // Rows 1, 2 and 3 of rollout 0: its last prompt position, then two generated tokens.
      assertThat(Arrays.copyOfRange(states, 1, 16))
          .containsExactly(Arrays.copyOfRange(expected.get(SECOND), 5, 20));
      StoredTrajectories mul = new StoredTrajectories(store, rollouts, new int[]{1}, FIRST);
      assertThat(mul.length(0)).as("a completion without a token has s₀ alone").isEqualTo(1);
      assertThat(mul.reward(0)).isEqualTo(1);
      assertThatThrownBy(() -> new StoredTrajectories(store, rollouts.subList(0, 2), new int[]{0}, FIRST))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("found 3 and 2");
      rollouts.set(0, new Rollout(rollouts.get(0).problem(), 0, 0, "", new int[]{9, 9, 9, 9}, 2, true, 0, 0));
      assertThatThrownBy(() -> StoredTrajectories.ofDataset(store, rollouts, "add", FIRST))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("other tokens in rollout 0");
    }
  }

  /// Rollout 0 closes its thought in its third token, rollout 1 has none.
  @Test
  void trajectoriesMayBeginAtTheEndOfTheThought() throws IOException {
    int[] lengths = {5, 4};
    Map<HookPoint, float[]> expected = write(folder, lengths, DType.F32, 100, 1, 2);
    List<Rollout> rollouts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      rollouts.add(new Rollout(new Problem("p" + i, "add", "1+1=", "", "2"), 0, i, "", tokens(i, lengths[i]), 2, i == 0,
          0, -1, null, false, i == 0 ? Ending.ENDED : Ending.CUT_IN_THOUGHT, i == 0 ? 2 : null));
    }
    try (ActivationStore store = ActivationStore.open(folder)) {
      StoredTrajectories add = StoredTrajectories.ofDataset(store, rollouts, "add", SECOND, StatePosition.THINK_END);
      assertThat(add.rollouts()).containsExactly(rollouts.getFirst());
      assertThat(add.length(0)).isEqualTo(3);
      assertThat(add.promptLength(0)).as("prompt and thought").isEqualTo(3);
      assertThat(add.logProbability(0)).as("of the answer alone it is not known").isNaN();
      assertThat(add.ending(0)).isEqualTo(Ending.ENDED);
      float[] states = new float[3 * 5];
      add.states(0, states, 0);
      assertThat(states).containsExactly(Arrays.copyOfRange(expected.get(SECOND), 10, 25));
      assertThatThrownBy(
          () -> new StoredTrajectories(store, rollouts, new int[]{1}, SECOND, StatePosition.THINK_END))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("rollout 1 has no think-end");
    }
  }

  private void assertRefused(String why) {
    assertThatThrownBy(() -> ActivationStore.open(folder)).isInstanceOf(BadDataException.class)
        .hasMessageContaining(why).hasMessageContaining("again").message().doesNotContain("\n");
  }

  private static StoreLayout layout(Map<HookPoint, Integer> widths, DType dtype, int[] lengths, long shardBytes) {
    return new StoreLayout(widths, dtype, StoreLayout.Rows.all(lengths), shardBytes, 1000);
  }

  /// Writes random rows in batches of `batch` rollouts and returns them: hook point → (rows, width).
  private static Map<HookPoint, float[]> write(Path folder, int[] lengths, DType dtype, long shardBytes, long seed,
      int batch) throws IOException {
    Recording all = recording(lengths, new Random(seed));
    try (ActivationWriter writer = new ActivationWriter(folder, layout(WIDTHS, dtype, lengths, shardBytes))) {
      for (int from = 0; from < lengths.length; from += batch) {
        int to = Math.min(lengths.length, from + batch);
        Recording part = part(all, from, to);
        for (int i = from; i < to; i++) {
          writer.append(i, tokens(i, lengths[i]), part, i - from);
        }
      }
      writer.finish();
    }
    return all.values();
  }

  private static Recording part(Recording all, int from, int to) {
    int first = all.rowOf()[from];
    int[] rowOf = Arrays.stream(all.rowOf(), from, to + 1).map(row -> row - first).toArray();
    int end = all.rowOf()[to];
    return new Recording(rowOf, Map.of(FIRST, Arrays.copyOfRange(all.at(FIRST), first * 3, end * 3), SECOND,
        Arrays.copyOfRange(all.at(SECOND), first * 5, end * 5)), WIDTHS);
  }

  private static Recording recording(int[] lengths, Random random) {
    int[] rowOf = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      rowOf[i + 1] = rowOf[i] + lengths[i];
    }
    float[] first = new float[rowOf[lengths.length] * 3];
    float[] second = new float[rowOf[lengths.length] * 5];
    for (float[] values : List.of(first, second)) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
    }
    return new Recording(rowOf, Map.of(FIRST, first, SECOND, second), WIDTHS);
  }

  private static int[] tokens(int rollout, int length) {
    return IntStream.range(0, length).map(t -> 100 * rollout + t).toArray();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
