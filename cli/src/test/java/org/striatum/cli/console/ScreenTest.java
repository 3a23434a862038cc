package org.striatum.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.stats.Verdict;

class ScreenTest {
  @ParameterizedTest
  @CsvSource({"40,40", "250,100", "3,30", "x,80", "'',80", "-5,80", "99999999999,80"})
  void theTerminalSaysHowWideItIs(String columns, int width) {
    assertThat(Screen.of(Map.of("COLUMNS", columns), true).width()).isEqualTo(width);
  }

  /// `COLUMNS=40 striatum … | cat`; without a number a pipe has no end of the line.
  @ParameterizedTest
  @CsvSource({"40,40", "250,100", "3,30"})
  void aPipeIsAsWideAsIsSaid(String columns, int width) {
    assertThat(Screen.of(Map.of("COLUMNS", columns), false).line()).isEqualTo(width);
    for (String none : List.of("", "x", "-5", "99999999999")) {
      assertThat(Screen.of(Map.of("COLUMNS", none), false)).isEqualTo(Screen.PLAIN);
    }
    assertThat(Screen.of(Map.of(), false)).isEqualTo(Screen.PLAIN);
  }

  @Test
  void coloursOnlyOnATerminalThatWantsThem() {
    assertThat(Screen.of(Map.of(), true).colours()).isTrue();
    assertThat(Screen.of(Map.of("NO_COLOR", ""), true).colours()).as("empty is not set").isTrue();
    assertThat(Screen.of(Map.of("NO_COLOR", "1"), true).colours()).isFalse();
    assertThat(Screen.of(Map.of("TERM", "dumb"), true).colours()).isFalse();
    assertThat(Screen.of(Map.of("COLUMNS", "40"), false).colours()).isFalse();
    assertThat(Screen.PLAIN.painted(Verdict.YES, "yes")).isEqualTo("yes");
  }

  /// Nothing is lost, nothing is too wide.
  @Property(tries = 200)
  void wrappedTextIsTheText(@ForAll List<String> words, @ForAll @IntRange(min = 20, max = 100) int columns) {
    String text = words.stream().map(ScreenText::visible).collect(Collectors.joining(" "));
    List<String> lines = ScreenText.wrapped(text, columns, "  ");
    assertThat(lines).allSatisfy(line -> assertThat(ScreenText.width(line)).isLessThanOrEqualTo(columns));
    assertThat(String.join("", lines).replace(" ", "")).isEqualTo(text.replace(" ", ""));
  }

  @Property
  void cutTextFits(@ForAll String text, @ForAll @IntRange(min = 1, max = 60) int columns) {
    assertThat(ScreenText.width(ScreenText.cut(ScreenText.visible(text), columns))).isLessThanOrEqualTo(columns);
  }
}
