package org.striatum.hooks.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.GoldenCheckpoints;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.decoder.Activation;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;
import smile.math.special.Erf;

class DjlModelTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/checkpoints/qwen2");
  private static Checkpoint checkpoint;
  private static DjlModel model;

  @BeforeAll
  static void open() throws Exception {
    checkpoint = Checkpoint.open(GOLDEN);
    model = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()));
  }

  @AfterAll
  static void close() {
    model.close();
    checkpoint.close();
  }

  private static List<TokenSequence> items(int count) {
    return GoldenCheckpoints.sequences(new Random(6), model.vocabulary(), count, 12);
  }

  private static Gates softGates() {
    Random random = new Random(8);
    SortedMap<HookPoint, Gate> gates = new TreeMap<>();
    for (HookPoint hook : List.of(HookPoint.residPost(0), HookPoint.mlpPost(2))) {
      gates.put(hook, GoldenCheckpoints.gate(random, model.width(hook), false, PositionMask.ALL));
    }
    return new Gates(gates);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void activatesAsTheFormulaSays(Activation activation) {
    DoubleUnaryOperator sigmoid = x -> 1 / (1 + Math.exp(-x));
    DoubleUnaryOperator formula = switch (activation) {
      case SILU -> x -> x * sigmoid.applyAsDouble(x);
      case GELU -> x -> x / 2 * (1 + Erf.erf(x / Math.sqrt(2)));
      case GELU_TANH -> x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case GELU_QUICK -> x -> x * sigmoid.applyAsDouble(1.702 * x);
      case RELU -> x -> Math.max(x, 0);
      case RELU_SQUARED -> x -> Math.max(x, 0) * Math.max(x, 0);
      case SIGMOID -> sigmoid;
      case TANH -> Math::tanh;
    };
    float[] x = {-9, -2.5f, -1, -0.1f, 0, 0.3f, 1, 4, 11};
    try (FrozenWeights weights = new FrozenWeights(checkpoint); NDScope _ = new NDScope()) {
      AppliedChanges nothing = AppliedChanges.of(weights.manager(), Gates.none(), Overlay.none(), weights.used(),
          false);
      PaddedBatch batch = new PaddedBatch(new int[1], List.of(TokenSequence.prompt(new int[]{1})));
      NDArray activated = new DjlInterpreter(weights, nothing, batch, Set.of()).activate(weights.manager().create(x),
          activation);
      float[] found = activated.toFloatArray();
      for (int i = 0; i < x.length; i++) {
        assertThat((double) found[i]).as("%s(%s)", activation, x[i]).isCloseTo(formula.applyAsDouble(x[i]),
            within(1e-6 * (1 + x[i] * x[i])));
      }
    }
  }

  /// The use the gradient is for: a trainer takes steps on plain arrays, and the ONNX engine runs what was learned.
  @ParameterizedTest
  @MethodSource("org.striatum.hooks.GoldenCheckpoints#gentle")
  void gatesLearnedHereRunOnTheOtherEngine(Path folder) throws Exception {
    try (Checkpoint opened = Checkpoint.open(folder)) {
      Decoder decoder = Decoder.of(opened);
      HookPoint hook = HookPoint.mlpPost(1);
      try (DjlModel learner = DjlModel.open(opened, decoder, CompletionEnd.at(List.of()));
          GatedModel runner = new OnnxModel(opened, decoder, Optional.of(Memory.FAST), 0,
              CompletionEnd.at(List.of()))) {
        List<TokenSequence> items = GoldenCheckpoints.sequences(new Random(6), learner.vocabulary(), 6, 12);
        Gate gate = new Gate(ones(learner.width(hook)), new float[learner.width(hook)], ones(learner.width(hook)),
            new float[learner.width(hook)], false, PositionMask.ALL);
        double before = learner.gradient(items, Gates.of(hook, gate), 0).loss();
        for (int step = 0; step < 20; step++) {
          GateGradient slope = learner.gradient(items, Gates.of(hook, gate), 0).gates().get(hook);
          gate = new Gate(descended(gate.gain(), slope.gain()), descended(gate.threshold(), slope.threshold()),
              gate.sharpness(), descended(gate.shift(), slope.shift()), false, PositionMask.ALL);
        }
        Gradient after = learner.gradient(items, Gates.of(hook, gate), 0);
        assertThat(after.loss()).isLessThan(before - 0.05);
        try (GatedModel.Scorer scorer = runner.scorer(items, Set.of(hook))) {
          double[] scores = scorer.logProbabilities(Gates.of(hook, gate));
          for (int i = 0; i < scores.length; i++) {
            assertThat(after.logProbabilities()[i]).isCloseTo(scores[i], within(1e-4 * Math.abs(scores[i])));
          }
        }
      }
    }
  }

  private static float[] ones(int n) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static float[] descended(float[] at, float[] slope) {
    float[] next = at.clone();
    for (int i = 0; i < next.length; i++) {
      next[i] -= slope[i];
    }
    return next;
  }

  @Test
  void theGradientOfManyItemsIsTheMeanOverTheirTokens() {
    List<TokenSequence> items = items(9);
    Gradient together = model.gradient(items, softGates(), 0);
    double tokens = 0;
    double loss = 0;
    double[] gain = new double[model.width(HookPoint.residPost(0))];
    double[] scores = new double[items.size()];
    for (int i = 0; i < items.size(); i++) {
      Gradient alone = model.gradient(items.subList(i, i + 1), softGates(), 0);
      int share = items.get(i).length() - items.get(i).promptLength();
      tokens += share;
      loss += share * alone.loss();
      scores[i] = alone.logProbabilities()[0];
      for (int j = 0; j < gain.length; j++) {
        gain[j] += share * alone.gates().get(HookPoint.residPost(0)).gain()[j];
      }
    }
    assertThat(together.loss()).isCloseTo(loss / tokens, within(1e-5));
    for (int i = 0; i < scores.length; i++) {
      assertThat(together.logProbabilities()[i]).isCloseTo(scores[i], within(1e-4));
    }
    for (int j = 0; j < gain.length; j++) {
      assertThat((double) together.gates().get(HookPoint.residPost(0)).gain()[j]).isCloseTo(gain[j] / tokens,
          within(1e-5));
    }
  }

  @Test
  void opennessIsTheMeanOfGOverGatedPositionsAndItsPenaltyPartOfTheLoss() {
    List<TokenSequence> items = items(5);
    HookPoint hook = HookPoint.residPost(0);
    int d = model.width(hook);
    Gate gate = GoldenCheckpoints.gate(new Random(8), d, false, PositionMask.GENERATED);
    float[] hidden = model.record(items, Set.of(hook), Gates.none()).at(hook);
    double[] expected = new double[d];
    int rows = 0;
    int row = 0;
    for (TokenSequence item : items) {
      for (int t = 0; t < item.length(); t++, row++) {
        if (t >= item.promptLength()) {
          rows++;
          for (int i = 0; i < d; i++) {
            expected[i] += gate.threshold()[i] == Float.NEGATIVE_INFINITY
                ? 1
                : 1 / (1 + Math.exp(-gate.sharpness()[i] * (hidden[row * d + i] - gate.threshold()[i])));
          }
        }
      }
    }
    Gradient free = model.gradient(items, Gates.of(hook, gate), 0);
    Gradient dear = model.gradient(items, Gates.of(hook, gate), 3);
    double mean = 0;
    for (int i = 0; i < d; i++) {
      assertThat((double) free.gates().get(hook).openness()[i]).isCloseTo(expected[i] / rows, within(1e-5));
      mean += expected[i] / rows / d;
    }
    assertThat(dear.loss() - free.loss()).isCloseTo(3 * mean, within(1e-5));
    assertThat(dear.gates().get(hook).threshold()).isNotEqualTo(free.gates().get(hook).threshold());
  }

  @Test
  void aGateThatSelectsNothingHasNoGradient() {
    HookPoint hook = HookPoint.residPost(0);
    Gate nowhere = GoldenCheckpoints.gate(new Random(8), model.width(hook), false, PositionMask.NONE);
    Gradient found = model.gradient(items(3), Gates.of(hook, nowhere), 1);
    assertThat(found.gates().get(hook).gain()).containsOnly(0);
    assertThat(found.gates().get(hook).openness()).containsOnly(0);
    assertThat(found.loss()).isEqualTo(model.gradient(items(3), Gates.none(), 1).loss());
  }

  @Test
  void anOverlayOfZerosChangesNothingAndAnotherLeavesTheModelAsItWas() {
    float[] plain = logits(model);
    String matrix = "model.layers.1.mlp.down_proj.weight";
    String bias = "model.layers.0.self_attn.q_proj.bias";
    int d = model.width(HookPoint.residPost(0));
    int mlp = model.width(HookPoint.mlpPost(0));
    LowRank zeros = new LowRank(2, new float[2 * mlp], new float[2 * d], 1);
    assertThat(logits(model.under(overlay(bias, new float[d], matrix, zeros)))).isEqualTo(plain);
    float[] down = new float[2 * mlp];
    float[] up = new float[2 * d];
    down[5] = 3;
    up[2] = 2; // output 1, rank 0
    DjlModel changed = model.under(overlay(bias, new float[d], matrix, new LowRank(2, down, up, 0.5)));
    float[] before = model.record(items(1), Set.of(new HookPoint(1, Site.MLP_OUT)), Gates
        .none()).at(new HookPoint(1, Site.MLP_OUT));
    float[] after = changed.record(items(1), Set.of(new HookPoint(1, Site.MLP_OUT)), Gates
        .none()).at(new HookPoint(1, Site.MLP_OUT));
    float[] neurons = model.record(items(1), Set.of(HookPoint.mlpPost(1)), Gates.none()).at(HookPoint.mlpPost(1));
    for (int row = 0; row < before.length / d; row++) {
      for (int i = 0; i < d; i++) {
        float expected = before[row * d + i] + (i == 1 ? 3 * neurons[row * mlp + 5] : 0);
        assertThat(after[row * d + i]).isCloseTo(expected, within(1e-5f));
      }
    }
    assertThat(logits(model)).isEqualTo(plain);
  }

  private static Overlay overlay(String vector, float[] added, String matrix, LowRank low) {
    return new Overlay(new TreeMap<>(Map.of(vector, added)), new TreeMap<>(Map.of(matrix, low)));
  }

  private static float[] logits(DjlModel model) {
    return model.record(items(2), Set.of(HookPoint.LOGITS), Gates.none()).at(HookPoint.LOGITS);
  }

  @Test
  @Tag("slow")
  void aThousandRunsLeaveNothingBehind() {
    List<TokenSequence> items = items(2);
    HookPoint hook = HookPoint.residPost(1);
    int weights = model.arrays();
    try (GatedModel.Scorer scorer = model.scorer(items, Set.of(hook))) {
      assertThat(model.arrays()).as("one kept stream a batch").isEqualTo(weights + 1);
      Gate gate = Gate.zeroing(model.width(hook), List.of(1));
      for (int i = 0; i < 334; i++) {
        model.record(items, Set.of(hook), softGates());
        model.gradient(items, softGates(), 0.1);
        scorer.logProbabilities(Gates.of(hook, gate));
        assertThat(model.arrays()).isEqualTo(weights + 1);
      }
    }
    assertThat(model.arrays()).isEqualTo(weights);
    assertThat(weights).as("no weight twice").isEqualTo(model.weights().size());
  }

  @Test
  void aModelClosesWhatItOpenedAndRefusesToRunAfterwards() throws Exception {
    Checkpoint own = Checkpoint.open(GOLDEN);
    DjlModel first = DjlModel.open(own, Decoder.of(own), CompletionEnd.at(List.of()));
    DjlModel second = DjlModel.open(own, Decoder.of(own), CompletionEnd.at(List.of()));
    DjlModel view = second.under(Overlay.none());
    first.close();
    assertThatThrownBy(() -> logits(first)).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
    view.close();
    logits(second);
    own.close();
    assertThatThrownBy(() -> logits(second)).as("its weights are no longer mapped")
        .isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
    second.close();
  }

  @Test
  void refusesWhatCannotBeLearned() {
    HookPoint hook = HookPoint.residPost(0);
    Gates gates = Gates.of(hook, Gate.identity(model.width(hook)));
    List<TokenSequence> bare = List.of(TokenSequence.prompt(new int[]{1, 2, 3}));
    List<String> messages = new ArrayList<>();
    for (Runnable request : List.<Runnable>of(() -> model.gradient(bare, gates, 0),
        () -> model.gradient(items(1), gates, -1),
        () -> model.under(new Overlay(new TreeMap<>(Map.of("nowhere", new float[1])), new TreeMap<>())),
        () -> model.under(new Overlay(new TreeMap<>(Map.of("model.norm.weight", new float[3])), new TreeMap<>())),
        () -> model.under(new Overlay(new TreeMap<>(),
            new TreeMap<>(Map.of("model.norm.weight", new LowRank(1, new float[1], new float[1], 1))))),
        () -> model.under(new Overlay(new TreeMap<>(), new TreeMap<>(
            Map.of("model.layers.0.mlp.up_proj.weight", new LowRank(1, new float[2], new float[3], 1))))))) {
      assertThatThrownBy(request::run).isInstanceOf(IllegalArgumentException.class)
          .satisfies(refusal -> messages.add(refusal.getMessage()));
    }
    assertThat(messages).satisfiesExactly(m -> assertThat(m).contains("prompt of 3 tokens alone"),
        m -> assertThat(m).contains("found -1"), m -> assertThat(m).contains("no weight 'nowhere'"),
        m -> assertThat(m).contains("48 elements, found 3"), m -> assertThat(m).contains("matrix of a product"),
        m -> assertThat(m).contains("from 48 to 80, found 2 to 3"));
  }

  @Test
  void aMissingWeightIsRefusedOnOpening(@TempDir Path folder) throws Exception {
    Files.copy(GOLDEN.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("config.json"), Files.readString(GOLDEN.resolve("config.json"))
        .replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4")
        .replaceFirst("\"layer_types\": \\[", "\"layer_types\": [\"full_attention\", "));
    try (Checkpoint incomplete = Checkpoint.open(folder)) {
      Decoder decoder = Decoder.of(incomplete);
      assertThatThrownBy(() -> DjlModel.open(incomplete, decoder, CompletionEnd.at(List.of())))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("model.layers.3.").hasMessageContaining("missing");
    }
  }
}
