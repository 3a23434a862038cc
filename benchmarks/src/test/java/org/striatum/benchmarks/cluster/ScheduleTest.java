package org.striatum.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What can be told without playing it through.
class ScheduleTest {
  private static final Rates CALM = new Rates(1, 1, 1, 0, 1e18, 0);

  private static Schedule played(int units, int workers, Rates rates) {
    double[] seconds = new double[units];
    Arrays.fill(seconds, 3600);
    return Schedule.of(seconds, new double[units], workers, rates, 0, new SplittableRandom(1));
  }

  @Test
  void equalUnitsOnEqualWorkers() {
    assertThat(played(12, 1, CALM)).isEqualTo(new Schedule(12, 1, 12, 1 / 3600.0));
    assertThat(played(3, 4, CALM).busy()).isEqualTo(3 / 4.0);
    assertThat(played(12, 4, CALM).hours()).isEqualTo(3);
    assertThat(played(13, 4, CALM).hours()).as("one waits for the fourth round").isEqualTo(4);
    assertThat(played(13, 4, CALM).busy()).isEqualTo(13 / 16.0);
  }

  /// Of units that fail with probability q, 1 / (1 − q) are run.
  @Test
  void failuresRunAgain() {
    Schedule schedule = played(20_000, 10, new Rates(1, 1, 1, 0, 1e18, 0.2));
    assertThat(schedule.units() / 20_000.0).isEqualTo(1.25, within(0.02));
  }

  @Test
  void weightsAreReadThroughOneFileSystem() {
    double[] bytes = new double[4];
    Arrays.fill(bytes, 3.6e12);
    Schedule schedule = Schedule.of(new double[4], bytes, 4, new Rates(1, 1, 1, 0, 1e9, 0), 0, new SplittableRandom(1));
    assertThat(schedule.hours()).as("four times an hour of reading alone").isEqualTo(4);
  }

  @Test
  void aStudyGrowsWithItsModel() {
    Rates rates = Rates.measured();
    StudyWork work = new StudyWork(1, 0, 0, 0);
    assertThat(rates.seconds(new Model("half a billion", 494e6, 24, 896), work)).isEqualTo(2 / 60.2, within(1e-9));
  }
}
