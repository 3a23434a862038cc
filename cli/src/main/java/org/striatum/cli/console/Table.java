package org.striatum.cli.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Results in rows and columns. Where they are wider than the terminal, the last column is broken into lines; where that is not enough, a
/// row is a paragraph in which each cell stands behind its heading. Nothing is cut.
public final class Table {
  private static final String GAP = "  ";
  /// Columns of the terminal below which a text in the last column is hard to read.
  private static final int NARROWEST = 24;
  private static final String NUMBER = "[+−-]?[\\d.,]+( (%|MB|GB))?|–|";

  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();

  /// @param head headings; an empty one is of a column that says what it is by itself
  public Table(String... head) {
    this.head = cells((Object[]) head);
  }

  private static List<String> cells(Object... cells) {
    return Arrays.stream(cells).map(String::valueOf).map(ScreenText::visible).toList();
  }

  /// A row.
  ///
  /// @param cells one of each column, printed as their text
  public Table row(Object... cells) {
    if (cells.length != head.size()) {
      throw new IllegalArgumentException("a row needs " + head.size() + " cells, found " + cells.length);
    }
    rows.add(cells(cells));
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /// As lines.
  ///
  /// @param columns of the terminal
  /// @param paragraph columns of a line of text
  public List<String> lines(int columns, int paragraph) {
    List<List<String>> all = new ArrayList<>();
    if (head.stream().anyMatch(heading -> !heading.isEmpty())) {
      all.add(head);
    }
    all.addAll(rows);
    int[] widths = IntStream.range(0, head.size())
        .map(column -> all.stream().mapToInt(row -> ScreenText.width(row.get(column))).max().orElse(0)).toArray();
    boolean[] numbers = new boolean[head.size()];
    for (int column = 0; column < numbers.length; column++) {
      int at = column;
      numbers[column] = column > 0 && rows.stream().allMatch(row -> row.get(at).matches(NUMBER));
    }
    List<String> lines = all.stream().map(row -> line(row, widths, numbers)).toList();
    if (lines.stream().allMatch(line -> ScreenText.width(line) <= columns)) {
      return lines;
    }
    int last = widths.length - 1;
    int left = paragraph - IntStream.range(0, last).map(column -> widths[column] + GAP.length()).sum();
    if (rows.isEmpty()) {
      return ScreenText.paragraph(String.join(" · ", head), paragraph);
    }
    if (left < NARROWEST) {
      return rows.stream().flatMap(row -> ScreenText.paragraph(behindHeadings(row), paragraph).stream()).toList();
    }
    numbers[last] = false; // a heading may be wider than the column that is left
    return all.stream().flatMap(row -> broken(row, left).stream()).map(row -> line(row, widths, numbers)).toList();
  }

  /// A row with its last cell in lines; the other cells stand beside the first of them.
  private static List<List<String>> broken(List<String> row, int columns) {
    List<String> others = row.subList(0, row.size() - 1);
    List<List<String>> rows = new ArrayList<>();
    for (String line : ScreenText.wrapped(row.getLast(), columns, "")) {
      List<String> cells = new ArrayList<>(rows.isEmpty() ? others : Collections.nCopies(others.size(), ""));
      cells.add(line);
      rows.add(cells);
    }
    return rows;
  }

  private static String line(List<String> row, int[] widths, boolean[] numbers) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String spaces = " ".repeat(Math.max(0, widths[column] - ScreenText.width(cell)));
      line.append(column == 0 ? "" : GAP).append(numbers[column] ? spaces + cell : cell + spaces);
    }
    return line.toString().stripTrailing();
  }

  private String behindHeadings(List<String> row) {
    return IntStream.range(0, row.size()).filter(column -> !row.get(column).isBlank())
        .mapToObj(column -> (head.get(column) + " " + row.get(column)).strip()).collect(Collectors.joining(" · "));
  }
}
