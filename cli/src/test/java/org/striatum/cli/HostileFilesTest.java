package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.GOLDEN;
import static org.striatum.cli.Session.REASONER;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.cli.console.ExitCode;

/// Files made to break a reader end in one line and the exit code of bad input.
class HostileFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  private Path folder;

  private static void refused(int code, Object... arguments) {
    Session session = Session.of(arguments);
    assertThat(session.code()).as(session.err()).isEqualTo(code);
    assertThat(session.errorLines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "/", "a\\u0000b", "../model.safetensors", "/etc/passwd"})
  void anIndexNamesFilesOfItsFolder(String name) throws IOException {
    Path model = Session.copy(GOLDEN.resolve("checkpoints/llama_bf16_sharded"), folder.resolve("model"));
    Files.writeString(model.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"" + name + "\"}}");
    refused(ExitCode.CHECKPOINT, "inspect", model);
  }

  @Test
  void aConfigurationNestedTooDeep() throws IOException {
    Path model = Session.copy(GOLDEN.resolve("checkpoints/qwen2"), folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{\"a\": " + "[".repeat(2000));
    refused(ExitCode.CHECKPOINT, "inspect", model);
  }

  @ParameterizedTest
  @CsvSource({"/steps/0,name", "/steps/0,key", "/steps/0,after", "/steps/0,outputs", "/environments/0,tool",
      "/environments/0,versions", "/inputs/checkpoint,name", "'',steps", "'',environments"})
  void aManifestWithANull(String where, String name) throws IOException {
    Path run = folder.resolve("run");
    assertThat(Session.of("rollouts", REASONER, "--tasks", "mul", "--limit", 5, "--max-new-tokens", 20, "--output", run)
        .code()).isZero();
    Path file = run.resolve("manifest.json");
    JsonNode manifest = JSON.readTree(file.toFile());
    ((ObjectNode) manifest.at(where)).putNull(name);
    JSON.writeValue(file.toFile(), manifest);
    for (String command : new String[]{"report", "verify", "show"}) {
      refused(ExitCode.BAD_DATA, command, run);
    }
  }

  @Test
  void nodesWithoutInputs() throws IOException {
    Path model = Session.copy(GOLDEN.resolve("onnx/gpt2-optimum-fp16"), folder.resolve("onnx")).resolve("model.onnx");
    ModelProto.Builder graph = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
    graph.getGraphBuilder().getNodeBuilderList().stream().filter(node -> node.getOpType().equals("Gather"))
        .forEach(NodeProto.Builder::clearInput);
    Files.write(model, graph.build().toByteArray());
    refused(ExitCode.CHECKPOINT, "inspect", model);
  }
}
