package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.value.Trajectories;

/// Unexpected successes and failures: in each rollout the step with the largest δ if it succeeded, the smallest if it failed, where
/// V̂ before it spoke against the outcome. (arXiv 2602.00986v1, §5.)
///
/// @param steps kind → one step a rollout
record Surprises(Map<Surprise, List<ValuedStep>> steps) {
  /// Finds them.
  ///
  /// @param all steps to look through, rollout after rollout
  static Surprises among(List<ValuedStep> all, Trajectories rollouts, DopamineSettings settings) {
    Map<Surprise, List<ValuedStep>> found = new EnumMap<>(Surprise.class);
    for (Surprise surprise : Surprise.values()) {
      found.put(surprise, new ArrayList<>());
    }
    Map<Integer, ValuedStep> extreme = new LinkedHashMap<>();
    for (ValuedStep step : all) {
      int sign = rollouts.reward(step.rollout()) > 0.5 ? 1 : -1;
      extreme.merge(step.rollout(), step, (one, two) -> sign * two.delta() > sign * one.delta() ? two : one);
    }
    for (ValuedStep step : extreme.values()) {
      boolean success = rollouts.reward(step.rollout()) > 0.5;
      double against = success ? step.before() : 1 - step.before();
      if (against <= settings.traces().expected() && Math.abs(step.delta()) > settings.errors().threshold()) {
        found.get(success ? Surprise.SUCCESS : Surprise.FAILURE).add(step);
      }
    }
    return new Surprises(found);
  }

  List<ValuedStep> of(Surprise surprise) {
    return steps.get(surprise);
  }
}
