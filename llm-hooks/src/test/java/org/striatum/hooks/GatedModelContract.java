package org.striatum.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.probe.model.AttentionPattern;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.DescribedModel;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// What every engine's model must do, whatever the family. Models stay open from test to test.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class GatedModelContract {
  private static final String MODELS = "models";
  private static final Path GPT2 = Path.of("src/test/resources/golden/checkpoints/gpt2");

  /// The checkpoints or files that the engine is tested on, of three blocks each or more.
  protected abstract List<Path> models() throws Exception;

  /// Opens one whose completions end at token 2.
  protected abstract GatedModel open(Path path) throws Exception;

  private final Map<Path, GatedModel> models = new HashMap<>();

  private GatedModel model(Path path) throws Exception {
    if (!models.containsKey(path)) {
      models.put(path, open(path));
    }
    return models.get(path);
  }

  @AfterAll
  void close() {
    models.values().forEach(GatedModel::close);
  }

  private static List<TokenSequence> sequences(GatedModel model) {
    return GoldenCheckpoints.sequences(new Random(23), model.vocabulary(), 4, 17);
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void recordsEveryHookPointInItsWidth(Path path) throws Exception {
    GatedModel model = model(path);
    List<TokenSequence> sequences = sequences(model);
    Recording recording = model.record(sequences, Set.copyOf(model.hookPoints()), Gates.none());
    assertThat(recording.rows()).isEqualTo(sequences.stream().mapToInt(TokenSequence::length).sum());
    for (HookPoint hook : model.hookPoints()) {
      assertThat(recording.at(hook)).as("%s", hook).hasSize(recording.rows() * model.width(hook));
      for (float value : recording.at(hook)) {
        assertThat(value).as("%s", hook).isFinite();
      }
    }
    assertThat(model.width(HookPoint.LOGITS)).isEqualTo(model.vocabulary());
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void oneSequenceAloneEqualsTheSameInABatch(Path path) throws Exception {
    GatedModel model = model(path);
    List<TokenSequence> sequences = sequences(model);
    Set<HookPoint> hooks = Set.copyOf(model.hookPoints());
    HookPoint gated = HookPoint.residPost(1);
    Gates gates = Gates.of(gated,
        GoldenCheckpoints.gate(new Random(5), model.width(gated), false, PositionMask.GENERATED));
    Recording together = model.record(sequences, hooks, gates);
    for (int i = 0; i < sequences.size(); i++) {
      Recording alone = model.record(List.of(sequences.get(i)), hooks, gates);
      for (HookPoint hook : hooks) {
        float[] rows = Arrays.copyOfRange(together.at(hook), together.rowOf()[i] * model.width(hook),
            together.rowOf()[i + 1] * model.width(hook));
        assertThat(GoldenCheckpoints.relativeError(rows, alone.at(hook))).as("%s", hook).isLessThan(1e-5);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void identityAndEmptyMaskLeaveLogitsBitIdentical(Path path) throws Exception {
    GatedModel model = model(path);
    float[] plain = logits(model, Gates.none());
    assertThat(logits(model, everywhere(model, Gate::identity))).as("identity").isEqualTo(plain);
    Function<Integer, Gate> shut = d -> Gate.zeroing(d, List.of(0, 1, 2));
    assertThat(logits(model, everywhere(model, d -> shut.apply(d).at(PositionMask.NONE)))).as("empty mask")
        .isEqualTo(plain);
    assertThat(logits(model, everywhere(model, shut))).as("a gate that acts").isNotEqualTo(plain);
  }

  private static Gates everywhere(GatedModel model, Function<Integer, Gate> gate) {
    return new Gates(new TreeMap<>(
        model.hookPoints().stream().collect(Collectors.toMap(hook -> hook, hook -> gate.apply(model.width(hook))))));
  }

  private static float[] logits(GatedModel model, Gates gates) {
    return model.record(sequences(model), Set.of(HookPoint.LOGITS), gates).at(HookPoint.LOGITS);
  }

  /// Whether a row's product with a matrix has the same bits whatever number of rows is multiplied with it: experts meet more or
  /// fewer rows when others choose otherwise.
  protected boolean productsKeepTheirBits() {
    return true;
  }

  private void assertSame(GatedModel model, HookPoint hook, float[] found, float[] expected) {
    boolean mixture = model.hookPoints().stream().anyMatch(other -> other.site() == Site.EXPERT_WEIGHTS);
    if (mixture && !productsKeepTheirBits()) {
      assertThat(GoldenCheckpoints.relativeError(found, expected)).as("%s", hook).isLessThan(1e-5);
    } else {
      assertThat(found).as("%s", hook).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void shutCoordinatesAreZeroWhereTheMaskSelectsAndNothingElseIsTouched(Path path) throws Exception {
    GatedModel model = model(path);
    List<TokenSequence> sequences = sequences(model);
    Set<HookPoint> hooks = Set.copyOf(model.hookPoints());
    Recording plain = model.record(sequences, hooks, Gates.none());
    Recording shut = model.record(sequences, hooks,
        everywhere(model, d -> Gate.zeroing(d, List.of(1, d - 1)).at(PositionMask.ALL_BUT_FIRST)));
    for (HookPoint hook : hooks) {
      int d = model.width(hook);
      for (int i = 0; i < sequences.size(); i++) {
        int first = plain.rowOf()[i];
        // A first position sees only itself.
        assertSame(model, hook, Arrays.copyOfRange(shut.at(hook), first * d, (first + 1) * d),
            Arrays.copyOfRange(plain.at(hook), first * d, (first + 1) * d));
        for (int row = first + 1; row < plain.rowOf()[i + 1]; row++) {
          assertThat(shut.at(hook)[row * d + 1]).as("%s", hook).isZero();
          assertThat(shut.at(hook)[row * d + d - 1]).as("%s", hook).isZero();
        }
      }
      float[] before = plain.at(hook);
      // A neuron behind ReLU may be zero in every row; not both of them.
      assertThat(
          IntStream.range(0, plain.rows()).anyMatch(row -> before[row * d + d - 1] != 0 || before[row * d + 1] != 0))
          .as("%s was not zero before", hook).isTrue();
    }
  }

  /// A run's own rows in their own places change nothing; another run's rows at all positions of the first block's entrance
  /// give that run's logits.
  @ParameterizedTest
  @MethodSource(MODELS)
  void patchedRowsStandInForTheRunTheyComeFrom(Path path) throws Exception {
    GatedModel model = model(path);
    Random random = new Random(53);
    TokenSequence one = GoldenCheckpoints.sequences(random, model.vocabulary(), 1, 12).getFirst();
    int vocabulary = model.vocabulary();
    // Every token is another, so that every row of it is.
    TokenSequence other = new TokenSequence(
        Arrays.stream(one.tokens()).map(token -> (token + 1 + random.nextInt(vocabulary - 1)) % vocabulary).toArray(),
        one.promptLength());
    for (HookPoint hook : had(model, new HookPoint(0, Site.RESID_PRE), HookPoint.residPost(1), HookPoint.mlpPost(1))) {
      Set<HookPoint> read = Set.of(hook, HookPoint.LOGITS);
      Recording plain = model.record(List.of(one), read, Gates.none());
      Recording donor = model.record(List.of(other), read, Gates.none());
      Recording own = model.record(List.of(one), read, Gates.of(hook, Gate.patching(rows(model, plain, hook, 12))));
      assertThat(GoldenCheckpoints.relativeError(own.at(HookPoint.LOGITS), plain.at(HookPoint.LOGITS)))
          .isLessThan(1e-6);
      if (!hook.site().equals(Site.MLP_POST)) {
        Recording moved = model.record(List.of(one), read, Gates.of(hook, Gate.patching(rows(model, donor, hook, 12))));
        assertThat(GoldenCheckpoints.relativeError(moved.at(HookPoint.LOGITS), donor.at(HookPoint.LOGITS)))
            .isLessThan(1e-5);
      }
      SortedMap<Integer, float[]> last = rows(model, donor, hook, 12).tailMap(11);
      Recording end = model.record(List.of(one), read, Gates.of(hook, Gate.patching(last)));
      int v = model.vocabulary();
      assertThat(GoldenCheckpoints.relativeError(Arrays.copyOf(end.at(HookPoint.LOGITS), 11 * v),
          Arrays.copyOf(plain.at(HookPoint.LOGITS), 11 * v))).as("rows before the patch").isLessThan(1e-5);
      assertThat(end.at(HookPoint.LOGITS)).isNotEqualTo(plain.at(HookPoint.LOGITS));
    }
  }

  /// Those that the model has: a mixture of experts has no neurons of a block.
  private static List<HookPoint> had(GatedModel model, HookPoint... hooks) {
    return Arrays.stream(hooks).filter(model.hookPoints()::contains).toList();
  }

  private static SortedMap<Integer, float[]> rows(GatedModel model, Recording recording, HookPoint hook, int count) {
    int d = model.width(hook);
    SortedMap<Integer, float[]> rows = new TreeMap<>();
    for (int t = 0; t < count; t++) {
      rows.put(t, Arrays.copyOfRange(recording.at(hook), t * d, (t + 1) * d));
    }
    return rows;
  }

  /// Directions and rows go through every entry alike: scores and completions are those of the recorded logits.
  @ParameterizedTest
  @MethodSource(MODELS)
  void directionsAndRowsActInScoresAndCompletions(Path path) throws Exception {
    GatedModel model = model(path);
    List<TokenSequence> items = sequences(model);
    Random random = new Random(59);
    for (HookPoint hook : had(model, HookPoint.residPost(1), HookPoint.mlpPost(1), HookPoint.LOGITS)) {
      int d = model.width(hook);
      float[] vector = new float[d];
      SortedMap<Integer, float[]> rows = new TreeMap<>();
      for (int i = 0; i < d; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      rows.put(2, vector);
      for (Gate gate : List.of(new Direction(hook, vector).projectedOut(),
          new Direction(hook, vector).added(0.5).at(PositionMask.GENERATED), Gate.patching(rows))) {
        double[] expected = logProbabilities(model, items, Gates.of(hook, gate));
        try (GatedModel.Scorer scorer = model.scorer(items, Set.of(hook))) {
          double[] found = scorer.logProbabilities(Gates.of(hook, gate));
          for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within(1e-5 * Math.abs(expected[i])));
          }
          assertThat(scorer.logProbabilities(Gates.of(hook, gate.at(PositionMask.NONE)))).as("empty mask")
              .isEqualTo(scorer.logProbabilities(Gates.none()));
        }
        TokenSequence prompt = TokenSequence.prompt(new int[]{5, 9, 33});
        Sampling greedy = new Sampling(0, 1, 0, 3, false);
        List<Completion> drawn = model.generate(List.of(prompt, prompt), new long[2], greedy, Gates.of(hook, gate), 2,
            () -> {});
        assertThat(drawn.getFirst().logProbability()).isCloseTo(
            logProbabilities(model, List.of(prompt.followedBy(drawn.getFirst().tokens())), Gates.of(hook, gate))[0],
            within(1e-3));
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void theLensAtTheLastLayerGivesTheModelsLogits(Path path) throws Exception {
    if (!(model(path) instanceof DescribedModel model)) {
      return; // an ONNX file: its parts are not known
    }
    HookPoint last = HookPoint.residPost(model.layers() - 1);
    Recording recording = model.record(sequences(model), Set.of(last, HookPoint.LOGITS), Gates.none());
    assertThat(GoldenCheckpoints.relativeError(model.lens(recording.at(last)), recording.at(HookPoint.LOGITS)))
        .isLessThan(1e-6);
    assertThatThrownBy(() -> model.lens(new float[model.width(last) + 1])).hasMessageContaining("coordinates each");
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void attentionPatternsShareOneAmongWhatIsSeen(Path path) throws Exception {
    if (!(model(path) instanceof DescribedModel model)) {
      return;
    }
    TokenSequence sequence = sequences(model).getFirst();
    SortedSet<Integer> layers = GoldenCheckpoints.attending(model);
    if (layers.isEmpty()) {
      return;
    }
    List<AttentionPattern> patterns = model.attention(sequence, layers, Gates.none());
    assertThat(patterns).extracting(AttentionPattern::layer).containsExactlyElementsOf(layers);
    boolean sinks = path.toString().contains("oss"); // gpt-oss: a sink takes its share
    for (AttentionPattern pattern : patterns) {
      for (int head = 0; head < pattern.heads(); head++) {
        for (int query = 0; query < sequence.length(); query++) {
          double sum = 0;
          for (int key = 0; key < sequence.length(); key++) {
            sum += pattern.share(head, query, key);
            if (key > query) {
              assertThat(pattern.share(head, query, key)).isZero();
            }
          }
          assertThat(sum).isBetween(sinks ? 0 : 1 - 1e-5, 1 + 1e-5);
        }
      }
    }
    HookPoint entrance = new HookPoint(0, Site.RESID_PRE);
    Gate gate = GoldenCheckpoints.gate(new Random(61), model.width(entrance), false, PositionMask.ALL);
    assertThat(model.attention(sequence, layers, Gates.of(entrance, gate)).getLast().shares())
        .as("under a gate below").isNotEqualTo(patterns.getLast().shares());
    assertThatThrownBy(() -> model.attention(sequence, new TreeSet<>(List.of(model.layers())), Gates.none()))
        .isInstanceOf(IllegalArgumentException.class);
    HookPoint pattern = new HookPoint(0, Site.ATTN_PATTERN);
    refused(() -> model.record(List.of(sequence), Set.of(pattern), Gates.none()), "by themselves");
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void scoresEqualLogSoftmaxOfRecordedLogits(Path path) throws Exception {
    GatedModel model = model(path);
    List<TokenSequence> items = sequences(model);
    for (HookPoint hook : List.of(HookPoint.residPost(0), GoldenCheckpoints.neurons(model, 1), HookPoint.LOGITS)) {
      Gate soft = GoldenCheckpoints.gate(new Random(9), model.width(hook), false, PositionMask.ALL);
      try (GatedModel.Scorer scorer = model.scorer(items, Set.of(hook))) {
        for (Gate gate : List.of(Gate.identity(model.width(hook)), soft, soft.at(PositionMask.PROMPT))) {
          double[] found = scorer.logProbabilities(Gates.of(hook, gate));
          double[] expected = logProbabilities(model, items, Gates.of(hook, gate));
          for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("item %d at %s", i, hook).isCloseTo(expected[i],
                within(1e-5 * Math.abs(expected[i])));
          }
        }
        assertThat(scorer.logProbabilities(Gates.of(hook, soft.at(PositionMask.NONE)))).as("empty mask, bit for bit")
            .isEqualTo(scorer.logProbabilities(Gates.of(hook, Gate.identity(model.width(hook)))));
      }
    }
  }

  /// Gates may stand at several hook points; one that is not given leaves its hook point as it is.
  @ParameterizedTest
  @MethodSource(MODELS)
  void scoresUnderGatesAtSeveralHookPoints(Path path) throws Exception {
    GatedModel model = model(path);
    List<TokenSequence> items = sequences(model);
    for (List<HookPoint> hooks : List.of(List.of(HookPoint.residPost(0), HookPoint.residPost(1)),
        List.of(GoldenCheckpoints.neurons(model, 1), HookPoint.residPost(1)))) {
      Gates both = new Gates(hooks.stream().collect(Collectors.toMap(hook -> hook,
          hook -> Gate.zeroing(model.width(hook), List.of(1, 3)).at(PositionMask.ALL_BUT_FIRST), (one, _) -> one,
          TreeMap::new)));
      Gates one = Gates.of(hooks.getLast(), both.at().get(hooks.getLast()));
      try (GatedModel.Scorer scorer = model.scorer(items, Set.copyOf(hooks))) {
        for (Gates gates : List.of(Gates.none(), one, both)) {
          double[] found = scorer.logProbabilities(gates);
          double[] expected = logProbabilities(model, items, gates);
          for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("item %d under %d gates", i, gates.at().size()).isCloseTo(expected[i],
                within(1e-5 * Math.abs(expected[i])));
          }
        }
        assertThatThrownBy(() -> scorer.logProbabilities(Gates.of(HookPoint.EMBED,
            Gate.identity(model.width(HookPoint.EMBED))))).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("gates may stand at");
      }
    }
  }

  /// Σ log p of each item's continuation, from its logits.
  private static double[] logProbabilities(GatedModel model, List<TokenSequence> items, Gates gates) {
    Recording recording = model.record(items, Set.of(HookPoint.LOGITS), gates);
    float[] logits = recording.at(HookPoint.LOGITS);
    int vocabulary = model.vocabulary();
    double[] sums = new double[items.size()];
    for (int i = 0; i < sums.length; i++) {
      int[] tokens = items.get(i).tokens();
      for (int t = items.get(i).promptLength(); t < tokens.length; t++) {
        int row = (recording.rowOf()[i] + t - 1) * vocabulary;
        double top = IntStream.range(0, vocabulary).mapToDouble(v -> logits[row + v]).max().orElseThrow();
        double total = IntStream.range(0, vocabulary).mapToDouble(v -> Math.exp(logits[row + v] - top)).sum();
        sums[i] += logits[row + tokens[t]] - top - Math.log(total);
      }
    }
    return sums;
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void greedyDecodingTakesTheGreatestLogitOfEveryPrefix(Path path) throws Exception {
    GatedModel model = model(path);
    HookPoint hook = GoldenCheckpoints.neurons(model, 1);
    Gate gate = GoldenCheckpoints.gate(new Random(3), model.width(hook), false, PositionMask.GENERATED);
    TokenSequence prompt = TokenSequence.prompt(new int[]{5, 9, 33, 60, 7, 46, 18, 2, 50});
    for (Gates gates : List.of(Gates.none(), Gates.of(hook, gate))) {
      int[] drawn = model.generate(List.of(prompt), new long[1], new Sampling(0, 1, 0, 12, false), gates, 1, () -> {})
          .getFirst().tokens();
      assertThat(drawn).hasSize(12);
      TokenSequence sequence = prompt;
      for (int token : drawn) {
        float[] logits = model.record(List.of(sequence), Set.of(HookPoint.LOGITS), gates).at(HookPoint.LOGITS);
        int last = logits.length - model.vocabulary();
        int greatest = IntStream.range(0, model.vocabulary())
            .reduce((a, b) -> logits[last + b] > logits[last + a] ? b : a).orElseThrow();
        assertThat(token).as("after %s", Arrays.toString(sequence.tokens())).isEqualTo(greatest);
        sequence = sequence.followedBy(token);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void sameSeedGivesTheSameCompletionAtAnyBatchSize(Path path) throws Exception {
    GatedModel model = model(path);
    List<TokenSequence> prompts = sequences(model).stream().map(s -> TokenSequence.prompt(s.tokens())).toList();
    long[] seeds = {7, 8, 9, 10};
    Sampling sampling = new Sampling(1, 0.95, 0, 6, true);
    AtomicInteger finished = new AtomicInteger();
    List<String> reference = texts(
        model.generate(prompts, seeds, sampling, Gates.none(), 4, finished::incrementAndGet));
    assertThat(finished).hasValue(4);
    List<Completion> alone = model.generate(prompts, seeds, sampling, Gates.none(), 1, () -> {});
    if (isMixtureWithStates(model)) {
      // Figures differ in the last digits there (docs/models.md), tokens do not.
      List<Completion> together = model.generate(prompts, seeds, sampling, Gates.none(), 4, () -> {});
      for (int i = 0; i < alone.size(); i++) {
        assertThat(alone.get(i).tokens()).containsExactly(together.get(i).tokens());
        assertThat(alone.get(i).logProbability()).isCloseTo(together.get(i).logProbability(), withinPercentage(1e-4));
      }
    } else {
      assertThat(texts(alone)).isEqualTo(reference);
    }
    assertThat(texts(model.generate(prompts, new long[]{1, 2, 3, 4}, sampling, Gates.none(), 4, () -> {})))
        .as("other seeds").isNotEqualTo(reference);
  }

  /// Experts, and layers without attention.
  private static boolean isMixtureWithStates(GatedModel model) {
    List<HookPoint> hooks = model.hookPoints();
    return hooks.stream().anyMatch(hook -> hook.site() == Site.EXPERT_WEIGHTS) && hooks.stream()
        .filter(hook -> hook.site() == Site.RESID_POST)
        .anyMatch(hook -> !hooks.contains(new HookPoint(hook.layer(), Site.HEAD_OUT)));
  }

  private static List<String> texts(List<Completion> completions) {
    return completions.stream().map(c -> Arrays.toString(c.tokens()) + c.finished() + c.logProbability()).toList();
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void aCompletionsLogProbabilityIsItsTeacherForcedScore(Path path) throws Exception {
    GatedModel model = model(path);
    TokenSequence prompt = TokenSequence.prompt(new int[]{5, 9, 33});
    Completion completion = model
        .generate(List.of(prompt), new long[]{3}, new Sampling(1, 1, 0, 9, false), Gates.none(), 1, () -> {})
        .getFirst();
    TokenSequence whole = prompt.followedBy(completion.tokens());
    assertThat(completion.logProbability()).isCloseTo(logProbabilities(model, List.of(whole), Gates.none())[0],
        within(1e-3));
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void refusesWhatTheModelDoesNotHaveAtEveryEntry(Path path) throws Exception {
    GatedModel model = model(path);
    List<TokenSequence> one = List.of(TokenSequence.prompt(new int[]{1, 5}));
    HookPoint hook = HookPoint.residPost(0);
    HookPoint absent = HookPoint.residPost(model.layers());
    Gates narrow = Gates.of(hook, Gate.identity(3));
    String blocks = "blocks 0 to " + (model.layers() - 1);
    refused(() -> model.width(absent), blocks, absent.toString());
    refused(() -> model.record(one, Set.of(absent), Gates.none()), blocks, absent.toString());
    refused(() -> model.scorer(one, Set.of(hook, absent)), blocks, absent.toString());
    refused(() -> generate(model, one, Gates.of(absent, Gate.identity(3))), blocks, absent.toString());
    refused(() -> model.record(one, Set.of(hook), narrow), "must have " + model.width(hook), "found 3");
    refused(() -> generate(model, one, narrow), "must have " + model.width(hook), "found 3");
    refused(() -> model.scorer(one, Set.of()), "at least one hook point");
    for (int token : new int[]{-1, model.vocabulary()}) {
      List<TokenSequence> outside = List.of(one.getFirst(), TokenSequence.prompt(new int[]{3, token}));
      refused(() -> model.record(outside, Set.of(hook), Gates.none()), "token ids must be in", "found " + token);
      refused(() -> model.scorer(outside, Set.of(hook)), "token ids must be in", "found " + token);
      refused(() -> generate(model, outside, Gates.none()), "token ids must be in", "found " + token);
    }
    refused(() -> model.record(List.of(), Set.of(hook), Gates.none()), "at least one token sequence");
    refused(() -> model.scorer(List.of(), Set.of(hook)), "at least one token sequence");
    refused(() -> generate(model, List.of(), Gates.none()), "at least one token sequence");
    refused(() -> model.generate(one, new long[0], Sampling.greedy(1), Gates.none(), 1, () -> {}), "0 seeds");
    refused(() -> model.generate(one, new long[1], Sampling.greedy(1), Gates.none(), 0, () -> {}),
        "batch size must be ≥ 1, found 0");
  }

  private static void generate(GatedModel model, List<TokenSequence> prompts, Gates gates) {
    model.generate(prompts, new long[prompts.size()], Sampling.greedy(1), gates, 1, () -> {});
  }

  private static void refused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
  }

  /// A request that cannot be met is refused before anything is run for it.
  @ParameterizedTest
  @MethodSource(MODELS)
  void refusesSequencesThatAreTooLongBeforeRunningAny(Path path) throws Exception {
    GatedModel model = model(path);
    int longest = model.longest();
    assertThat(longest).isEqualTo(tableOfPositions(path));
    if (longest == Integer.MAX_VALUE) {
      return;
    }
    TokenSequence tooLong = TokenSequence.prompt(new int[longest + 1]);
    TokenSequence fits = TokenSequence.prompt(new int[longest]);
    List<TokenSequence> both = List.of(TokenSequence.prompt(new int[1]), tooLong);
    Set<HookPoint> hooks = Set.of(HookPoint.residPost(0));
    String rule = "at most " + longest + " positions, found " + (longest + 1);
    refused(() -> model.record(both, hooks, Gates.none()), rule);
    refused(() -> model.scorer(both, hooks), rule);
    AtomicInteger finished = new AtomicInteger();
    refused(() -> model.generate(List.of(TokenSequence.prompt(new int[1]), fits), new long[2],
        new Sampling(0, 1, 0, 2, false), Gates.none(), 1, finished::incrementAndGet), rule);
    assertThat(finished).hasValue(0);
    assertThat(model.generate(List.of(fits), new long[1], new Sampling(0, 1, 0, 1, false), Gates.none(), 1,
        () -> {}).getFirst().tokens()).as("the last token drawn is not run").hasSize(1);
  }

  /// Tables of positions, and rotations that change beyond the context (Hunyuan's here), which limit a sequence.
  private static int tableOfPositions(Path path) throws Exception {
    if (path.toString().endsWith(".onnx") || !Files.isDirectory(path)) {
      return path.toString().contains("gpt2") ? tableOfPositions(GPT2) : Integer.MAX_VALUE;
    }
    ModelConfig config = ModelConfig.read(path.resolve("config.json"));
    return switch (config.text("model_type")) {
      case "gpt2", "gptj", "codegen", "gpt_bigcode" -> config.size("n_positions");
      case "gpt_neo", "opt", "hunyuan_v1_dense" -> config.size("max_position_embeddings");
      case "mpt" -> config.size("max_seq_len");
      default -> Integer.MAX_VALUE;
    };
  }
}
