package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.value.ListedTrajectories.Trajectory;

class CoordinateReadingTest {
  private static final HookPoint HOOK = HookPoint.residPost(2);

  @Test
  void countsEachOutcomeByItself() {
    List<Trajectory> list = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      // Coordinate 0 falls before success; coordinate 1 never moves; later states must not matter.
      list.add(new Trajectory("p" + i, new float[]{i, 7, -1000, 1000}, i < 24 ? 1 : 0, 5));
    }
    list.add(new Trajectory("broken", new float[]{Float.NaN, 7}, 1, 5));
    List<CoordinateReading> read = CoordinateReading.all("mul", HOOK, new ListedTrajectories(2, list), new int[]{0, 1},
        7);
    CoordinateReading first = read.getFirst();
    assertThat(first.neuron()).isEqualTo(new NeuronId(HOOK, 0));
    assertThat(first.rollouts()).isEqualTo(48);
    assertThat(first.problems()).isEqualTo(48);
    assertThat(first.auroc().value()).isZero();
    assertThat(first.low()).isZero();
    assertThat(first.high()).isEqualTo(47);
    assertThat(first.solved()).hasSize(CoordinateReading.BINS);
    assertThat(first.solved().subList(0, 8)).containsOnly(3);
    assertThat(first.solved().subList(9, 16)).containsOnly(0);
    assertThat(first.failed().subList(9, 16)).containsOnly(3);
    CoordinateReading still = read.getLast();
    assertThat(still.auroc().value()).isEqualTo(0.5);
    assertThat(still.solved().getFirst()).isEqualTo(24);
    assertThat(still.failed().getFirst()).isEqualTo(24);
  }

  @Test
  void nothingFiniteGivesNothing() {
    assertThat(CoordinateReading.all("mul", HOOK,
        new ListedTrajectories(1, List.of(new Trajectory("p", new float[]{Float.POSITIVE_INFINITY}, 1, 1))),
        new int[]{0}, 7)).isEmpty();
  }

  @Property(tries = 50)
  void noRolloutIsLostAndTheAurocIsThatOfTheCoordinate(@ForAll long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    int n = random.nextInt(3, 200);
    List<Trajectory> list = new ArrayList<>();
    double[] values = new double[n];
    boolean[] solved = new boolean[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-3, 4)));
      solved[i] = random.nextBoolean();
      list.add(new Trajectory("p" + i / 3, new float[]{(float) values[i]}, solved[i] ? 1 : 0, 1));
    }
    CoordinateReading read = CoordinateReading.all("d", HOOK, new ListedTrajectories(1, list), new int[]{0}, seed)
        .getFirst();
    assertThat(read.solved().stream().mapToInt(k -> k).sum() + read.failed().stream().mapToInt(k -> k).sum())
        .isEqualTo(n);
    double auroc = Auroc.of(values, solved);
    if (Double.isNaN(auroc)) {
      assertThat(read.auroc().value()).isNaN();
    } else {
      assertThat(read.auroc().value()).isCloseTo(auroc, within(1e-12));
    }
  }
}
