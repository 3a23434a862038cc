package org.striatum.hooks.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.GoldenCheckpoints;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.probe.model.AttentionPattern;
import org.striatum.probe.model.DescribedModel;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;

/// One description, two engines, the same numbers.
class EngineParityTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @MethodSource("org.striatum.hooks.GoldenCheckpoints#compared")
  void bothEnginesComputeTheSame(Path folder) throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      Decoder decoder = Decoder.of(checkpoint);
      try (
          DescribedModel onnx = new OnnxModel(checkpoint, decoder, Optional.of(Memory.FAST), 1,
              CompletionEnd.at(List.of()));
          DescribedModel djl = DjlModel.open(checkpoint, decoder, CompletionEnd.at(List.of()))) {
        List<TokenSequence> sequences = GoldenCheckpoints.sequences(new Random(41), onnx.vocabulary(), 3,
            Math.min(24, decoder.shape().longest()));
        assertThat(djl.hookPoints()).isEqualTo(onnx.hookPoints());
        patternsAgree(onnx, djl, sequences.getFirst());
        Set<HookPoint> hooks = Set.copyOf(onnx.hookPoints());
        float[] plain = onnx.record(sequences, hooks, Gates.none()).at(HookPoint.LOGITS);
        boolean family = GoldenCheckpoints.families().contains(folder);
        for (Gates gates : family ? arms(onnx) : List.of(Gates.none(), everywhere(onnx))) {
          Recording expected = onnx.record(sequences, hooks, gates);
          Recording found = djl.record(sequences, hooks, gates);
          assertThat(found.rowOf()).isEqualTo(expected.rowOf());
          for (HookPoint hook : hooks) {
            assertThat(GoldenCheckpoints.relativeError(found.at(hook), expected.at(hook))).as("%s under %s", hook,
                gates.at().keySet()).isLessThan(TOLERANCE);
          }
          if (!gates.at().isEmpty()) {
            assertThat(GoldenCheckpoints.relativeError(expected.at(HookPoint.LOGITS), plain)).as("the arm acts")
                .isGreaterThan(100 * TOLERANCE);
          }
        }
      }
    }
  }

  /// The explicit softmax of a graph made for it, and the one that is run: windows, slopes, caps and groups alike.
  private static void patternsAgree(DescribedModel onnx, DescribedModel djl, TokenSequence sequence) {
    SortedSet<Integer> layers = GoldenCheckpoints.attending(onnx);
    if (layers.isEmpty()) {
      return;
    }
    List<AttentionPattern> expected = onnx.attention(sequence, layers, Gates.none());
    List<AttentionPattern> found = djl.attention(sequence, layers, Gates.none());
    for (int i = 0; i < layers.size(); i++) {
      assertThat(GoldenCheckpoints.relativeError(found.get(i).shares(), expected.get(i).shares()))
          .as("pattern of layer %d", found.get(i).layer()).isLessThan(TOLERANCE);
    }
  }

  /// No gate, zero ablation, soft and hard gates on the stream and on neurons, a gate everywhere at once.
  private static List<Gates> arms(GatedModel model) {
    Random random = new Random(43);
    HookPoint stream = HookPoint.residPost(1);
    HookPoint neurons = GoldenCheckpoints.neurons(model, 0);
    List<Gates> arms = new ArrayList<>(List.of(Gates.none(),
        Gates.of(stream, Gate.zeroing(model.width(stream), List.of(3, 7, 11)))));
    for (HookPoint hook : List.of(stream, neurons)) {
      for (boolean hard : new boolean[]{false, true}) {
        arms.add(Gates.of(hook,
            GoldenCheckpoints.gate(random, model.width(hook), hard, PositionMask.ALL_BUT_FIRST)));
      }
    }
    arms.add(everywhere(model));
    return arms;
  }

  private static Gates everywhere(GatedModel model) {
    Random random = new Random(47);
    SortedMap<HookPoint, Gate> everywhere = new TreeMap<>();
    for (HookPoint hook : model.hookPoints()) {
      everywhere.put(hook, GoldenCheckpoints.gate(random, model.width(hook), false, PositionMask.GENERATED));
    }
    return new Gates(everywhere);
  }
}
