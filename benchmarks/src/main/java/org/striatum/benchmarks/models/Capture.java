package org.striatum.benchmarks.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Peer;
import org.striatum.benchmarks.measure.Sample;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.onnx.Memory;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;

/// Capture of all residual points of the 494 M shape against transformers' `output_hidden_states`, neither with a head:
/// sequences of one length, rollouts of mixed length that share prompts, and against ourselves without capturing.
public final class Capture {
  private static final int MIDDLE = RandomCheckpoint.LAYERS / 2 - 1; // the layer that is compared
  private static final HookPoint LAST = HookPoint.residPost(RandomCheckpoint.LAYERS - 1);
  private static final long SEED = 2;
  private static final int PEER_BATCH = 16;
  private static final String TRANSFORMERS = "transformers AutoModel";

  private Capture() {}

  /// All residual points: embedding and every block.
  static Set<HookPoint> residualPoints() {
    Set<HookPoint> hooks = new TreeSet<>(Set.of(HookPoint.EMBED));
    IntStream.range(0, RandomCheckpoint.LAYERS).mapToObj(HookPoint::residPost).forEach(hooks::add);
    return hooks;
  }

  private static HookedModel open(Setting setting, Memory memory) throws Exception {
    return HookedModel.open(setting.checkpoint(), Optional.of(memory), setting.threads());
  }

  /// 4 × 128 and 16 × 256 tokens.
  public static List<Comparison> equalLengths(Setting setting) throws Exception {
    List<Comparison> comparisons = new ArrayList<>();
    for (Memory memory : setting.quick() ? List.of(Memory.LOW) : List.of(Memory.LOW, Memory.FAST)) {
      List<Peer> peers = setting.peer("capture.py", "--checkpoint", setting.checkpoint().toString(), "--threads",
          Integer.toString(setting.threads()));
      try (HookedModel model = open(setting, memory); Products products = new Products(setting)) {
        for (int[] shape : setting.quick() ? new int[][]{{4, 128}} : new int[][]{{4, 128}, {16, 256}}) {
          List<TokenSequence> sequences = sequences(shape[0], shape[1]);
          String work = "%d × %d tokens, %d hook points, weights %s".formatted(shape[0], shape[1],
              residualPoints().size(), memory.toString().toLowerCase(Locale.ROOT));
          setting.note().accept("capture: " + work);
          Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
          sides.put("ours", () -> record(model, sequences, residualPoints()));
          peers.forEach(peer -> sides.put("peer", () -> peer.ask(batches(sequences))));
          sides.put("products", () -> products.sample(Math.min(shape[0] * shape[1], 1024)));
          sides.values().iterator().next().call(); // the first use builds the session
          Map<String, List<Sample>> samples = setting.inTurn(sides);
          double products24 = Comparison.median(Comparison.rates(samples.get("products")));
          double ours = Comparison.median(Comparison.rates(samples.get("ours")));
          comparisons.add(comparison("capture, equal lengths", work, TRANSFORMERS, samples, 1.3,
              Map.of("products alone, GFLOP/s", products24 * 2 * RandomCheckpoint.PRODUCT_WEIGHTS / 1e9,
                  "share of the products' rate", ours / products24)));
        }
      } finally {
        peers.forEach(Peer::close);
      }
    }
    return comparisons;
  }

  /// Five prompts, twelve rollouts of each, 16 to 400 tokens.
  public static List<Comparison> rollouts(Setting setting) throws Exception {
    List<TokenSequence> rollouts = rollouts(setting.quick() ? 4 : 12);
    int tokens = rollouts.stream().mapToInt(TokenSequence::length).sum();
    String work = "%d rollouts of 5 prompts, %d real tokens, peer in padded batches of %d".formatted(rollouts.size(),
        tokens, PEER_BATCH);
    setting.note().accept("rollouts: " + work);
    List<Peer> peers = setting.peer("capture.py", "--checkpoint", setting.checkpoint().toString(), "--threads",
        Integer.toString(setting.threads()));
    try (HookedModel model = open(setting, Memory.LOW)) {
      Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
      sides.put("ours", () -> record(model, rollouts, residualPoints()));
      peers.forEach(peer -> sides.put("peer", () -> peer.ask(batches(rollouts))));
      record(model, rollouts.subList(0, 1), residualPoints());
      Map<String, List<Sample>> samples = setting.inTurn(sides);
      return List.of(comparison("capture, rollouts of mixed length", work, TRANSFORMERS, samples, 2,
          Map.of()));
    } finally {
      peers.forEach(Peer::close);
    }
  }

  /// All residual points against only the last one, which still makes the model run all its layers.
  public static List<Comparison> hooks(Setting setting) throws Exception {
    List<TokenSequence> sequences = sequences(4, 128);
    String work = "4 × 128 tokens, %d hook points against 1".formatted(residualPoints().size());
    setting.note().accept("hooks: " + work);
    try (HookedModel model = open(setting, Memory.LOW)) {
      Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
      sides.put("ours", () -> record(model, sequences, residualPoints()));
      sides.put("peer", () -> record(model, sequences, Set.of(LAST)));
      for (Callable<Sample> side : sides.values()) {
        side.call();
      }
      Map<String, List<Sample>> samples = setting.inTurn(sides);
      return List.of(comparison("capture against no hooks", work, "ourselves, no hooks", samples, 0.97,
          Map.of()));
    }
  }

  private static Comparison comparison(String name, String work, String against, Map<String, List<Sample>> samples,
      double target, Map<String, Double> notes) {
    List<Sample> peer = samples.getOrDefault("peer", List.of());
    List<Sample> ours = samples.get("ours");
    if (!peer.isEmpty() && peer.getFirst().checksum() != 0 && ours.getFirst().checksum() != 0) {
      Setting.same(work, ours.getFirst().checksum(), peer.getFirst().checksum());
    }
    return Comparison.ofRates(name, work, "tokens/s", against, samples, new Target(Target.Kind.TIMES_THE_PEER, target),
        notes);
  }

  private static Sample record(HookedModel model, List<TokenSequence> sequences, Set<HookPoint> hooks)
      throws Exception {
    Recording[] recorded = new Recording[1];
    Sample sample = Setting.measured(() -> {
      recorded[0] = model.model().record(sequences, hooks, Gates.none());
      return new double[]{recorded[0].rows(), 0};
    });
    return new Sample(sample.seconds(), sample.cpu(), sample.work(),
        hooks.contains(HookPoint.residPost(MIDDLE)) ? sum(recorded[0].at(HookPoint.residPost(MIDDLE))) : 0);
  }

  static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += Math.abs(value);
    }
    return sum;
  }

  private static Map<String, Object> batches(List<TokenSequence> sequences) {
    List<List<int[]>> batches = new ArrayList<>();
    for (int start = 0; start < sequences.size(); start += PEER_BATCH) {
      batches.add(sequences.subList(start, Math.min(start + PEER_BATCH, sequences.size())).stream()
          .map(TokenSequence::tokens).toList());
    }
    return Map.of("batches", batches, "layer", MIDDLE);
  }

  private static List<TokenSequence> sequences(int count, int length) {
    RandomGenerator random = new SplittableRandom(SEED);
    return IntStream.range(0, count)
        .mapToObj(_ -> TokenSequence.prompt(random.ints(length, 0, RandomCheckpoint.VOCABULARY).toArray())).toList();
  }

  /// Prompts of 8, 22, 36, 50 and 64 tokens; lengths uniform between 16 (or the prompt and a token) and 400.
  private static List<TokenSequence> rollouts(int perPrompt) {
    RandomGenerator random = new SplittableRandom(SEED);
    List<TokenSequence> rollouts = new ArrayList<>();
    for (int prompt = 8; prompt <= 64; prompt += 14) {
      int[] tokens = random.ints(prompt, 0, RandomCheckpoint.VOCABULARY).toArray();
      for (int k = 0; k < perPrompt; k++) {
        int[] rollout = Arrays.copyOf(tokens, random.nextInt(Math.max(16, prompt + 1), 401));
        for (int t = prompt; t < rollout.length; t++) {
          rollout[t] = random.nextInt(RandomCheckpoint.VOCABULARY);
        }
        rollouts.add(new TokenSequence(rollout, prompt));
      }
    }
    return rollouts;
  }
}
