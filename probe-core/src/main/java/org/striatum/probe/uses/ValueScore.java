package org.striatum.probe.uses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.value.Trajectories;

/// V at the last state of a text, as log-odds of success. Among candidates of one prefix it orders as the TD error
/// V(after) − V(before) does, since they share V(before).
///
/// @param model run over every candidate
/// @param hook where value is read
/// @param value fitted on training problems
/// @param batchSize candidates that run together
public record ValueScore(GatedModel model, HookPoint hook, LinearPredictor value, int batchSize) implements StepScore {
  /// A linear probe of the outcome on s₀ and the state at the end of every step of training problems' rollouts.
  ///
  /// @param steps rollout → its steps; they cover its states
  /// @throws org.striatum.probe.run.NotEnoughData unless training rollouts have both outcomes
  public static LinearPredictor fit(Trajectories states, Split split, IntFunction<Steps> steps) {
    int width = states.width();
    List<float[]> ends = new ArrayList<>();
    List<Boolean> outcomes = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      if (split.of(states.problem(i)) != Fold.TRAIN) {
        continue;
      }
      float[] rows = new float[Math.multiplyExact(states.length(i), width)];
      states.states(i, rows, 0);
      Steps cut = steps.apply(i);
      for (int k = -1; k < cut.count(); k++) {
        int state = k < 0 ? 0 : states.state(i, cut.last(k));
        ends.add(Arrays.copyOfRange(rows, state * width, (state + 1) * width));
        outcomes.add(states.reward(i) > 0.5);
      }
    }
    float[] all = new float[Math.multiplyExact(ends.size(), width)];
    boolean[] labels = new boolean[ends.size()];
    for (int n = 0; n < labels.length; n++) {
      System.arraycopy(ends.get(n), 0, all, n * width, width);
      labels[n] = outcomes.get(n);
    }
    return LinearProbe.fit(all, width, labels);
  }

  @Override
  public double[] of(List<TokenSequence> candidates) {
    int width = model.width(hook);
    return StepScore.read(model, hook, batchSize, candidates,
        (rows, _, end) -> value.score(rows, (end - 1) * width));
  }
}
