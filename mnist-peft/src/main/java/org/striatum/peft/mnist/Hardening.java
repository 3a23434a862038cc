package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.List;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.probe.run.Progress;

/// Soft against hard gates over sharpness s and penalty λ, and how many gates stand open by each definition.
public final class Hardening {
  /// The paper's high-activation fraction; it gives neither s, nor λ, nor the definition.
  public static final double PAPER_HIGH_ACTIVATION = 0.28;
  private static final double[] SHARPNESSES = {2, 5, 10, 20, 50};
  private static final double[] PENALTIES = {0, 0.1, 1, 3, 10};

  private Hardening() {}

  /// What was found.
  ///
  /// @param paperHighActivation the paper's figure, to be held beside each definition's
  public record Result(List<Setting> settings, double paperHighActivation) {
    public Result {
      settings = List.copyOf(settings);
    }
  }

  /// One pair of s and λ. Openness is on tilted test images at the sharpness trained with.
  ///
  /// @param hardLoss45 hard45 less soft45, paired
  /// @param meanOpenness mean of g
  /// @param above9 mean of 1[g > 0.9]
  /// @param above5 mean of 1[g > 0.5], which is that of 1[z > τ], the hard gate
  /// @param unitsAbove9 share of units whose mean g is > 0.9
  public record Setting(double sharpness, double lambda, OverSeeds soft0, OverSeeds soft45, OverSeeds hard0,
      OverSeeds hard45, OverSeeds hardLoss45, OverSeeds meanOpenness, OverSeeds above9, OverSeeds above5,
      OverSeeds unitsAbove9) {}

  /// Trains a gate on every seed at every pair.
  public static Result run(Workbench bench, Progress progress) {
    ModeSettings settings = bench.settings();
    List<double[][]> figures = new ArrayList<>(); // a pair: (figure, seed)
    for (int i = 0; i < SHARPNESSES.length * PENALTIES.length; i++) {
      figures.add(new double[8][settings.seeds()]);
    }
    try (Progress.Task task = progress.start("mnist hardening", (long) settings.seeds() * figures.size(), "gate")) {
      for (int i = 0; i < settings.seeds(); i++) {
        try (Workbench.SeedRun seed = bench.seed(settings.seed(i))) {
          for (int pair = 0; pair < figures.size(); pair++) {
            double[] measured = measure(bench, seed, sharpness(pair), penalty(pair));
            for (int k = 0; k < measured.length; k++) {
              figures.get(pair)[k][i] = measured[k];
            }
            task.step(1);
          }
        }
      }
    }
    List<Setting> pairs = new ArrayList<>();
    for (int pair = 0; pair < figures.size(); pair++) {
      List<OverSeeds> of = new ArrayList<>();
      for (double[] figure : figures.get(pair)) {
        of.add(OverSeeds.of(figure));
      }
      pairs.add(new Setting(sharpness(pair), penalty(pair), of.get(0), of.get(1), of.get(2), of.get(3),
          of.get(3).minus(of.get(1)), of.get(4), of.get(5), of.get(6), of.get(7)));
    }
    return new Result(pairs, PAPER_HIGH_ACTIVATION);
  }

  private static double sharpness(int pair) {
    return SHARPNESSES[pair / PENALTIES.length];
  }

  private static double penalty(int pair) {
    return PENALTIES[pair % PENALTIES.length];
  }

  private static double[] measure(Workbench bench, Workbench.SeedRun seed, double sharpness, double penalty) {
    TrainedAdapter gate = seed.train(Method.closing(bench.settings(), sharpness, penalty), Mode.TILTED).adapter();
    try (AdaptedNetwork soft = AdaptedNetwork.of(seed.base(), gate);
        AdaptedNetwork hard = AdaptedNetwork.of(seed.base(), gate.hardened())) {
      Openness openness = Openness.of(soft, bench.test(Mode.TILTED));
      return new double[]{soft.accuracy(bench.test(Mode.UPRIGHT)), soft.accuracy(bench.test(Mode.TILTED)),
          hard.accuracy(bench.test(Mode.UPRIGHT)), hard.accuracy(bench.test(Mode.TILTED)), openness.mean(),
          openness.above9(), openness.above5(), openness.unitsAbove9()};
    }
  }
}
