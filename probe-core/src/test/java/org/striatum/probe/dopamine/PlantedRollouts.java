package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.value.Trajectories;
import smile.math.special.Erf;

/// Rollouts whose value is known: a problem starts at S₀ ~ N(0, 1.5²), every step adds N(0, 1), and the rollout succeeds
/// where the sum ends above 0. So V(sₖ) = Φ(Sₖ / √(steps left)) is a martingale. Activations are planted features, the
/// same at every token of a step, with an effect of the problem, one of the rollout and noise at each token.
record PlantedRollouts(List<Run> runs, int width, List<Steps> steps, StepValues values, double[][] entropies)
    implements
      Trajectories {
  static final HookPoint HOOK = HookPoint.residPost(2);

  /// What a planted coordinate does in a step.
  enum Feature {
    DELTA(2), FALLING_DELTA(-2), WEAK_DELTA(1.3), VALUE_AFTER(2), VALUE_BEFORE(2), MEAN_VALUE(2), FALLING_VALUE(
        -2), LARGE(0), POSITION(0.1), LENGTH(0.4), ENTROPY(1.5), UNSIGNED_DELTA(2), OUTCOME(2), GAINS_ONLY(2);

    private final double size;

    Feature(double size) {
      this.size = size;
    }

    double of(double before, double after, int position, int length, double entropy, boolean last) {
      double delta = after - before;
      return size * switch (this) {
        case DELTA, FALLING_DELTA, WEAK_DELTA -> delta;
        case VALUE_AFTER, FALLING_VALUE -> after;
        case VALUE_BEFORE -> before;
        case MEAN_VALUE -> (before + after) / 2;
        case POSITION -> position;
        case LENGTH -> length;
        case ENTROPY -> entropy;
        case UNSIGNED_DELTA -> Math.abs(delta);
        case OUTCOME -> last ? after : 0;
        case GAINS_ONLY -> Math.max(delta, 0);
        case LARGE -> 0;
      };
    }
  }

  static final Feature[] FEATURES = Feature.values();
  static final int PLANTED = FEATURES.length;
  static final List<Integer> DELTAS = List.of(0, 1, 2);

  record Run(String problem, float[] states, double reward, int promptLength) {}

  /// What to draw.
  ///
  /// @param draws continuations a state, in two halves; 0 for the exact value
  /// @param planted whether features follow what happens; false leaves effects and noise only
  /// @param moving whether the value moves before the last step; false leaves it at ½
  record Recipe(int problems, int rollouts, int draws, int width, boolean planted, boolean moving) {}

  static PlantedRollouts draw(Recipe recipe, RandomGenerator random) {
    int width = recipe.width;
    List<Run> runs = new ArrayList<>();
    List<Steps> cuts = new ArrayList<>();
    List<List<Continuations>> continuations = new ArrayList<>();
    double[][] exact = new double[recipe.problems * recipe.rollouts][];
    double[][] entropies = new double[recipe.problems * recipe.rollouts][];
    for (int p = 0; p < recipe.problems; p++) {
      int count = random.nextInt(3, 7);
      int promptLength = random.nextInt(4, 12);
      double start = 1.5 * random.nextGaussian();
      double[] ofProblem = gaussian(width, 0.3, random);
      Continuations atStart = continuations(recipe, value(recipe, start, count), random);
      for (int k = 0; k < recipe.rollouts; k++) {
        int[] ends = new int[count];
        for (int s = 0; s < count; s++) {
          ends[s] = (s == 0 ? 0 : ends[s - 1]) + random.nextInt(3, 9);
        }
        double[] sums = new double[count + 1];
        sums[0] = start;
        for (int s = 1; s <= count; s++) {
          sums[s] = sums[s - 1] + random.nextGaussian();
        }
        boolean success = recipe.moving ? sums[count] > 0 : random.nextBoolean();
        double[] values = new double[count + 1]; // V before each step, then the reward
        for (int s = 0; s < count; s++) {
          values[s] = value(recipe, sums[s], count - s);
        }
        values[count] = success ? 1 : 0;
        int i = runs.size();
        entropies[i] = new double[ends[count - 1]];
        double[] ofRollout = gaussian(width, 0.3, random);
        float[] states = new float[(ends[count - 1] + 1) * width];
        Steps cut = new Steps(ends);
        for (int s = 0; s < count; s++) {
          double entropy = 0.3 + random.nextDouble();
          for (int t = cut.first(s); t <= cut.last(s); t++) {
            entropies[i][t - 1] = entropy;
            for (int j = 0; j < width; j++) {
              double x = ofProblem[j] + ofRollout[j] + random.nextGaussian();
              Feature feature = j < PLANTED ? FEATURES[j] : null;
              if (recipe.planted && feature != null) {
                x += feature.of(values[s], values[s + 1], t, cut.length(s), entropy, s + 1 == count);
              }
              states[t * width + j] = (float) (feature == Feature.LARGE ? 500 + 100 * x : x);
            }
          }
        }
        List<Continuations> line = new ArrayList<>(List.of(atStart));
        for (int s = 1; s < count; s++) {
          line.add(continuations(recipe, values[s], random));
        }
        exact[i] = Arrays.copyOf(values, count);
        continuations.add(line);
        cuts.add(cut);
        runs.add(new Run("p" + p, states, values[count], promptLength));
      }
    }
    return new PlantedRollouts(runs, width, cuts,
        recipe.draws == 0 ? new StepValues.Probe(exact, "exact") : new StepValues.MonteCarlo(continuations), entropies);
  }

  private static double value(Recipe recipe, double sum, int left) {
    return recipe.moving ? 0.5 * Erf.erfc(-sum / Math.sqrt(2.0 * left)) : 0.5;
  }

  private static Continuations continuations(Recipe recipe, double value, RandomGenerator random) {
    boolean[] successes = new boolean[recipe.draws];
    for (int k = 0; k < successes.length; k++) {
      successes[k] = random.nextDouble() < value;
    }
    return Continuations.of(successes);
  }

  private static double[] gaussian(int n, double deviation, RandomGenerator random) {
    return IntStream.range(0, n).mapToDouble(_ -> deviation * random.nextGaussian()).toArray();
  }

  Split split() {
    return Split.byProblem(runs.stream().map(Run::problem).toList(), 0.5, 0.15, new SplittableRandom(1));
  }

  StudiedDataset dataset(String name) {
    return new StudiedDataset(name, split(), steps, values, entropies, new TreeMap<>(Map.of(HOOK, this)));
  }

  @Override
  public int size() {
    return runs.size();
  }

  @Override
  public int length(int i) {
    return runs.get(i).states.length / width;
  }

  @Override
  public void states(int i, float[] into, int offset) {
    System.arraycopy(runs.get(i).states, 0, into, offset, runs.get(i).states.length);
  }

  @Override
  public double reward(int i) {
    return runs.get(i).reward;
  }

  @Override
  public String problem(int i) {
    return runs.get(i).problem;
  }

  @Override
  public int promptLength(int i) {
    return runs.get(i).promptLength;
  }
}
