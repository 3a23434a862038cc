package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;

/// Where completions of a file without a known layout end: behind examples at the gap between them, otherwise nowhere, and that is
/// said.
class PlainStopsTest {
  @TempDir
  private Path folder;

  private Session shown(Object... options) {
    Object[] words = {"rollouts", REASONER, "--data", folder.resolve("test.jsonl"), "--output", folder.resolve("run"),
        "--max-new-tokens", 4};
    Object[] all = new Object[words.length + options.length];
    System.arraycopy(words, 0, all, 0, words.length);
    System.arraycopy(options, 0, all, words.length, options.length);
    Session session = Session.of(all);
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    return session;
  }

  @Test
  void theGapBetweenExamplesEndsACompletion() throws IOException {
    Files.writeString(folder.resolve("test.jsonl"), "{\"question\": \"1+1=\", \"answer\": \"2\"}\n");
    Files.writeString(folder.resolve("train.jsonl"), "{\"question\": \"2+2=\", \"answer\": \"4\"}\n");
    assertThat(shown("--shots", 1, "--dry-run").out()).contains("stops at '\\n\\n'");
    assertThat(shown("--shots", 1, "--dry-run", "--no-stop").out()).contains("no stop texts");
    String worked = "{\"question\": \"1+1=\", \"answer\": \"2\", \"solution\": \"1 and 1\\n\\n2\"}\n";
    Files.writeString(folder.resolve("test.jsonl"), worked);
    assertThat(shown("--shots", 1, "--dry-run").out()).as("solutions have gaps themselves").contains("no stop texts");
  }

  @Test
  void thatNothingEndsACompletionIsSaid() throws IOException {
    Files.writeString(folder.resolve("test.jsonl"), "{\"question\": \"1+1=\", \"answer\": \"2\"}\n");
    assertThat(shown().errorLines()).filteredOn(line -> line.contains("--stop")).hasSize(1);
    Files.writeString(folder.resolve("test.jsonl"), "{\"question\": \"1+1=\", \"answer\": \"#### 2\"}\n");
    Object[] other = {"rollouts", REASONER, "--data", folder.resolve("test.jsonl"), "--output", folder.resolve("gsm"),
        "--max-new-tokens", 4};
    assertThat(Session.of(other).errorLines()).filteredOn(line -> line.contains("--stop")).isEmpty();
  }
}
