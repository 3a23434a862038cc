package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.FiniteValues;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// The value probe's network trained on something else, for its ranking of coordinates.
///
/// @param training of the value probe that it is compared with; only what ranks is trained
public record BaselineProbes(ValueProbeTraining training) {
  private static final int LEAST_STATES = 32;

  /// The one trained on the reward at last states.
  public ProbeJob terminalOnly(Trajectories states, Split split, RandomGenerator random) {
    FiniteTrajectories finite = FiniteTrajectories.of(states);
    FiniteTrajectories train = finite.in(Split.Fold.TRAIN, split);
    FiniteTrajectories validation = finite.in(Split.Fold.VALIDATION, split);
    require(train.size(), validation.size());
    return new ProbeJob(train, validation, training.withTarget(Target.TERMINAL_ONLY).onlyRanking(), random);
  }

  /// The one trained on the log-probability of the token that follows a state. A step holds as many states as a value probe's
  /// step does on average.
  ///
  /// @param logProbabilities of the tokens behind s₀ of each trajectory, in nats: NaN for those that are not known
  /// @param most states of a fold, at most: of more, so many are drawn
  public ProbeJob nextToken(Trajectories states, List<double[]> logProbabilities, Split split, int most,
      RandomGenerator random) {
    NextTokens train = NextTokens.of(states, logProbabilities, split, Split.Fold.TRAIN, most, random);
    NextTokens validation = NextTokens.of(states, logProbabilities, split, Split.Fold.VALIDATION, most, random);
    require(train.states().size(), validation.states().size());
    int together = training.stopping().sorting().optimiser().batchTrajectories() * train.meanLength();
    ValueProbeTraining least = training.withTarget(Target.MONTE_CARLO).withReturns(returns -> returns.withGamma(1))
        .withStopping(stopping -> stopping
            .withSorting(sorting -> sorting.withOptimiser(optimiser -> optimiser.withBatchTrajectories(together))));
    return new ProbeJob(train.states(), validation.states(),
        least.withOptimiser(optimiser -> optimiser.withBatchTrajectories(together)).onlyRanking(), random);
  }

  private static void require(int train, int validation) {
    NotEnoughData.require("a baseline's probe", "training states", train, LEAST_STATES);
    NotEnoughData.require("a baseline's probe", "validation states", validation, 1);
  }

  /// All coordinates by the first layer of what was trained, best first.
  public static List<Integer> order(ValueProbeFit fit) {
    return boxed(NeuronRanking.firstLayerL1(Target.TD, fit.ranking()).order());
  }

  /// All coordinates by their scores, best first.
  public static List<Integer> order(double[] scores) {
    return boxed(Ranks.top(scores, scores.length));
  }

  private static List<Integer> boxed(int[] order) {
    return Arrays.stream(order).boxed().toList();
  }

  /// States with the log-probability of what came next; kept in memory, as steps draw them from everywhere.
  ///
  /// @param meanLength how many of them a trajectory has on average
  private record NextTokens(SingleStates states, int meanLength) {
    static NextTokens of(Trajectories source, List<double[]> logProbabilities, Split split, Split.Fold fold, int most,
        RandomGenerator random) {
      List<int[]> places = new ArrayList<>();
      int trajectories = 0;
      for (int i = 0; i < source.size(); i++) {
        if (split.of(source.problem(i)) != fold) {
          continue;
        }
        trajectories++;
        double[] known = logProbabilities.get(i);
        for (int t = 0; t < Math.min(known.length, source.length(i)); t++) {
          if (Double.isFinite(known[t])) {
            places.add(new int[]{i, t});
          }
        }
      }
      int length = trajectories == 0 ? 1 : Math.max(1, Math.round((float) places.size() / trajectories));
      List<int[]> chosen = chosen(places, most, random);
      return read(source, logProbabilities, chosen, length);
    }

    /// So many of them, in their order.
    private static List<int[]> chosen(List<int[]> places, int most, RandomGenerator random) {
      if (places.size() <= most) {
        return places;
      }
      double[] draws = random.doubles(places.size()).toArray();
      int[] kept = Ranks.top(draws, most);
      Arrays.sort(kept);
      List<int[]> some = new ArrayList<>();
      for (int k : kept) {
        some.add(places.get(k));
      }
      return some;
    }

    /// Reads each trajectory once; states that are no numbers are left out.
    private static NextTokens read(Trajectories source, List<double[]> logProbabilities, List<int[]> chosen,
        int length) {
      int width = source.width();
      float[] rows = new float[Math.multiplyExact(chosen.size(), width)];
      double[] targets = new double[chosen.size()];
      float[] read = new float[0];
      int of = -1;
      int size = 0;
      for (int[] place : chosen) {
        if (place[0] != of) {
          of = place[0];
          int values = Math.multiplyExact(source.length(of), width);
          read = read.length < values ? new float[values] : read;
          source.states(of, read, 0);
        }
        System.arraycopy(read, place[1] * width, rows, size * width, width);
        if (FiniteValues.only(rows, size * width, width)) {
          targets[size++] = logProbabilities.get(of)[place[1]];
        }
      }
      return new NextTokens(new SingleStates(Arrays.copyOf(rows, size * width), Arrays.copyOf(targets, size), width),
          length);
    }
  }
}
