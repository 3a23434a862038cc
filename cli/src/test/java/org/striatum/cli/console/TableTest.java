package org.striatum.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final Table SMALL = new Table("task", "n", "effect")
      .row("mul-fixed", 1500, "+0.013 [−0.024 to +0.046]")
      .row("add", 20, "–");

  @Test
  void columnsAreAsWideAsTheirCellsAndNumbersStandOnTheRight() {
    assertThat(SMALL.lines(100, 100)).containsExactly(
        "task          n  effect",
        "mul-fixed  1500  +0.013 [−0.024 to +0.046]",
        "add          20  –");
  }

  @Test
  void whatIsTooWideIsBrokenInTheLastColumnThenByRows() {
    assertThat(SMALL.lines(41, 41)).containsExactly(
        "task          n  effect",
        "mul-fixed  1500  +0.013 [−0.024 to",
        "                 +0.046]",
        "add          20  –");
    assertThat(SMALL.lines(30, 30)).containsExactly(
        "task mul-fixed · n 1500 ·",
        "  effect +0.013 [−0.024 to",
        "  +0.046]",
        "task add · n 20 · effect –");
  }

  /// Whatever stands in the cells, wide characters and what turns text round among it.
  @Property(tries = 100)
  void nothingIsWiderThanTheTerminalAndNothingIsLost(@ForAll @Size(3) List<String> head,
      @ForAll List<@Size(3) List<String>> rows, @ForAll @IntRange(min = 30, max = 200) int columns) {
    Table table = new Table(head.toArray(String[]::new));
    rows.forEach(row -> table.row(row.toArray()));
    List<String> lines = table.lines(columns, Math.min(columns, Screen.WIDEST));
    assertThat(lines).allSatisfy(line -> {
      assertThat(ScreenText.width(line)).isLessThanOrEqualTo(columns);
      assertThat(line).doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
    });
    String all = unspaced(String.join("", lines));
    rows.stream().flatMap(List::stream).forEach(
        cell -> assertThat(all).contains(unspaced(ScreenText.visible(cell))));
  }

  private static String unspaced(String text) {
    return text.replaceAll("\\p{Z}", "");
  }

  @Test
  void aRowHasACellForEachHeading() {
    assertThatThrownBy(() -> new Table("a", "b").row("x")).isInstanceOf(IllegalArgumentException.class);
  }
}
