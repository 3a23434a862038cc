package org.striatum.hooks.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.parity.TensorParity;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// Files that other people's tools wrote (src/test/resources/golden/ORIGIN.md) against what the reference implementation
/// computes with the same weights.
class OnnxFileModelTest {
  static final Path GOLDEN = Path.of("src/test/resources/golden");

  static OnnxFileModel open(String file) throws Exception {
    return OnnxFileModel.open(GOLDEN.resolve("onnx/" + file + "/model.onnx"), Memory.FAST, 1,
        CompletionEnd.at(List.of()));
  }

  static List<TensorParity> compare(String file, GatedModel model) throws Exception {
    String family = file.substring(0, file.indexOf('-'));
    try (ReferenceDump dump = ReferenceDump.open(GOLDEN.resolve("checkpoints/" + family + "/expected.safetensors"))) {
      return dump.compare(model);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-torchscript", "gpt2-dynamo", "gpt2-fused", "llama-torchscript", "llama-optimum",
      "qwen2-dynamo", "gpt_neox-dynamo", "gemma2-dynamo", "phi3-dynamo"})
  void everyTensorEqualsTheReference(String file) throws Exception {
    try (OnnxFileModel model = open(file)) {
      assertThat(compare(file, model)).hasSizeGreaterThanOrEqualTo(10)
          .allSatisfy(tensor -> assertThat(tensor.relativeError()).as(tensor.toString())
              .isLessThanOrEqualTo(tensor.tensor().startsWith("greedy") ? 0 : 1e-4));
      assertThat(model.quantised()).isFalse();
      assertThat(model.cached()).isEqualTo(file.endsWith("optimum"));
      assertThat(model.hookPoints().contains(HookPoint.parse("blocks.0.hook_resid_mid")))
          .isEqualTo(!file.startsWith("gpt_neox"));
    }
  }

  /// Reference: F32 weights; the file rounds them to 16 bits.
  @Test
  void halfPrecisionWithFusedNormsAndACacheIsWidened() throws Exception {
    try (OnnxFileModel model = open("gpt2-optimum-fp16")) {
      assertThat(model.cached()).isTrue();
      assertThat(compare("gpt2-optimum-fp16", model)).hasSizeGreaterThanOrEqualTo(10)
          .allSatisfy(tensor -> assertThat(tensor.relativeError()).as(tensor.toString())
              .isLessThanOrEqualTo(tensor.tensor().startsWith("greedy") ? 0 : 5e-3));
    }
  }

  @Test
  void exportsOfOneCheckpointGiveTheSameHiddenStatesAtTheSameNames() throws Exception {
    try (OnnxFileModel torchscript = open("gpt2-torchscript");
        OnnxFileModel dynamo = open("gpt2-dynamo");
        OnnxFileModel fused = open("gpt2-fused")) {
      Set<HookPoint> hooks = Set.copyOf(torchscript.hookPoints());
      Recording expected = torchscript.record(sequences(), hooks, Gates.none());
      for (OnnxFileModel other : List.of(dynamo, fused)) {
        assertThat(other.hookPoints()).isEqualTo(torchscript.hookPoints());
        Recording found = other.record(sequences(), hooks, Gates.none());
        for (HookPoint hook : hooks) {
          assertThat(relativeError(found.at(hook), expected.at(hook))).as("%s of %s", hook, other.file().path())
              .isLessThan(1e-5);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-dynamo", "gpt2-fused", "llama-int8", "olmo2-int8", "gpt_neox-dynamo",
      "gpt2-optimum-fp16"})
  void identityGatesChangeNoBitAndZeroAblationZeroes(String file) throws Exception {
    try (OnnxFileModel model = open(file)) {
      float[] plain = logits(model, Gates.none());
      TreeMap<HookPoint, Gate> everywhere = new TreeMap<>();
      TreeMap<HookPoint, Gate> nowhere = new TreeMap<>();
      for (HookPoint hook : model.hookPoints()) {
        everywhere.put(hook, Gate.identity(model.width(hook)));
        nowhere.put(hook, Gate.zeroing(model.width(hook), List.of(0, 1)).at(PositionMask.NONE));
        if (hook.layer() != 1 && hook.layer() != HookPoint.NO_LAYER) {
          continue;
        }
        assertThat(logits(model, Gates.of(hook, Gate.identity(model.width(hook))))).as("identity at %s", hook)
            .isEqualTo(plain);
        Gates zeroing = Gates.of(hook, Gate.zeroing(model.width(hook), List.of(1, 5, 7)));
        Recording ablated = model.record(sequences(), new TreeSet<>(List.of(hook, HookPoint.LOGITS)), zeroing);
        for (int row = 0; row < ablated.rows(); row++) {
          assertThat(ablated.at(hook)[row * model.width(hook) + 5]).as("coordinate 5 of %s", hook).isZero();
        }
        assertThat(ablated.at(HookPoint.LOGITS)).as("logits without coordinates of %s", hook).isNotEqualTo(plain);
      }
      assertThat(logits(model, new Gates(everywhere))).as("identity at all hook points").isEqualTo(plain);
      assertThat(logits(model, new Gates(nowhere))).as("empty masks").isEqualTo(plain);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-fused", "gpt2-int8", "llama-int4", "llama-int8", "gpt_neox-dynamo", "gemma2-dynamo"})
  void residualStreamIsTheSumOfWhatIsAddedToIt(String file) throws Exception {
    try (OnnxFileModel model = open(file)) {
      Recording recording = model.record(sequences(), Set.copyOf(model.hookPoints()), Gates.none());
      for (int layer = 0; layer < model.layers(); layer++) {
        float[] pre = recording.at(new HookPoint(layer, Site.RESID_PRE));
        float[] attention = recording.at(new HookPoint(layer, Site.ATTN_OUT));
        float[] mlp = recording.at(new HookPoint(layer, Site.MLP_OUT));
        float[] sum = new float[pre.length];
        for (int i = 0; i < sum.length; i++) {
          sum[i] = pre[i] + attention[i] + mlp[i];
        }
        assertThat(relativeError(sum, recording.at(HookPoint.residPost(layer)))).isLessThan(1e-6);
      }
    }
  }

  /// The stream leaving the last block is all the logits depend on: put into a run of another token, it gives the same.
  @ParameterizedTest
  @ValueSource(strings = {"gpt2-int8", "llama-int4", "llama-int8", "olmo2-int8", "gpt2-fused", "gemma2-dynamo"})
  void theLastResidualPatchedInAloneReproducesTheLogits(String file) throws Exception {
    try (OnnxFileModel model = open(file)) {
      HookPoint last = HookPoint.residPost(model.layers() - 1);
      TokenSequence one = TokenSequence.prompt(new int[]{42});
      Recording recorded = model.record(List.of(one), Set.of(last, HookPoint.LOGITS), Gates.none());
      int d = model.width(last);
      Gate identity = Gate.identity(d);
      Gate patch = new Gate(new float[d], identity.threshold(), identity.sharpness(), recorded.at(last), false,
          PositionMask.ALL);
      float[] patched = model
          .record(List.of(TokenSequence.prompt(new int[]{7})), Set.of(HookPoint.LOGITS), Gates.of(last, patch))
          .at(HookPoint.LOGITS);
      assertThat(patched).isEqualTo(recorded.at(HookPoint.LOGITS));
    }
  }

  /// OLMo 2 norms nothing before its first attention, so int8 attention reads the stored embedding itself. A gate there
  /// reaches it too: shut, no coordinate of the tokens is left, and every token gives the same.
  @Test
  void aGateOnAnEmbeddingStoredInBitsReachesThoseWhoReadTheBits() throws Exception {
    try (OnnxFileModel model = open("olmo2-int8")) {
      Gate shut = Gate.zeroing(48, IntStream.range(0, 48).boxed().toList());
      List<float[]> logits = new ArrayList<>();
      for (int token : new int[]{7, 42}) {
        logits.add(model.record(List.of(TokenSequence.prompt(new int[]{token})), Set.of(HookPoint.LOGITS),
            Gates.of(HookPoint.EMBED, shut)).at(HookPoint.LOGITS));
      }
      assertThat(logits.get(0)).isEqualTo(logits.get(1));
    }
  }

  @Test
  void neuronsAreGatedByTheirPreActivation() throws Exception {
    for (String file : List.of("gpt2-torchscript", "gpt2-fused", "llama-torchscript", "phi3-dynamo", "gemma2-dynamo")) {
      try (OnnxFileModel model = open(file)) {
        HookPoint neurons = HookPoint.mlpPost(1);
        int d = model.width(neurons);
        float[] h = model.record(sequences(), Set.of(neurons), Gates.none()).at(neurons);
        Gate open = Gate.identity(d);
        float[] zero = new float[d];
        Gate step = new Gate(open.gain(), zero, open.sharpness(), zero, true, PositionMask.ALL); // 1[z > 0]·h
        float[] gated = model.record(sequences(), Set.of(neurons), Gates.of(neurons, step)).at(neurons);
        int shut = 0;
        int openedNegative = 0;
        for (int i = 0; i < h.length; i++) {
          if (gated[i] != 0) {
            assertThat((double) gated[i]).isCloseTo(h[i], within(1e-6 * (1 + Math.abs(h[i]))));
          }
          shut += gated[i] == 0 ? 1 : 0;
          openedNegative += gated[i] < 0 ? 1 : 0;
        }
        assertThat(shut).isBetween(h.length / 5, 4 * h.length / 5);
        // GELU(z) < 0 only where z < 0, so nothing negative passes; up ⊙ act(z) is negative wherever up is.
        boolean gelu = file.startsWith("gpt2");
        assertThat(openedNegative > 0).as(file).isEqualTo(!gelu);
        assertThat(model.sites().at(neurons).signal().value()).isNotEqualTo(model.sites().at(neurons).value());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-torchscript", "gpt2-fused", "llama-optimum", "gpt_neox-dynamo", "llama-int8"})
  void aRowAloneEqualsTheSameRowInABatch(String file) throws Exception {
    try (OnnxFileModel model = open(file)) {
      Set<HookPoint> hooks = Set.of(HookPoint.residPost(2), HookPoint.LOGITS);
      Recording together = model.record(sequences(), hooks, Gates.none());
      for (int i = 0; i < sequences().size(); i++) {
        Recording alone = model.record(List.of(sequences().get(i)), hooks, Gates.none());
        for (HookPoint hook : hooks) {
          float[] row = Arrays.copyOfRange(together.at(hook), together.rowOf()[i] * model.width(hook),
              together.rowOf()[i + 1] * model.width(hook));
          assertThat(relativeError(row, alone.at(hook))).isLessThan(model.scaledAtRunTime() ? 1e-30 : 1e-5);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-torchscript", "llama-optimum", "gpt2-optimum-fp16", "llama-int4", "llama-int8"})
  void sameSeedGivesTheSameRolloutsAtAnyBatchSizeAndOrder(String file) throws Exception {
    try (OnnxFileModel model = OnnxFileModel.open(GOLDEN.resolve("onnx/" + file + "/model.onnx"), Memory.FAST, 1,
        CompletionEnd.at(List.of(3, 17, 99)))) {
      List<TokenSequence> prompts = new ArrayList<>();
      for (int sample = 0; sample < 4; sample++) {
        prompts.addAll(sequences());
      }
      long[] seeds = IntStream.range(0, prompts.size()).mapToLong(i -> 1000 + i).toArray();
      Sampling sampling = new Sampling(1.3, 0.95, 0, 16, true);
      Gates gates = Gates.of(HookPoint.residPost(1),
          Gate.zeroing(48, List.of(2, 3, 5, 7, 11)).at(PositionMask.GENERATED));
      List<String> reference = texts(model.generate(prompts, seeds, sampling, gates, 8, () -> {}));
      for (int batchSize : new int[]{1, 3, 100}) {
        assertThat(texts(model.generate(prompts, seeds, sampling, gates, batchSize, () -> {})))
            .as("batch size " + batchSize).isEqualTo(reference);
      }
      long[] reversed = IntStream.range(0, seeds.length).mapToLong(i -> seeds[seeds.length - 1 - i]).toArray();
      assertThat(texts(model.generate(prompts.reversed(), reversed, sampling, gates, 8, () -> {}).reversed()))
          .isEqualTo(reference);
      assertThat(Set.copyOf(reference)).as("sampling really samples").hasSizeGreaterThan(prompts.size() / 2);
    }
  }

  private static List<String> texts(List<Completion> completions) {
    return completions.stream().map(completion -> Arrays.toString(completion.tokens()) + completion.finished()
        + completion.logProbability()).toList();
  }

  @Test
  void cachedGreedyDecodingEqualsRecomputationOfEveryPrefixUnderGates() throws Exception {
    for (String file : List.of("llama-optimum", "gpt2-optimum-fp16")) {
      try (OnnxFileModel model = open(file)) {
        for (PositionMask where : List.of(PositionMask.ALL, PositionMask.PROMPT, PositionMask.ALL_BUT_FIRST)) {
          Gates gates = Gates.of(HookPoint.residPost(0), Gate.zeroing(48, List.of(2, 3, 5)).at(where));
          for (TokenSequence prompt : sequences()) {
            int[] cached = model.generate(List.of(prompt), new long[1], new Sampling(0, 1, 0, 12, false), gates, 1,
                () -> {}).getFirst().tokens();
            float[] logits = model.record(List.of(prompt.followedBy(cached)),
                Set.of(HookPoint.LOGITS), gates).at(HookPoint.LOGITS);
            for (int t = 0; t < cached.length; t++) {
              int row = (prompt.length() + t - 1) * model.vocabulary();
              int greatest = IntStream.range(0, model.vocabulary())
                  .reduce((a, b) -> logits[row + b] > logits[row + a] ? b : a).orElseThrow();
              assertThat(cached[t]).as("token %d under a gate at %s", t, where).isEqualTo(greatest);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-fused", "llama-int8", "gpt_neox-dynamo"})
  void scoresEqualLogSoftmaxOfRecordedLogitsUnderEveryGate(String file) throws Exception {
    try (OnnxFileModel model = open(file)) {
      List<TokenSequence> items = sequences().stream().map(item -> new TokenSequence(item.tokens(), 2)).toList();
      for (HookPoint hook : model.hookPoints().stream()
          .filter(hook -> hook.layer() == 1 || hook.equals(HookPoint.EMBED)).toList()) {
        try (GatedModel.Scorer scorer = model.scorer(items, Set.of(hook))) {
          Gate identity = Gate.identity(model.width(hook));
          Gate ablated = Gate.zeroing(model.width(hook), List.of(5, 7, 13, 30));
          for (Gate gate : List.of(identity, ablated, ablated.at(PositionMask.GENERATED))) {
            double[] found = scorer.logProbabilities(Gates.of(hook, gate));
            double[] expected = logProbabilities(model, items, Gates.of(hook, gate));
            for (int i = 0; i < found.length; i++) {
              assertThat(found[i]).as("item %d at %s", i, hook).isCloseTo(expected[i], within(2e-3));
            }
          }
          assertThat(scorer.logProbabilities(Gates.of(hook, ablated.at(PositionMask.NONE))))
              .as("empty mask, bit for bit")
              .isEqualTo(scorer.logProbabilities(Gates.of(hook, identity)));
        }
      }
    }
  }

  private static double[] logProbabilities(GatedModel model, List<TokenSequence> items, Gates gates) {
    Recording recording = model.record(items, Set.of(HookPoint.LOGITS), gates);
    float[] logits = recording.at(HookPoint.LOGITS);
    int vocabulary = model.vocabulary();
    double[] sums = new double[items.size()];
    for (int i = 0; i < sums.length; i++) {
      int[] tokens = items.get(i).tokens();
      for (int t = items.get(i).promptLength(); t < tokens.length; t++) {
        int row = (recording.rowOf()[i] + t - 1) * vocabulary;
        double total = IntStream.range(0, vocabulary).mapToDouble(v -> Math.exp(logits[row + v])).sum();
        sums[i] += logits[row + tokens[t]] - Math.log(total);
      }
    }
    return sums;
  }

  @Test
  void aCopyHoldsOnlyWhatWasAskedFor() throws Exception {
    OnnxFile file = OnnxFile.open(GOLDEN.resolve("onnx/gpt2-fused/model.onnx"));
    byte[] before = file.model().toByteArray();
    OnnxSurgeon surgeon = OnnxSurgeon.of(file, false);
    try (OnnxFileModel model = open("gpt2-fused")) {
      TreeMap<String, TensorLayout> layouts = new TreeMap<>();
      surgeon.sites().sites().forEach((hook, site) -> {
        layouts.put(site.value(), model.sessions().layout(hook));
        layouts.put(site.signal().value(), model.sessions().layout(hook));
      });
      GraphProto captured = surgeon.operate(Surgery.recording(Set.of(HookPoint.residPost(0)), Set.of()), layouts);
      assertThat(captured.getNodeCount()).isLessThan(3 * surgeon.graph().getNodeCount() / 5);
      assertThat(captured.getNodeList()).as("no gate arithmetic").noneMatch(node -> node.getOpType().equals("IsInf"));
      assertThat(captured.getInputList()).extracting("name").containsExactlyInAnyOrder("input_ids", "attention_mask");
      GraphProto gated = surgeon.operate(
          Surgery.recording(Set.of(HookPoint.residPost(0)), Set.of(HookPoint.residPost(0))), layouts);
      assertThat(gated.getNodeList()).filteredOn(node -> node.getOpType().equals("IsInf")).hasSize(1);
    }
    assertThat(file.model().toByteArray()).as("the original").isEqualTo(before);
  }

  @Test
  void saysHowEachSiteWasRecognisedAndWhatTheFileIs() throws Exception {
    try (OnnxFileModel fused = open("gpt2-fused"); OnnxFileModel optimum = open("llama-optimum")) {
      assertThat(fused.sites().at(HookPoint.residPost(0)).recognition())
          .isEqualTo("output 3 of SkipLayerNormalization SkipLayerNorm_AddBias_0: stream + MLP");
      assertThat(fused.sites().at(HookPoint.mlpPost(0)).recognition()).contains("gated by");
      assertThat(fused.exporter()).startsWith("onnxruntime.transformers 1.");
      assertThat(fused.inputs()).containsExactly("input_ids: INT64 (batch, seq)", "attention_mask: INT64 (batch, seq)");
      assertThat(fused.outputs()).containsExactly("logits: FLOAT (batch, seq, 199)");
      assertThat(fused.file().opsets()).containsEntry("ai.onnx", 17L).containsKey("com.microsoft");
      assertThat(fused.file().weightBytes()).isBetween(400_000L, 480_000L);
      assertThat(fused.sites().positions()).contains(64);
      assertThat(optimum.inputs()).contains(
          "past_key_values.0.key: FLOAT (batch_size, 2, past_sequence_length, 12)");
    }
  }

  @Test
  void filesBehindLinksAndWeightsLeftInTheFileGiveTheSame(@TempDir Path folder) throws Exception {
    Path original = GOLDEN.resolve("onnx/gpt2-fused/model.onnx").toAbsolutePath();
    Path blobs = Files.createDirectories(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshots/1"));
    Files.copy(original, blobs.resolve("abc"));
    Path link = Files.createSymbolicLink(snapshot.resolve("model.onnx"), Path.of("../../blobs/abc"));
    try (OnnxFileModel model = open("gpt2-fused");
        OnnxFileModel linked = OnnxFileModel.open(link, Memory.FAST, 1, CompletionEnd.at(List.of()));
        OnnxFileModel mapped = OnnxFileModel.of(OnnxFile.open(link, 1), Memory.LOW, 1, CompletionEnd.at(List.of()))) {
      float[] expected = logits(model, Gates.none());
      assertThat(logits(linked, Gates.none())).isEqualTo(expected);
      assertThat(relativeError(logits(mapped, Gates.none()), expected)).isLessThan(1e-5);
      assertThat(mapped.file().model().getSerializedSize()).isLessThan((int) (Files.size(original) / 2));
    }
  }

  static List<TokenSequence> sequences() {
    return List.of(TokenSequence.prompt(new int[]{5, 9, 33, 120, 7}), TokenSequence.prompt(new int[]{42, 8, 15}),
        TokenSequence.prompt(new int[]{4, 8, 15, 16, 23, 42, 99, 3}), TokenSequence.prompt(new int[]{7, 11, 13}),
        TokenSequence.prompt(new int[]{190, 2, 77, 50, 61}));
  }

  static float[] logits(GatedModel model, Gates gates) {
    return model.record(sequences(), Set.of(HookPoint.LOGITS), gates).at(HookPoint.LOGITS);
  }

  static double relativeError(float[] found, float[] expected) {
    double worst = 0;
    double scale = 0;
    for (int i = 0; i < expected.length; i++) {
      worst = Math.max(worst, Math.abs((double) found[i] - expected[i]));
      scale = Math.max(scale, Math.abs(expected[i]));
    }
    return worst / scale;
  }
}
