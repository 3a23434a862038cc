package org.striatum.hooks.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.parity.TensorParity;
import org.striatum.hooks.surgery.ForeignGraphs.Weights;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// Layouts built here, because the tools that write them are not at hand: onnxruntime-genai, merged decoders, weights
/// kept beside the file. Their weights are those of checkpoints with a reference dump.
class ForeignLayoutTest {
  private static final Path REASONER = Path.of("../checkpoints/tiny-reasoner-step2000");
  private static final List<TokenSequence> PROMPTS = List.of(TokenSequence.prompt(new int[]{1, 9, 33, 20, 7}),
      TokenSequence.prompt(new int[]{1, 8, 15, 16, 23, 42, 50, 3}), TokenSequence.prompt(new int[]{1, 30, 31}));

  private static OnnxFileModel write(Path folder, String name, byte[] model) throws Exception {
    Path file = folder.resolve(name + ".onnx");
    Files.write(file, model);
    return OnnxFileModel.open(file, Memory.FAST, 1, CompletionEnd.at(List.of()));
  }

  @Test
  void theGenaiLayoutEqualsTheReferenceAndGeneratesFromItsCache(@TempDir Path folder) throws Exception {
    try (OnnxFileModel model = write(folder, "genai", ForeignGraphs.genai(REASONER, Weights.FLOAT));
        ReferenceDump dump = ReferenceDump
            .open(Path.of("src/test/resources/golden/tiny-reasoner-step2000/expected.safetensors"))) {
      List<TensorParity> compared = dump.compare(model);
      assertThat(compared).hasSizeGreaterThan(10).filteredOn(tensor -> !tensor.tensor().startsWith("greedy"))
          .allSatisfy(tensor -> assertThat(tensor.relativeError()).as(tensor.toString()).isLessThan(1e-4));
      assertThat(model.cached()).isTrue();
      assertThat(model.exporter()).isEqualTo("onnxruntime-genai");
      assertThat(model.sites().at(HookPoint.residPost(1)).recognition()).startsWith("output 3 of Skip");
      assertSums(model);
      assertIdentity(model);
      assertCachedEqualsRecomputed(model);
    }
  }

  @Test
  void fourBitWeightsComputeWhatTheRoundedOnesDo(@TempDir Path folder) throws Exception {
    try (OnnxFileModel packed = write(folder, "packed", ForeignGraphs.genai(REASONER, Weights.INT4));
        OnnxFileModel rounded = write(folder, "rounded", ForeignGraphs.genai(REASONER, Weights.ROUNDED))) {
      assertThat(packed.quantised()).isTrue();
      assertThat(rounded.quantised()).isFalse();
      Set<HookPoint> hooks = Set.copyOf(rounded.hookPoints());
      assertThat(packed.hookPoints()).isEqualTo(rounded.hookPoints());
      Gates zeroing = Gates.of(HookPoint.residPost(0), Gate.zeroing(256, List.of(5, 37, 53)));
      for (Gates gates : List.of(Gates.none(), zeroing)) {
        Recording found = packed.record(PROMPTS, hooks, gates);
        Recording expected = rounded.record(PROMPTS, hooks, gates);
        hooks.forEach(hook -> assertThat(OnnxFileModelTest.relativeError(found.at(hook), expected.at(hook)))
            .as(hook.toString()).isLessThan(1e-3));
      }
    }
  }

  @Test
  void aMergedDecoderRunsOneBranchFirstAndTheOtherFromTheCache(@TempDir Path folder) throws Exception {
    Path withPast = OnnxFileModelTest.GOLDEN.resolve("onnx/llama-optimum/model.onnx");
    byte[] merged = ForeignGraphs.merged(ModelProto.parseFrom(Files.readAllBytes(withPast)));
    try (OnnxFileModel model = write(folder, "merged", merged)) {
      assertThat(model.cached()).isTrue();
      assertThat(OnnxFileModelTest.compare("llama-merged", model)).hasSize(10)
          .allSatisfy(tensor -> assertThat(tensor.relativeError()).as(tensor.toString())
              .isLessThanOrEqualTo(tensor.tensor().startsWith("greedy") ? 0 : 1e-4));
      assertIdentity(model);
      assertCachedEqualsRecomputed(model);
    }
  }

  @Test
  void modelLocalFunctionsAreUnfolded(@TempDir Path folder) throws Exception {
    ModelProto plain = ModelProto
        .parseFrom(Files.readAllBytes(OnnxFileModelTest.GOLDEN.resolve("onnx/qwen2-dynamo/model.onnx")));
    try (OnnxFileModel model = write(folder, "functions", ForeignGraphs.withSiluAsFunction(plain, "Sigmoid"))) {
      assertThat(OnnxFileModelTest.compare("qwen2-functions", model)).hasSize(10)
          .allSatisfy(tensor -> assertThat(tensor.relativeError()).as(tensor.toString())
              .isLessThanOrEqualTo(tensor.tensor().startsWith("greedy") ? 0 : 1e-4));
      assertThat(model.sites().at(HookPoint.mlpPost(0)).recognition()).contains("gated by MatMul");
    }
    assertThatThrownBy(() -> write(folder, "endless", ForeignGraphs.withSiluAsFunction(plain, "Silu")))
        .isInstanceOf(CheckpointException.class).hasMessageContaining("nested deeper than");
  }

  @Test
  void weightsBesideTheFileAreReadWhereTheyAreEvenBehindLinks(@TempDir Path folder) throws Exception {
    Path embedded = OnnxFileModelTest.GOLDEN.resolve("onnx/gpt2-fused/model.onnx");
    Path blobs = Files.createDirectories(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshot"));
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(embedded)).toBuilder();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getRawData().size() > 64) {
        tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL).addExternalData(entry("location", "model.onnx_data"))
            .addExternalData(entry("offset", Integer.toString(data.size())))
            .addExternalData(entry("length", Integer.toString(tensor.getRawData().size())));
        tensor.getRawData().writeTo(data);
        tensor.clearRawData();
      }
    }
    Files.write(blobs.resolve("0a"), model.build().toByteArray());
    Files.write(blobs.resolve("0b"), data.toByteArray());
    Path link = Files.createSymbolicLink(snapshot.resolve("model.onnx"), blobs.resolve("0a"));
    Files.createSymbolicLink(snapshot.resolve("model.onnx_data"), blobs.resolve("0b"));
    try (OnnxFileModel beside = OnnxFileModel.open(link, Memory.FAST, 1, CompletionEnd.at(List.of()));
        OnnxFileModel within = OnnxFileModel.open(embedded, Memory.FAST, 1, CompletionEnd.at(List.of()))) {
      assertThat(OnnxFileModelTest.logits(beside, Gates.none()))
          .isEqualTo(OnnxFileModelTest.logits(within, Gates.none()));
      assertThat(beside.file().files()).hasSize(2);
      assertThat(beside.file().weightBytes()).isEqualTo(within.file().weightBytes());
    }
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static void assertIdentity(OnnxFileModel model) {
    float[] plain = model.record(PROMPTS, Set.of(HookPoint.LOGITS), Gates.none()).at(HookPoint.LOGITS);
    TreeMap<HookPoint, Gate> identity = new TreeMap<>();
    model.hookPoints().forEach(hook -> identity.put(hook, Gate.identity(model.width(hook))));
    assertThat(model.record(PROMPTS, Set.of(HookPoint.LOGITS), new Gates(identity)).at(HookPoint.LOGITS))
        .isEqualTo(plain);
  }

  private static void assertSums(OnnxFileModel model) {
    Recording recording = model.record(PROMPTS, Set.copyOf(model.hookPoints()), Gates.none());
    for (int layer = 0; layer < model.layers(); layer++) {
      float[] sum = recording.at(HookPoint.parse("blocks." + layer + ".hook_resid_pre")).clone();
      float[] attention = recording.at(HookPoint.parse("blocks." + layer + ".hook_attn_out"));
      float[] mlp = recording.at(HookPoint.parse("blocks." + layer + ".hook_mlp_out"));
      for (int i = 0; i < sum.length; i++) {
        sum[i] += attention[i] + mlp[i];
      }
      assertThat(OnnxFileModelTest.relativeError(sum, recording.at(HookPoint.residPost(layer)))).isLessThan(1e-6);
    }
  }

  private static void assertCachedEqualsRecomputed(GatedModel model) {
    int d = model.width(HookPoint.residPost(0));
    Gates gates = Gates.of(HookPoint.residPost(0), Gate.zeroing(d, List.of(2, 3, 5)));
    for (TokenSequence prompt : PROMPTS) {
      TokenSequence sequence = prompt;
      for (int token : model
          .generate(List.of(prompt), new long[1], new Sampling(0, 1, 0, 8, false), gates, 1, () -> {}).getFirst()
          .tokens()) {
        float[] logits = model
            .record(List.of(sequence), Set.of(HookPoint.LOGITS), gates).at(HookPoint.LOGITS);
        int last = logits.length - model.vocabulary();
        int greatest = 0;
        for (int v = 1; v < model.vocabulary(); v++) {
          greatest = logits[last + v] > logits[last + greatest] ? v : greatest;
        }
        assertThat(token).isEqualTo(greatest);
        sequence = sequence.followedBy(token);
      }
    }
  }
}
