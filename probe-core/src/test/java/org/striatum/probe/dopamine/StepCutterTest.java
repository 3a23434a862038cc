package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.run.UsageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.api.Timeout;
import java.util.Collections;

class StepCutterTest {
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\n ", "a\n", "a\n\n", "\n \t", "a"})
  @Timeout(20)
  void longTextsAreReadOnce(String piece) {
    for (int count = 125_000; count <= 1_000_000; count *= 2) {
      List<String> pieces = Collections.nCopies(count, piece);
      StepCutter.NEWLINE.cut(pieces);
      StepCutter.PARAGRAPH.cut(pieces);
    }
  }

  /// An expression of a user's may take exponential time, or nest a call for each character: it is refused.
  @ParameterizedTest
  @ValueSource(strings = {"(a+)+b", "(a|aa)+b", "(?:a|b)*c", "(a*)*\\n"})
  void aSeparatorThatTakesTooMuchWorkIsRefused(String separator) {
    StepCutter cutter = StepCutter.of(separator);
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> cutter.cut(Collections.nCopies(30_000, "a")));
    assertThat(cutter.cut(List.of("aab", "c\n")).count()).isPositive();
  }

  @Test
  void aCompletionLongerThanALineIsRefused() {
    List<String> pieces = Collections.nCopies(17, "a".repeat(1 << 20));
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> StepCutter.NEWLINE.cut(pieces));
  }

  @Test
  void aNewlineEndsAStepAndBelongsToIt() {
    Steps steps = StepCutter.NEWLINE.cut(List.of("1", "+", "2", "=", "3", "\n", "#", "3"));
    assertThat(steps.ends()).containsExactly(6, 8);
    assertThat(List.of(steps.first(0), steps.last(0), steps.first(1), steps.last(1))).containsExactly(1, 6, 7, 8);
    assertThat(List.of(steps.before(0), steps.before(1))).containsExactly(0, 6);
    assertThat(steps.states()).isEqualTo(9);
  }

  @Test
  void aStepEndsWithTheTokenItsSeparatorEndsIn() {
    assertThat(StepCutter.PARAGRAPH.cut(List.of("a.", "\n", "\nb", "c\n", "d", ".\n\n", "e")).ends())
        .containsExactly(3, 6, 7);
    assertThat(StepCutter.NEWLINE.cut(List.of("a\nb\nc", "d")).ends()).containsExactly(1, 2);
  }

  @Test
  void whiteSpaceAloneIsNoStep() {
    assertThat(StepCutter.NEWLINE.cut(List.of("\n", "a", "\n", " ", "\n", "b", "\n", "")).ends())
        .containsExactly(3, 8);
    assertThat(StepCutter.NEWLINE.cut(List.of("a", "\n")).ends()).containsExactly(2);
    assertThat(StepCutter.NEWLINE.cut(List.of()).count()).isZero();
    assertThat(StepCutter.NEWLINE.cut(List.of()).states()).isEqualTo(1);
  }

  @Property
  void everyTokenIsInOneStep(
      @ForAll @Size(max = 30) List<@StringLength(max = 3) @CharRange(from = '\t', to = '\u000e') String> pieces) {
    for (StepCutter cutter : List.of(StepCutter.NEWLINE, StepCutter.PARAGRAPH)) {
      Steps steps = cutter.cut(pieces);
      assertThat(steps.states()).isEqualTo(pieces.size() + 1);
      int covered = 0;
      for (int k = 0; k < steps.count(); k++) {
        covered += steps.length(k);
        assertThat(steps.first(k)).isEqualTo(k == 0 ? 1 : steps.last(k - 1) + 1);
      }
      assertThat(covered).isEqualTo(pieces.size());
    }
  }

  @Test
  void refusesWhatCutsNothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> StepCutter.of("\\s*"))
        .withMessage("a step separator must not match the empty text, found '\\s*'");
    assertThatIllegalArgumentException().isThrownBy(() -> new Steps(new int[]{2, 2}))
        .withMessage("ends of steps must rise from at least 1, found 2 after 2");
  }
}
