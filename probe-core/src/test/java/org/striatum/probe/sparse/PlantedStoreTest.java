package org.striatum.probe.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Ranks;

/// What was planted is found, and nothing is found where nothing was planted.
class PlantedStoreTest {
  private static final int TRAIN = 600;
  private static final PlantedStore STORE = PlantedStore.standard(300, new SplittableRandom(42));

  @Test
  void standardisedPathsRankNineOfNineOnTop() {
    PlantedStore train = STORE.range(0, TRAIN);
    PlantedStore test = STORE.range(TRAIN, STORE.size());
    Moments moments = Moments.of(train.labelled());
    double[] lambdas = SparsePath.lambdas(moments.largestPenalty(), 0.05, 20);
    SparsePath lasso = new PathSolver().elasticNet(moments, lambdas, 1);
    SparsePath logistic = new PathSolver().logistic(train.labelled(), lambdas);
    for (SparsePath path : new SparsePath[]{lasso, logistic}) {
      assertThat(Ranks.top(path.importance(), 9)).containsExactlyInAnyOrder(STORE.informative());
      assertThat(bestAuroc(path, test)).isGreaterThan(0.97);
    }
    LinearPredictor probe = LinearProbe.fit(train.rows(), train.width(), train.labels());
    assertThat(Ranks.top(probe.importance(), 9)).containsExactlyInAnyOrder(STORE.informative());
    assertThat(auroc(probe, test)).isGreaterThan(0.95);
  }

  /// Scales over three decades hide the nine from coefficients per unit of the raw coordinate.
  @Test
  void unscaledSizesRankOthers() {
    SparsePath path = new PathSolver().lasso(Moments.of(STORE.range(0, TRAIN).labelled()));
    assertThat(path.unconverged()).isZero(); // fewer rows than coordinates: singular equations
    LinearPredictor dense = path.points().getLast();
    double[] raw = dense.importance();
    Arrays.setAll(raw, j -> raw[j] / dense.scale().deviations()[j]);
    assertThat(Ranks.top(raw, 9)).isNotEqualTo(Ranks.top(path.importance(), 9));
    long found = Arrays.stream(Ranks.top(raw, 9)).filter(j -> Arrays.binarySearch(STORE.informative(), j) >= 0).count();
    assertThat(found).isLessThan(9);
  }

  @Test
  void shuffledByProblemNothingIsFound() {
    SplittableRandom random = new SplittableRandom(7);
    double sum = 0;
    int shuffles = 10;
    for (int s = 0; s < shuffles; s++) {
      PlantedStore shuffled = STORE.shuffledByProblem(4, random);
      SparsePath path = new PathSolver().elasticNet(shuffled.range(0, TRAIN).labelled(),
          SparsePath.lambdas(0.1, 0.3, 3), 1);
      sum += auroc(path.points().getLast(), shuffled.range(TRAIN, STORE.size()));
    }
    // 600 test rows, 300 of each class: one AUROC has a standard error of about 0.024, the mean of ten 0.0075.
    assertThat(sum / shuffles).isCloseTo(0.5, within(0.03));
  }

  private static double bestAuroc(SparsePath path, PlantedStore test) {
    return path.points().stream().mapToDouble(point -> auroc(point, test)).max().orElseThrow();
  }

  private static double auroc(LinearPredictor predictor, PlantedStore test) {
    return Auroc.of(predictor.scores(test.rows(), test.size()), test.labels());
  }
}
