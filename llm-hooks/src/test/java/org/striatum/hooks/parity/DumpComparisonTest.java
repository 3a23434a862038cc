package org.striatum.hooks.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.run.BadDataException;

/// Dumps that do not fit the model, or themselves: each tensor fails and says why; nothing is taken for a match.
class DumpComparisonTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path QWEN2 = GOLDEN.resolve("checkpoints/qwen2");

  @TempDir
  private Path folder;

  private static List<TensorParity> compare(Path checkpoint, Path expected) throws Exception {
    try (HookedModel model = HookedModel.open(checkpoint, Optional.empty(), 1);
        ReferenceDump dump = ReferenceDump.open(expected)) {
      return dump.compare(model);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "blocks.1.hook_resid_post | [0, 48] | all | must be coordinates in [0, 48), found 48",
      "blocks.1.hook_resid_post | [-1] | all | must be coordinates in [0, 48), found -1",
      "blocks.1.hook_resid_post | ['x'] | all | must be coordinates in [0, 48)",
      "blocks.1.hook_resid_post | [0] | somewhere | 'zero_ablated.positions' must be one of [all, prompt,",
      "blocks.9.hook_resid_post | [0] | all | the model has no hook point",
      "nowhere | [0] | all | the model has no hook point"})
  void anAblationThatTheModelCannotTake(String hook, String dims, String positions, String problem) throws Exception {
    Path dump = Files.copy(QWEN2.resolve("expected.safetensors"), folder.resolve("expected.safetensors"));
    Files.writeString(folder.resolve("expected.json"), """
        {"zero_ablated": {"hook": "%s", "dims": %s, "positions": "%s"}}""".formatted(hook, dims.replace('\'', '"'),
        positions));
    assertThat(compare(QWEN2, dump)).filteredOn(tensor -> !tensor.within(1e-3)).singleElement()
        .satisfies(tensor -> {
          assertThat(tensor.tensor()).isEqualTo("logits_zero_ablated");
          assertThat(tensor.note()).contains(problem);
        });
  }

  @Test
  void tokensThatTheModelDoesNotHave() throws Exception {
    Path reasoner = Path.of("../checkpoints/tiny-reasoner-step2000");
    assertThat(compare(reasoner, QWEN2.resolve("expected.safetensors"))).hasSizeGreaterThan(5)
        .allSatisfy(tensor -> {
          assertThat(tensor.within(Double.MAX_VALUE)).isFalse();
          assertThat(tensor.note()).contains("the model's tokens are in [0, 54)");
        });
  }

  @Test
  void sequencesLongerThanTheModelTakes() throws Exception {
    long[] ids = new long[65];
    long[] ones = new long[65];
    Arrays.fill(ones, 1);
    assertThat(compare(GOLDEN.resolve("checkpoints/gpt2"), dump("I64", ids, ones))).singleElement()
        .satisfies(tensor -> assertThat(tensor.note()).contains("at most 64 positions, the dump has 65"));
  }

  @Test
  void tokensOfAnotherTypeOrSize() throws Exception {
    assertThatThrownBy(() -> ReferenceDump.open(dump("F64", new long[2], new long[2])))
        .isInstanceOf(BadDataException.class).hasMessageContaining("input_ids must hold fewer than 2^31 integers");
    assertThatThrownBy(() -> ReferenceDump.open(dump("I64", new long[]{1, -1}, new long[]{1, 1})))
        .isInstanceOf(BadDataException.class).hasMessageContaining("must hold numbers in [0, 2^31), found -1");
    assertThatThrownBy(() -> ReferenceDump.open(dump("I64", new long[]{1, 1L << 40}, new long[]{1, 1})))
        .isInstanceOf(BadDataException.class).hasMessageContaining("found 1099511627776");
  }

  @Test
  void tensorsThatAreNoNumbersOrNoHookPoint() throws Exception {
    Path dump = dump("I64", new long[]{3, 4}, new long[]{1, 1});
    assertThat(compare(QWEN2, dump)).singleElement().satisfies(tensor -> assertThat(tensor.note())
        .contains("no hook point is known by this name"));
  }

  /// One sequence and a tensor `other` of the same size, all of one type of 8 bytes.
  private Path dump(String type, long[] ids, long[] mask) throws Exception {
    int bytes = 8 * ids.length;
    String header = """
        {"input_ids": {"dtype": "%1$s", "shape": [1, %2$d], "data_offsets": [0, %3$d]},
         "attention_mask": {"dtype": "%1$s", "shape": [1, %2$d], "data_offsets": [%3$d, %4$d]},
         "other": {"dtype": "%1$s", "shape": [1, %2$d], "data_offsets": [%4$d, %5$d]}}""".formatted(type, ids.length,
        bytes, 2 * bytes, 3 * bytes);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + 3 * bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    for (long[] part : new long[][]{ids, mask, ids}) {
      for (long value : part) {
        file.putLong(value);
      }
    }
    return Files.write(Files.createTempFile(folder, "dump", ".safetensors"), file.array());
  }
}
