package org.striatum.benchmarks.scans;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import org.striatum.benchmarks.models.RandomCheckpoint;
import org.striatum.benchmarks.models.RandomCheckpoint.Shape;

/// The checkpoints that scans are measured on.
final class Checkpoints {
  private static final List<String> TOKENIZER = List.of("tokenizer.json", "tokenizer_config.json");
  private static final int VOCABULARY = 54;
  private static final int END = 2;
  private static final int HEAD = 32;

  private Checkpoints() {}

  /// Copies of a checkpoint, step1 to step`count`, that differ in a comment of their config: the same work, and not the same
  /// files.
  static void series(Path checkpoint, Path folder, int count) throws IOException {
    for (int i = 1; i <= count; i++) {
      Path copy = Files.createDirectories(folder.resolve("step" + i));
      for (String name : List.of("model.safetensors", "generation_config.json", "tokenizer.json",
          "tokenizer_config.json")) {
        Files.copy(checkpoint.resolve(name), copy.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
      String config = Files.readString(checkpoint.resolve("config.json"));
      Files.writeString(copy.resolve("config.json"), config.replaceFirst("\\{", "{\"copy\": " + i + ","));
    }
  }

  /// Random weights, read with the tokenizer of another checkpoint.
  static void random(Path folder, Workload workload, Path tokenizerOf) throws IOException {
    Files.createDirectories(folder);
    int heads = workload.width() / HEAD;
    RandomCheckpoint.write(folder,
        new Shape(workload.layers(), workload.width(), 2 * workload.width(), heads, heads / 2, VOCABULARY, END),
        RandomGeneratorFactory.of("L64X128MixRandom").create(9));
    for (String name : TOKENIZER) {
      Files.copy(tokenizerOf.resolve(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
