package org.striatum.reports.figures;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.Progress;

/// Writes every figure of a report as files: `ID.svg`, `ID.png`, `ID.pdf` and `ID.csv`. A chart with a choice gives a drawing for
/// each of its options, `ID--OPTION.svg`, over one table. `index.html` shows them.
///
/// @param width of a plot in pixels
/// @param progress stepped once a drawing
public record FigureFiles(int width, Progress progress) {
  /// A column of a page of text, at the size of the report's letters.
  public static final int WIDTH = 640;
  /// Between a figure and its option: no dot, as LaTeX takes what is behind the first dot of a name for its kind.
  private static final String BETWEEN = "--";

  public FigureFiles {
    if (width < 100 || width > 10_000) {
      throw new IllegalArgumentException("a plot must be 100 to 10000 pixels wide, found " + width);
    }
  }

  /// Draws and writes all of them.
  ///
  /// @param report any report of this program
  /// @param folder that is made if it is not there; files of the same names are replaced
  /// @return the figures, in the order of the page
  /// @throws org.striatum.probe.run.BadDataException if the file is no report
  public List<DrawnFigure> write(Path report, Path folder) throws IOException {
    ReportCharts read = ReportCharts.of(report);
    List<JsonNode> charts = read.charts();
    List<DrawnFigure> drawn = new ArrayList<>();
    Files.createDirectories(folder);
    try (Progress.Task task = progress.start("figures", charts.stream().mapToInt(chart -> options(chart).size()).sum(),
        "drawing"); VegaEngine engine = new VegaEngine()) {
      Set<String> names = new HashSet<>();
      for (JsonNode chart : charts) {
        String id = chart.path("id").asText();
        for (Optional<String> option : options(chart)) {
          String name = unused(option.map(chosen -> id + BETWEEN + fileName(chosen)).orElse(id), names);
          String svg = engine.svg(chart, option, width);
          Drawing drawing = Drawing.of(svg);
          DrawnFigure figure = DrawnFigure.of(name, chart.path("title").asText(),
              option.isPresent() ? bind(chart).path("name").asText().strip() : "", option.orElse(""),
              chart.path("spec").path("description").asText(), id + ".csv");
          AtomicFile.write(folder.resolve(figure.svg()), svg.getBytes(StandardCharsets.UTF_8));
          AtomicFile.write(folder.resolve(figure.png()), drawing.png());
          AtomicFile.write(folder.resolve(figure.pdf()), drawing.pdf());
          drawn.add(figure);
          task.step(1);
        }
        AtomicFile.write(folder.resolve(id + ".csv"), ChartTable.csv(chart).getBytes(StandardCharsets.UTF_8));
      }
    }
    AtomicFile.write(folder.resolve(FigureIndex.NAME),
        new FigureIndex(read.title(), drawn).html().getBytes(StandardCharsets.UTF_8));
    return drawn;
  }

  private static List<Optional<String>> options(JsonNode chart) {
    List<Optional<String>> options = new ArrayList<>();
    bind(chart).path("options").forEach(option -> options.add(Optional.of(option.asText())));
    return options.isEmpty() ? List.of(Optional.empty()) : options;
  }

  /// What a reader chooses by.
  private static JsonNode bind(JsonNode chart) {
    return chart.path("spec").path("params").path(0).path("bind");
  }

  /// Names come from checkpoints, tasks and files: only letters and digits reach a file system, and LaTeX.
  private static String fileName(String option) {
    String name = option.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    return name.length() > 100 ? name.substring(0, 100) : name;
  }

  /// Options that differ in other characters only are numbered.
  private static String unused(String name, Set<String> names) {
    String free = name;
    for (int n = 2; !names.add(free); n++) {
      free = name + "-" + n;
    }
    return free;
  }
}
