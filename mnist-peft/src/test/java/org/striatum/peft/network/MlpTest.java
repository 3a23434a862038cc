package org.striatum.peft.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;

class MlpTest {
  @TempDir
  private Path folder;

  @Test
  void computesByHand() {
    // h = max(0, (1·2 + 0.5, −1·2)) = (2.5, 0); logits = (2.5 · 3 + 1)
    Mlp network = new Mlp(new int[]{1, 2, 1}, List.of(new float[]{1, -1}, new float[]{3, 7}),
        List.of(new float[]{0.5f, 0}, new float[]{1}));
    assertThat(network.logits(new float[]{2})).containsExactly(8.5f);
    assertThat(network.logits(new float[0])).isEmpty();
    assertThat(network.parameters()).isEqualTo(7);
  }

  /// PyTorch's default for linear layers: both uniform in ±1/√(inputs), so of deviation 1/√(3 · inputs).
  @Test
  void startsAsPyTorchDoes() {
    Mlp network = Mlp.random(new int[]{400, 100, 10}, new SplittableRandom(1));
    float[] weight = network.weights().getFirst();
    double squares = 0;
    for (float value : weight) {
      assertThat(value).isBetween(-0.05f, 0.05f);
      squares += (double) value * value;
    }
    assertThat(Math.sqrt(squares / weight.length)).isCloseTo(0.05 / Math.sqrt(3), within(5e-4));
    for (float value : network.biases().get(1)) {
      assertThat(value).isBetween(-0.1f, 0.1f);
    }
    assertThat(Mlp.random(new int[]{400, 100, 10}, new SplittableRandom(1)).sha256()).isEqualTo(network.sha256());
    assertThat(Mlp.random(new int[]{400, 100, 10}, new SplittableRandom(2)).sha256()).isNotEqualTo(network.sha256());
  }

  @Test
  void comesBackAsItWasSaved() throws IOException {
    Mlp network = Mlp.random(new int[]{5, 4, 3, 2}, new SplittableRandom(9));
    network.save(folder.resolve("base.safetensors"));
    Mlp loaded = Mlp.load(folder.resolve("base.safetensors"));
    assertThat(loaded.sha256()).isEqualTo(network.sha256());
    assertThat(loaded.widths()).containsExactly(5, 4, 3, 2);
    assertThat(loaded.logits(new float[]{1, 2, 3, 4, 5})).containsExactly(network.logits(new float[]{1, 2, 3, 4, 5}));
  }

  @Test
  void refusesFilesThatAreNoNetwork() throws IOException {
    Path file = folder.resolve("other.safetensors");
    write(file, new SafetensorsWriter.Declared("something", DType.F32, List.of(1L)));
    refuses(file, "found 1 tensors");
    write(file, new SafetensorsWriter.Declared("layers.0.weight", DType.F32, List.of(2L, 3L)),
        new SafetensorsWriter.Declared("layers.0.bias", DType.F32, List.of(2L)),
        new SafetensorsWriter.Declared("layers.1.weight", DType.F32, List.of(2L, 5L)),
        new SafetensorsWriter.Declared("layers.1.bias", DType.F32, List.of(2L)));
    refuses(file, "the 2 outputs of the layer before it");
    write(file, new SafetensorsWriter.Declared("layers.0.weight", DType.F32, List.of(2L, 3L)),
        new SafetensorsWriter.Declared("layers.0.bias", DType.F32, List.of(5L)));
    refuses(file, "layers.0.bias must have shape [2] of F32, found [5] of F32");
    write(file);
    refuses(file, "1 to 64 layers, found 0 tensors");
    Files.write(file, new byte[3]);
    refuses(file, "at least 8 bytes");
    refuses(folder.resolve("none"), "no file");
  }

  @Test
  void refusesFilesOfAnotherFormat() throws IOException {
    Path file = folder.resolve("base.safetensors");
    Mlp.random(new int[]{3, 2}, new SplittableRandom(1)).save(file);
    byte[] saved = Files.readAllBytes(file);
    for (String[] other : new String[][]{{"\"7\"", "found 7: a later version made this file"},
        {"\"p\"", "found none: an earlier version made this file, make it again"}}) {
      Files.writeString(file, new String(saved, StandardCharsets.ISO_8859_1).replace("\"1\"", other[0]),
          StandardCharsets.ISO_8859_1);
      refuses(file, "(fully connected networks): expected format 1, " + other[1]);
    }
  }

  private static void write(Path file, SafetensorsWriter.Declared... tensors) throws IOException {
    try (SafetensorsWriter writer = new SafetensorsWriter(file, List.of(tensors), Map.of("format", "1"))) {
      for (SafetensorsWriter.Declared tensor : tensors) {
        int size = tensor.shape().stream().mapToInt(Long::intValue).reduce(1, Math::multiplyExact);
        writer.append(tensor.name(), new float[size], 0, size);
      }
    }
  }

  private static void refuses(Path file, String part) {
    assertThatThrownBy(() -> Mlp.load(file)).isInstanceOf(BadDataException.class).hasMessageContaining(part)
        .hasMessageContaining(file.toString()).hasMessageNotContaining("\n");
  }

  @Test
  void refusesArraysThatDoNotFit() {
    assertThatIllegalArgumentException().isThrownBy(() -> Mlp.random(new int[]{3}, new SplittableRandom(1)))
        .withMessageContaining("found [3]");
    assertThatIllegalArgumentException().isThrownBy(() -> new Mlp(new int[]{1, 1}, List.of(new float[2]),
        List.of(new float[1]))).withMessageContaining("found 2 and 1 values");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mlp.random(new int[]{3, 2}, new SplittableRandom(1)).logits(new float[4]))
        .withMessage("inputs must be rows of 3 values, found 4 values");
  }
}
