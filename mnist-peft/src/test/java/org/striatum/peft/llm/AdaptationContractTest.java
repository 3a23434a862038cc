package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.hooks.torch.Gradient;
import org.striatum.peft.llm.Adaptation.Applied;
import org.striatum.peft.llm.NeuronGate.Place;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// What every kind of adaptation must do, on a checkpoint of every family.
class AdaptationContractTest {
  private static final Path FAMILIES = Path.of("../llm-hooks/src/test/resources/golden/checkpoints");
  private static final Set<String> WITHOUT_BIASES = Set.of("gemma2", "gemma3_text", "llama", "llama_bf16_sharded",
      "llama_v4config", "mistral", "olmo2", "phi3", "qwen3");

  static List<Path> families() throws IOException {
    try (Stream<Path> all = Files.list(FAMILIES)) {
      return all.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void everyKindKeepsTheContract(Path folder) throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        DjlModel model = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      SplittableRandom random = new SplittableRandom(11);
      List<TokenSequence> items = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        items.add(new TokenSequence(random.ints(10, 3, model.vocabulary()).toArray(), 3));
      }
      for (HookPoint hook : List.of(HookPoint.residPost(0), HookPoint.mlpPost(0))) {
        StateScale scale = StateScale.of(model, items, Set.of(hook)).get(hook);
        keeps(model, items, new NeuronGate(new TreeMap<>(Map.of(hook,
            new Place(IntStream.range(0, model.width(hook)).boxed().toList(), scale))), new GateForm(4, -6, 5)));
      }
      keeps(model, items, LowRankAdaptation.of(model, 2).orElseThrow());
      if (WITHOUT_BIASES.contains(folder.getFileName().toString())) {
        assertThat(BiasAdaptation.of(model)).isEmpty();
      } else {
        keeps(model, items, BiasAdaptation.of(model).orElseThrow());
      }
    }
  }

  private static void keeps(DjlModel model, List<TokenSequence> items, Adaptation adaptation) {
    String kind = adaptation.getClass().getSimpleName();
    float[] start = adaptation.start(new SplittableRandom(5));
    assertThat(start).hasSize(adaptation.parameters());
    assertThat(adaptation.start(new SplittableRandom(5))).as("the same seed").isEqualTo(start);
    assertThat(adaptation.rates(0.25)).hasSize(adaptation.parameters());
    double frozen = model.gradient(items, Gates.none(), 0).loss();
    Gradient at = gradient(model, items, adaptation, start);
    assertThat(at.loss()).as("%s begins near the frozen model", kind).isCloseTo(frozen, within(2e-3 * frozen));
    float[] slopes = adaptation.gradient(at);
    assertThat(slopes).hasSize(adaptation.parameters());
    double norm = 0;
    for (float slope : slopes) {
      norm += slope * slope;
    }
    assertThat(norm).as("%s has a slope", kind).isPositive();
    // Against the slope the loss falls by step · |slope|, to first order.
    float[] moved = start.clone();
    double step = 0.02;
    for (int i = 0; i < moved.length; i++) {
      moved[i] -= (float) (step * slopes[i] / Math.sqrt(norm));
    }
    assertThat(at.loss() - gradient(model, items, adaptation, moved).loss()).as(kind)
        .isCloseTo(step * Math.sqrt(norm), within(0.2 * step * Math.sqrt(norm) + 2e-6));
  }

  private static Gradient gradient(DjlModel model, List<TokenSequence> items, Adaptation adaptation,
      float[] parameters) {
    Applied applied = adaptation.applied(parameters);
    return model.under(applied.overlay()).gradient(items, applied.gates(), 0);
  }
}
