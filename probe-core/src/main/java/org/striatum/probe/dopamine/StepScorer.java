package org.striatum.probe.dopamine;

import java.util.SplittableRandom;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.TdErrorProbe.Pooled;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.sparse.Standardisation;

/// Scores any step of any completion by the surprise a causal TD-error probe reads from its states: usable while a
/// completion is being drawn, since nothing after the step is looked at.
///
/// @param probe fitted on training problems
/// @param scale moments of the training problems' generated tokens
public record StepScorer(TdErrorProbe probe, Standardisation scale) {
  /// Fits the causal probe of one hook point, on the training problems' steps with |δ| above the threshold, stopped on
  /// validation problems. Equal seeds give equal scorers.
  ///
  /// @throws NotEnoughData if the study of this hook point would be refused
  /// @throws IllegalArgumentException if the dataset has no such hook point
  public static StepScorer fit(StudiedDataset dataset, HookPoint hook, DopamineSettings settings, long seed) {
    var states = dataset.states().get(hook);
    if (states == null) {
      throw new IllegalArgumentException("'" + dataset.name() + "' has no states at " + hook + ": it has "
          + dataset.states().keySet());
    }
    PooledSteps pooled = PooledSteps.read(states, dataset.valued(settings.errors().gamma()));
    StepFolds folds = new StepFolds(pooled, settings.errors().threshold());
    folds.requireEnough(states);
    return new StepScorer(TdErrorProbe.train(inputs(pooled, folds, Fold.TRAIN), inputs(pooled, folds, Fold.VALIDATION),
        settings.training(), new SplittableRandom(seed)), pooled.training());
  }

  private static Pooled inputs(PooledSteps pooled, StepFolds folds, Fold fold) {
    int[] rows = folds.kept(fold);
    return new Pooled(pooled.rows(Scaling.CAUSAL, rows),
        folds.steps(rows).stream().mapToDouble(ValuedStep::delta).toArray(), pooled.width());
  }

  /// Coordinates of a state, d.
  public int width() {
    return scale.width();
  }

  /// δ̂ of one step.
  ///
  /// @param states of the step's tokens: (tokens, width) row-major
  /// @param tokens ≥ 1
  /// @throws IllegalArgumentException if there is no token or a wrong number of values
  public double score(float[] states, int tokens) {
    if (tokens < 1 || states.length < Math.multiplyExact(tokens, width())) {
      throw new IllegalArgumentException("a step needs at least one token of " + width() + " values, found " + tokens
          + " tokens and " + states.length + " values");
    }
    float[] pooled = new float[width()];
    for (int j = 0; j < pooled.length; j++) {
      double sum = 0;
      for (int t = 0; t < tokens; t++) {
        sum += states[t * width() + j];
      }
      pooled[j] = (float) scale.z(j, (float) (sum / tokens));
    }
    return probe.predictions(pooled, 1)[0];
  }
}
