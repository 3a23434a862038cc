package org.striatum.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.Progress;

class StepProgressTest {
  private final StringWriter err = new StringWriter();
  private long now;

  private StepProgress progress(boolean terminal) {
    return progress(terminal, 60);
  }

  private StepProgress progress(boolean terminal, int columns) {
    return new StepProgress(new PrintWriter(err, true), new Screen(columns, false), terminal, () -> now);
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

  /// A pipe of known width is no wider, whatever is said.
  @Test
  void noLineIsWiderThanWhatItGoesTo() {
    for (boolean terminal : new boolean[]{true, false}) {
      work(progress(terminal, 30), 60);
    }
    assertThat(Arrays.stream(err.toString().split("[\r\n]"))).allMatch(line -> ScreenText.width(line) <= 30);
  }

  @Test
  void onATerminalOneLineIsWrittenOver() {
    work(progress(true), 60);
    assertThat(err.toString().lines().filter(line -> !line.isEmpty())).last().asString().endsWith(
        "3 of 9 probe: 60 s, run/results/value-neurons.json");
    assertThat(Arrays.stream(err.toString().split("[\r\n]"))).allMatch(line -> ScreenText.width(line) <= 60);
    assertThat(err.toString().chars().filter(c -> c == '\n').count()).isEqualTo(1);
  }

  /// What no step holds says when it ends how much it was and how long it took, however it ends.
  @Test
  void workByItselfIsOneLineWhenItEnds() {
    StepProgress progress = progress(false);
    for (int part = 0; part < 2; part++) {
      try (Progress.Task task = progress.resume("rollouts", 100, 40, "rollout")) {
        pass(1.5);
        task.step(59);
        task.step(1);
      }
    }
    assertThat(err.toString().lines()).containsExactly("rollouts: 60 rollouts in 1.5 s",
        "rollouts: 60 rollouts in 1.5 s");
  }

  @Test
  void noNameBreaksALineOrTurnsItRound() {
    StepProgress progress = progress(false);
    try (Progress.Task task = progress.start("arms of a\n\u202eset\u001b[31m", 100, "arm")) {
      pass(20);
      task.step(50);
    }
    assertThat(err.toString().lines()).hasSize(2).allSatisfy(
        line -> assertThat(line).contains("a⟨U+000A⟩⟨U+202E⟩set").doesNotContainPattern("[\\p{Cc}\\p{Cf}]"));
  }

  @Test
  void longWorkByItselfTellsHowFarItIs() {
    StepProgress progress = progress(false);
    try (Progress.Task task = progress.start("rollouts", 100, "rollout")) {
      for (int i = 0; i < 100; i++) {
        pass(0.3);
        task.step(1);
      }
    }
    assertThat(err.toString().lines()).containsExactly("rollouts: 7 of 100 rollouts",
        "rollouts: 41 of 100 rollouts, 18 s left", "rollouts: 75 of 100 rollouts, 8 s left",
        "rollouts: 100 rollouts in 30 s");
  }

  /// Results and messages are printed on the same terminal: none of them stands behind what is written over.
  @Test
  void whatIsPrintedHasALineOfItsOwnOnATerminal() {
    StepProgress progress = progress(true);
    PrintWriter terminal = new PrintWriter(err, true);
    Console console = new Console(terminal, terminal, progress);
    try (Progress.Task task = progress.start("rollouts", 100, "rollout")) {
      pass(3);
      task.step(50);
      console.note("a note");
      pass(3);
      task.step(10);
      console.print("a result");
      pass(3);
      task.step(10);
      console.error("a failure");
    }
    assertThat(seen(err.toString())).containsExactly("a note", "a result", "striatum: a failure",
        "rollouts: 70 rollouts in 9.0 s");
  }

  /// What a terminal shows: a carriage return goes to the line's begin, later letters replace those that stand there.
  private static List<String> seen(String printed) {
    return Arrays.stream(printed.split("\n", -1)).map(line -> {
      StringBuilder shown = new StringBuilder();
      for (String over : line.split("\r", -1)) {
        shown.replace(0, Math.min(shown.length(), over.length()), over);
      }
      return shown.toString().stripTrailing();
    }).filter(line -> !line.isEmpty()).toList();
  }
}
