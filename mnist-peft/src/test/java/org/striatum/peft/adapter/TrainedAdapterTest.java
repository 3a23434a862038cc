package org.striatum.peft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.peft.adapter.Adapter.LoReft;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;

class TrainedAdapterTest {
  private static final Adapter GATE = new TauGate(true, true, 10);

  @TempDir
  private Path folder;

  static List<Adapter> trainable() {
    return TinyTask.trainable();
  }

  @ParameterizedTest
  @MethodSource("trainable")
  void comesBackAsItWasSaved(Adapter adapter) throws IOException {
    TrainedAdapter trained = TinyTask.trained(adapter);
    trained.save(folder.resolve("a/b"));
    TrainedAdapter loaded = TrainedAdapter.load(folder.resolve("a/b"), TinyTask.BASE);
    assertThat(loaded.adapter()).isEqualTo(adapter);
    assertThat(loaded.provenance()).isEqualTo(trained.provenance());
    assertThat(loaded.values().keySet()).containsExactlyElementsOf(trained.values().keySet());
    try (AdaptedNetwork before = AdaptedNetwork.of(TinyTask.BASE, trained);
        AdaptedNetwork after = AdaptedNetwork.of(TinyTask.BASE, loaded)) {
      assertThat(after.logits(TinyTask.X)).containsExactly(before.logits(TinyTask.X));
    }
  }

  @Test
  void aHardGateComesBackHard() throws IOException {
    TinyTask.trained(GATE).hardened().save(folder);
    assertThat(TrainedAdapter.load(folder, TinyTask.BASE).adapter()).isEqualTo(((TauGate) GATE).hardened());
  }

  @Test
  void refusesAnotherNetwork() throws IOException {
    TinyTask.trained(GATE).save(folder);
    assertThatThrownBy(() -> TrainedAdapter.load(folder, Mlp.random(TinyTask.WIDTHS, new SplittableRandom(4))))
        .isInstanceOf(UsageException.class).hasMessageContaining(folder.toString())
        .hasMessageContaining("was trained over network " + TinyTask.BASE.sha256());
    assertThatThrownBy(() -> TrainedAdapter.load(folder, Mlp.random(new int[]{6, 7, 3}, new SplittableRandom(4))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("over widths [6, 7, 5, 3] does not fit a network of widths [6, 7, 3]");
  }

  @Test
  void refusesFilesOfAnotherFormat() throws IOException {
    TinyTask.trained(GATE).save(folder);
    Path json = folder.resolve("adapter.json");
    String description = Files.readString(json);
    Files.writeString(json, description.replace("\"format\" : 1,", "\"format\" : 3,"));
    refuses("adapter.json", "(adapters): expected format 1, found 3: a later version made this file");
    Files.writeString(json, description.replace("\"format\" : 1,", ""));
    refuses("adapter.json", "found none: an earlier version made this file, make it again");
  }

  @Test
  void refusesARankThatDoesNotFit() throws IOException {
    TinyTask.trained(new LoReft(2)).save(folder);
    Path json = folder.resolve("adapter.json");
    Files.writeString(json, Files.readString(json).replace("\"rank\" : 2", "\"rank\" : 1000000"));
    refuses("adapter.json", "loreft-r1000000 does not fit widths");
  }

  @Test
  void refusesDamagedFolders() throws IOException {
    refuses("adapter.json", "is missing");
    TinyTask.trained(GATE).save(folder);
    Path json = folder.resolve("adapter.json");
    String description = Files.readString(json);
    Files.writeString(json, description.replace("\"taugate\"", "\"telepathy\""));
    refuses("adapter.json", "telepathy");
    Files.writeString(json, description.replace("10.0", "-10.0"));
    refuses("adapter.json", "sharpness must be > 0, found -10.0");
    Files.writeString(json, description.replace("\"steps\" : 1", "\"steps\" : 0"));
    refuses("adapter.json", "must be ≥ 1");
    Files.writeString(json, description);
    TinyTask.trained(new TauGate(true, true, 3)).with(Map.of("layers.0.gain", new float[7])).save(folder);
    Files.writeString(json, description);
    refuses("adapter.safetensors", "is not the file that adapter.json next to it describes");
    Files.delete(folder.resolve("adapter.safetensors"));
    refuses("adapter.safetensors", "is no file");
  }

  @Test
  void refusesTensorsThatAreNotTheAdapters() throws IOException {
    Map<String, float[]> values = TinyTask.values(GATE);
    rewritten(without(values, "layers.0.gain"));
    refuses("adapter.safetensors", "no tensor 'layers.0.gain'");
    SequencedMap<String, float[]> more = new LinkedHashMap<>(values);
    more.put("layers.9.gain", new float[1]);
    rewritten(more);
    refuses("adapter.safetensors", "layers.9.gain");
    SequencedMap<String, float[]> longer = new LinkedHashMap<>(values);
    longer.put("layers.0.gain", new float[8]);
    rewritten(longer);
    refuses("adapter.safetensors", "layers.0.gain must have shape [7] of F32, found [8] of F32");
    SequencedMap<String, float[]> infinite = new LinkedHashMap<>(values);
    infinite.put("layers.1.gain", new float[]{1, 2, Float.POSITIVE_INFINITY, 3, 4});
    rewritten(infinite);
    refuses("adapter.safetensors", "finite, found Infinity at 2 of layers.1.gain");
  }

  private static Map<String, float[]> without(Map<String, float[]> values, String name) {
    Map<String, float[]> left = new LinkedHashMap<>(values);
    left.remove(name);
    return left;
  }

  /// A saved gate with other tensors, its description mended to match.
  private void rewritten(Map<String, float[]> values) throws IOException {
    TinyTask.trained(GATE).save(folder);
    Path file = folder.resolve("adapter.safetensors");
    Path json = folder.resolve("adapter.json");
    String before = Sha256.of(file).hex();
    List<SafetensorsWriter.Declared> tensors = values.entrySet().stream()
        .map(
            value -> new SafetensorsWriter.Declared(value.getKey(), DType.F32, List.of((long) value.getValue().length)))
        .toList();
    try (SafetensorsWriter writer = new SafetensorsWriter(file, tensors, Map.of("format", "1"))) {
      for (Map.Entry<String, float[]> value : values.entrySet()) {
        writer.append(value.getKey(), value.getValue(), 0, value.getValue().length);
      }
    }
    Files.writeString(json, Files.readString(json).replace(before, Sha256.of(file).hex()));
  }

  private void refuses(String file, String part) {
    assertThatThrownBy(() -> TrainedAdapter.load(folder, TinyTask.BASE)).isInstanceOf(BadDataException.class)
        .hasMessageContaining(file).hasMessageContaining(part).hasMessageNotContaining("\n");
  }
}
