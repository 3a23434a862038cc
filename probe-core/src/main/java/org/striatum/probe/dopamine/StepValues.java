package org.striatum.probe.dopamine;

import java.util.List;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueProbe;

/// V̂ before each step of each rollout: at s₀ and at the end of every step but the last, after which the reward is known.
public sealed interface StepValues {
  /// How many rollouts there are.
  int rollouts();

  /// How many values a rollout has: one per step.
  int steps(int rollout);

  /// V̂ before step k, counted from 0; NaN where none is known.
  double before(int rollout, int step);

  /// V̂ before step k by one of two independent halves of the measurement, 0 or 1; NaN where there are no halves.
  double before(int rollout, int step, int half);

  /// Where the values come from, for a reader.
  String provenance();

  /// V̂ by rollouts that go on from each state, as the paper has it.
  ///
  /// @param continuations rollout → step → what became of the rollouts from before it
  record MonteCarlo(List<List<Continuations>> continuations) implements StepValues {
    public MonteCarlo {
      continuations = continuations.stream().map(List::copyOf).toList();
    }

    @Override
    public int rollouts() {
      return continuations.size();
    }

    @Override
    public int steps(int rollout) {
      return continuations.get(rollout).size();
    }

    @Override
    public double before(int rollout, int step) {
      return continuations.get(rollout).get(step).value();
    }

    @Override
    public double before(int rollout, int step, int half) {
      return continuations.get(rollout).get(step).half(half);
    }

    @Override
    public String provenance() {
      int[] draws = continuations.stream().flatMap(List::stream).mapToInt(Continuations::draws).sorted().toArray();
      return draws.length == 0
          ? "no continuations"
          : draws[0] == draws[draws.length - 1]
              ? draws[0] + " continuations a state"
              : draws[0] + " to " + draws[draws.length - 1] + " continuations a state";
    }
  }

  /// V read by a value probe: cheap, but δ is then a function of the hidden states that are searched for it.
  ///
  /// @param values rollout → V before each step
  /// @param provenance which probe, e.g. `value probe td at blocks.2.hook_resid_post`
  record Probe(double[][] values, String provenance) implements StepValues {
    public Probe {
      values = values.clone();
      for (int i = 0; i < values.length; i++) {
        values[i] = values[i].clone();
      }
    }

    /// Reads a fitted probe before every step.
    ///
    /// @param states of the hook point the probe was fitted at
    /// @param steps of each rollout
    /// @throws IllegalArgumentException if the steps do not fit the states
    public static Probe read(ValueProbe probe, Trajectories states, List<Steps> steps, String provenance) {
      double[][] values = new double[states.size()][];
      float[] rows = new float[0];
      for (int i = 0; i < values.length; i++) {
        int length = states.length(i);
        Steps cut = steps.get(i);
        if (cut.states() != length) {
          throw new IllegalArgumentException(
              "steps must cover the states of their rollout, found " + cut.states() + " of " + length + " in rollout "
                  + i + ": cut the same rollouts");
        }
        if (rows.length < Math.multiplyExact(length, states.width())) {
          rows = new float[length * states.width()];
        }
        states.states(i, rows, 0);
        values[i] = new double[cut.count()];
        for (int k = 0; k < values[i].length; k++) {
          double value = probe.value(rows, cut.before(k) * states.width());
          values[i][k] = Double.isFinite(value) ? value : Double.NaN;
        }
      }
      return new Probe(values, provenance);
    }

    @Override
    public int rollouts() {
      return values.length;
    }

    @Override
    public int steps(int rollout) {
      return values[rollout].length;
    }

    @Override
    public double before(int rollout, int step) {
      return values[rollout][step];
    }

    @Override
    public double before(int rollout, int step, int half) {
      return Double.NaN;
    }
  }
}
