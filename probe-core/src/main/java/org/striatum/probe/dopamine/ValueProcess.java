package org.striatum.probe.dopamine;

import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.planning.OutcomeModel;

/// How the value of a made-up rollout goes from step to step.
public sealed interface ValueProcess {
  /// V before each step of one rollout, and its reward: (steps + 1).
  double[] values(RandomGenerator random);

  /// Of the outcome's latent L the problem fixes a part, the last step reveals a share of the rest, and the steps before it reveal
  /// what is left, each as much. V is the chance of success given what is revealed: δ is a martingale's increment.
  ///
  /// @param outcomes of the data set
  /// @param steps of a rollout, ≥ 1
  /// @param last share of what the problem leaves open that the last step reveals, in (0, 1]
  /// @param known the correlation of L with the problem's part
  record Revealed(OutcomeModel outcomes, int steps, double last, double known) implements ValueProcess {
    private static final int CALIBRATED = 1000; // rollouts
    private static final int HALVINGS = 12;
    private static final double SMALLEST = 1e-3; // share of the last step: V before it is known then

    public Revealed {
      if (steps < 1 || !(last > 0 && last <= 1)) {
        throw new IllegalArgumentException(
            "a process needs steps ≥ 1 and a share of the last in (0, 1], found " + steps + " and " + last);
      }
    }

    /// Every step reveals as much.
    public static Revealed even(OutcomeModel outcomes, int steps) {
      return new Revealed(outcomes, steps, 1.0 / steps, outcomes.known());
    }

    /// The process whose δ̂ is as reliable as is said; the nearest where none is.
    ///
    /// @param reliability of both halves of K continuations together, last steps left out; NaN: as [#even]
    /// @param draws K
    public static Revealed calibrated(OutcomeModel outcomes, int steps, double reliability, int draws, long seed) {
      if (steps < 2 || Double.isNaN(reliability)) {
        return even(outcomes, steps);
      }
      double known = outcomes.known();
      double low = SMALLEST;
      double high = 1;
      for (int i = 0; i < HALVINGS; i++) {
        double middle = Math.sqrt(low * high);
        double found = new SignatureTrials(DopamineSettings.defaults(), new Revealed(outcomes, steps, middle, known),
            draws, 1).reliability(CALIBRATED, seed);
        if (found > reliability) {
          low = middle; // the less is left to the last step, the larger δ before it
        } else {
          high = middle;
        }
      }
      return new Revealed(outcomes, steps, Math.sqrt(low * high), known);
    }

    @Override
    public double[] values(RandomGenerator random) {
      double revealed = outcomes.threshold() + known * random.nextGaussian();
      double left = 1 - known * known; // variance that is not revealed
      double ofLast = left * last;
      double each = (left - ofLast) / Math.max(1, steps - 1);
      double[] values = new double[steps + 1];
      for (int k = 0; k < steps; k++) {
        values[k] = OutcomeModel.chanceLeft(revealed, left);
        revealed += Math.sqrt(k + 1 == steps ? left : each) * random.nextGaussian();
        left = k + 2 == steps ? ofLast : left - each;
      }
      values[steps] = revealed > 0 ? 1 : 0;
      return values;
    }
  }

  /// Real rollouts, drawn with replacement: their rewards, and values drawn from what their continuations leave open, as the
  /// study's own planted neurons have them.
  final class Resampled implements ValueProcess {
    private final StepValues.MonteCarlo sampled;
    private final double[] rewards;
    private final ValuePosterior posterior;

    /// @param continuations before each step of each rollout
    /// @param rewards of the rollouts
    public Resampled(List<List<Continuations>> continuations, double[] rewards) {
      if (continuations.isEmpty() || continuations.size() != rewards.length) {
        throw new IllegalArgumentException("rollouts to draw from need one reward each, found " + continuations.size()
            + " rollouts and " + rewards.length + " rewards");
      }
      this.sampled = new StepValues.MonteCarlo(continuations);
      this.rewards = rewards.clone();
      this.posterior = new ValuePosterior(sampled);
    }

    @Override
    public double[] values(RandomGenerator random) {
      int i = random.nextInt(rewards.length);
      StepValues drawn = posterior.draw(random);
      double[] values = new double[sampled.steps(i) + 1];
      for (int k = 0; k < values.length - 1; k++) {
        values[k] = drawn.before(i, k);
      }
      values[values.length - 1] = rewards[i];
      return values;
    }
  }
}
