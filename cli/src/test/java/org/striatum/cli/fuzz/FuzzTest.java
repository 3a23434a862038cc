package org.striatum.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A moment of [Fuzz] for every reader: nothing is thrown but what is documented.
@Tag("slow")
class FuzzTest {
  /// Seconds for each reader, for a long run that prints its table; a second and few cases without.
  private static final Integer LONG = Integer.getInteger("striatum.fuzz.seconds");
  private static final long SEED = Long.getLong("striatum.fuzz.seed", 7);

  @ParameterizedTest
  @MethodSource("org.striatum.cli.fuzz.FuzzTarget#all")
  void readersThrowWhatIsDocumented(FuzzTarget target, @TempDir Path folder) throws IOException {
    Fuzz.Outcome outcome = LONG == null
        ? Fuzz.run(target, folder, SEED, 400, 1)
        : Fuzz.run(target, folder, SEED, Long.MAX_VALUE, LONG);
    if (LONG != null) {
      System.out.println(outcome.row());
    }
    assertThat(outcome.failures().keySet()).isEmpty();
  }
}
