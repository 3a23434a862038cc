package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.value.ValueProbeTraining.Optimiser;
import org.striatum.probe.value.ValueProbeTraining.Returns;
import org.striatum.probe.value.ValueProbeTraining.Sorting;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.probe.value.ValueProbeTraining.Target;

class ProbeTrainingsTest {
  private static final int WIDTH = 40;
  private static final int PLANTED = 3;
  private static final Optimiser OPTIMISER = new Optimiser(1e-3, 1, 4);

  private static ValueProbeTraining training(Target target, Sorting sorting) {
    return new ValueProbeTraining(target, 64, OPTIMISER, new Stopping(5, 2, sorting), Returns.of(1),
        true);
  }

  /// Three states each; the first three coordinates say a little of the outcome, the others nothing.
  private static ListedTrajectories planted(int count, RandomGenerator random) {
    List<ListedTrajectories.Trajectory> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] states = new float[3 * WIDTH];
      for (int k = 0; k < states.length; k++) {
        states[k] = (float) random.nextGaussian() + (k % WIDTH < PLANTED ? i % 2 == 0 ? 0.6f : -0.6f : 0);
      }
      list.add(new ListedTrajectories.Trajectory("p" + i, states, i % 2 == 0 ? 1 : 0, 1));
    }
    return new ListedTrajectories(WIDTH, list);
  }

  /// Whatever is trained beside it, in whatever order threads come to it: a probe is the one that is trained alone, bit for bit.
  @Test
  void togetherAsOneByOne() {
    ListedTrajectories train = planted(60, new SplittableRandom(1));
    ListedTrajectories validation = planted(20, new SplittableRandom(2));
    List<Target> targets = List.of(Target.values());
    List<ValueProbeFit> together = ProbeTrainings.all(IntStream.range(0, 10).mapToObj(k -> new ProbeJob(train,
        validation, training(targets.get(k % targets.size()), Sorting.fixed(8, OPTIMISER)), new SplittableRandom(k)))
        .toList(),
        () -> {});
    for (int k = 0; k < together.size(); k++) {
      ValueProbeFit alone = ValueProbe.train(train, validation,
          training(targets.get(k % targets.size()), Sorting.fixed(8, OPTIMISER)), new SplittableRandom(k));
      assertThat(together.get(k).validationErrors()).isEqualTo(alone.validationErrors());
      assertThat(together.get(k).probe().w1()).isEqualTo(alone.probe().w1());
      assertThat(together.get(k).ranking().w1()).isEqualTo(alone.ranking().w1());
      assertThat(together.get(k).sorted()).isEqualTo(alone.sorted());
    }
  }

  /// How long the ranking is trained changes nothing of what predicts.
  @Test
  void rankingLeavesPredictionAsItIs() {
    ListedTrajectories train = planted(60, new SplittableRandom(3));
    ListedTrajectories validation = planted(20, new SplittableRandom(4));
    ValueProbeFit without = ValueProbe.train(train, validation, training(Target.TD, Sorting.NONE),
        new SplittableRandom(5));
    ValueProbeFit with = ValueProbe.train(train, validation, training(Target.TD, Sorting.fixed(30, OPTIMISER)),
        new SplittableRandom(5));
    assertThat(with.validationErrors()).isEqualTo(without.validationErrors());
    assertThat(with.probe().w1()).isEqualTo(without.probe().w1());
    assertThat(with.sorted().passes()).isEqualTo(30);
    assertThat(with.ranking().w1()).isNotEqualTo(with.probe().w1());
    assertThat(without.ranking()).isSameAs(without.probe());
    assertThat(without.sorted().stable()).isFalse();
  }

  /// Weights that rank may have an optimiser of their own: then they are others, and prediction is as it was.
  @Test
  void whatRanksMayHaveAnOptimiserOfItsOwn() {
    ListedTrajectories train = planted(60, new SplittableRandom(3));
    ListedTrajectories validation = planted(20, new SplittableRandom(4));
    Sorting own = Sorting.fixed(7, new Optimiser(3e-3, 0.1, 8));
    ValueProbeFit fit = ValueProbe.train(train, validation, training(Target.TD, own), new SplittableRandom(5));
    ValueProbeFit predicting = ValueProbe.train(train, validation, training(Target.TD, Sorting.NONE),
        new SplittableRandom(5));
    assertThat(fit.probe().w1()).isEqualTo(predicting.probe().w1());
    assertThat(fit.validationErrors()).isEqualTo(predicting.validationErrors());
    assertThat(fit.sorted().passes()).isEqualTo(7);
    assertThat(fit.ranking().w1()).isNotEqualTo(fit.probe().w1());
  }

  @Test
  void settledColumnsHoldWhatIsPlanted() {
    ListedTrajectories train = planted(200, new SplittableRandom(6));
    ValueProbeFit fit = ValueProbe.train(train, planted(40, new SplittableRandom(7)),
        training(Target.TD, new Sorting(10, 60, 5, 1, 0.075, OPTIMISER)), new SplittableRandom(8));
    assertThat(Arrays.copyOf(NeuronRanking.firstLayerL1(Target.TD, fit.ranking()).order(), PLANTED))
        .containsExactlyInAnyOrder(0, 1, 2);
    assertThat(fit.sorted().stable()).isTrue();
    assertThat(fit.sorted().passes()).isBetween(10, 60);
  }

  /// Constructed passes: the best two of five are the same from pass 20 on.
  @Test
  void theRuleWaitsForTheSameBest() {
    ColumnOrder order = new ColumnOrder(new Sorting(10, 100, 10, 1, 0.4, OPTIMISER), 5);
    double[] early = {5, 4, 1, 1, 1};
    double[] late = {5, 1, 1, 1, 4};
    for (int pass = 1; pass < 30; pass++) {
      assertThat(order.look(pass, pass < 15 ? early : late)).isTrue();
      assertThat(order.isDue()).as("after pass %d", pass).isFalse(); // 10: nothing before; 20: another set
    }
    order.look(30, late);
    assertThat(order.isDue()).isTrue();
    order.keep(new ValueProbe(new float[5], new float[1], new float[1], 0, new Standardisation(
        new double[5], new double[]{1, 1, 1, 1, 1})));
    assertThat(order.found(3)).isEqualTo(new ValueProbeFit.Sorted(30, 1, true));
    assertThat(order.isOpen()).isFalse();
  }

  @Test
  void whatNeverSettlesEndsAndSaysSo() {
    ColumnOrder order = new ColumnOrder(new Sorting(10, 40, 10, 1, 0.4, OPTIMISER), 5);
    for (int pass = 1; pass <= 40; pass++) {
      double[] sizes = {1, 1, 1, 1, 1};
      sizes[pass / 10] = 9;
      order.look(pass, sizes);
      assertThat(order.isDue()).isEqualTo(pass == 40);
    }
    order.keep(null);
    assertThat(order.look(41, new double[]{Double.NaN, 0, 0, 0, 0})).isFalse();
  }

  @Test
  void productsEqualTheirDefinition() {
    SplittableRandom random = new SplittableRandom(9);
    float[] a = values(7 * 5, random);
    float[] b = values(3 * 5, random);
    float[] c = values(7 * 3, random);
    float[] added = c.clone();
    HeapProducts.timesTransposed(a, b, 1, added, 7, 3, 5);
    float[] d = values(5 * 4, random);
    float[] e = values(5 * 6, random);
    float[] transposed = values(4 * 6, random);
    HeapProducts.transposedTimes(d, e, transposed, 4, 6, 5);
    for (int i = 0; i < 7; i++) {
      for (int j = 0; j < 3; j++) {
        double sum = c[i * 3 + j];
        for (int k = 0; k < 5; k++) {
          sum += a[i * 5 + k] * b[j * 5 + k];
        }
        assertThat((double) added[i * 3 + j]).isCloseTo(sum, within(1e-5));
      }
    }
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 6; j++) {
        double sum = 0;
        for (int k = 0; k < 5; k++) {
          sum += d[k * 4 + i] * e[k * 6 + j];
        }
        assertThat((double) transposed[i * 6 + j]).isCloseTo(sum, within(1e-5));
      }
    }
    assertThatIllegalArgumentException().isThrownBy(() -> HeapProducts.timesTransposed(a, b, 0, c, 7, 3, 6))
        .withMessage("the first matrix needs 7 × 6 values, found 35");
  }

  @Test
  void aRuleThatCannotBeMetIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Sorting(10, 5, 1, 0.9, 0.05, OPTIMISER))
        .withMessage("a ranking needs 0 ≤ least ≤ most passes, compared every 1 or more, found 10, 5 and 1");
    assertThatIllegalArgumentException().isThrownBy(() -> Sorting.NONE.withOverlap(1.5));
  }

  private static float[] values(int n, SplittableRandom random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
