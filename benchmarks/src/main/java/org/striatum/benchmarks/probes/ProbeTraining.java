package org.striatum.benchmarks.probes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Peer;
import org.striatum.benchmarks.measure.Sample;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.value.ValueProbe;
import org.striatum.probe.value.ValueProbeFit;
import org.striatum.probe.value.ValueProbeTraining;

/// One pass of TD training of the paper's value probe over trajectories in a file, standardised, against the same loop in
/// PyTorch. Both start from the same weights and take the trajectories in the same order, so the error on the
/// validation trajectories must be the same.
public final class ProbeTraining {
  private static final int SEED = 11;
  private static final String GENERATOR = "L64X128MixRandom";

  private ProbeTraining() {}

  public static List<Comparison> run(Setting setting) throws Exception {
    int width = setting.quick() ? 128 : 896;
    int count = setting.quick() ? 200 : 2_000;
    int length = setting.quick() ? 50 : 100;
    ValueProbeTraining paper = ValueProbeTraining.PAPER;
    ValueProbeTraining training = paper.withHidden(setting.quick() ? 128 : paper.hidden())
        .withStopping(_ -> new ValueProbeTraining.Stopping(1, 1));
    int steps = Math.ceilDiv(count, training.optimiser().batchTrajectories());
    String work = "TD, %d-%d-1, %,d trajectories of %d states, standardised; 1 pass of %d steps, validation on %d"
        .formatted(width, training.hidden(), count, length, steps, count / 20);
    setting.note().accept("value-probe: " + work);
    Path states = setting.folder().resolve("states.f32");
    FileTrajectories.draw(states, count + count / 20, length, width, generator());
    try (FileTrajectories all = FileTrajectories.open(states, count + count / 20, length, width)) {
      FileTrajectories train = all.part(0, count);
      FileTrajectories validation = all.part(count, count + count / 20);
      List<Peer> peers = setting.peer("value_probe.py", "--states", states.toString(), "--width",
          Integer.toString(width), "--length", Integer.toString(length), "--training", Integer.toString(count),
          "--threads", Integer.toString(setting.threads()));
      try {
        Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
        sides.put("ours", () -> Setting.measured(() -> {
          ValueProbeFit fit = ValueProbe.train(train, validation, training, generator());
          return new double[]{steps, fit.validationErrors().getLast()};
        }));
        Map<String, Object> request = request(setting, training, width, count);
        peers.forEach(peer -> sides.put("peer", () -> peer.ask(request)));
        Map<String, List<Sample>> samples = setting.inTurn(sides);
        double error = samples.get("ours").getFirst().checksum();
        if (samples.containsKey("peer")) {
          Setting.same(work + ", validation error", error, samples.get("peer").getFirst().checksum());
        }
        return List.of(Comparison.ofRates("value-probe training", work, "steps/s", "PyTorch", samples,
            new Target(Target.Kind.TIMES_THE_PEER, 1), Map.of("validation error", error)));
      } finally {
        peers.forEach(Peer::close);
      }
    }
  }

  private static RandomGenerator generator() {
    return RandomGeneratorFactory.of(GENERATOR).create(SEED);
  }

  /// What our trainer draws from the generator, for the peer to do the same: uniform weights layer by layer, then the order.
  private static Map<String, Object> request(Setting setting, ValueProbeTraining training, int width, int count)
      throws IOException {
    RandomGenerator random = generator();
    int hidden = training.hidden();
    float[] weights = new float[hidden * width + hidden + hidden + 1];
    int at = fill(weights, 0, hidden * width + hidden, width, random);
    fill(weights, at, hidden + 1, hidden, random);
    Path file = setting.folder().resolve("weights.f32");
    RawFile.write(file, weights);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    Ranks.shuffle(order, random);
    return Map.of("weights", file.toString(), "hidden", hidden, "order", order, "batch",
        training.optimiser().batchTrajectories(),
        "lr", training.optimiser().learningRate(), "weight_decay", training.optimiser().weightDecay(), "gamma",
        training.returns().gamma());
  }

  private static int fill(float[] weights, int from, int count, int inputs, RandomGenerator random) {
    float bound = (float) (1 / Math.sqrt(inputs));
    for (int i = from; i < from + count; i++) {
      weights[i] = random.nextFloat(-bound, bound);
    }
    return from + count;
  }
}
