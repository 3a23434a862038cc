package org.striatum.studies.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.value.FitSpeed;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.capture.CaptureStep.Stored;
import org.striatum.studies.planning.StudyTime.Speeds;
import org.striatum.studies.planning.StudyTime.Task;
import org.striatum.studies.rollouts.RolloutStep.Trial;

class StudyTimeTest {
  private static final FitSpeed FITS = new FitSpeed(1e-10, 1e-7, 1e-8, 1e-11);

  private static StudyTime time(int tasks, long problems, int hooks, int width, double slower) {
    List<Task> all = IntStream.range(0, tasks).mapToObj(task -> new Task("task" + task, problems, 2 * problems))
        .toList();
    List<Trial> trials = all.stream().map(task -> new Trial(task.name(), 12, 40, 1_000 / slower)).toList();
    return StudyTime.of(StudyPlan.DEFAULT, all, new Stored(hooks, width, 0),
        new Speeds(trials, 5_000 / slower, 9_000 / slower, new FitSpeed(slower * FITS.pass(), slower * FITS.path(),
            slower * FITS.regression(), slower * FITS.crossFit())));
  }

  @Test
  void everyStudyThatTakesTimeIsInIt() {
    StudyTime time = time(2, 600, 4, 256, 1);
    assertThat(time.seconds().keySet()).containsExactly("rollouts", "capture", "probe", "splits", "dopamine", "ablate",
        "search");
    assertThat(time.seconds().values()).allSatisfy(one -> assertThat(one).isPositive().isFinite());
    assertThat(time.of("rollouts")).as("2 × 1200 rollouts of 40 tokens, 1000 a second").isCloseTo(96, within(1e-6));
    assertThat(time.of("capture")).as("52 tokens each, 5000 a second").isCloseTo(24.96, within(1e-6));
    assertThat(time.of("report")).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 600, 1_000_000})
  void moreProblemsLayersAndTasksTakeLonger(int problems) {
    double one = time(1, problems, 4, 256, 1).total();
    assertThat(one).isPositive().isFinite();
    assertThat(time(2, problems, 4, 256, 1).total()).isGreaterThan(one);
    assertThat(time(1, 2L * problems, 4, 256, 1).total()).isGreaterThan(one);
    assertThat(time(1, problems, 8, 256, 1).total()).isGreaterThan(one);
    assertThat(time(1, problems, 4, 512, 1).total()).isGreaterThan(one);
  }

  /// A machine that is twice as slow in everything that is measured takes twice as long: nothing else is in the estimate.
  @Test
  void itIsMadeOfWhatIsMeasured() {
    StudyTime one = time(2, 600, 4, 256, 1);
    StudyTime slower = time(2, 600, 4, 256, 2);
    one.seconds().forEach(
        (study, seconds) -> assertThat(slower.of(study)).as(study).isCloseTo(2 * seconds, within(1e-9 * seconds)));
  }

  @Test
  void whatIsFinishedTakesNoTime() {
    StudyTime all = time(1, 600, 4, 256, 1);
    assertThat(all.without(Set.of("probe", "report")).total()).isCloseTo(all.total() - all.of("probe"), within(1e-6));
    assertThatIllegalArgumentException().isThrownBy(() -> new StudyTime(Map.of("probe", Double.NaN)));
  }
}
