package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialStoreTest {
  private record Result(double figure, String stopped) {}

  @TempDir
  private Path folder;

  @Test
  void whatWasDoneIsNotDoneAgain() throws Exception {
    Result first = TrialStore.in(folder.resolve("trials")).keep("value-0", Result.class, () -> new Result(0.1, null));
    Result again = TrialStore.in(folder.resolve("trials")).keep("value-0", Result.class, () -> {
      throw new AssertionError("done before");
    });
    assertThat(again).isEqualTo(first);
    assertThat(TrialStore.in(folder.resolve("trials")).keep("value-1", Result.class, () -> new Result(2, "NaN")))
        .isEqualTo(new Result(2, "NaN"));
  }

  @Test
  void workThatFailsLeavesNothing() throws Exception {
    assertThatThrownBy(() -> TrialStore.in(folder).keep("value-0", Result.class, () -> {
      throw new IOException("interrupted");
    })).hasMessage("interrupted");
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
    assertThat(TrialStore.NONE.keep("value-0", Result.class, () -> new Result(3, null)).figure()).isEqualTo(3);
  }
}
