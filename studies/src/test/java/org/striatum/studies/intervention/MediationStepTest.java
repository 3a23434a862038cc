package org.striatum.studies.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.RunPair;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.UsageException;

class MediationStepTest {
  private static final Split SPLIT = new Split(Map.of("a", Split.Fold.TEST, "b", Split.Fold.TEST, "c", Split.Fold.TRAIN,
      "d", Split.Fold.TEST, "e", Split.Fold.TEST));

  /// Two tokens of prompt.
  private static Rollout run(String problem, int reward, int... completion) {
    int[] tokens = new int[2 + completion.length];
    tokens[0] = 1;
    tokens[1] = problem.charAt(0);
    System.arraycopy(completion, 0, tokens, 2, completion.length);
    return new Rollout(new Problem(problem, "set", problem, "", "1"), 0, 0, "", tokens, 2, true, reward, -1);
  }

  /// Of each test problem the first right and the first wrong run, cut behind the first token in which they differ.
  @Test
  void runsAreCutWhereTheyDifferFirst() {
    List<RunPair> pairs = MediationStep.pairs(List.of(
        run("a", 1, 10, 11, 12, 2), run("a", 0, 10, 21, 22), run("a", 0, 30, 31, 32),
        run("b", 0, 5, 6, 7), run("b", 0, 5, 6, 8), // never right
        run("c", 1, 5, 6, 7), run("c", 0, 5, 8, 9), // training
        run("d", 1, 5, 6, 7), run("d", 0, 5, 6, 8), // nothing follows the token in which they differ
        run("e", 0, 40, 41), run("e", 1, 50, 51)), SPLIT, 10);
    assertThat(pairs).extracting(RunPair::problem).containsExactly("a", "e");
    RunPair first = pairs.getFirst();
    assertThat(first.right().prompt().tokens()).containsExactly(1, 'a', 10, 11);
    assertThat(first.right().continuation()).containsExactly(12, 2);
    assertThat(first.wrong().prompt().tokens()).containsExactly(1, 'a', 10, 21);
    assertThat(first.wrong().continuation()).containsExactly(22);
    assertThat(pairs.getLast().right().promptLength()).isEqualTo(3);
    assertThat(MediationStep.pairs(List.of(run("a", 1, 10, 11, 12), run("a", 0, 10, 21, 22), run("e", 0, 40, 41),
        run("e", 1, 50, 51)), SPLIT, 1)).hasSize(1);
  }

  @Test
  void settingsAreChecked() {
    assertThatIllegalArgumentException().isThrownBy(() -> new MediationSettings("value@1%", 0, 99, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new MediationSettings("value@1%", 5, 18, 1));
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> new MediationSettings("values", 5, 19, 1));
  }
}
