package org.striatum.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.Progress;

class TerminalProgressTest {
  @Test
  void noNameBreaksALineOrTurnsItRound() {
    StringWriter err = new StringWriter();
    try (Progress.Task task = new TerminalProgress(new PrintWriter(err, true), Screen.PLAIN, false)
        .start("arms of a\n\u202eset\u001b[31m", 2, "arm")) {
      task.step(2);
    }
    assertThat(err.toString().lines()).singleElement().asString().doesNotContainPattern("[\\p{Cc}\\p{Cf}]")
        .contains("a⟨U+000A⟩⟨U+202E⟩set");
  }
}
