package org.striatum.hooks.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.TensorInfo;

/// A checkpoint saved without its language-model head names its weights without the head's prefix (GPT-2 on the hub is
/// one); the model is the same.
class WeightNamesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/checkpoints");

  @ParameterizedTest
  @CsvSource({"gpt2, transformer.", "gemma2, model.", "qwen2, model."})
  void thePrefixMayBeMissing(String family, String prefix, @TempDir Path folder) throws Exception {
    Files.copy(GOLDEN.resolve(family).resolve("config.json"), folder.resolve("config.json"));
    rename(GOLDEN.resolve(family).resolve("model.safetensors"), folder.resolve("model.safetensors"), prefix);
    assertThat(logits(folder)).isEqualTo(logits(GOLDEN.resolve(family)));
  }

  private static void rename(Path from, Path to, String prefix) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(from)) {
      List<SafetensorsWriter.Declared> declared = new ArrayList<>();
      for (TensorInfo tensor : file.tensors().values()) {
        assertThat(tensor.name()).startsWith(prefix);
        declared.add(
            new SafetensorsWriter.Declared(tensor.name().substring(prefix.length()), tensor.dtype(), tensor.shape()));
      }
      try (SafetensorsWriter writer = new SafetensorsWriter(to, declared, Map.of())) {
        for (TensorInfo tensor : file.tensors().values()) {
          writer.append(tensor.name().substring(prefix.length()), file.data(tensor.name()));
        }
      }
    }
  }

  private static float[] logits(Path folder) throws IOException {
    try (HookedModel model = HookedModel.open(folder, Optional.empty(), 0)) {
      return model.model()
          .record(List.of(TokenSequence.prompt(new int[]{5, 6, 7})), Set.of(HookPoint.LOGITS), Gates.none())
          .at(HookPoint.LOGITS);
    }
  }
}
