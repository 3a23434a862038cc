package org.striatum.reports.figures;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;

/// The charts that a report carries: the same specifications and rows that its page draws.
///
/// @param title of the report
/// @param charts one per figure of the page, in its order
public record ReportCharts(String title, List<JsonNode> charts) {
  private static final Pattern TITLE = Pattern.compile("<title>([^<]*)</title>");
  private static final String BEGIN = "<script type=\"application/json\" id=\"charts\">";
  private static final String END = "</script>";
  private static final long LARGEST = 512L << 20;

  public ReportCharts {
    charts = List.copyOf(charts);
  }

  /// Reads the charts of a report of any kind.
  ///
  /// @throws BadDataException if the file is no report of this program
  public static ReportCharts of(Path report) throws IOException {
    if (!Files.isRegularFile(report)) {
      throw new BadDataException(report + " is not a file: write the report first");
    }
    if (Files.size(report) > LARGEST) {
      throw new BadDataException(report + " must have at most " + LARGEST + " bytes, found " + Files.size(report));
    }
    String page = Files.readString(report);
    int begin = page.indexOf(BEGIN);
    int end = begin < 0 ? -1 : page.indexOf(END, begin);
    if (end < 0) {
      throw new BadDataException(report + " has no charts: it is not a report of this program");
    }
    JsonNode payload = RecordJson.parseForeign(
        page.substring(begin + BEGIN.length(), end).getBytes(StandardCharsets.UTF_8), report.toString());
    List<JsonNode> charts = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode chart : payload.path("charts")) {
      String id = chart.path("id").asText();
      if (!id.matches("[a-z0-9-]{1,200}") || !ids.add(id) || !chart.path("spec").isObject()) {
        throw new BadDataException(report + " has a chart without an id of its own or a specification, '" + id + "'");
      }
      charts.add(chart);
    }
    return new ReportCharts(title(page), charts);
  }

  /// As text: what the page's template escaped.
  private static String title(String page) {
    Matcher title = TITLE.matcher(page);
    return title.find()
        ? title.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", "\"").replace("&#39;", "'")
            .replace("&amp;", "&")
        : "Figures";
  }
}
