package org.striatum.benchmarks.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Prints the tables of docs/cluster.md about scale: 154 checkpoints of each of eight sizes, four data sets each.
public final class ScaleOnPaper {
  private static final int CHECKPOINTS = 154;
  private static final int DATA_SETS = 4;
  private static final int CORES = 16;
  /// Work that a unit is cut to, in seconds.
  private static final double UNIT = 1800;
  private static final double SPEED = 0.05;
  private static final long SEED = 20261130;
  /// Positions s₀, ends of steps, last.
  private static final double POSITIONS = StudyWork.STEPS + 2;
  private static final double TOKENS = StudyWork.PROMPT + StudyWork.COMPLETION;
  /// Pythia's sizes (arXiv 2304.01373, table 1).
  private static final List<Model> FAMILY = List.of(new Model("70M", 70e6, 6, 512), new Model("160M", 162e6, 12, 768),
      new Model("410M", 405e6, 24, 1024), new Model("1B", 1.01e9, 16, 2048), new Model("1.4B", 1.41e9, 24, 2048),
      new Model("2.8B", 2.78e9, 32, 2560), new Model("6.9B", 6.86e9, 32, 4096), new Model("12B", 11.8e9, 36, 5120));

  private ScaleOnPaper() {}

  public static void main(String[] arguments) {
    Rates rates = Rates.measured();
    System.out.println(
        "| model | core-hours of a study | units of a study | hidden states, all tokens, F32 | 12 positions, BF16 |");
    System.out.println("|---|---|---|---|---|");
    for (Model model : FAMILY) {
      StudyWork work = StudyWork.ofDefaults(model.layers());
      double all = work.stored() * model.layers() * model.width() * Float.BYTES;
      System.out.printf(Locale.ROOT, "| %s | %,.0f | %,d | %,.1f GB | %,.2f GB |%n", model.name(),
          rates.seconds(model, work) / 3600, units(rates, model), all / 1e9,
          all / 1e9 * POSITIONS / TOKENS * Short.BYTES / Float.BYTES);
    }
    System.out.println();
    System.out
        .println("| sizes | studies | units | workers of 16 cores | hours | workers busy | ends of units a second |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (int sizes : new int[]{3, 5, 8}) {
      for (int workers : new int[]{16, 64, 256, 1024}) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        Schedule schedule = schedule(FAMILY.subList(0, sizes), workers, rates, random);
        System.out.printf(Locale.ROOT, "| up to %s | %,d | %,d | %,d | %,.1f | %.0f %% | %.3f |%n",
            FAMILY.get(sizes - 1).name(), sizes * CHECKPOINTS * DATA_SETS, schedule.units(), workers, schedule.hours(),
            100 * schedule.busy(), schedule.ends());
      }
    }
  }

  private static int units(Rates rates, Model model) {
    return (int) Math.ceil(rates.seconds(model, StudyWork.ofDefaults(model.layers())) / CORES / UNIT);
  }

  /// The largest first, as a scan that is told to.
  private static Schedule schedule(List<Model> models, int workers, Rates rates, RandomGenerator random) {
    int all = models.stream().mapToInt(model -> units(rates, model) * CHECKPOINTS * DATA_SETS).sum();
    double[] seconds = new double[all];
    double[] bytes = new double[all];
    int next = 0;
    for (Model model : models.reversed()) {
      int count = units(rates, model);
      double own = rates.seconds(model, StudyWork.ofDefaults(model.layers())) / CORES / count;
      Arrays.fill(seconds, next, next + count * CHECKPOINTS * DATA_SETS, own);
      Arrays.fill(bytes, next, next + count * CHECKPOINTS * DATA_SETS, 2 * model.parameters()); // BF16
      next += count * CHECKPOINTS * DATA_SETS;
    }
    return Schedule.of(seconds, bytes, workers, rates, SPEED, random);
  }
}
