package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.probe.dopamine.PlantedRollouts.Recipe;
import org.striatum.probe.dopamine.PlantedRollouts.Run;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.Spearman;
import org.striatum.probe.value.SingleStates;

class StepPoolingTest {
  private static final Standardisation SCALE = new Standardisation(new double[]{1, 0, 5}, new double[]{2, 1, 0});

  private static double[] pooled(StepPooling pooling, float[] rows, int tokens) {
    float[] values = new float[pooling.values(3)];
    pooling.pool(rows, 0, tokens - 1, 3, values, 0);
    return IntStream.range(0, 3).mapToDouble(j -> pooling.z(SCALE, j, values, 0)).toArray();
  }

  @Test
  void aStepBecomesItsMeanItsLastTokenOrItsLargestScore() {
    float[] rows = {3, -4, 5, 1, 2, 9, -1, 3, 5};
    assertThat(pooled(StepPooling.MEAN, rows, 3)).containsExactly(new double[]{0, 1.0 / 3, 0}, within(1e-6));
    assertThat(pooled(StepPooling.LAST, rows, 3)).containsExactly(-1, 3, 0);
    assertThat(pooled(StepPooling.MAX, rows, 3)).containsExactly(1, -4, 0);
  }

  @ParameterizedTest
  @EnumSource
  void oneTokenIsItself(StepPooling pooling) {
    assertThat(pooled(pooling, new float[]{3, -4, 8}, 1)).containsExactly(1, -4, 0);
    assertThat(StepPooling.named(pooling.printed())).isEqualTo(pooling);
    DopamineSettings settings = DopamineSettings.defaults().withErrors(errors -> errors.withPooling(pooling));
    assertThat(settings.errors().pooling()).isEqualTo(pooling);
    assertThat(settings.errors().withThreshold(0.1).pooling()).isEqualTo(pooling);
  }

  @Test
  void anotherNameIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> StepPooling.named("median")).withMessageContaining("median");
  }

  /// A surprise that shows at the last token only is diluted by the mean.
  @Test
  void whatShowsAtOneTokenIsSeenThere() {
    PlantedRollouts drawn = PlantedRollouts.draw(new Recipe(60, 4, 32, 30, false, true), new SplittableRandom(3));
    List<ValuedStep> steps = drawn.dataset("planted").valued(1);
    for (ValuedStep step : steps) {
      drawn.runs().get(step.rollout()).states()[step.span().last() * 30 + 29] += (float) (3 * step.delta());
    }
    Map<StepPooling, Double> rhos = new EnumMap<>(StepPooling.class);
    for (StepPooling pooling : StepPooling.values()) {
      PooledSteps pooled = PooledSteps.read(drawn, steps, pooling);
      int[] all = IntStream.range(0, pooled.steps().size()).toArray();
      rhos.put(pooling, Spearman.of(pooled.coordinate(29, all), ValuedStep.deltas(pooled.steps())).rho());
    }
    assertThat(rhos.get(StepPooling.LAST)).isGreaterThan(2 * rhos.get(StepPooling.MEAN));
    assertThat(rhos.get(StepPooling.MAX)).isPositive();
  }

  /// The scorer of a search pools as the study did.
  @ParameterizedTest
  @EnumSource
  void aScorerPoolsAsItsProbeWasFitted(StepPooling pooling) {
    PlantedRollouts drawn = PlantedRollouts.draw(new Recipe(20, 3, 32, 30, true, true), new SplittableRandom(4));
    List<ValuedStep> steps = drawn.dataset("planted").valued(1);
    PooledSteps pooled = PooledSteps.read(drawn, steps, pooling);
    int[] all = IntStream.range(0, pooled.steps().size()).toArray();
    SingleStates rows = new SingleStates(pooled.rows(Scaling.CAUSAL, all),
        ValuedStep.deltas(pooled.steps()), 30);
    TdErrorProbe probe = TdErrorProbe
        .train(List.of(TdErrorProbe.job(rows, rows, TdErrorProbe.TRAINING, new SplittableRandom(1))), () -> {})
        .getFirst().probe();
    double[] expected = probe.predictions(pooled.rows(Scaling.CAUSAL, all), all.length);
    StepScorer scorer = new StepScorer(probe, pooled.training(), pooling);
    for (int s = 0; s < 20; s++) {
      ValuedStep step = pooled.steps().get(s);
      Run run = drawn.runs().get(step.rollout());
      float[] own = Arrays.copyOfRange(run.states(), step.span().first() * 30, (step.span().last() + 1) * 30);
      assertThat(scorer.score(own, step.length())).isCloseTo(expected[s], within(1e-6));
    }
  }
}
