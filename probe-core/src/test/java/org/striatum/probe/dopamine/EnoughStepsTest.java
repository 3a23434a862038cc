package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.EnoughSteps.Stepped;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;

class EnoughStepsTest {
  private final Map<String, Fold> folds = new HashMap<>();
  private final List<Stepped> rollouts = new ArrayList<>();

  /// One rollout of each of some problems, half of them right.
  private void problems(Fold fold, int count, int steps) {
    for (int i = 0; i < count; i++) {
      String problem = fold + " " + i;
      folds.put(problem, fold);
      rollouts.add(new Stepped(problem, i % 2 == 0, steps));
    }
  }

  private void refused(String what, long found, long needed) {
    assertThatThrownBy(() -> EnoughSteps.require(new Split(folds), rollouts))
        .asInstanceOf(type(NotEnoughData.class))
        .matches(missing -> missing.what().equals(what) && missing.found() == found && missing.needed() == needed,
            what);
  }

  @Test
  void theFewestThatAreStudied() {
    problems(Fold.TRAIN, 10, 2);
    problems(Fold.VALIDATION, 2, 5);
    problems(Fold.TEST, 10, 1);
    assertThatCode(() -> EnoughSteps.require(new Split(folds), rollouts)).doesNotThrowAnyException();
  }

  @Test
  void oneProblemLess() {
    problems(Fold.TRAIN, 9, 9);
    problems(Fold.VALIDATION, 9, 9);
    problems(Fold.TEST, 10, 9);
    refused("problems", 9, 10);
  }

  @Test
  void stepsAreCountedAndRolloutsWithoutAnyAreNot() {
    problems(Fold.TRAIN, 19, 1);
    problems(Fold.VALIDATION, 10, 1);
    problems(Fold.TEST, 10, 1);
    refused("steps", 19, 20);
    rollouts
        .replaceAll(one -> folds.get(one.problem()) == Fold.TRAIN ? new Stepped(one.problem(), one.right(), 0) : one);
    refused("right rollouts with steps among its 0", 0, 1);
  }

  @Test
  void oneOutcomeIsNoSurprise() {
    problems(Fold.TRAIN, 20, 2);
    problems(Fold.VALIDATION, 20, 2);
    problems(Fold.TEST, 20, 2);
    rollouts.replaceAll(one -> folds.get(one.problem()) == Fold.VALIDATION
        ? new Stepped(one.problem(), true, one.steps())
        : one);
    refused("wrong rollouts with steps among its 20", 0, 1);
  }
}
