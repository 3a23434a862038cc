package org.striatum.benchmarks.probes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Peer;
import org.striatum.benchmarks.measure.Sample;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.value.ProbeJob;
import org.striatum.probe.value.ProbeTrainings;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueProbe;
import org.striatum.probe.value.ValueProbeFit;
import org.striatum.probe.value.ValueProbeTraining;

/// TD training of the paper's value probe over trajectories in a file, standardised, against the same loop in PyTorch: one
/// pass of one probe, and as many passes of a probe of every layer as a ranking takes. Both start from the same weights and take the trajectories in the same order, so the error on the
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
        Map<String, Object> request = request(setting, training, width, count, 1, 1);
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

  /// Fixed passes of a probe of each layer, trained at once on our side and one by one on the peer's.
  public static List<Comparison> layers(Setting setting) throws Exception {
    int layers = setting.quick() ? 4 : 28;
    int width = setting.quick() ? 512 : 1_536;
    int passes = setting.quick() ? 20 : 100;
    int count = 8;
    int all = count + 2;
    int length = 100;
    ValueProbeTraining training = ValueProbeTraining.PAPER.withStopping(_ -> new ValueProbeTraining.Stopping(1, 1,
        ValueProbeTraining.Sorting.fixed(passes, ValueProbeTraining.PAPER.optimiser())));
    int steps = layers * passes * Math.ceilDiv(count, training.optimiser().batchTrajectories());
    String work = "TD, %d layers, %,d-%d-1, %d trajectories of %d states, standardised; %d passes of each, %,d steps"
        .formatted(layers, width, training.hidden(), count, length, passes, steps);
    setting.note().accept("ranking-probes: " + work);
    Path states = setting.folder().resolve("layers.f32");
    FileTrajectories.draw(states, layers * all, length, width, generator(0));
    try (FileTrajectories file = FileTrajectories.open(states, layers * all, length, width)) {
      List<Peer> peers = setting.peer("value_probe.py", "--states", states.toString(), "--width",
          Integer.toString(width), "--length", Integer.toString(length), "--training", Integer.toString(count),
          "--threads", Integer.toString(setting.threads()));
      try {
        Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
        sides.put("ours", () -> Setting.measured(() -> {
          List<ProbeJob> jobs = IntStream.range(0, layers)
              .mapToObj(layer -> new ProbeJob(file.part(layer * all, layer * all + count),
                  file.part(layer * all + count, (layer + 1) * all), training, generator(layer)))
              .toList();
          List<ValueProbeFit> fits = ProbeTrainings.all(jobs, () -> {});
          return new double[]{steps, IntStream.range(0, layers)
              .mapToDouble(layer -> error(fits.get(layer).ranking(), jobs.get(layer))).average().orElseThrow()};
        }));
        Map<String, Object> request = request(setting, training, width, count, layers, passes);
        peers.forEach(peer -> sides.put("peer", () -> peer.ask(request)));
        Map<String, List<Sample>> samples = setting.inTurn(sides);
        double error = samples.get("ours").getFirst().checksum();
        if (samples.containsKey("peer")) {
          Setting.same(work + ", validation error", error, samples.get("peer").getFirst().checksum());
        }
        return List.of(Comparison.ofRates("value probes of all layers", work, "steps/s", "PyTorch, one by one", samples,
            new Target(Target.Kind.TIMES_THE_PEER, 3), Map.of("validation error", error)));
      } finally {
        peers.forEach(Peer::close);
      }
    }
  }

  /// Mean (V(s) − return)² over the validation states.
  private static double error(ValueProbe probe, ProbeJob job) {
    Trajectories states = job.validation();
    double sum = 0;
    long rows = 0;
    for (int i = 0; i < states.size(); i++) {
      int length = states.length(i);
      float[] own = new float[length * states.width()];
      states.states(i, own, 0);
      double[] values = probe.values(own, length);
      for (int t = 0; t < length; t++) {
        double wanted = states.reward(i) * Math.pow(job.training().returns().gamma(), length - 1 - t);
        sum += (values[t] - wanted) * (values[t] - wanted);
      }
      rows += length;
    }
    return sum / rows;
  }

  private static RandomGenerator generator() {
    return generator(0);
  }

  private static RandomGenerator generator(int layer) {
    return RandomGeneratorFactory.of(GENERATOR).create(SEED + layer);
  }

  /// What our trainer draws from the generators, for the peer to do the same: uniform weights layer by layer, then the order
  /// of every pass.
  private static Map<String, Object> request(Setting setting, ValueProbeTraining training, int width, int count,
      int layers, int passes) throws IOException {
    int hidden = training.hidden();
    int size = hidden * width + hidden + hidden + 1;
    float[] weights = new float[layers * size];
    int[][][] orders = new int[layers][passes][];
    for (int layer = 0; layer < layers; layer++) {
      RandomGenerator random = generator(layer);
      int at = fill(weights, layer * size, hidden * width + hidden, width, random);
      fill(weights, at, hidden + 1, hidden, random);
      int[] order = IntStream.range(0, count).toArray();
      for (int pass = 0; pass < passes; pass++) {
        Ranks.shuffle(order, random);
        orders[layer][pass] = order.clone();
      }
    }
    Path file = setting.folder().resolve("weights.f32");
    RawFile.write(file, weights);
    return Map.of("weights", file.toString(), "hidden", hidden, "orders", orders, "batch",
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
