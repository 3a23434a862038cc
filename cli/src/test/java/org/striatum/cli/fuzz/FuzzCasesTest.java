package org.striatum.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.cli.fuzz.Fuzz.Ready;

/// Inputs that once did harm: `cases/TARGET/NAME`, refused today by the same readers.
class FuzzCasesTest {
  private static final Path CASES = Path.of("src/test/resources/org/striatum/cli/fuzz/cases");

  @TempDir
  private Path folder;

  static List<Path> cases() throws IOException {
    try (Stream<Path> files = Files.walk(CASES)) {
      return files.filter(Files::isRegularFile).map(CASES::relativize).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isRefused(Path kept) throws IOException {
    Ready ready = Ready.in(folder, FuzzTarget.named(kept.getParent().toString()));
    assertThat(ready.read(Files.readAllBytes(CASES.resolve(kept))))
        .as("what the reader throws").isNotNull().satisfies(thrown -> assertThat(FuzzTarget.isDocumented(thrown))
            .as(String.valueOf(thrown)).isTrue());
  }

  @Test
  void aCaseIsAFunctionOfSeedAndIndex() throws IOException {
    Ready ready = Ready.in(folder, FuzzTarget.named("scan-file"));
    assertThat(ready.wrong(7, 41)).isEqualTo(ready.wrong(7, 41)).isNotEqualTo(ready.wrong(7, 42))
        .isNotEqualTo(ready.wrong(8, 41));
    assertThat(ready.wrong(7, 41)).isEqualTo(Mutation.some(ready.whole(), new SplittableRandom(7 * 1_000_003 + 41)));
  }

  /// What is made wrong is right before: else a format was changed, and the seeds are to be made again.
  @Test
  @Tag("slow")
  void everySeedIsRead() throws IOException {
    for (FuzzTarget target : FuzzTarget.all()) {
      Ready ready = Ready.in(folder, target);
      assertThatCode(() -> target.reader().read(ready.place())).as(target.name()).doesNotThrowAnyException();
    }
  }
}
