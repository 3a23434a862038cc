package org.striatum.hooks.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.hooks.checkpoint.ModelConfig;

class StatedContextTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir
  private Path folder;

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"{} | 2147483647", "{'max_position_embeddings': 100} | 100",
      "{'max_position_embeddings': 100, 'rope_scaling': null} | 100",
      "{'max_position_embeddings': 100, 'rope_scaling': {'type': 'linear', 'factor': 2.5}} | 250",
      "{'max_position_embeddings': 100, 'rope_scaling': {'rope_type': 'llama3', 'factor': 8}} | 100",
      "{'max_position_embeddings': 100, 'rope_scaling': {'rope_type': 'longrope', 'factor': 8}} | 100",
      "{'max_position_embeddings': 100, 'rope_scaling': {'type': 'yarn', 'factor': 4}} | 400",
      "{'max_position_embeddings': 100, 'rope_scaling': {'type': 'yarn', 'factor': 4, 'original_max_position_embeddings': 25}} | 100",
      "{'max_position_embeddings': 100, 'rope_parameters': {'full_attention': {'rope_type': 'linear', 'factor': 8}}} | 800",
      "{'max_position_embeddings': 100, 'rope_scaling': {'type': 'linear', 'factor': 1e30}} | 2147483647"})
  void aScaledRotationReachesFurther(String config, int context) throws Exception {
    Path file = Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
    assertThat(StatedContext.of(ModelConfig.read(file))).isEqualTo(context);
  }

  /// What a family accepts is no reason to refuse a checkpoint here.
  @Test
  void everyConfigurationIsRead() throws IOException {
    List<Path> configs;
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      configs = files.filter(file -> file.endsWith("config.json")).toList();
    }
    assertThat(configs).hasSizeGreaterThan(40);
    for (Path file : configs) {
      assertThat(StatedContext.of(ModelConfig.read(file).languageModel())).as(file.toString()).isPositive();
    }
  }
}
