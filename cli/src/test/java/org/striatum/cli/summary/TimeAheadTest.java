package org.striatum.cli.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.striatum.studies.planning.StudyTime;

class TimeAheadTest {
  private long now;
  private final TimeAhead ahead = new TimeAhead(() -> now);

  private String step(String study, double seconds) {
    ahead.begin();
    now += (long) (seconds * 1e9);
    return ahead.end(study);
  }

  private static StudyTime estimate() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    seconds.put("rollouts", 100.0);
    seconds.put("probe", 300.0);
    seconds.put("ablate", 600.0);
    return new StudyTime(seconds);
  }

  /// What took half as long as was estimated halves the estimate of what follows.
  @Test
  void theEstimateIsCorrectedByWhatIsDone() {
    assertThat(ahead.expect(estimate(), 1)).contains("about 17 min", "probe 5 min");
    assertThat(ahead.left()).isEqualTo(1000);
    assertThat(step("rollouts", 50)).isEqualTo("; about 9 min left");
    double left = ahead.left();
    assertThat(left).isBetween(450.0, 600.0);
    step("about", 1000); // was never estimated
    assertThat(ahead.left()).isCloseTo(left, within(1e-6));
    step("probe", 350);
    assertThat(ahead.left()).isBetween(550.0, 600.0); // a step half as long as told, a heavier one a little longer
    assertThat(step("ablate", 600)).isEmpty();
    assertThat(ahead.left()).isZero();
  }

  /// Both figures are said, and what is left is that of all processes.
  @Test
  void timeIsDividedOverProcesses() {
    assertThat(ahead.expect(estimate(), 4)).contains("about 4 min by 4 processes", "by one 17 min", "probe 5 min");
    assertThat(ahead.left()).isEqualTo(250);
    step("rollouts", 25);
    assertThat(ahead.left()).isCloseTo(225, within(1e-6));
  }

  /// The machine stood still for an hour during a short step: what is left is not ten times as long.
  @Test
  void aPauseDoesNotMultiplyWhatIsLeft() {
    ahead.expect(estimate(), 1);
    step("probe", 300);
    step("rollouts", 100 + 3600);
    assertThat(ahead.left()).isBetween(600.0, 1200.0);
  }

  /// A step that is over in a second says nothing of the hours that follow, however far it was off.
  @Test
  void aShortStepSaysLittle() {
    ahead.expect(new StudyTime(Map.of("rollouts", 0.02, "probe", 250.0)), 1);
    step("rollouts", 1.2);
    assertThat(ahead.left()).isBetween(240.0, 260.0);
  }

  @Test
  void withoutAnEstimateNothingIsSaid() {
    assertThat(step("rollouts", 5000)).isEmpty();
  }
}
