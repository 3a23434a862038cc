package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DopamineVerdictTest {
  @Test
  void aNegativeAnswerIsSaidPlainlyWithWhatFailed() {
    assertThat(new DopamineVerdict("mul", 6, 180, 0, List.of(170, 12, 180, 90, 0), List.of()).words())
        .isEqualTo("mul: no coordinate passes the signature test (180 tested at 6 hook points). Failing each part:"
            + " partial correlation 170, both signs 12, flatness 180, opposite slopes 90.");
  }

  @Test
  void aPositiveAnswerSaysHowManyAndWhetherToDoubtIt() {
    assertThat(new DopamineVerdict("mul", 1, 30, 1, List.of(20, 2, 2, 2, 2), List.of("noise")).words())
        .isEqualTo("mul: 1 of 30 tested coordinates at 1 hook point passes all five parts of the signature test."
            + " δ itself is doubtful: see the warning.");
  }

  @Test
  void nothingStudiedIsNoAnswer() {
    assertThat(new DopamineVerdict("mul", 0, 0, 0, List.of(0, 0, 0, 0, 0), List.of()).words())
        .isEqualTo("mul: no hook point could be studied, so nothing is known about dopamine neurons.");
  }
}
