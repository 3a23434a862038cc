package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Ranks;

/// What a hard gate saves, honestly counted, and whether the units it turns most are those that matter.
///
/// A gate reads z, so the product that makes z has been paid before anything can be skipped: a closed unit saves its
/// column of the next product only. And where z ≤ 0 a rectifier alone would have saved as much.
public final class GateCost {
  private static final double[] PENALTIES = {0, 1, 10};
  private static final double[] SHARES = {0.05, 0.1, 0.25};
  /// Random sets a seed and size.
  private static final int DRAWS = 20;

  private GateCost() {}

  /// What was found.
  ///
  /// @param macs multiply-accumulates of one image
  /// @param mostSkippable those behind a gate: no gate can skip more
  public record Result(long macs, long mostSkippable, List<Skipped> skipped, List<Ablated> ablated) {
    public Result {
      skipped = List.copyOf(skipped);
      ablated = List.copyOf(ablated);
    }
  }

  /// Shares of all multiply-accumulates that need not be done on tilted test images.
  ///
  /// @param skipped where a unit is 0, by its gate or its rectifier: z ≤ max(0, τ)
  /// @param byRectifier where z ≤ 0, which needs no gate
  /// @param beyondRectifier skipped less byRectifier, paired: what the gate adds
  /// @param hard45 accuracy of the hard gate
  public record Skipped(double lambda, OverSeeds skipped, OverSeeds byRectifier, OverSeeds beyondRectifier,
      OverSeeds hard45) {}

  /// What becomes of accuracy when some units are silenced (γ = 0), the others gated as learned.
  ///
  /// @param ranking by what units were chosen
  /// @param share of the units of each layer
  /// @param accuracy45 with them silenced
  /// @param random45 mean over random sets of equally many units per layer
  /// @param beyondRandom45 accuracy45 less random45, paired: negative where these units matter more
  /// @param beyondRandom0 the same on upright images
  public record Ablated(String ranking, double share, OverSeeds accuracy45, OverSeeds random45,
      OverSeeds beyondRandom45, OverSeeds beyondRandom0) {}

  /// Counts and ablates on every seed.
  public static Result run(Workbench bench, Progress progress) {
    ModeSettings settings = bench.settings();
    int seeds = settings.seeds().count();
    int[] widths = bench.widths();
    double[][][] skipped = new double[PENALTIES.length][3][seeds];
    Map<String, double[][]> ablated = new LinkedHashMap<>(); // ranking@share → (45°, random 45°, 0°, random 0°)
    try (Progress.Task task = progress.start("mnist cost", seeds, "seed")) {
      for (int i = 0; i < seeds; i++) {
        try (Workbench.SeedRun seed = bench.seed(settings.seed(i))) {
          for (int p = 0; p < PENALTIES.length; p++) {
            Method method = Method.closing(settings, settings.constants().sharpness(), PENALTIES[p]);
            TrainedAdapter gate = seed.train(method, Mode.TILTED).adapter();
            double[] measured = skipped(bench, seed, gate.hardened());
            for (int k = 0; k < measured.length; k++) {
              skipped[p][k][i] = measured[k];
            }
            if (p == 0) {
              ablate(bench, seed, gate, i, ablated);
            }
          }
        }
        task.step(1);
      }
    }
    List<Skipped> counts = new ArrayList<>();
    for (int p = 0; p < PENALTIES.length; p++) {
      OverSeeds zero = OverSeeds.of(skipped[p][0]);
      OverSeeds byRectifier = OverSeeds.of(skipped[p][1]);
      counts
          .add(new Skipped(PENALTIES[p], zero, byRectifier, zero.minus(byRectifier), OverSeeds.of(skipped[p][2])));
    }
    List<Ablated> ablations = new ArrayList<>();
    ablated.forEach((named, figures) -> {
      int at = named.lastIndexOf('@');
      OverSeeds tilted = OverSeeds.of(figures[0]);
      OverSeeds random = OverSeeds.of(figures[1]);
      ablations.add(new Ablated(named.substring(0, at), Double.parseDouble(named.substring(at + 1)), tilted, random,
          tilted.minus(random), OverSeeds.of(figures[2]).minus(OverSeeds.of(figures[3]))));
    });
    return new Result(macs(widths, 0), macs(widths, 1), counts, ablations);
  }

  /// Multiply-accumulates of the products from a layer on.
  static long macs(int[] widths, int from) {
    return IntStream.range(from, widths.length - 1).mapToLong(l -> (long) widths[l] * widths[l + 1]).sum();
  }

  /// The shares skipped with the gate and by a rectifier alone, and the accuracy.
  private static double[] skipped(Workbench bench, Workbench.SeedRun seed, TrainedAdapter hard) {
    int[] widths = bench.widths();
    try (AdaptedNetwork network = AdaptedNetwork.of(seed.base(), hard)) {
      List<float[]> signals = network.signals(bench.test(Mode.TILTED));
      double either = 0;
      double byRectifier = 0;
      for (int l = 0; l < signals.size(); l++) {
        float[] z = signals.get(l);
        float[] threshold = hard.thresholds(l);
        long closed = 0;
        long zero = 0;
        for (int i = 0; i < z.length; i++) {
          closed += z[i] <= Math.max(0, threshold[i % threshold.length]) ? 1 : 0;
          zero += z[i] <= 0 ? 1 : 0;
        }
        double next = (double) widths[l + 1] * widths[l + 2] / macs(widths, 0);
        either += next * closed / z.length;
        byRectifier += next * zero / z.length;
      }
      return new double[]{either, byRectifier, network.accuracy(bench.test(Mode.TILTED))};
    }
  }

  private static void ablate(Workbench bench, Workbench.SeedRun seed, TrainedAdapter gate, int i,
      Map<String, double[][]> ablated) {
    int layers = gate.widths().length - 2;
    double[] open;
    try (AdaptedNetwork network = AdaptedNetwork.of(seed.base(), gate)) {
      open = Openness.of(network, bench.test(Mode.TILTED)).byUnit();
    }
    List<double[]> turned = new ArrayList<>();
    List<double[]> openness = new ArrayList<>();
    int first = 0;
    for (int l = 0; l < layers; l++) {
      float[] gains = gate.gains(l);
      turned.add(IntStream.range(0, gains.length).mapToDouble(unit -> Math.abs(gains[unit] - 1)).toArray());
      openness.add(Arrays.copyOfRange(open, first, first + gains.length));
      first += gains.length;
    }
    RandomGenerator random = new SplittableRandom(bench.settings().seed(i));
    for (double share : SHARES) {
      double[] byChance = new double[2];
      for (int draw = 0; draw < DRAWS; draw++) {
        List<double[]> scores = turned.stream().map(of -> random.doubles(of.length).toArray()).toList();
        double[] accuracies = silenced(bench, seed, gate, scores, share);
        byChance[0] += accuracies[0] / DRAWS;
        byChance[1] += accuracies[1] / DRAWS;
      }
      Map<String, List<double[]>> rankings = new LinkedHashMap<>();
      rankings.put("largest |γ − 1|", turned);
      rankings.put("most open", openness);
      rankings.forEach((name, scores) -> {
        double[] accuracies = silenced(bench, seed, gate, scores, share);
        double[][] figures = ablated.computeIfAbsent(name + "@" + share,
            _ -> new double[4][bench.settings().seeds().count()]);
        figures[0][i] = accuracies[0];
        figures[1][i] = byChance[0];
        figures[2][i] = accuracies[1];
        figures[3][i] = byChance[1];
      });
    }
  }

  /// Accuracy at 45° and at 0° with the units of the highest scores silenced.
  private static double[] silenced(Workbench bench, Workbench.SeedRun seed, TrainedAdapter gate,
      List<double[]> scores, double share) {
    Map<String, float[]> gains = new LinkedHashMap<>();
    for (int l = 0; l < scores.size(); l++) {
      float[] gain = gate.gains(l);
      int count = Math.max(1, (int) Math.round(share * gain.length));
      for (int unit : Ranks.top(scores.get(l), count)) {
        gain[unit] = 0;
      }
      gains.put("layers." + l + ".gain", gain);
    }
    try (AdaptedNetwork network = AdaptedNetwork.of(seed.base(), gate.with(gains))) {
      return new double[]{network.accuracy(bench.test(Mode.TILTED)), network.accuracy(bench.test(Mode.UPRIGHT))};
    }
  }
}
