package org.striatum.hooks.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.onnx.Memory;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorInfo;

/// Real checkpoints pass; one wrong reading each fails the check that is there to find it, at the layer it is wrong.
class ParityGateTest {
  private static final Path QWEN2 = Path.of("src/test/resources/golden/checkpoints/qwen2");
  private static final Path REASONER = Path.of("../checkpoints/tiny-reasoner-step2000");
  private static final ParityGate GATE = new ParityGate(ParityTolerance.FLOAT);

  @TempDir
  private Path folder;

  @ParameterizedTest
  @EnumSource(Memory.class)
  void checkpointsPassFarBelowTheTolerance(Memory memory) throws Exception {
    for (Path checkpoint : List.of(QWEN2, REASONER)) {
      try (HookedModel model = HookedModel.open(checkpoint, Optional.of(memory), 1)) {
        ParityReport report = GATE.examine(model.model(), model.endOfSequence(), 64);
        assertThat(report.checks()).extracting(ParityCheck::name).containsExactly(ParityIdentity.FINITE_STATES,
            ParityIdentity.HEAD,
            ParityIdentity.BLOCK_SUMS, ParityIdentity.PADDING, ParityIdentity.IDENTITY_GATES);
        assertThat(report.checks()).allSatisfy(check -> {
          assertThat(check.outcome()).as(check.toString()).isEqualTo(ParityOutcome.PASSED);
          assertThat(check.error()).as(check.toString()).isLessThanOrEqualTo(check.tolerance() / 10);
        });
        assertThat(report.passed()).isTrue();
        assertThat(report.notChecked()).isEmpty();
        assertThatCode(() -> report.require("it")).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void sequencesDifferInLengthAndAvoidWhatTheyShould() throws Exception {
    List<TokenSequence> sequences = ParityGate.sequences(54, List.of(2, 13), 64);
    assertThat(sequences).extracting(TokenSequence::length).doesNotHaveDuplicates().allMatch(length -> length <= 12);
    assertThat(sequences.stream().flatMapToInt(sequence -> Arrays.stream(sequence.tokens())).boxed())
        .doesNotHaveDuplicates().doesNotContain(2, 13).allMatch(token -> token >= 0 && token < 54);
    assertThat(ParityGate.sequences(54, List.of(), 4)).extracting(TokenSequence::length).containsExactly(4, 4, 1);
    assertThat(ParityGate.sequences(2, List.of(1), 64).getFirst().tokens()).containsOnly(0);
    assertThat(ParityGate.sequences(256_000, List.of(), 64).getFirst().tokens()).doesNotHaveDuplicates();
    assertThatThrownBy(() -> ParityGate.sequences(1, List.of(0), 64)).isInstanceOf(CheckpointException.class);
  }

  /// A model whose readings are tampered with.
  private abstract static class Tampered implements GatedModel {
    private final GatedModel model;

    Tampered(GatedModel model) {
      this.model = model;
    }

    /// Changes values of one hook point, (rows, width).
    abstract void change(HookPoint hook, float[] values, List<TokenSequence> sequences, Gates gates);

    @Override
    public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
      Recording recording = model.record(sequences, hooks, gates);
      Map<HookPoint, float[]> values = new TreeMap<>(recording.values());
      values.forEach((hook, rows) -> change(hook, rows, sequences, gates));
      return new Recording(recording.rowOf(), values, recording.widths());
    }

    @Override
    public int layers() {
      return model.layers();
    }

    @Override
    public int vocabulary() {
      return model.vocabulary();
    }

    @Override
    public int longest() {
      return model.longest();
    }

    @Override
    public List<HookPoint> hookPoints() {
      return model.hookPoints();
    }

    @Override
    public int width(HookPoint hook) {
      return model.width(hook);
    }

    @Override
    public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
        int batchSize, Runnable onEachFinished) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private interface Change {
    void apply(HookPoint hook, float[] values, List<TokenSequence> sequences, Gates gates);
  }

  private static ParityReport examined(Change change) throws Exception {
    try (HookedModel opened = HookedModel.open(QWEN2, Optional.empty(), 1)) {
      return GATE.examine(new Tampered(opened.model()) {
        @Override
        void change(HookPoint hook, float[] values, List<TokenSequence> sequences, Gates gates) {
          change.apply(hook, values, sequences, gates);
        }
      }, opened.endOfSequence(), 64);
    }
  }

  private static void assertFails(ParityReport report, ParityIdentity name, HookPoint at) {
    ParityCheck failure = report.failure().orElseThrow();
    assertThat(failure.name()).as(report.checks().toString()).isEqualTo(name);
    assertThat(failure.at()).isEqualTo(at);
    assertThat(failure.error()).isGreaterThan(failure.tolerance());
    assertThat(report.passed()).isFalse();
    assertThatThrownBy(() -> report.require("some-model")).isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("some-model fails the parity gate: " + name + ": ").hasMessageContaining(at.toString())
        .hasMessageContaining("%.1e".formatted(failure.error()));
  }

  @Test
  void aResidualThatIsNotWhatTheLogitsAreMadeOf() throws Exception {
    HookPoint last = HookPoint.residPost(2);
    // As if the stream were read a little before the last addition: block sums are kept, logits are not.
    assertFails(examined((hook, values, _, gates) -> {
      if (gates.at().isEmpty() && (hook.equals(last) || hook.equals(new HookPoint(2, Site.MLP_OUT)))) {
        for (int i = 0; i < values.length; i++) {
          values[i] += 0.3f * (i % 48 == 5 ? 1 : 0);
        }
      }
    }), ParityIdentity.HEAD, last);
  }

  @Test
  void aGateThatDoesNothing() throws Exception {
    try (HookedModel opened = HookedModel.open(QWEN2, Optional.empty(), 1)) {
      ParityReport report = GATE.examine(new Tampered(opened.model()) {
        @Override
        void change(HookPoint hook, float[] values, List<TokenSequence> sequences, Gates gates) {}

        @Override
        public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
          return super.record(sequences, hooks, Gates.none());
        }
      }, opened.endOfSequence(), 64);
      assertFails(report, ParityIdentity.HEAD, HookPoint.residPost(2));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void attentionReadBeforeItsPostNorm(int layer) throws Exception {
    assertFails(examined((hook, values, _, _) -> {
      if (hook.equals(new HookPoint(layer, Site.ATTN_OUT))) {
        for (int i = 0; i < values.length; i++) {
          values[i] *= 1.01f;
        }
      }
    }), ParityIdentity.BLOCK_SUMS, HookPoint.residPost(layer));
  }

  @Test
  void aMassiveCoordinateExcusesNoOther() throws Exception {
    ParityReport report = examined((hook, values, _, _) -> {
      boolean stream = Set.of(Site.EMBED, Site.RESID_PRE, Site.RESID_MID, Site.RESID_POST).contains(hook.site());
      for (int i = 0; i < values.length; i++) {
        if (stream && i % 48 == 7) {
          values[i] += 1e6f; // as in streams of large models
        } else if (hook.equals(new HookPoint(1, Site.MLP_OUT))) {
          values[i] = 0;
        }
      }
    });
    assertThat(report.checks()).filteredOn(check -> check.name() == ParityIdentity.BLOCK_SUMS).singleElement()
        .satisfies(check -> {
          assertThat(check.outcome()).isEqualTo(ParityOutcome.FAILED);
          assertThat(check.at()).isEqualTo(HookPoint.residPost(1));
        });
  }

  @Test
  void paddingThatLeaks() throws Exception {
    HookPoint leaking = HookPoint.residPost(1);
    assertFails(examined((hook, values, sequences, _) -> {
      if (sequences.size() > 1 && hook.equals(leaking)) {
        values[3] += 0.05f;
      }
      if (sequences.size() > 1 && hook.equals(new HookPoint(1, Site.MLP_OUT))) {
        values[3] += 0.05f; // the sums still hold
      }
    }), ParityIdentity.PADDING, leaking);
  }

  @Test
  void anIdentityGateThatMovesOneBit() throws Exception {
    HookPoint moved = HookPoint.residPost(0);
    assertFails(examined((hook, values, _, gates) -> {
      if (!gates.at().isEmpty() && hook.equals(moved)) {
        values[11] = Math.nextUp(values[11]);
      }
    }), ParityIdentity.IDENTITY_GATES, moved);
  }

  @Test
  void whatIsMissingIsNotCheckedRatherThanPassed() throws Exception {
    try (HookedModel opened = HookedModel.open(QWEN2, Optional.empty(), 1)) {
      ParityReport report = GATE.examine(new Tampered(opened.model()) {
        @Override
        void change(HookPoint hook, float[] values, List<TokenSequence> sequences, Gates gates) {}

        @Override
        public List<HookPoint> hookPoints() {
          return super.hookPoints().stream().filter(hook -> hook.site() == Site.RESID_POST
              || hook.site() == Site.LOGITS || hook.site() == Site.EMBED).toList();
        }
      }, opened.endOfSequence(), 64);
      assertThat(report.notChecked()).singleElement().satisfies(check -> {
        assertThat(check.name()).isEqualTo(ParityIdentity.BLOCK_SUMS);
        assertThat(check.note()).isEqualTo("no blocks.0.hook_attn_out found");
        assertThat(check.toString()).contains("not checked");
        assertThat(check.error()).isNaN();
      });
      assertThat(report.passed()).isTrue();
    }
  }

  @Test
  void logitsThatSayNothingAreNotPassed() throws Exception {
    ParityReport report = examined((hook, values, _, _) -> {
      if (hook.equals(HookPoint.LOGITS)) {
        Arrays.fill(values, 1);
      }
    });
    assertThat(report.notChecked()).extracting(ParityCheck::name).containsExactly(ParityIdentity.HEAD);
  }

  @Test
  void damagedWeightsAreNamedByTheFirstLayer() throws Exception {
    for (String file : List.of("config.json", "generation_config.json", "model.safetensors")) {
      Files.copy(QWEN2.resolve(file), folder.resolve(file));
    }
    TensorInfo tensor;
    long data;
    try (SafetensorsFile weights = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
      tensor = weights.tensor("model.layers.1.mlp.down_proj.weight");
    }
    try (FileChannel channel = FileChannel.open(folder.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
      data = tensor.offset();
      ByteBuffer nan = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(Float.NaN).flip();
      channel.write(nan, data);
    }
    try (HookedModel model = HookedModel.open(folder, Optional.empty(), 1)) {
      ParityReport report = GATE.examine(model.model(), model.endOfSequence(), 64);
      assertThat(report.checks()).hasSize(1);
      assertThatThrownBy(() -> report.require("damaged")).isInstanceOf(CheckpointException.class)
          .hasMessageContaining("NaN or ∞ at blocks.1.hook_resid_post (first such layer; it enters at"
              + " blocks.1.hook_mlp_out)");
    }
  }

  @Test
  void quantisedFilesAreHeldToAWiderPaddingOnly() {
    assertThat(ParityTolerance.QUANTISED.sums()).isEqualTo(ParityTolerance.FLOAT.sums());
    assertThat(ParityTolerance.QUANTISED.padding()).isLessThan(1); // two tokens' logits lie further apart
  }
}
