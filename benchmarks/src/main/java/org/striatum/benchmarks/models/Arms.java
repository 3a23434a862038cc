package org.striatum.benchmarks.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Peer;
import org.striatum.benchmarks.measure.Sample;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel.Scorer;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// Zero-ablation arms at one hook point on the small trained model, Σ log p of given continuations, against a loop of
/// PyTorch forward hooks. The layers below the hook point are the same for every arm: with L blocks, hooked after l of
/// them, computing them once gains a factor of L/(L − l) if many arms share it.
public final class Arms {
  private static final int BLOCKS_BELOW = 2;
  private static final int COORDINATES = 3;
  private static final double OVER_WHAT_IS_SAVED = 1.2;

  private Arms() {}

  public static List<Comparison> run(Setting setting) throws Exception {
    int count = setting.quick() ? 50 : 200;
    HookPoint hook = HookPoint.residPost(BLOCKS_BELOW - 1);
    try (HookedModel model = HookedModel.open(setting.reasoner(), Optional.empty(), setting.threads())) {
      List<TokenSequence> items = items(model, 200);
      int width = model.model().width(hook);
      List<int[]> sets = sets(count, width);
      String work = "%d arms of %d coordinates at %s, %d items".formatted(count, COORDINATES, hook, items.size());
      setting.note().accept("arms: " + work);
      List<Peer> peers = setting.peer("arms.py", "--checkpoint", setting.reasoner().toString(), "--threads",
          Integer.toString(setting.threads()));
      try {
        Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
        sides.put("ours", () -> Setting.measured(() -> {
          double sum = 0;
          try (Scorer scorer = model.model().scorer(items, Set.of(hook))) {
            for (int[] set : sets) {
              Gate gate = Gate.zeroing(width, Arrays.stream(set).boxed().toList());
              sum += Arrays.stream(scorer.logProbabilities(Gates.of(hook, gate))).sum();
            }
          }
          return new double[]{sets.size(), sum};
        }));
        peers.forEach(peer -> sides.put("peer", () -> peer.ask(Map.of("items",
            items.stream().map(item -> Map.of("tokens", item.tokens(), "prompt", item.promptLength())).toList(),
            "block", BLOCKS_BELOW - 1, "sets", sets, "batch", 50))));
        for (Callable<Sample> side : sides.values()) {
          side.call(); // the first use builds the session
        }
        Map<String, List<Sample>> samples = setting.inTurn(sides);
        if (samples.containsKey("peer")) {
          Setting.same(work, samples.get("ours").getFirst().checksum(), samples.get("peer").getFirst().checksum());
        }
        int blocks = model.model().layers();
        return List.of(Comparison.ofRates("ablation arms", work, "arms/s", "PyTorch forward hooks", samples,
            new Target(Target.Kind.TIMES_THE_PEER, OVER_WHAT_IS_SAVED * blocks / (blocks - BLOCKS_BELOW)), Map.of()));
      } finally {
        peers.forEach(Peer::close);
      }
    }
  }

  /// Products of three digits by two with their partial products, as the model was trained to write them.
  private static List<TokenSequence> items(HookedModel model, int count) throws Exception {
    List<TokenSequence> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int a = 101 + 4 * i;
      int b = 13 + 7 * i % 83;
      int ones = a * (b % 10);
      int tens = a * (b - b % 10);
      items.add(model.sequence(a + "*" + b + "=", "%d*%d=%d\n%d*%d=%d\n%d+%d=%d\n#%d".formatted(a, b % 10, ones, a,
          b - b % 10, tens, ones, tens, ones + tens, ones + tens)));
    }
    return items;
  }

  private static List<int[]> sets(int count, int width) {
    RandomGenerator random = new SplittableRandom(5);
    return IntStream.range(0, count).mapToObj(_ -> random.ints(0, width).distinct().limit(COORDINATES).toArray())
        .toList();
  }
}
