package org.striatum.hooks.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// A checkpoint in files of torch.save computes what the same weights in safetensors do, bit for bit, in every engine.
class TorchCheckpointTest {
  private static final Path SAFE = Path.of("src/test/resources/golden/checkpoints/llama_bf16_sharded");
  private static final Path SHARDS = Path.of("src/test/resources/torchfile/sharded");

  @TempDir
  private Path folder;

  @BeforeEach
  void copy() throws IOException {
    Files.copy(SAFE.resolve("config.json"), folder.resolve("config.json"));
    try (Stream<Path> shards = Files.list(SHARDS)) {
      for (Path shard : shards.toList()) {
        Files.copy(shard, folder.resolve(shard.getFileName().toString()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Memory.class)
  void theRuntimeGivesTheSameLogits(Memory memory) throws Exception {
    try (HookedModel bin = HookedModel.open(folder, Optional.of(memory), 1);
        HookedModel safe = HookedModel.open(SAFE, Optional.of(memory), 1)) {
      assertThat(logits(bin.model())).isEqualTo(logits(safe.model()));
      assertThat(bin.facts().parameters()).isEqualTo(safe.facts().parameters());
      assertThat(bin.checksums()).containsKeys("pytorch_model-00001-of-00003.bin", "pytorch_model.bin.index.json");
    }
  }

  @Test
  void pyTorchGivesTheSameLogits() throws Exception {
    try (Checkpoint bin = Checkpoint.open(folder);
        Checkpoint safe = Checkpoint.open(SAFE);
        DjlModel ofBin = DjlModel.open(bin, Decoder.of(bin), CompletionEnd.at(List.of()));
        DjlModel ofSafe = DjlModel.open(safe, Decoder.of(safe), CompletionEnd.at(List.of()))) {
      assertThat(logits(ofBin)).isEqualTo(logits(ofSafe));
    }
  }

  @Test
  void safetensorsAreReadWhereBothAreThereAndThatIsSaid() throws Exception {
    try (Stream<Path> files = Files.list(SAFE)) {
      for (Path file : files.filter(file -> file.getFileName().toString().startsWith("model")).toList()) {
        Files.copy(file, folder.resolve(file.getFileName().toString()));
      }
    }
    try (Checkpoint both = Checkpoint.open(folder)) {
      assertThat(both.weightFiles()).allMatch(file -> file.getFileName().toString().startsWith("model"));
      assertThat(both.remarks()).singleElement().asString().contains("pytorch_model.bin is not read");
    }
  }

  @Test
  void aBrokenShardIsRefusedAsACheckpoint() throws Exception {
    Files.copy(Path.of("src/test/resources/torchfile/system.bin"), folder.resolve("pytorch_model.bin"));
    assertThatThrownBy(() -> Checkpoint.open(folder)).isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'posix.system'");
  }

  private static float[] logits(GatedModel model) {
    return model.record(List.of(TokenSequence.prompt(new int[]{5, 6, 7, 8})), Set.of(HookPoint.LOGITS), Gates.none())
        .at(HookPoint.LOGITS);
  }
}
