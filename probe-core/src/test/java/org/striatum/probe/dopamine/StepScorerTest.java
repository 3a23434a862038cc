package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.PlantedRollouts.Recipe;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Spearman;
import org.striatum.probe.value.Trajectories;

class StepScorerTest {
  private static final StudiedDataset PLANTED = PlantedRollouts
      .draw(new Recipe(120, 6, 32, 30, true, true), new SplittableRandom(41)).dataset("planted");
  private static final DopamineSettings SETTINGS = DopamineStudyTest.settings(99, 200);

  /// The scorer that a study of the planted rollouts leaves.
  private static StepScorer fitted(long seed) {
    List<StepScorer> kept = new ArrayList<>();
    new DopamineStudy(SETTINGS, seed, (_, _, scorer) -> kept.add(scorer), Pieces.HERE).layer(PLANTED,
        PlantedRollouts.HOOK,
        Progress.Task.SILENT);
    assertThat(kept).hasSize(1);
    return kept.getFirst();
  }

  @Test
  void scoresOfTestStepsFollowTheirSurprise() {
    StepScorer scorer = fitted(5);
    Trajectories states = PLANTED.states().get(PlantedRollouts.HOOK);
    List<ValuedStep> test = PLANTED.valued(1).stream().filter(step -> step.fold() == Fold.TEST).toList();
    double[] scores = test.stream().mapToDouble(step -> {
      float[] rows = new float[states.length(step.rollout()) * states.width()];
      states.states(step.rollout(), rows, 0);
      return scorer.score(Arrays.copyOfRange(rows, step.span().first() * states.width(),
          (step.span().last() + 1) * states.width()), step.length());
    }).toArray();
    assertThat(Spearman.of(scores, ValuedStep.deltas(test)).rho()).isGreaterThan(0.5);

    StepScorer again = fitted(5);
    float[] state = new float[30];
    assertThat(again.score(state, 1)).isEqualTo(scorer.score(state, 1));
    assertThat(scorer.score(new float[60], 2)).isCloseTo(scorer.score(state, 1), within(1e-12));
  }

  @Test
  void refusesWhatItCannotScore() {
    StepScorer scorer = fitted(1);
    assertThatIllegalArgumentException().isThrownBy(() -> scorer.score(new float[30], 0))
        .withMessageContaining("found 0 tokens");
  }
}
