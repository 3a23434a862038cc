package org.striatum.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.probe.model.AttentionPattern;
import org.striatum.probe.model.DescribedModel;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.tensor.SafetensorsFile;

/// Directions, patched rows, heads, patterns and lens beside PyTorch's forward hooks on another implementation (golden/hooks,
/// made by `make_hooks.py`).
class ForwardHookReferenceTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final double TOLERANCE = 1e-5;
  // As in make_hooks.py.
  private static final HookPoint HOOK = HookPoint.residPost(1);
  private static final double ALPHA = 1.5;
  private static final List<Integer> PATCHED = List.of(3, 7);

  static Stream<Arguments> engines() {
    return Stream.of("checkpoints/llama", "checkpoints/gpt2", "checkpoints/gemma2", "variants/bloom-twelve-heads")
        .flatMap(folder -> Stream.of(Arguments.of(folder, true), Arguments.of(folder, false)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void bothEnginesComputeWhatForwardHooksDo(String folder, boolean onnx) throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(GOLDEN.resolve(folder));
        SafetensorsFile dump = SafetensorsFile
            .open(GOLDEN.resolve("hooks").resolve(Path.of(folder).getFileName() + ".safetensors"))) {
      Decoder decoder = Decoder.of(checkpoint);
      CompletionEnd never = CompletionEnd.at(List.of());
      try (DescribedModel model = onnx
          ? new OnnxModel(checkpoint, decoder, Optional.of(Memory.FAST), 1, never)
          : DjlModel.open(checkpoint, decoder, never)) {
        compare(model, dump);
      }
    }
  }

  private static void compare(DescribedModel model, SafetensorsFile dump) {
    int[] ids = ints(dump);
    int positions = ids.length / 2;
    TokenSequence tokens = TokenSequence.prompt(Arrays.copyOf(ids, positions));
    TokenSequence donor = TokenSequence.prompt(Arrays.copyOfRange(ids, positions, ids.length));
    Direction direction = new Direction(HOOK, dump.floats("direction"));
    equal(dump, "logits", logits(model, tokens, Gates.none()));
    equal(dump, "projected", logits(model, tokens, Gates.of(HOOK, direction.projectedOut())));
    equal(dump, "added", logits(model, tokens, Gates.of(HOOK, direction.added(ALPHA))));
    float[] rows = model.record(List.of(donor), Set.of(HOOK), Gates.none()).at(HOOK);
    int d = model.width(HOOK);
    SortedMap<Integer, float[]> patch = new TreeMap<>();
    PATCHED.forEach(t -> patch.put(t, Arrays.copyOfRange(rows, t * d, (t + 1) * d)));
    equal(dump, "patched", logits(model, tokens, Gates.of(HOOK, Gate.patching(patch))));

    Recording plain = model.record(List.of(tokens), Set.copyOf(model.hookPoints()), Gates.none());
    List<AttentionPattern> patterns = model.attention(tokens,
        new TreeSet<>(IntStream.range(0, model.layers()).boxed().toList()), Gates.none());
    for (int layer = 0; layer < model.layers(); layer++) {
      equal(dump, "z." + layer, plain.at(new HookPoint(layer, Site.HEAD_OUT)));
      equal(dump, "pattern." + layer, patterns.get(layer).shares());
      equal(dump, "lens." + layer, model.lens(plain.at(HookPoint.residPost(layer))));
    }
  }

  private static float[] logits(DescribedModel model, TokenSequence tokens, Gates gates) {
    return model.record(List.of(tokens), Set.of(HookPoint.LOGITS), gates).at(HookPoint.LOGITS);
  }

  private static void equal(SafetensorsFile dump, String name, float[] found) {
    float[] expected = dump.floats(name);
    assertThat(found).as(name).hasSameSizeAs(expected);
    assertThat(GoldenCheckpoints.relativeError(found, expected)).as(name).isLessThan(TOLERANCE);
  }

  private static int[] ints(SafetensorsFile dump) {
    long[] ids = dump.data("input_ids").toArray(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }
}
