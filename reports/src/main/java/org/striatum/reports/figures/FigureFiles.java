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
/// each of its options, `ID.OPTION.svg`, over one table.
///
/// @param width of a plot in pixels
/// @param progress stepped once a drawing
public record FigureFiles(int width, Progress progress) {
  /// A column of a page of text, at the size of the report's letters.
  /// Between a figure and its option: no dot, as LaTeX takes what is behind the first dot of a name for its kind.
  private static final String BETWEEN = "--";
  public static final int WIDTH = 640;

  public FigureFiles {
    if (width < 100 || width > 10_000) {
      throw new IllegalArgumentException("a plot must be 100 to 10000 pixels wide, found " + width);
    }
  }

  /// Draws and writes all of them.
  ///
  /// @param report any report of this program
  /// @param folder that is made if it is not there; files of the same names are replaced
  /// @return the files, in the order of the page
  /// @throws org.striatum.probe.run.BadDataException if the file is no report
  public List<Path> write(Path report, Path folder) throws IOException {
    List<JsonNode> charts = ReportCharts.of(report).charts();
    List<Path> written = new ArrayList<>();
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
          written.add(write(folder, name + ".svg", svg.getBytes(StandardCharsets.UTF_8)));
          written.add(write(folder, name + ".png", drawing.png()));
          written.add(write(folder, name + ".pdf", drawing.pdf()));
          task.step(1);
        }
        written.add(write(folder, id + ".csv", ChartTable.csv(chart).getBytes(StandardCharsets.UTF_8)));
      }
    }
    return written;
  }

  private static List<Optional<String>> options(JsonNode chart) {
    List<Optional<String>> options = new ArrayList<>();
    chart.path("spec").path("params").path(0).path("bind").path("options")
        .forEach(option -> options.add(Optional.of(option.asText())));
    return options.isEmpty() ? List.of(Optional.empty()) : options;
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

  private static Path write(Path folder, String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    AtomicFile.write(file, bytes);
    return file;
  }
}
