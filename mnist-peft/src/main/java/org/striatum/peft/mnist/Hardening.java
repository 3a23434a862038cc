package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.List;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.probe.run.Progress;

/// Soft against hard gates over sharpness s and penalty λ, and how many gates are open by each definition.
public final class Hardening {
  /// The paper's high-activation fraction; it gives neither s, nor λ, nor the definition.
  public static final double PAPER_HIGH_ACTIVATION = 0.28;
  private static final double[] SHARPNESSES = {2, 5, 10, 20, 50};
  private static final double[] PENALTIES = {0, 0.1, 1, 3, 10};

  private Hardening() {}

  /// What was found.
  ///
  /// @param paperHighActivation the paper's figure, to compare with each definition's
  public record Result(List<HardenedGate> gates, double paperHighActivation) {
    public Result {
      gates = List.copyOf(gates);
    }
  }

  /// Gates of one pair of s and λ, trained soft.
  ///
  /// @param soft accuracy as trained
  /// @param hard accuracy hardened
  /// @param hardLoss45 hard minus soft on tilted images, paired
  /// @param open how far they are open
  public record HardenedGate(double sharpness, double lambda, Accuracies soft, Accuracies hard, OverSeeds hardLoss45,
      OpenUnits open) {}

  /// On upright and on tilted test images.
  public record Accuracies(OverSeeds at0, OverSeeds at45) {}

  /// Openness on tilted test images at the sharpness trained with.
  ///
  /// @param mean of g
  /// @param above9 mean of 1[g > 0.9]
  /// @param above5 mean of 1[g > 0.5], which is that of 1[z > τ], the hard gate
  /// @param unitsAbove9 share of units whose mean g is > 0.9
  public record OpenUnits(OverSeeds mean, OverSeeds above9, OverSeeds above5, OverSeeds unitsAbove9) {}

  /// Trains a gate on every seed at every pair.
  public static Result run(Workbench bench, Progress progress) {
    ModeSettings settings = bench.settings();
    List<double[][]> figures = new ArrayList<>(); // a pair: (figure, seed)
    for (int i = 0; i < SHARPNESSES.length * PENALTIES.length; i++) {
      figures.add(new double[8][settings.seeds().count()]);
    }
    try (Progress.Task task = progress.start("mnist hardening", (long) settings.seeds().count() * figures.size(),
        "gate")) {
      for (int i = 0; i < settings.seeds().count(); i++) {
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
    List<HardenedGate> pairs = new ArrayList<>();
    for (int pair = 0; pair < figures.size(); pair++) {
      List<OverSeeds> of = new ArrayList<>();
      for (double[] figure : figures.get(pair)) {
        of.add(OverSeeds.of(figure));
      }
      pairs.add(new HardenedGate(sharpness(pair), penalty(pair), new Accuracies(of.get(0), of.get(1)),
          new Accuracies(of.get(2), of.get(3)), of.get(3).minus(of.get(1)),
          new OpenUnits(of.get(4), of.get(5), of.get(6), of.get(7))));
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
