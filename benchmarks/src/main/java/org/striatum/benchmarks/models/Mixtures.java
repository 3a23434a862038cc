package org.striatum.benchmarks.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// A mixture of 64 experts, 8 for each token, against transformers: capture of all residual points without a head, and generation
/// with a cache, weights fast and low.
public final class Mixtures {
  private static final int MIDDLE = 1; // the layer that is compared

  private Mixtures() {}

  public static List<Comparison> run(Setting setting) throws Exception {
    Path checkpoint = Files.createDirectories(setting.folder().resolve("mixture"));
    RandomMixture.write(checkpoint, new SplittableRandom(6));
    List<Comparison> comparisons = new ArrayList<>();
    for (Memory memory : Memory.values()) {
      try (HookedModel model = HookedModel.open(checkpoint, Optional.of(memory), setting.threads())) {
        comparisons.add(capture(setting, checkpoint, model));
        comparisons.add(generation(setting, checkpoint, model, 8));
        if (memory == Memory.FAST) {
          comparisons.add(generation(setting, checkpoint, model, 1));
        }
      }
    }
    return comparisons;
  }

  private static String weights(HookedModel model) {
    return ", %d experts, %d chosen, weights %s".formatted(RandomMixture.EXPERTS, RandomMixture.CHOSEN,
        model.memory().toString().toLowerCase(Locale.ROOT));
  }

  private static Comparison capture(Setting setting, Path checkpoint, HookedModel model) throws Exception {
    List<TokenSequence> sequences = sequences(4, 128);
    Set<HookPoint> hooks = new TreeSet<>(Set.of(HookPoint.EMBED));
    IntStream.range(0, RandomMixture.LAYERS).mapToObj(HookPoint::residPost).forEach(hooks::add);
    String work = "4 × 128 tokens, " + hooks.size() + " hook points" + weights(model);
    List<Peer> peers = peers(setting, checkpoint);
    try {
      Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
      sides.put("ours", () -> {
        Recording[] recorded = new Recording[1];
        Sample sample = Setting.measured(() -> {
          recorded[0] = model.model().record(sequences, hooks, Gates.none());
          return new double[]{recorded[0].rows(), 0};
        });
        return new Sample(sample.seconds(), sample.cpu(), sample.work(),
            Capture.sum(recorded[0].at(HookPoint.residPost(MIDDLE))));
      });
      Map<String, Object> request = Map.of("batches", List.of(sequences.stream().map(TokenSequence::tokens).toList()),
          "layer", MIDDLE);
      peers.forEach(peer -> sides.put("peer", () -> peer.ask(request)));
      return compared(setting, "mixture, capture", work, sides);
    } finally {
      peers.forEach(Peer::close);
    }
  }

  private static Comparison generation(Setting setting, Path checkpoint, HookedModel model, int batch)
      throws Exception {
    List<TokenSequence> prompts = sequences(batch, 32);
    int tokens = 32;
    String work = "%d prompts at once, %d tokens each%s".formatted(batch, tokens, weights(model));
    List<Peer> peers = peers(setting, checkpoint, "--generate");
    try {
      Sampling sampling = new Sampling(1, 1, 0, tokens, false);
      long[] seeds = IntStream.range(0, batch).mapToLong(i -> i).toArray();
      Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
      sides.put("ours", () -> Setting.measured(() -> {
        List<Completion> completions = model.model().generate(prompts, seeds, sampling, Gates.none(), batch, () -> {});
        return new double[]{completions.stream().mapToInt(completion -> completion.tokens().length).sum(), 0};
      }));
      peers.forEach(peer -> sides.put("peer", () -> peer.ask(Map.of("prompts",
          prompts.stream().map(TokenSequence::tokens).toList(), "new_tokens", tokens, "batch", batch, "stop", false))));
      return compared(setting, "mixture, generation", work, sides);
    } finally {
      peers.forEach(Peer::close);
    }
  }

  private static List<Peer> peers(Setting setting, Path checkpoint, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--checkpoint", checkpoint.toString(), "--threads",
        Integer.toString(setting.threads())));
    arguments.addAll(List.of(more));
    return setting.peer("capture.py", arguments.toArray(String[]::new));
  }

  private static Comparison compared(Setting setting, String name, String work, Map<String, Callable<Sample>> sides)
      throws Exception {
    setting.note().accept(name + ": " + work);
    Setting.warmUp(sides);
    Map<String, List<Sample>> samples = setting.inTurn(sides);
    List<Sample> peer = samples.getOrDefault("peer", List.of());
    double checksum = samples.get("ours").getFirst().checksum();
    if (!peer.isEmpty() && checksum != 0) {
      Setting.same(work, checksum, peer.getFirst().checksum());
    }
    return Comparison.ofRates(name, work, "tokens/s", "transformers", samples,
        new Target(Target.Kind.TIMES_THE_PEER, 1), Map.of());
  }

  private static List<TokenSequence> sequences(int count, int length) {
    RandomGenerator random = new SplittableRandom(7);
    return IntStream.range(0, count)
        .mapToObj(_ -> TokenSequence.prompt(random.ints(length, 0, RandomMixture.VOCABULARY).toArray())).toList();
  }
}
