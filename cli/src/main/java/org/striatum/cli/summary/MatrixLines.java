package org.striatum.cli.summary;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.cli.console.Screen;
import org.striatum.cli.console.ScreenText;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.AnswerMatrix.Row;
import org.striatum.studies.answer.Evidence;

/// A matrix of answers as lines of text, in the most telling of four forms that fits: figures with intervals below their task,
/// both behind their task, figures alone behind it, or how many tasks have which answer.
///
/// @param screen which it is printed on
record MatrixLines(AnswerMatrix matrix, Screen screen) {
  /// What is told, the most first.
  enum Form {
    /// Everything, a column a task.
    TABLE,
    /// Everything, a paragraph a question.
    LISTED,
    /// Verdicts and figures.
    FIGURES,
    /// How many tasks have which verdict.
    COUNTED
  }

  private static final String GAP = "  ";
  private static final String INDENT = "  ";
  private static final int LONGEST_TASK = 24;

  /// The best form of at most this many lines; the shortest if none is.
  Form best(int lines) {
    return Stream.of(Form.TABLE, Form.LISTED, Form.FIGURES)
        .filter(form -> lines(form).filter(found -> found.size() <= lines).isPresent()).findFirst()
        .orElse(Form.COUNTED);
  }

  /// The matrix in a form, however many lines it takes; what is a table elsewhere is listed where its columns have no room.
  List<String> in(Form form) {
    return lines(form).or(() -> lines(Form.LISTED)).orElseThrow();
  }

  private Optional<List<String>> lines(Form form) {
    return switch (form) {
      case TABLE -> table();
      case LISTED -> Optional.of(listed(true));
      case FIGURES -> Optional.of(listed(false));
      case COUNTED -> Optional.of(counted());
    };
  }

  private List<Row> asked() {
    return matrix.asked();
  }

  private static String task(String name) {
    return ScreenText.cut(ScreenText.visible(name), LONGEST_TASK);
  }

  private static int widest(Stream<String> texts) {
    return texts.mapToInt(ScreenText::width).max().orElse(0);
  }

  private static boolean hasIntervals(Row row) {
    return row.cells().stream().anyMatch(cell -> !cell.span().isEmpty());
  }

  /// A column a task; empty if the screen is too narrow.
  private Optional<List<String>> table() {
    int labels = widest(asked().stream().map(row -> row.question().label()));
    int figures = widest(asked().stream().filter(MatrixLines::hasIntervals).map(row -> INDENT + figure(row)));
    List<Integer> columns = IntStream.range(0, matrix.tasks().size()).mapToObj(this::width).toList();
    int free = screen.width() - columns.stream().mapToInt(width -> width + GAP.length()).sum();
    // On a usual terminal names of figures are cut rather than the table given up; a narrower one has no room for them to be known by.
    int head = Math.max(labels, screen.width() < Screen.USUAL ? figures : Math.min(figures, free));
    if (head > free) {
      return Optional.empty();
    }
    List<String> lines = new ArrayList<>();
    lines.add(line("", head, columns, task -> screen.strong(task(matrix.tasks().get(task)))));
    for (Row row : asked()) {
      if (row.over().findings().isEmpty()) {
        lines.add(line(row.question().label(), head, columns, task -> verdict(row.cells().get(task))));
        if (hasIntervals(row)) {
          lines.add(
              line(ScreenText.cut(INDENT + figure(row), head), head, columns, task -> row.cells().get(task).span()));
        }
      } else {
        String label = padded(row.question().label(), head);
        lines.add(label + fitting(row.over(), screen.width() - ScreenText.width(label)));
      }
    }
    return Optional.of(lines);
  }

  private int width(int task) {
    ToIntFunction<Row> needed = row -> Math.max(ScreenText.width(verdict(row.cells().get(task))),
        ScreenText.width(row.cells().get(task).span()));
    return Math.max(ScreenText.width(task(matrix.tasks().get(task))),
        asked().stream().mapToInt(needed).max().orElse(0));
  }

  private static String line(String head, int width, List<Integer> columns, TaskText text) {
    StringBuilder line = new StringBuilder(ScreenText.padded(head, width));
    for (int task = 0; task < columns.size(); task++) {
      line.append(GAP).append(ScreenText.padded(text.of(task), columns.get(task)));
    }
    return line.toString().stripTrailing();
  }

  /// What stands in the column of a task.
  private interface TaskText {
    String of(int task);
  }

  /// `yes 0.715`; `not tested` where nobody asked.
  private String verdict(Cell cell) {
    return (screen.painted(cell.verdict(), cell.verdict().printed()) + " " + cell.figure()).strip();
  }

  /// What the figures of a row are, without what is behind the comma: that they are means over splits is said once.
  private static String figure(Row row) {
    String name = row.figure().orElse("").split(",", 2)[0];
    String unit = row.found().stream().flatMap(cell -> cell.evidence().stream()).map(Evidence::unit)
        .map(one -> one.suffix().strip()).findFirst().orElse("");
    return unit.isEmpty() ? name : name + ", " + unit;
  }

  private static String padded(String head, int width) {
    return ScreenText.padded(head, width) + GAP;
  }

  /// With the figure and its name, without the name, or the word alone.
  private String fitting(Cell cell, int columns) {
    String word = screen.painted(cell.verdict(), cell.verdict().printed());
    String figure = word + cell.evidence().map(evidence -> " " + evidence.printed()).orElse("");
    return Stream.of(over(cell), figure).filter(text -> ScreenText.width(text) <= columns).findFirst().orElse(word);
  }

  private String over(Cell cell) {
    return screen.painted(cell.verdict(), cell.verdict().printed())
        + cell.evidence().map(evidence -> " " + evidence.figure() + " " + evidence.printed()).orElse("");
  }

  /// A paragraph a question.
  ///
  /// @param spans whether intervals are told, and names whole
  private List<String> listed(boolean spans) {
    List<String> lines = new ArrayList<>();
    for (Row row : asked()) {
      String name = row.over().findings().isEmpty() ? figure(row) : ""; // said with the figure there
      lines.addAll(ScreenText.wrapped(row.question().label() + (name.isEmpty() ? "" : " (" + name + ")") + ": "
          + row.found().stream().map(cell -> cell.task() == null
              ? over(cell)
              : (spans ? ScreenText.visible(cell.task()) : task(cell.task())) + " " + verdict(cell)
                  + (spans && !cell.span().isEmpty() ? " [" + cell.span() + "]" : ""))
              .collect(Collectors.joining(" · ")),
          screen.width(), INDENT));
    }
    return lines;
  }

  private List<String> counted() {
    return asked().stream().flatMap(row -> ScreenText
        .wrapped(row.question().label() + ": " + row.answer().brief(), screen.width(), INDENT).stream()).toList();
  }
}
