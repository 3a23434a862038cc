package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.AdapterTraining;
import org.striatum.peft.adapter.AdapterTraining.Optimizer;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Spearman;

/// The gain of adaptation over better and worse foundations, by gradient descent and by Adam.
public final class FoundationQuality {
  /// Images of the largest foundations for each of the usual one.
  static final int TIMES_THE_IMAGES = 4;

  private FoundationQuality() {}

  /// What was found.
  ///
  /// @param foundations from the fewest steps to the most, gradient descent first
  /// @param trends one per method
  public record Result(List<Foundation> foundations, List<Trend> trends) {
    public Result {
      foundations = List.copyOf(foundations);
      trends = List.copyOf(trends);
    }
  }

  /// One way to train a foundation.
  ///
  /// @param quality its accuracy, mean of both modes
  public record Foundation(AdapterTraining training, int images, OverSeeds quality, List<MethodResult> methods) {
    public Foundation {
      methods = List.copyOf(methods);
    }
  }

  /// How a method's gain at 45° depends on the foundation's quality.
  ///
  /// @param spearman rank correlation over foundations and seeds, 95 % interval by seed
  public record Trend(String method, Estimate spearman) {}

  /// How a foundation is trained, and on how many images.
  record Recipe(AdapterTraining training, int images) {}

  private static List<Recipe> recipes(Workbench bench) {
    ModeSettings settings = bench.settings();
    int few = settings.images().foundation();
    int most = TIMES_THE_IMAGES * few;
    AdapterTraining descent = new AdapterTraining(Optimizer.SGD, 0.2, 1, 64);
    AdapterTraining adam = new AdapterTraining(Optimizer.ADAM, 1e-3, 1, 64);
    return List.of(new Recipe(descent.withSteps(250), few), new Recipe(descent.withSteps(1000), most),
        new Recipe(descent.withSteps(4000), most), new Recipe(adam.withSteps(80), few),
        new Recipe(adam.withSteps(500), most), new Recipe(adam.withSteps(3000), most));
  }

  /// Trains every foundation on every seed, and every method over it at its usual rate.
  public static Result run(Workbench bench, Progress progress) {
    return run(bench, recipes(bench), progress);
  }

  static Result run(Workbench bench, List<Recipe> recipes, Progress progress) {
    ModeSettings settings = bench.settings();
    List<Foundation> foundations = new ArrayList<>();
    try (Progress.Task task = progress.start("mnist foundations", (long) recipes.size() * settings.seeds().count(),
        "foundation")) {
      for (Recipe recipe : recipes) {
        MethodResult.Gathering gathering = new MethodResult.Gathering();
        double[] quality = new double[settings.seeds().count()];
        for (int i = 0; i < settings.seeds().count(); i++) {
          try (Workbench.SeedRun seed = bench
              .seed(new Workbench.Foundation(settings.seed(i), recipe.images(), recipe.training()))) {
            for (Method method : Method.table(settings)) {
              try (AdaptedNetwork network = seed.network(method, Mode.TILTED)) {
                double upright = network.accuracy(bench.test(Mode.UPRIGHT));
                double tilted = network.accuracy(bench.test(Mode.TILTED));
                gathering.add(method, upright, tilted);
                if (method.isFrozen()) {
                  quality[i] = (upright + tilted) / 2;
                }
              }
            }
          }
          task.step(1);
        }
        foundations.add(new Foundation(recipe.training(), recipe.images(), OverSeeds.of(quality),
            gathering.results(bench.widths())));
      }
    }
    return new Result(foundations, trends(foundations, settings.seeds().count()));
  }

  private static List<Trend> trends(List<Foundation> foundations, int seeds) {
    int n = foundations.size() * seeds;
    String[] seedOf = new String[n];
    double[] quality = new double[n];
    Arrays.setAll(seedOf, k -> Integer.toString(k % seeds));
    Arrays.setAll(quality, k -> foundations.get(k / seeds).quality().bySeed()[k % seeds]);
    List<Trend> trends = new ArrayList<>();
    for (int m = 1; m < foundations.getFirst().methods().size(); m++) {
      int method = m;
      double[] gain = new double[n];
      Arrays.setAll(gain, k -> foundations.get(k / seeds).methods().get(method).gain45().bySeed()[k % seeds]);
      trends.add(new Trend(foundations.getFirst().methods().get(m).name(),
          Bootstrap.byProblem(seedOf, Spearman.over(quality, gain), new SplittableRandom(n))));
    }
    return trends;
  }
}
