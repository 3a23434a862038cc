package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.striatum.probe.rollout.Split;

class FiniteTrajectoriesTest {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;

  @Test
  void leavesOutStatesThatAreNoNumbersAndCountsThem() {
    ListedTrajectories all = new ListedTrajectories(2, List.of(
        new ListedTrajectories.Trajectory("a", new float[]{1, 2, 3, NAN, 5, 6}, 1, 3),
        new ListedTrajectories.Trajectory("b", new float[]{INF, 2, 3, 4}, 0, 3),
        new ListedTrajectories.Trajectory("c", new float[]{7, 8}, 0, 4)));
    FiniteTrajectories finite = FiniteTrajectories.of(all);
    assertThat(finite.excludedRows()).isEqualTo(3);
    assertThat(finite.problems()).containsExactly("a", "c");
    assertThat(finite.initialStates()).containsExactly(1, 2, 7, 8);
    assertThat(finite.length(0)).isEqualTo(2);
    float[] states = new float[5];
    finite.states(0, states, 1);
    assertThat(states).containsExactly(0, 1, 2, 5, 6);

    FiniteTrajectories test = finite.in(Split.Fold.TEST,
        new Split(Map.of("a", Split.Fold.TRAIN, "b", Split.Fold.TRAIN, "c", Split.Fold.TEST)));
    assertThat(test.problems()).containsExactly("c");
    assertThat(test.initialStates()).containsExactly(7, 8);
    assertThat(test.promptLength(0)).isEqualTo(4);
    assertThat(test.successes()).containsExactly(false);
  }
}
