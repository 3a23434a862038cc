package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.stats.FiniteValues;
import org.striatum.probe.stats.RunningMoments;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.store.ActivationStore;

/// What an intervention must know of one dataset's states at one hook point, read in one pass. Position 0 (an attention
/// sink in most models) takes part in the search for sinks only; states with NaN or ∞ take no part.
///
/// @param scales of all the dataset's states
/// @param sinks massive activations
/// @param means over training states: (d)
/// @param deviations over training states, negative where a coordinate is lower at s₀ before success than before failure,
///     so that a positive multiple moves towards success: (d)
/// @param donors training states drawn at random, (d) each; the same rollouts and positions at every hook point
public record LayerStates(CoordinateScales scales, List<Integer> sinks, float[] means, float[] deviations,
    List<float[]> donors) {
  public LayerStates {
    sinks = List.copyOf(sinks);
    means = means.clone();
    deviations = deviations.clone();
    donors = donors.stream().map(float[]::clone).toList();
  }

  /// Reads a layer.
  ///
  /// @param rollouts of the whole store, in its order
  /// @param position of s₀, at which success and failure are compared
  /// @param seed draws donors
  /// @throws NotEnoughData if no training state is finite
  public static LayerStates read(ActivationStore store, List<Rollout> rollouts, Split split, String dataset,
      HookPoint hook, StatePosition position, int donorCount, long seed) {
    int width = store.width(hook);
    CoordinateScales.Tally tally = new CoordinateScales.Tally(width);
    RunningMoments moments = new RunningMoments(width);
    double[] initial = new double[width]; // mean at s₀ before success minus before failure
    List<Integer> training = new ArrayList<>();
    long right = count(rollouts, split, dataset, 1, position);
    long wrong = count(rollouts, split, dataset, 0, position);
    for (int i = 0; i < rollouts.size(); i++) {
      Rollout rollout = rollouts.get(i);
      if (!rollout.problem().dataset().equals(dataset)) {
        continue;
      }
      float[] rows = new float[store.length(i) * width];
      store.rows(hook, store.firstRow(i), store.length(i), rows, 0);
      tally.add(rows, store.length(i), 0);
      if (split.of(rollout.problem().id()) != Split.Fold.TRAIN) {
        continue;
      }
      training.add(i);
      for (int t = 1; t < store.length(i); t++) {
        if (!FiniteValues.only(rows, t * width, width)) {
          continue;
        }
        moments.add(rows, t * width);
        if (t == position.in(rollout).orElse(-1)) {
          for (int j = 0; j < width; j++) {
            double h = rows[t * width + j];
            initial[j] += rollout.reward() == 1 ? h / Math.max(1, right) : -h / Math.max(1, wrong);
          }
        }
      }
    }
    NotEnoughData.require("an ablation at " + hook + " of " + dataset, "finite training states",
        moments.rows(), 1);
    double[] mean = moments.means();
    double[] deviation = moments.deviations();
    float[] means = new float[width];
    float[] deviations = new float[width];
    for (int j = 0; j < width; j++) {
      means[j] = (float) mean[j];
      deviations[j] = (float) (deviation[j] * (initial[j] < 0 ? -1 : 1));
    }
    CoordinateScales scales = tally.scales();
    return new LayerStates(scales, Sinks.detect(scales.greatest()).coordinates(), means, deviations,
        donors(store, hook, training, donorCount, seed));
  }

  private static long count(List<Rollout> rollouts, Split split, String dataset, double reward,
      StatePosition position) {
    return rollouts.stream().filter(rollout -> rollout.problem().dataset().equals(dataset)
        && split.of(rollout.problem().id()) == Split.Fold.TRAIN && rollout.reward() == reward
        && position.in(rollout).isPresent()).count();
  }

  /// States at random positions but the first, of random training rollouts. One that is not finite is left out.
  private static List<float[]> donors(ActivationStore store, HookPoint hook, List<Integer> training, int count,
      long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<float[]> donors = new ArrayList<>();
    for (int attempt = 0; attempt < 100 * count && donors.size() < count; attempt++) {
      int rollout = training.get(random.nextInt(training.size()));
      int position = 1 + random.nextInt(Math.max(1, store.length(rollout) - 1));
      if (position < store.length(rollout)) {
        float[] state = new float[store.width(hook)];
        store.rows(hook, store.firstRow(rollout) + position, 1, state, 0);
        if (FiniteValues.only(state, 0, state.length)) {
          donors.add(state);
        }
      }
    }
    return donors;
  }

  /// A kind of ablation with this layer's figures in it.
  ///
  /// @param alpha strength where the kind is `steer`
  public Ablation ablation(AblationKind kind, double alpha) {
    return switch (kind) {
      case ZERO -> Ablation.ZERO;
      case MEAN -> new Ablation.Mean(means);
      case RESAMPLE -> new Ablation.Resample(donors);
      case STEER -> new Ablation.Steer(deviations, alpha);
      case PROJECT_OUT, ADD -> throw new IllegalArgumentException(
          kind.printed() + " is done to a direction, not to coordinates");
    };
  }
}
