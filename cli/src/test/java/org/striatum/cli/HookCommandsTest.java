package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.tensor.SafetensorsFile;

/// What can be read of a checkpoint, on the bundled one.
class HookCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  private Path folder;

  @Test
  void captureListsEveryHookPointWithItsWidth() throws Exception {
    Session listed = Session.of("capture", REASONER, "--list", "--json");
    assertThat(listed.code()).isZero();
    JsonNode all = JSON.readTree(listed.out());
    assertThat(all.findValuesAsText("hook")).contains("blocks.2.attn.hook_z", "blocks.2.attn.hook_pattern", "logits")
        .doesNotHaveDuplicates();
    assertThat(Session.of("capture", REASONER, "--list").out()).contains("blocks.3.mlp.hook_post");
    Session missing = Session.of("capture", REASONER);
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("--rollouts");
  }

  @Test
  void theLensGivesAGuessOfEachLayer() throws Exception {
    Session lens = Session.of("lens", REASONER, "--text", "3*14=", "--top", 3, "--json");
    assertThat(lens.code()).isZero();
    JsonNode layers = JSON.readTree(lens.out());
    assertThat(layers).hasSize(4);
    assertThat(layers.get(3).get("guesses")).hasSize(3);
    assertThat(Session.of("lens", REASONER, "--text", "3*14=", "--position", 99).code()).isEqualTo(2);
  }

  @Test
  void attentionPatternsAreWritten() throws Exception {
    Path file = folder.resolve("patterns.safetensors");
    assertThat(Session.of("attention", REASONER, "--text", "3*14=", "--layers", "0,2", "-o", file).code()).isZero();
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.tensors()).containsOnlyKeys("input_ids", "blocks.0.attn.hook_pattern",
          "blocks.2.attn.hook_pattern");
      float[] shares = read.floats("blocks.2.attn.hook_pattern");
      int heads = read.tensor("blocks.2.attn.hook_pattern").shape().getFirst().intValue();
      int positions = read.ints("input_ids").length;
      double sum = 0;
      for (float share : shares) {
        sum += share;
      }
      assertThat(sum).isCloseTo(heads * positions, within(1e-3));
    }
    Session absent = Session.of("attention", REASONER, "--text", "3*14=", "--layers", "9", "-o", file);
    assertThat(absent.code()).isEqualTo(2);
    assertThat(absent.err()).contains("blocks 0 to 3");
  }
}
