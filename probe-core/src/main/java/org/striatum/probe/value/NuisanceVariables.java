package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.value.DatasetControls.NuisanceBaseline;

/// What can be said of rollouts without their hidden states.
///
/// Known before generation is the prompt's length, which is also s₀'s position; its square is a variable too, so that
/// lengths in the middle can be the easy ones. Known only after it are the mean log-probability of the generated tokens,
/// their number, and whether the completion finished or was cut off at the token limit. Neither token entropies nor the prompt's
/// log-probability are part of a rollout.
record NuisanceVariables(List<Variable> variables) {
  /// One variable.
  record Variable(String name, Reading reading) {}

  @FunctionalInterface
  interface Reading {
    double of(FiniteTrajectories trajectories, int i);
  }

  NuisanceVariables {
    variables = List.copyOf(variables);
  }

  /// Those known before generation.
  static NuisanceVariables before(FiniteTrajectories of) {
    return new NuisanceVariables(List.of(
        new Variable(of.position().lengthPrinted(), FiniteTrajectories::promptLength),
        new Variable("its square", (trajectories, i) -> Math.pow(trajectories.promptLength(i), 2))));
  }

  /// Those known after it too; what some of these rollouts do not say is not among them.
  static NuisanceVariables after(FiniteTrajectories of, int[] items) {
    List<Variable> after = new ArrayList<>(before(of).variables);
    if (Arrays.stream(items).allMatch(i -> Double.isFinite(of.logProbability(i)))) {
      after.add(new Variable("mean log-probability of a generated token",
          (trajectories, i) -> trajectories.logProbability(i) / Math.max(1, trajectories.generated(i))));
    }
    after.add(new Variable("generated tokens", FiniteTrajectories::generated));
    if (!has(of, items, Ending.UNKNOWN)) {
      after.add(new Variable(NuisanceBaseline.FINISHED,
          (trajectories, i) -> trajectories.ending(i).isCutOff() ? 0 : 1));
      if (has(of, items, Ending.CUT_IN_THOUGHT)) {
        after.add(new Variable("cut off inside a thought",
            (trajectories, i) -> trajectories.ending(i) == Ending.CUT_IN_THOUGHT ? 1 : 0));
      }
    }
    return new NuisanceVariables(after);
  }

  private static boolean has(FiniteTrajectories of, int[] items, Ending ending) {
    return Arrays.stream(items).anyMatch(i -> of.ending(i) == ending);
  }

  List<String> names() {
    return variables.stream().map(Variable::name).toList();
  }

  int count() {
    return variables.size();
  }

  /// Every variable of some trajectories: (items, variables).
  double[][] of(FiniteTrajectories trajectories, int[] items) {
    return Arrays.stream(items).mapToObj(
        i -> variables.stream().mapToDouble(variable -> variable.reading().of(trajectories, i)).toArray())
        .toArray(double[][]::new);
  }
}
