package org.striatum.benchmarks.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.striatum.hooks.onnx.Memory;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// Sampling with a key-value cache at temperature 1 against transformers' `generate`. Work is counted in generated tokens, without
/// the end of sequence.
public final class Generations {
  private Generations() {}

  public static List<Comparison> run(Setting setting) throws Exception {
    List<Comparison> comparisons = new ArrayList<>();
    try (HookedModel model = HookedModel.open(setting.reasoner(), Optional.empty(), setting.threads())) {
      List<TokenSequence> prompts = new ArrayList<>();
      for (int i = 0; i < 256; i++) {
        prompts.add(TokenSequence.prompt(model.tokenizer().encode(11 + i + "*" + (97 - i / 3) + "=")));
      }
      comparisons
          .add(compare(setting, "generation, small model to the end of sequence", setting.reasoner(), model, prompts,
              new Sampling(1, 1, 0, 200, true), 128, 4));
    }
    RandomGenerator random = new SplittableRandom(2);
    List<TokenSequence> prompts = IntStream.range(0, 8)
        .mapToObj(_ -> TokenSequence.prompt(random.ints(32, 0, RandomCheckpoint.VOCABULARY).toArray())).toList();
    Map<String, Optional<Memory>> opened = new LinkedHashMap<>();
    opened.put("generation, large model", Optional.empty());
    if (!setting.quick()) {
      opened.put("generation, large model, weights low", Optional.of(Memory.LOW));
    }
    for (Map.Entry<String, Optional<Memory>> way : opened.entrySet()) {
      try (HookedModel model = HookedModel.open(setting.checkpoint(), way.getValue(), setting.threads())) {
        comparisons.add(compare(setting, way.getKey(), setting.checkpoint(), model, prompts,
            new Sampling(1, 1, 0, 32, false), 8, 1.3));
      }
    }
    return comparisons;
  }

  private static Comparison compare(Setting setting, String name, Path checkpoint, HookedModel model,
      List<TokenSequence> prompts, Sampling sampling, int batch, double target) throws Exception {
    String work = "%d prompts in batches of %d, at most %d tokens each%s".formatted(prompts.size(), batch,
        sampling.maxNewTokens(), sampling.stopAtEos() ? ", to the end of sequence" : "");
    setting.note().accept(name + ": " + work);
    List<Peer> peers = setting.peer("capture.py", "--generate", "--checkpoint", checkpoint.toString(), "--threads",
        Integer.toString(setting.threads()));
    try {
      long[] seeds = IntStream.range(0, prompts.size()).mapToLong(i -> i).toArray();
      Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
      sides.put("ours", () -> Setting.measured(() -> {
        List<Completion> completions = model.model().generate(prompts, seeds, sampling, Gates.none(), batch, () -> {});
        return new double[]{completions.stream().mapToInt(completion -> completion.tokens().length).sum(), 0};
      }));
      peers.forEach(peer -> sides.put("peer",
          () -> peer.ask(Map.of("prompts", prompts.stream().map(TokenSequence::tokens).toList(), "new_tokens",
              sampling.maxNewTokens(), "batch", batch, "stop", sampling.stopAtEos()))));
      Setting.warmUp(sides);
      Map<String, List<Sample>> samples = setting.inTurn(sides);
      return Comparison.ofRates(name, work, "tokens/s", "transformers generate", samples,
          new Target(Target.Kind.TIMES_THE_PEER, target), Map.of());
    } finally {
      peers.forEach(Peer::close);
    }
  }
}
