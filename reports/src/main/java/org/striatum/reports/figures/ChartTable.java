package org.striatum.reports.figures;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The figures behind a chart as CSV (RFC 4180), as the page gives them.
///
/// Cells that a spreadsheet would take for a formula are marked as text by an apostrophe. Columns whose names begin with an
/// underscore serve tooltips only and are left out.
final class ChartTable {
  private ChartTable() {}

  static String csv(JsonNode chart) {
    List<Integer> shown = IntStream.range(0, chart.path("columns").size())
        .filter(i -> !chart.path("columns").path(i).asText().startsWith("_")).boxed().toList();
    StringBuilder lines = new StringBuilder();
    lines.append(shown.stream().map(i -> chart.path("columns").path(i).asText()).collect(Collectors.joining(",")))
        .append("\r\n");
    for (JsonNode row : chart.path("rows")) {
      lines.append(shown.stream().map(i -> field(row.path(i))).collect(Collectors.joining(","))).append("\r\n");
    }
    return lines.toString();
  }

  private static String field(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    if (!value.isTextual()) {
      return value.asText();
    }
    String text = value.textValue();
    boolean formula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
    return '"' + (formula ? "'" : "") + text.replace("\"", "\"\"") + '"';
  }
}
