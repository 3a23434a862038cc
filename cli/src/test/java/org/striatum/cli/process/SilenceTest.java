package org.striatum.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SilenceTest {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final Silence silence = new Silence(0, 0, Duration.ofMillis(500));

  /// @param milliseconds of the clock
  private boolean tooLongAt(long milliseconds, long beat) {
    return silence.exceeds(LIMIT, Duration.ofMillis(milliseconds).toNanos(), beat);
  }

  @Test
  void workThatBeatsIsNone() {
    for (int look = 1; look <= 12; look++) { // three times the limit
      assertThat(tooLongAt(250L * look, look)).isFalse();
    }
  }

  @Test
  void beyondTheLimitItIs() {
    assertThat(tooLongAt(250, 1)).isFalse();
    for (int look = 2; look <= 5; look++) {
      assertThat(tooLongAt(250L * look, 1)).isFalse();
    }
    assertThat(tooLongAt(1500, 1)).isTrue();
  }

  @Test
  void aBeatEndsIt() {
    assertThat(tooLongAt(500, 0)).isFalse();
    assertThat(tooLongAt(1000, 0)).isFalse();
    assertThat(tooLongAt(1500, 7)).isFalse();
    assertThat(tooLongAt(2000, 7)).isFalse();
  }

  @Test
  void timeInWhichTheWatcherStoodStillDoesNotCount() {
    assertThat(tooLongAt(3_600_000, 0)).isFalse();
    assertThat(tooLongAt(3_600_500, 0)).isFalse();
    assertThat(tooLongAt(3_600_501, 0)).isTrue();
  }

  @Test
  void withoutALimitNoneIsTooLong() {
    for (int look = 1; look <= 100; look++) {
      assertThat(silence.exceeds(Duration.ZERO, Duration.ofMillis(500L * look).toNanos(), 0)).isFalse();
    }
  }
}
