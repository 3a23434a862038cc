package org.striatum.benchmarks.digits;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Peer;
import org.striatum.benchmarks.measure.Sample;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.Mnist;
import org.striatum.datasets.images.Rotation;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.adapter.Examples;
import org.striatum.peft.adapter.Trainer;
import org.striatum.peft.mnist.MethodResult;
import org.striatum.peft.mnist.ModeSettings;
import org.striatum.peft.mnist.SpecializationTable;
import org.striatum.peft.mnist.Workbench;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.Progress;

/// The MNIST table, and the steps of a gate, against the same in PyTorch. The two sides draw different random numbers, so
/// only the mean of the table's cells must agree.
public final class Digits {
  private static final double MOST_DEVIATION = 0.01;
  private static final Target AS_FAST = new Target(Target.Kind.TIMES_THE_PEER, 1);

  private Digits() {}

  public static List<Comparison> run(Setting setting) throws Exception {
    ModeSettings settings = ModeSettings.calibrated().withSeeds(setting.quick() ? 3 : 10, 1);
    ImageSet images = Mnist.embedded();
    Path folder = Path.of(System.getProperty("striatum.home"), "datasets", "src", "main", "resources", "org",
        "striatum", "datasets", "images", "mnist");
    List<Peer> peers = setting.peer("mnist.py", "--images", folder.toString(), "--threads",
        Integer.toString(setting.threads()));
    try {
      List<Comparison> comparisons = new ArrayList<>();
      comparisons.add(table(setting, settings, images, peers));
      comparisons.add(gate(setting, settings, images, peers));
      return comparisons;
    } finally {
      peers.forEach(Peer::close);
    }
  }

  private static Comparison table(Setting setting, ModeSettings settings, ImageSet images, List<Peer> peers)
      throws Exception {
    int adaptation = settings.adaptation().steps();
    int foundation = settings.foundation().training().steps();
    int steps = settings.seeds().count() * (foundation + 4 * adaptation);
    String work = "5 methods, %d seeds: split, rotate, %,d steps, %d tests of 10,000 images".formatted(
        settings.seeds().count(),
        steps, 10 * settings.seeds().count());
    setting.note().accept("mnist: " + work);
    Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
    sides.put("ours", () -> Setting.measured(() -> {
      try (Workbench bench = new Workbench(images, settings)) {
        List<MethodResult> methods = SpecializationTable.run(bench, Progress.NONE).result().methods();
        return new double[]{steps, methods.stream()
            .mapToDouble(method -> (method.accuracy0().mean() + method.accuracy45().mean()) / 2).average()
            .orElseThrow()};
      }
    }));
    peers.forEach(peer -> sides.put("peer", () -> peer.ask(Map.of("table", settings.seeds().count(), "foundation_steps",
        foundation, "steps", adaptation))));
    Map<String, List<Sample>> samples = setting.inTurn(sides);
    if (samples.containsKey("peer")) {
      double ours = samples.get("ours").getFirst().checksum();
      double peer = samples.get("peer").getFirst().checksum();
      if (!(Math.abs(ours - peer) <= MOST_DEVIATION)) {
        throw new IllegalStateException(
            "the two sides computed different tables: mean accuracy " + ours + " here and " + peer + " there");
      }
    }
    return comparison("mnist table", work, samples);
  }

  private static Comparison gate(Setting setting, ModeSettings settings, ImageSet images, List<Peer> peers)
      throws Exception {
    int steps = setting.quick() ? 500 : 2000;
    float[] x = new Rotation(45).apply(images.test().ink(), 28, 28);
    Mlp base = Mlp.random(new int[]{784, 128, 128, 10}, new SplittableRandom(1));
    try (Examples examples = new Examples(x, images.test().labels())) {
      Map<String, Callable<Sample>> sides = new LinkedHashMap<>();
      sides.put("ours", () -> Setting.measured(() -> {
        Trainer.train(base, new TauGate(true, true, settings.constants().sharpness()), examples,
            settings.adaptation().withSteps(steps), 1, "benchmark");
        return new double[]{steps, 0};
      }));
      peers.forEach(peer -> sides.put("peer", () -> peer.ask(Map.of("gate_steps", steps))));
      return comparison("training a gate", "784-128-128-10, batch 64, %,d steps of TauGate".formatted(steps),
          setting.inTurn(sides));
    }
  }

  private static Comparison comparison(String name, String work, Map<String, List<Sample>> samples) {
    return Comparison.ofRates(name, work, "steps/s", "PyTorch", samples, AS_FAST, Map.of());
  }
}
