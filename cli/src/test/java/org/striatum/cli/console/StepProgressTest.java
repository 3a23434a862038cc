package org.striatum.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.Progress;

class StepProgressTest {
  private final StringWriter err = new StringWriter();
  private long now;

  private StepProgress progress(boolean terminal) {
    return new StepProgress(new PrintWriter(err, true), new Screen(60, false), terminal, () -> now);
  }

  private void pass(double seconds) {
    now += (long) (seconds * 1e9);
  }

  private void work(StepProgress progress, int parts) {
    progress.begin(3, 9, "probe");
    for (int part = 0; part < parts; part++) {
      try (Progress.Task task = progress.start("fits of " + part, 100, "fit")) {
        for (int i = 0; i < 100; i++) {
          pass(0.01);
          task.step(1);
        }
      }
    }
    progress.end("run/results/value-neurons.json");
  }

  /// However many pieces of work a step has.
  @Test
  void aStepIsOneLine() {
    work(progress(false), 1);
    assertThat(err.toString().lines()).singleElement().isEqualTo("3 of 9 probe: 1.0 s, run/results/value-neurons.json");
  }

  @Test
  void repeatedWorkIsSaidFromTimeToTimeOnly() {
    work(progress(false), 60);
    assertThat(err.toString().lines().count()).isBetween(2L, 8L);
    assertThat(err.toString()).endsWith(
        "3 of 9 probe: 60 s, run/results/value-neurons.json" + System.lineSeparator());
  }

  @Test
  void onATerminalOneLineIsWrittenOver() {
    work(progress(true), 60);
    assertThat(err.toString().lines().filter(line -> !line.isEmpty())).last().asString().endsWith(
        "3 of 9 probe: 60 s, run/results/value-neurons.json");
    assertThat(Arrays.stream(err.toString().split("[\r\n]"))).allMatch(line -> ScreenText.width(line) <= 60);
    assertThat(err.toString().chars().filter(c -> c == '\n').count()).isEqualTo(1);
  }

  /// 980 fits, the first after twenty seconds, the rest fast: 20,000 s would be told after the first.
  @Test
  void timeLeftIsToldFromWhatWasMeasuredNotFromTheFirstUnit() {
    TimeLeft left = new TimeLeft(980, 0, 0);
    assertThat(left.at(1, Duration.ofSeconds(20).toNanos())).isEmpty();
    assertThat(left.at(490, Duration.ofSeconds(60).toNanos())).isEqualTo(", 60 s left");
    assertThat(left.at(490, Duration.ofSeconds(5).toNanos())).isEmpty();
    assertThat(new TimeLeft(980, 980, 0).at(980, Duration.ofSeconds(60).toNanos())).isEmpty();
    assertThat(TimeLeft.words(7500)).isEqualTo("2 h 5 min");
  }
}
