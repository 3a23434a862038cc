package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.probe.rollout.Split;

class TrajectoryPermutationTest {
  /// Rollouts with these numbers of steps; `missing` lacks its second step.
  private static List<ValuedStep> rollouts(int missing, int... lengths) {
    List<ValuedStep> steps = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      for (int k = 0; k < lengths[i]; k++) {
        if (i != missing || k != 1) {
          steps.add(new ValuedStep(new ValuedStep.Place(i, "p", Split.Fold.TEST, k, lengths[i]),
              new ValuedStep.Span(k + 1, k + 1, k), 0, 0, new ValuedStep.Surprise(10 * i + k, 0, 0), 0));
        }
      }
    }
    return steps;
  }

  @Test
  void wholeRolloutsOfOneLengthChangePlacesStepByStep() {
    List<ValuedStep> steps = rollouts(-1, 3, 5, 3, 5, 3, 3);
    TrajectoryPermutation permutation = new TrajectoryPermutation(steps);
    assertThat(permutation.movable()).hasSize(steps.size());
    SplittableRandom random = new SplittableRandom(1);
    int moved = 0;
    for (int draw = 0; draw < 50; draw++) {
      int[] source = permutation.draw(random);
      assertThat(Arrays.stream(source).distinct().count()).isEqualTo(source.length);
      for (int row = 0; row < source.length; row++) {
        ValuedStep to = steps.get(row);
        ValuedStep from = steps.get(source[row]);
        assertThat(from.index()).isEqualTo(to.index());
        assertThat(from.place().of()).isEqualTo(to.place().of());
        assertThat(steps.get(source[row - to.index()]).rollout()).isEqualTo(from.rollout());
        moved += from.rollout() == to.rollout() ? 0 : 1;
      }
    }
    assertThat(moved).isPositive();
  }

  @Test
  void aLoneLongRolloutIsShiftedAndAShortOneLeftOut() {
    List<ValuedStep> steps = rollouts(-1, 9, 7, 2, 2);
    TrajectoryPermutation permutation = new TrajectoryPermutation(steps);
    assertThat(permutation.movable()).hasSize(9 + 4);
    int[] source = permutation.draw(new SplittableRandom(2));
    int by = source[0];
    assertThat(by).isBetween(1, 8);
    for (int k = 0; k < 9; k++) {
      assertThat(source[k]).isEqualTo((k + by) % 9);
    }
    assertThat(Arrays.copyOfRange(source, 9, 16)).containsOnly(-1);
  }

  @Test
  void aRolloutThatLacksAStepStaysOut() {
    List<ValuedStep> steps = rollouts(1, 3, 3, 3);
    TrajectoryPermutation permutation = new TrajectoryPermutation(steps);
    assertThat(permutation.movable()).hasSize(6);
    assertThat(Arrays.copyOfRange(permutation.draw(new SplittableRandom(3)), 3, 5)).containsOnly(-1);
  }

  @Test
  void whatPlaceAndLengthExplainIsTakenOut() {
    List<ValuedStep> steps = rollouts(-1, 3, 5, 3, 5);
    double[] figure = steps.stream().mapToDouble(step -> 7 * step.index() + 100 * step.place().of()).toArray();
    assertThat(new TrajectoryPermutation(steps).withinStrata(figure)).containsOnly(0);
    double[] within = new TrajectoryPermutation(steps).withinStrata(ValuedStep.deltas(steps));
    assertThat(Arrays.stream(within).sum()).isCloseTo(0, within(1e-9));
  }
}
