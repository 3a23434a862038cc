package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.DopaminePower.Share;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.stats.Verdict;

class DopamineVerdictTest {
  private static final List<Double> STRENGTHS = List.of(0.15, 0.25, 0.35, 0.5);
  private static final DopaminePower UNKNOWN = new DopaminePower("mul", 0.35, List.of());

  private static DatasetSteps steps(String... warnings) {
    return new DatasetSteps("mul", 120, 240, 900, 0, 300, 120, 60, 120, "8 continuations a state", null, 0,
        List.of(warnings), List.of());
  }

  /// How many of 40 are found at each strength.
  private static DopaminePower power(int... found) {
    return new DopaminePower("mul", 0.35, IntStream.range(0, found.length)
        .mapToObj(i -> new Share(Planting.SURPRISE, STRENGTHS.get(i), 40, found[i])).toList());
  }

  private static DopamineVerdict verdict(int significant, DopaminePower power) {
    return new DopamineVerdict(steps(), 6, 180, significant, List.of(170, 12, 180, 90, 0), 150, power);
  }

  @Test
  void noIsOnlySaidWhereANeuronWouldHaveBeenFound() {
    assertThat(verdict(0, power(1, 20, 32, 40)).verdict()).isEqualTo(Verdict.NO);
    assertThat(verdict(0, power(1, 20, 31, 40)).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(verdict(0, UNKNOWN).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(verdict(0, power(0, 0, 0, 0)).verdict()).isEqualTo(Verdict.NOT_TESTED);
    assertThat(verdict(1, power(0, 0, 0, 0)).verdict()).isEqualTo(Verdict.YES);
  }

  @Test
  void theSmallestEffectAndTheProblemsNeededFollowFromTheShares() {
    assertThat(power(0, 0, 40, 40).curve().smallest()).isCloseTo(0.25 + 0.8 * 0.1, within(1e-12));
    assertThat(power(32, 40, 40, 40).curve().smallest()).isEqualTo(0.15);
    assertThat(power(0, 0, 24, 32).curve().smallest()).isEqualTo(0.5);
    assertThat(power(0, 0, 24, 32).curve().problemsNeeded(100)).isCloseTo(100 * 0.5 * 0.5 / (0.35 * 0.35),
        within(1e-9));
    assertThat(power(0, 0, 0, 31).curve().smallest()).isNaN();
    assertThat(UNKNOWN.curve().smallest()).isNaN();
  }

  @Test
  void aNegativeAnswerIsSaidPlainlyWithWhatFailed() {
    assertThat(verdict(0, power(1, 20, 30, 40)).words())
        .isEqualTo("mul: no coordinate passes the signature test (180 tested at 6 hook points). Of neurons planted with"
            + " r = 0.35, it finds 30 of 40 (59 to 87 %); four in five are found from r = 0.38, and r = 0.35 would need about 141"
            + " continued problems (here 120). Failing each part: partial correlation 170, both signs 12, flatness 180 (150 could not have"
            + " passed), opposite slopes 90.");
  }

  @Test
  void aPositiveAnswerSaysHowManyAndWhetherToDoubtIt() {
    assertThat(new DopamineVerdict(steps("noise"), 1, 30, 1, List.of(20, 2, 2, 2, 2), 0, UNKNOWN).words())
        .isEqualTo("mul: 1 of 30 tested coordinates at 1 hook point passes all five parts of the signature test."
            + " δ itself is doubtful: see the warning.");
  }

  @Test
  void nothingStudiedIsNoAnswer() {
    DopamineVerdict none = new DopamineVerdict(steps(), 0, 0, 0, List.of(0, 0, 0, 0, 0), 0, UNKNOWN);
    assertThat(none.verdict()).isEqualTo(Verdict.NOT_TESTED);
    assertThat(none.words())
        .isEqualTo("mul: no hook point could be studied, so nothing is known about dopamine neurons.");
  }
}
