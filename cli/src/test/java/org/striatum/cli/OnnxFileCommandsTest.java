package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.GOLDEN;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.run.Manifest;

/// Commands take somebody else's ONNX file where they take a checkpoint.
class OnnxFileCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({"gpt2-torchscript, gpt2", "gpt2-fused, gpt2", "qwen2-dynamo, qwen2"})
  void parityWithTheCheckpointsReference(String file, String family) {
    Session session = Session.of("parity", onnx(file), "--expected",
        GOLDEN.resolve("checkpoints/" + family + "/expected.safetensors"));
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out()).contains("logits_zero_ablated").contains("12 greedy tokens equal");
  }

  @Test
  void aQuantisedFileIsItselfAndNotItsOriginal() {
    assertThat(Session.of("inspect", onnx("llama-int4")).code()).isZero();
    Session beyond = Session.of("parity", onnx("llama-int4"), "--expected",
        GOLDEN.resolve("checkpoints/llama/expected.safetensors"));
    assertThat(beyond.code()).isEqualTo(3);
    assertThat(beyond.out()).contains("ok    embed").contains("FAIL  logits");
  }

  @Test
  void inspectSaysHowEveryHookPointWasRecognised() throws Exception {
    JsonNode facts = JSON.readTree(Session.of("inspect", onnx("gpt2-fused"), "--json").out());
    assertThat(facts.path("checkpoint").asText()).isEqualTo("gpt2-fused");
    assertThat(facts.path("recognised").path("blocks.0.hook_resid_post").asText()).contains("output 3");
    assertThat(facts.path("exporter").asText()).startsWith("onnxruntime.transformers");
    assertThat(facts.path("inputs").get(0).asText()).startsWith("input_ids");
    assertThat(facts.path("parity gate")).hasSize(5);
  }

  @Test
  void rolloutsAndCaptureRunFromAnExportersFolder(@TempDir Path folder) throws Exception {
    Path export = Files.createDirectories(folder.resolve("export"));
    Files.copy(onnx("llama-optimum"), export.resolve("model.onnx"));
    Files.copy(GOLDEN.resolve("checkpoints/llama/config.json"), export.resolve("config.json"));
    Files.copy(Session.REASONER.resolve("tokenizer.json"), export.resolve("tokenizer.json"));
    Path run = folder.resolve("run");
    Session rollouts = Session.of("rollouts", export, "--tasks", "add", "--limit", 3, "-k", 1, "--max-new-tokens", 6,
        "--seed", 1, "-o", run);
    assertThat(rollouts.code()).as(rollouts.err()).isZero();
    Session capture = Session.of("capture", export, "--rollouts", run.resolve("rollouts.jsonl"));
    assertThat(capture.code()).as(capture.err()).isZero();
    Manifest manifest = RecordJson.read(run.resolve("manifest.json"), Manifest.class);
    assertThat(manifest.inputs().checkpoint().name()).isEqualTo("export");
    assertThat(manifest.inputs().checkpoint().modelType()).isEqualTo("llama");
    assertThat(Map.copyOf(manifest.inputs().checkpoint().files())).containsKeys("model.onnx", "config.json",
        "tokenizer.json");
  }

  @Test
  void whatIsNoOnnxFileIsRefusedInALine(@TempDir Path folder) throws Exception {
    Path broken = Files.write(folder.resolve("broken.onnx"), new byte[]{(byte) 0xff, 1, 2, 3});
    Session session = Session.of("inspect", broken);
    assertThat(session.code()).isEqualTo(3);
    assertThat(session.err().strip()).doesNotContain("\n").contains("broken.onnx");
    Files.copy(onnx("gpt2-fused"), folder.resolve("a.onnx"));
    Session several = Session.of("inspect", folder);
    assertThat(several.code()).isEqualTo(3);
    assertThat(several.err()).contains("holds several ONNX files (a.onnx, broken.onnx)");
  }

  private static Path onnx(String name) {
    return GOLDEN.resolve("onnx/" + name + "/model.onnx");
  }
}
