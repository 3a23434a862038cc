package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.transfer.ComparedRun.ComparedDataset;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;

/// A run with a known value code: some coordinates differ in mean by outcome; the rest of a state belongs to its prompt and
/// is alike in every run that reads the same prompts, up to noise.
///
/// @param states one row a problem
record PlantedRun(int width, List<float[]> states, boolean[] successes) implements Trajectories {
  static final HookPoint HOOK = HookPoint.residPost(1);
  static final int PROBLEMS = 240;

  /// Draws outcomes and states.
  ///
  /// @param prompts seed of the prompts' part of the states
  /// @param informative coordinates that differ by outcome
  /// @param sign −1 turns the code round
  static PlantedRun draw(int width, int[] informative, int sign, long prompts, RandomGenerator random) {
    return drawn(width, informative, sign, prompts, random);
  }

  /// The same with a difference of means of any size.
  static PlantedRun drawn(int width, int[] informative, double size, long prompts, RandomGenerator random) {
    RandomGenerator ofPrompts = new SplittableRandom(prompts);
    List<float[]> states = new ArrayList<>();
    boolean[] successes = new boolean[PROBLEMS];
    for (int p = 0; p < PROBLEMS; p++) {
      float[] row = new float[width];
      successes[p] = random.nextBoolean();
      for (int j = 0; j < width; j++) {
        row[j] = (float) (ofPrompts.nextGaussian() + 0.5 * random.nextGaussian());
      }
      for (int j : informative) {
        row[j] += (float) (successes[p] ? size : -size);
      }
      states.add(row);
    }
    return new PlantedRun(width, states, successes);
  }

  /// The same with coordinates in another order.
  PlantedRun permuted(int[] order) {
    return new PlantedRun(width, states.stream().map(row -> {
      float[] moved = new float[width];
      IntStream.range(0, width).forEach(j -> moved[j] = row[order[j]]);
      return moved;
    }).toList(), successes);
  }

  ComparedDataset named(String dataset, long splitSeed) {
    return new ComparedDataset(dataset,
        Split.byProblem(IntStream.range(0, PROBLEMS).mapToObj(this::problem).toList(), 0.6, 0.2,
            new SplittableRandom(splitSeed)),
        new TreeMap<>(Map.of(HOOK, this)));
  }

  static ComparedRun run(String name, ComparedDataset... datasets) {
    return new ComparedRun(name, "planted", null, List.of(datasets), new ValueNeuronResults(List.of(), List.of()));
  }

  @Override
  public int size() {
    return states.size();
  }

  @Override
  public int length(int i) {
    return 1;
  }

  @Override
  public void states(int i, float[] into, int offset) {
    System.arraycopy(states.get(i), 0, into, offset, width);
  }

  @Override
  public double reward(int i) {
    return successes[i] ? 1 : 0;
  }

  @Override
  public String problem(int i) {
    return "problem-" + i;
  }

  @Override
  public int promptLength(int i) {
    return 5 + i % 4;
  }
}
