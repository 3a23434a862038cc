package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.Examples;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.DotProduct;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.Ranks;

/// Two gates over one network, one a mode, switched back and forth; and how alike they are.
public final class ModeSwitching {
  /// Share of gates that count as changed: those with the largest |γ − 1|.
  static final double CHANGED = 0.25;

  private ModeSwitching() {}

  /// What was found.
  ///
  /// @param accuracies of each gate, and of none, in each mode
  /// @param ownModeBetter accuracy of each mode's own gate less the other's, summed over both modes, paired by seed
  /// @param overlaps of pairs of gates
  /// @param restored whether with all gates off every logit was the network's own, bit for bit, on every seed
  public record Result(List<Switched> accuracies, OverSeeds ownModeBetter, List<GateOverlap> overlaps,
      boolean restored) {
    public Result {
      accuracies = List.copyOf(accuracies);
      overlaps = List.copyOf(overlaps);
    }
  }

  /// The accuracy of a gate in a mode.
  ///
  /// @param gate `off`, `0°` or `45°`: the mode it was trained on
  public record Switched(String gate, String mode, OverSeeds accuracy) {}

  /// How alike two gates are.
  ///
  /// @param pair which two: of the two modes; of one mode, trained twice on other images; of two networks, whose units have
  ///     nothing to do with each other
  /// @param cosine of γ − 1
  /// @param changed Jaccard index of the quarter of gates with the largest |γ − 1|
  /// @param changedByChance what two random sets of that size share
  /// @param closed Jaccard index of the gates that are closed (mean g < ½ on images of their own mode)
  public record GateOverlap(String pair, OverSeeds cosine, OverSeeds changed, double changedByChance,
      OverSeeds closed) {}

  /// A trained gate, and which of its units are closed on its own mode.
  private record Trained(TrainedAdapter adapter, Set<Integer> closed) {
    /// γ − 1 of every unit, layer after layer.
    double[] gains() {
      List<Double> gains = new ArrayList<>();
      for (int l = 0; l < adapter.widths().length - 2; l++) {
        for (float gain : adapter.gains(l)) {
          gains.add(gain - 1.0);
        }
      }
      return gains.stream().mapToDouble(Double::doubleValue).toArray();
    }

    Set<Integer> changed() {
      double[] gains = gains();
      double[] sizes = Arrays.stream(gains).map(Math::abs).toArray();
      Set<Integer> changed = new HashSet<>();
      Arrays.stream(Ranks.top(sizes, (int) (CHANGED * sizes.length))).forEach(changed::add);
      return changed;
    }
  }

  /// Trains three gates a seed and compares them.
  public static Result run(Workbench bench, Progress progress) {
    ModeSettings settings = bench.settings();
    int seeds = settings.seeds().count();
    double[][][] accuracies = new double[3][2][seeds];
    List<Trained> upright = new ArrayList<>();
    List<Trained> tilted = new ArrayList<>();
    List<Trained> again = new ArrayList<>();
    boolean restored = true;
    float[] some = Mode.TILTED.of(bench.images().test()
        .chosen(IntStream.range(0, Math.min(500, bench.images().test().size())).toArray()));
    try (Progress.Task task = progress.start("mnist switching", seeds, "seed")) {
      for (int i = 0; i < seeds; i++) {
        Method gate = Method.tauGate(settings);
        try (Workbench.SeedRun seed = bench.seed(settings.seed(i));
            AdaptedNetwork network = new AdaptedNetwork(seed.base())) {
          network.add("0°", seed.train(gate, Mode.UPRIGHT).adapter());
          network.add("45°", seed.train(gate, Mode.TILTED).adapter());
          network.add("45° again", seed.trainAgain(gate, Mode.TILTED));
          upright.add(trained(network, "0°", bench.test(Mode.UPRIGHT)));
          tilted.add(trained(network, "45°", bench.test(Mode.TILTED)));
          again.add(trained(network, "45° again", bench.test(Mode.TILTED)));
          for (int on = 0; on < 3; on++) {
            switch (on) {
              case 0 -> network.disable();
              case 1 -> network.switchTo("0°");
              default -> network.switchTo("45°");
            }
            accuracies[on][0][i] = network.accuracy(bench.test(Mode.UPRIGHT));
            accuracies[on][1][i] = network.accuracy(bench.test(Mode.TILTED));
          }
          network.disable();
          restored &= Arrays.equals(network.logits(some), seed.base().logits(some));
        }
        task.step(1);
      }
    }
    List<Switched> switched = new ArrayList<>();
    for (int on = 0; on < 3; on++) {
      String gate = on == 0 ? "off" : on == 1 ? "0°" : "45°";
      switched.add(new Switched(gate, Mode.UPRIGHT.name(), OverSeeds.of(accuracies[on][0])));
      switched.add(new Switched(gate, Mode.TILTED.name(), OverSeeds.of(accuracies[on][1])));
    }
    double[] better = new double[seeds];
    Arrays.setAll(better,
        i -> accuracies[1][0][i] - accuracies[2][0][i] + accuracies[2][1][i] - accuracies[1][1][i]);
    List<Trained> ofNextNetwork = new ArrayList<>(tilted.subList(1, seeds));
    ofNextNetwork.add(tilted.getFirst());
    return new Result(switched, OverSeeds.of(better),
        List.of(overlap("of the two modes", upright, tilted), overlap("of one mode, trained twice", tilted, again),
            overlap("of two networks", upright, ofNextNetwork)),
        restored);
  }

  private static Trained trained(AdaptedNetwork network, String name, Examples own) {
    network.switchTo(name);
    double[] open = Openness.of(network, own).byUnit();
    Set<Integer> closed = new HashSet<>();
    IntStream.range(0, open.length).filter(unit -> open[unit] < 0.5).forEach(closed::add);
    return new Trained(network.adapter(name), closed);
  }

  private static GateOverlap overlap(String pair, List<Trained> first, List<Trained> second) {
    int n = first.size();
    double[] cosine = new double[n];
    double[] changed = new double[n];
    double[] closed = new double[n];
    double chance = Double.NaN;
    for (int i = 0; i < n; i++) {
      double[] a = first.get(i).gains();
      double[] b = second.get(i).gains();
      cosine[i] = DotProduct.of(a, b) / Math.sqrt(DotProduct.of(a, a) * DotProduct.of(b, b));
      Overlap shared = Overlap.of(first.get(i).changed(), second.get(i).changed(), a.length);
      changed[i] = shared.iou();
      chance = shared.expectedIou();
      closed[i] = Overlap.of(first.get(i).closed(), second.get(i).closed(), a.length).iou();
    }
    return new GateOverlap(pair, OverSeeds.of(cosine), OverSeeds.of(changed), chance, OverSeeds.of(closed));
  }
}
