package org.striatum.hooks.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.GoldenCheckpoints;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// A merged checkpoint run by ONNX Runtime is the overlaid one run by PyTorch.
class MergedCheckpointTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final double TOLERANCE = 1e-4;

  @TempDir
  private Path folder;

  /// Every family: gpt2's matrices are transposed, gemma's heads tied, some weights lie in BF16 shards.
  @ParameterizedTest
  @MethodSource("org.striatum.hooks.GoldenCheckpoints#compared")
  void bothEnginesComputeTheSame(Path family) throws Exception {
    Random random = new Random(7);
    Path merged = folder.resolve("merged");
    try (Checkpoint checkpoint = Checkpoint.open(family);
        DjlModel frozen = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      DjlModel model = frozen.under(overlay(frozen, random));
      List<TokenSequence> sequences = GoldenCheckpoints.sequences(random, model.vocabulary(), 3, 12);
      float[] expected = logits(model, sequences);
      assertThat(GoldenCheckpoints.relativeError(expected, logits(frozen, sequences))).as("the overlay acts")
          .isGreaterThan(100 * TOLERANCE);
      model.merge(merged);
      try (Checkpoint written = Checkpoint.open(merged);
          OnnxModel onnx = new OnnxModel(written, Decoder.of(written), Optional.of(Memory.FAST), 0,
              CompletionEnd.at(List.of()))) {
        float[] found = onnx.record(sequences, Set.of(HookPoint.LOGITS), Gates.none()).at(HookPoint.LOGITS);
        assertThat(GoldenCheckpoints.relativeError(found, expected)).isLessThan(TOLERANCE);
      }
    }
    try (var left = Files.list(folder)) {
      assertThat(left.toList()).as("nothing half-written").containsExactly(merged);
    }
  }

  /// Every vector, every looked-up table and low-rank changes of every product but a tied head's.
  private static Overlay overlay(DjlModel model, RandomGenerator random) {
    TreeMap<String, float[]> added = new TreeMap<>();
    TreeMap<String, LowRank> lowRank = new TreeMap<>();
    for (Weight weight : model.weights().values()) {
      long elements = weight.shape().stream().reduce(1L, Math::multiplyExact);
      if (weight.shape().size() == 1 || weight.name().contains("emb") || weight.name().endsWith("wte.weight")) {
        added.put(weight.key(), gaussian(random, Math.toIntExact(elements)));
      } else if (model.matrices().contains(weight.key())) {
        lowRank.put(weight.key(), new LowRank(2, gaussian(random, 2 * model.inputs(weight.key())),
            gaussian(random, 2 * model.outputs(weight.key())), 3));
      }
    }
    assertThat(added).isNotEmpty();
    assertThat(lowRank).isNotEmpty();
    return new Overlay(added, lowRank);
  }

  private static float[] gaussian(RandomGenerator random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian(0, 0.05);
    }
    return values;
  }

  private static float[] logits(DjlModel model, List<TokenSequence> sequences) {
    return model.record(sequences, Set.of(HookPoint.LOGITS), Gates.none()).at(HookPoint.LOGITS);
  }

  @Test
  void theFolderHoldsWhatACheckpointNeedsAndSaysItsElementType() throws Exception {
    Path merged = folder.resolve("deep/merged");
    try (Checkpoint checkpoint = Checkpoint.open(GOLDEN.resolve("checkpoints/llama_bf16_sharded"));
        DjlModel model = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      model.merge(merged);
    }
    try (var files = Files.list(merged)) {
      assertThat(files.map(file -> file.getFileName().toString())).contains("config.json", "model.safetensors")
          .doesNotContain("model.safetensors.index.json");
    }
    assertThat(Files.readString(merged.resolve("config.json"))).contains("\"float32\"").doesNotContain("bfloat16");
  }

  @Test
  void whatCannotBeMergedIsRefused() throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(GOLDEN.resolve("checkpoints/gpt2"));
        DjlModel model = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      String head = model.matrices().stream().filter(name -> name.endsWith("wte.weight")).findFirst().orElseThrow();
      LowRank low = new LowRank(1, new float[model.inputs(head)], new float[model.outputs(head)], 1);
      assertThatThrownBy(() -> model.under(new Overlay(new TreeMap<>(), new TreeMap<>(Map.of(head, low))))
          .merge(folder.resolve("tied"))).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be merged");
      assertThat(folder.resolve("tied")).doesNotExist();
      Files.writeString(folder.resolve("something"), "of the user's");
      assertThatThrownBy(() -> model.merge(folder)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not empty");
    }
  }
}
