package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.value.ListedTrajectories.Trajectory;
import org.striatum.probe.value.ValueProbeTraining.Sorting;

/// Each baseline ranks first what was planted for it, in states that hold what was planted for the others too.
class BaselineProbesTest {
  private static final int WIDTH = 24;
  private static final int LENGTH = 6;
  private static final int OF_NEXT = 3;
  private static final int OF_END = 7;
  private static final ValueProbeTraining TRAINING = ValueProbeTraining.PAPER.withHidden(64)
      .withStopping(stopping -> stopping.withSorting(sorting -> Sorting.fixed(40, sorting.optimiser())));

  /// One coordinate follows the log-probability of the next token, one the reward, but at last states only.
  private record Planted(ListedTrajectories states, List<double[]> logProbabilities, Split split) {
    static Planted draw(int count) {
      SplittableRandom random = new SplittableRandom(5);
      List<Trajectory> trajectories = new ArrayList<>();
      List<double[]> next = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        double[] known = new double[LENGTH - 1];
        float[] rows = new float[LENGTH * WIDTH];
        int reward = random.nextInt(2);
        for (int t = 0; t < LENGTH; t++) {
          for (int j = 0; j < WIDTH; j++) {
            rows[t * WIDTH + j] = (float) random.nextGaussian();
          }
          if (t < LENGTH - 1) {
            known[t] = -0.5 * Math.abs(random.nextGaussian());
            rows[t * WIDTH + OF_NEXT] = (float) (known[t] * 3 + 0.3 * random.nextGaussian());
          } else {
            rows[t * WIDTH + OF_END] = (float) (2 * reward - 1 + 0.5 * random.nextGaussian());
          }
        }
        next.add(known);
        trajectories.add(new Trajectory("p" + i, rows, reward, 1));
      }
      return new Planted(new ListedTrajectories(WIDTH, trajectories), next,
          Split.byProblem(IntStream.range(0, count).mapToObj(i -> "p" + i).toList(), 0.6, 0.2, random));
    }
  }

  private static int best(ProbeJob job) {
    return BaselineProbes.order(ProbeTrainings.one(job)).getFirst();
  }

  @Test
  void eachFindsItsOwn() {
    Planted planted = Planted.draw(200);
    BaselineProbes probes = new BaselineProbes(TRAINING);
    ProbeJob next = probes.nextToken(planted.states(), planted.logProbabilities(), planted.split(), 10_000,
        new SplittableRandom(1));
    assertThat(next.train().size()).isEqualTo(120 * (LENGTH - 1));
    assertThat(next.training().optimiser().batchTrajectories()).as("as many states as a value probe's step holds")
        .isEqualTo(4 * (LENGTH - 1));
    assertThat(best(next)).isEqualTo(OF_NEXT);
    assertThat(best(probes.terminalOnly(planted.states(), planted.split(), new SplittableRandom(2)))).isEqualTo(OF_END);
  }

  /// Fewer states are a part of the same ones, and unknown probabilities are left out.
  @Test
  void statesAreBoundedAndUnknownOnesLeftOut() {
    Planted planted = Planted.draw(200);
    BaselineProbes probes = new BaselineProbes(TRAINING);
    planted.logProbabilities().forEach(known -> known[2] = Double.NaN);
    ProbeJob all = probes.nextToken(planted.states(), planted.logProbabilities(), planted.split(), 10_000,
        new SplittableRandom(1));
    assertThat(all.train().size()).isEqualTo(120 * (LENGTH - 2));
    ProbeJob some = probes.nextToken(planted.states(), planted.logProbabilities(), planted.split(), 100,
        new SplittableRandom(1));
    assertThat(some.train().size()).isEqualTo(100);
    List<Double> rewards = IntStream.range(0, all.train().size()).mapToObj(all.train()::reward).toList();
    assertThat(rewards).containsAll(IntStream.range(0, 100).mapToObj(some.train()::reward).toList());
  }

  @Test
  void fewStatesAreNotEnough() {
    Planted planted = Planted.draw(8);
    assertThatThrownBy(() -> new BaselineProbes(TRAINING).terminalOnly(planted.states(), planted.split(),
        new SplittableRandom(1))).isInstanceOf(NotEnoughData.class);
  }
}
