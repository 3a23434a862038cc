package org.striatum.hooks.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

class OnnxModelTest {
  private static final Path REASONER = Path.of("../checkpoints/tiny-reasoner-step2000");
  private static final List<String> PROMPTS = List.of("5*26=", "(2+9)+52=", "510%8=", "72+59=", "847*38=", "1+2=",
      "((7+5)*3)-8=", "99999%7=", "305+41+7=");
  private static HookedModel opened;
  private static GatedModel model;

  @BeforeAll
  static void open() throws Exception {
    opened = HookedModel.open(REASONER, Optional.empty(), 0);
    model = opened.model();
  }

  @AfterAll
  static void close() {
    opened.close();
  }

  @Test
  void identityGatesLeaveLogitsBitIdentical() throws Exception {
    TreeMap<HookPoint, Gate> identity = new TreeMap<>();
    for (int layer = 0; layer < model.layers(); layer++) {
      for (HookPoint hook : List.of(HookPoint.residPost(layer), HookPoint.mlpPost(layer))) {
        identity.put(hook, Gate.identity(model.width(hook)));
      }
    }
    float[] plain = logits(Gates.none());
    assertThat(logits(new Gates(identity))).isEqualTo(plain);
    TreeMap<HookPoint, Gate> nowhere = new TreeMap<>();
    identity.forEach((hook, gate) -> nowhere.put(hook,
        Gate.zeroing(gate.width(), List.of(0, 1, 2)).at(PositionMask.NONE)));
    assertThat(logits(new Gates(nowhere))).as("an empty mask").isEqualTo(plain);
    assertThat(logits(zeroing(1))).as("a gate that acts").isNotEqualTo(plain);
  }

  @Test
  void residualStreamIsTheSumOfWhatIsAddedToIt() throws Exception {
    List<HookPoint> hooks = IntStream.range(0, model.layers()).boxed()
        .flatMap(layer -> List.of("hook_resid_pre", "hook_attn_out", "hook_mlp_out", "hook_resid_post").stream()
            .map(site -> HookPoint.parse("blocks." + layer + "." + site)))
        .toList();
    Recording recording = model.record(sequences(), Set.copyOf(hooks), Gates.none());
    for (int layer = 0; layer < model.layers(); layer++) {
      String block = "blocks." + layer + ".";
      float[] pre = recording.at(HookPoint.parse(block + "hook_resid_pre"));
      float[] attention = recording.at(HookPoint.parse(block + "hook_attn_out"));
      float[] mlp = recording.at(HookPoint.parse(block + "hook_mlp_out"));
      float[] post = recording.at(HookPoint.residPost(layer));
      for (int i = 0; i < post.length; i++) {
        assertThat((double) pre[i] + attention[i] + mlp[i]).isCloseTo(post[i], within(1e-4));
      }
    }
  }

  @Test
  void oneRowAloneEqualsTheSameRowInAPaddedBatch() throws Exception {
    Set<HookPoint> hooks = Set.of(HookPoint.residPost(3), HookPoint.LOGITS);
    Recording together = model.record(sequences(), hooks, Gates.none());
    for (int i = 0; i < PROMPTS.size(); i++) {
      Recording alone = model.record(List.of(sequences().get(i)), hooks, Gates.none());
      for (HookPoint hook : hooks) {
        float[] row = Arrays.copyOfRange(together.at(hook), together.rowOf()[i] * model.width(hook),
            together.rowOf()[i + 1] * model.width(hook));
        assertThat(relativeError(row, alone.at(hook))).isLessThan(1e-5);
      }
    }
  }

  @Test
  void rolloutsThatShareTheirPromptEqualThemselvesAlone() throws Exception {
    List<TokenSequence> rollouts = new ArrayList<>();
    for (String continuation : List.of("5*6=30\n5*20=100\n30+100=130\n#130", "5*6=30\n#30", "9", "5*6=30\n#30")) {
      rollouts.add(opened.sequence("5*26=", continuation));
    }
    HookPoint hook = HookPoint.residPost(3);
    for (PositionMask positions : PositionMask.values()) {
      Gates gates = Gates.of(HookPoint.residPost(1),
          Gate.zeroing(model.width(HookPoint.residPost(1)), List.of(5, 37, 53, 77, 130)).at(positions));
      Recording together = model.record(rollouts, Set.of(hook), gates);
      for (int i = 0; i < rollouts.size(); i++) {
        float[] rows = Arrays.copyOfRange(together.at(hook), together.rowOf()[i] * model.width(hook),
            together.rowOf()[i + 1] * model.width(hook));
        assertThat(relativeError(rows, model.record(List.of(rollouts.get(i)), Set.of(hook), gates).at(hook)))
            .as("rollout %d, gate at %s", i, positions).isLessThan(1e-5);
      }
    }
  }

  @Test
  @Tag("slow")
  void sameSeedGivesTheSameRolloutsAtAnyBatchSize() throws Exception {
    List<TokenSequence> prompts = new ArrayList<>();
    for (int sample = 0; sample < 20; sample++) {
      for (String prompt : PROMPTS) {
        prompts.add(TokenSequence.prompt(opened.tokenizer().encode(prompt)));
      }
    }
    long[] seeds = IntStream.range(0, prompts.size()).mapToLong(i -> 1000 + i).toArray();
    Sampling sampling = new Sampling(1, 0.95, 0, 80, true);
    Gates gates = zeroing(1);
    List<String> reference = texts(model.generate(prompts, seeds, sampling, gates, 64, () -> {}));
    for (int batchSize : new int[]{1, 3, 180}) {
      assertThat(texts(model.generate(prompts, seeds, sampling, gates, batchSize, () -> {})))
          .as("batch size " + batchSize)
          .isEqualTo(reference);
    }
    assertThat(reference).as("sampling really samples").doesNotHaveDuplicates();
  }

  /// Attention takes queries in blocks of twice the head's width; one row behind the last block is a product of its own kind.
  @Test
  void aSequenceOfAnyLengthHasTheSameBitsInAnyCompany() throws Exception {
    int[] text = opened.tokenizer().encode("5*26=5*20=100#130+5*6=30-17*(3+9)".repeat(9));
    List<TokenSequence> prompts = IntStream.concat(IntStream.rangeClosed(1, 6),
        IntStream.rangeClosed(60, 70)).mapToObj(length -> TokenSequence.prompt(Arrays.copyOf(text, length))).toList();
    long[] seeds = IntStream.range(0, prompts.size()).mapToLong(i -> i).toArray();
    Sampling sampling = new Sampling(1, 1, 0, 5, true);
    List<String> reference = texts(model.generate(prompts, seeds, sampling, Gates.none(), prompts.size(), () -> {}));
    for (int batchSize : new int[]{1, 2, 5}) {
      assertThat(texts(model.generate(prompts, seeds, sampling, Gates.none(), batchSize, () -> {})))
          .as("batch size " + batchSize).isEqualTo(reference);
    }
    Set<HookPoint> hooks = Set.of(HookPoint.residPost(3));
    List<TokenSequence> sequences = IntStream.of(2, 63, 64, 65, 66, 127, 128, 129, 130)
        .mapToObj(length -> TokenSequence.prompt(Arrays.copyOf(text, length))).toList();
    Recording together = model.record(sequences, hooks, Gates.none());
    for (int i = 0; i < sequences.size(); i++) {
      float[] rows = Arrays.copyOfRange(together.at(HookPoint.residPost(3)),
          together.rowOf()[i] * model.width(HookPoint.residPost(3)),
          together.rowOf()[i + 1] * model.width(HookPoint.residPost(3)));
      assertThat(model.record(List.of(sequences.get(i)), hooks, Gates.none()).at(HookPoint.residPost(3)))
          .as("length " + sequences.get(i).length()).isEqualTo(rows);
    }
  }

  private static List<String> texts(List<Completion> completions) {
    return IntStream.range(0, completions.size()).mapToObj(i -> i + " " + Arrays.toString(completions.get(i).tokens())
        + completions.get(i).finished() + completions.get(i).logProbability()).toList();
  }

  @Test
  void cachedGreedyDecodingEqualsRecomputationOfEveryPrefix() throws Exception {
    assertCachedEqualsRecomputed(opened, Gates.none());
    assertCachedEqualsRecomputed(opened, zeroing(2));
  }

  @Test
  void slidingWindowsAndScaledRopeAgreeBetweenCachedAndPlainAttention(@TempDir Path folder) throws Exception {
    Path golden = Path.of("src/test/resources/golden/checkpoints/qwen2");
    Files.copy(golden.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    String config = Files.readString(golden.resolve("config.json"))
        .replace("\"sliding_window\": null", "\"sliding_window\": 5")
        .replace("\"use_sliding_window\": false", "\"use_sliding_window\": true")
        .replace("\"rope_type\": \"default\"", "\"rope_type\": \"linear\", \"factor\": 2.0")
        .replaceFirst("\"full_attention\"", "\"sliding_attention\"");
    Files.writeString(folder.resolve("config.json"), config);
    try (HookedModel windowed = HookedModel.open(folder, Optional.empty(), 0);
        HookedModel full = HookedModel.open(golden, Optional.empty(), 0)) {
      TokenSequence prompt = TokenSequence.prompt(new int[]{5, 9, 33, 120, 7, 66, 18, 2, 90});
      assertThat(windowed.model().record(List.of(prompt), Set.of(HookPoint.LOGITS), Gates.none()).at(HookPoint.LOGITS))
          .isNotEqualTo(
              full.model().record(List.of(prompt), Set.of(HookPoint.LOGITS), Gates.none()).at(HookPoint.LOGITS));
      assertCachedEqualsRecomputed(windowed, Gates.none(), prompt);
    }
  }

  private static void assertCachedEqualsRecomputed(HookedModel opened, Gates gates) throws Exception {
    for (String prompt : PROMPTS) {
      assertCachedEqualsRecomputed(opened, gates, TokenSequence.prompt(opened.tokenizer().encode(prompt)));
    }
  }

  private static void assertCachedEqualsRecomputed(HookedModel opened, Gates gates, TokenSequence prompt) {
    GatedModel model = opened.model();
    int[] cached = model.generate(List.of(prompt), new long[1], new Sampling(0, 1, 0, 20, false), gates, 1, () -> {})
        .getFirst().tokens();
    List<Integer> tokens = new ArrayList<>(Arrays.stream(prompt.tokens()).boxed().toList());
    for (int token : cached) {
      TokenSequence prefix = TokenSequence.prompt(tokens.stream().mapToInt(Integer::intValue).toArray());
      float[] logits = model.record(List.of(prefix), Set.of(HookPoint.LOGITS), gates).at(HookPoint.LOGITS);
      int last = logits.length - model.vocabulary();
      int greatest = IntStream.range(0, model.vocabulary())
          .reduce((a, b) -> logits[last + b] > logits[last + a] ? b : a)
          .orElseThrow();
      assertThat(token).as("after %s", tokens).isEqualTo(greatest);
      tokens.add(token);
    }
  }

  @Test
  void scoresEqualLogSoftmaxOfRecordedLogitsUnderEveryGate() throws Exception {
    List<TokenSequence> items = sequences();
    for (HookPoint hook : List.of(HookPoint.residPost(0), HookPoint.residPost(3), HookPoint.mlpPost(2),
        HookPoint.EMBED)) {
      try (GatedModel.Scorer scorer = model.scorer(items, Set.of(hook))) {
        Gate identity = Gate.identity(model.width(hook));
        Gate ablated = Gate.zeroing(model.width(hook), List.of(5, 37, 53, 77, 130));
        for (Gate gate : List.of(identity, ablated, ablated.at(PositionMask.GENERATED))) {
          double[] found = scorer.logProbabilities(Gates.of(hook, gate));
          double[] expected = logProbabilities(items, Gates.of(hook, gate));
          for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("item %d at %s", i, hook).isCloseTo(expected[i], within(2e-3));
          }
        }
        assertThat(scorer.logProbabilities(Gates.of(hook, ablated.at(PositionMask.NONE)))).as("empty mask, bit for bit")
            .isEqualTo(scorer.logProbabilities(Gates.of(hook, identity)));
      }
    }
  }

  private static double[] logProbabilities(List<TokenSequence> items, Gates gates) {
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
  void generatedLogProbabilityEqualsItsTeacherForcedScore() throws Exception {
    TokenSequence prompt = TokenSequence.prompt(opened.tokenizer().encode("47*38="));
    Completion completion = model
        .generate(List.of(prompt), new long[]{3}, new Sampling(1, 1, 0, 60, true), Gates.none(), 1,
            () -> {})
        .getFirst();
    TokenSequence whole = prompt.followedBy(completion.tokens());
    if (completion.finished()) {
      whole = whole.followedBy(opened.endOfSequence().getFirst());
    }
    assertThat(completion.logProbability()).isCloseTo(logProbabilities(List.of(whole), Gates.none())[0], within(1e-3));
  }

  @Test
  void theGraphIsSmallAndTheFolderStaysAsItWas() throws Exception {
    assertThat(opened.generatedGraph().length).isLessThan(200_000);
    try (var files = Files.list(REASONER)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("README.md", "config.json",
          "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
    }
  }

  private static Gates zeroing(int layer) {
    return Gates.of(HookPoint.residPost(layer),
        Gate.zeroing(model.width(HookPoint.residPost(layer)), List.of(5, 37, 53, 77, 130, 212, 241)));
  }

  private static List<TokenSequence> sequences() throws Exception {
    List<TokenSequence> sequences = new ArrayList<>();
    Map<String, String> continuations = Map.of("5*26=", "5*6=30\n5*20=100\n30+100=130\n#130", "1+2=", "1+2=3\n#3");
    for (String prompt : PROMPTS) {
      sequences.add(opened.sequence(prompt, continuations.getOrDefault(prompt, "7\n#7")));
    }
    return sequences;
  }

  private static float[] logits(Gates gates) throws Exception {
    return model.record(sequences(), Set.of(HookPoint.LOGITS), gates).at(HookPoint.LOGITS);
  }

  private static double relativeError(float[] a, float[] b) {
    double worst = 0;
    double scale = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, Math.abs(a[i] - b[i]));
      scale = Math.max(scale, Math.abs(b[i]));
    }
    return worst / scale;
  }
}
