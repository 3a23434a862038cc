package org.striatum.studies.baselines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.PathSummary;
import org.striatum.studies.baselines.BaselineResults.BaselineRanking;

class BaselineOverlapTest {
  private static final int WIDTH = 256;
  private static final List<Integer> UP = IntStream.range(0, WIDTH).boxed().toList();
  private static final List<Integer> DOWN = UP.reversed();

  private static LayerProbes layer(int block) {
    return new LayerProbes("mul", HookPoint.residPost(block), List.of(), null, List.of(),
        new PathSummary(0, 0, List.of()), List.of(), List.of(), Ranking.TD_FIRST_LAYER_L1, UP);
  }

  private static BaselineRanking ranking(Baseline baseline, int block, List<Integer> order) {
    return new BaselineRanking(baseline, "mul", HookPoint.residPost(block), 100, order);
  }

  private static List<BaselineOverlap> overlaps(BaselineRanking... rankings) {
    return BaselineOverlap.all(new ValueNeuronResults(List.of(), List.of(layer(0), layer(1))),
        new BaselineResults(List.of(rankings), List.of()));
  }

  /// The best 1 % of 256 are three: the same ranking shares all, the opposite none, and by chance 3 · 3 / 256 a place are shared.
  @Test
  void theBestPartsOfEqualRankingsAreEqual() {
    List<BaselineOverlap> found = overlaps(ranking(Baseline.WANDA, 0, UP), ranking(Baseline.WANDA, 1, DOWN),
        ranking(Baseline.NEXT_TOKEN, 1, DOWN));
    assertThat(found).extracting(BaselineOverlap::baseline).containsExactly(Baseline.WANDA, Baseline.NEXT_TOKEN);
    assertThat(found).extracting(BaselineOverlap::shared).containsExactly(3, 0);
    assertThat(found).extracting(BaselineOverlap::size).containsExactly(6, 3);
    assertThat(found.getFirst().share()).isEqualTo(0.5);
    assertThat(found.getFirst().chance()).isEqualTo(2 * 9.0 / WIDTH);
    assertThat(found.getFirst().chanceShare()).isEqualTo(3.0 / WIDTH);
    assertThat(BaselineOverlap.sentence(found)).contains("3 of 6 are among the best by wanda (0.1 by chance)",
        "0 of 3 are among the best by next-token (0.0 by chance)");
  }

  /// Rankings drawn at random share what chance says, on average over many.
  @Test
  void chanceIsWhatRandomRankingsShare() {
    RandomGenerator random = new SplittableRandom(7);
    int shared = 0;
    double expected = 0;
    for (int draw = 0; draw < 20_000; draw++) {
      List<Integer> order = new ArrayList<>(UP);
      Collections.shuffle(order, Random.from(random));
      BaselineOverlap one = overlaps(ranking(Baseline.WANDA, 0, order)).getFirst();
      shared += one.shared();
      expected += one.chance();
    }
    assertThat(shared).isBetween((int) (0.9 * expected), (int) (1.1 * expected));
  }

  @Test
  void withoutACommonPlaceThereIsNone() {
    assertThat(overlaps(ranking(Baseline.WANDA, 5, UP))).isEmpty();
    assertThat(BaselineOverlap.sentence(List.of())).startsWith("No baseline");
    assertThatIllegalArgumentException().isThrownBy(() -> new BaselineOverlap(Baseline.WANDA, List.of()));
  }
}
