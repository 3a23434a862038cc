package org.striatum.reports.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Progress;
import org.striatum.reports.scan.ExampleSeries;
import org.striatum.reports.scan.ScanReport;

/// Every figure of a report as files: they are what the page draws.
@Tag("slow")
class FigureFilesTest {
  @TempDir
  private static Path folder;
  private static Path report;
  private static List<DrawnFigure> drawn;
  private static List<Path> files;

  @BeforeAll
  static void writeThem() throws IOException {
    report = folder.resolve("report.html");
    ScanReport.write(ExampleSeries.content(), report);
    drawn = new FigureFiles(FigureFiles.WIDTH, Progress.NONE).write(report, folder.resolve("figures"));
    files = files(folder.resolve("figures"));
  }

  private static List<Path> files(Path in) throws IOException {
    try (Stream<Path> all = Files.list(in)) {
      return all.sorted().toList();
    }
  }

  private static List<Path> ending(String end) {
    return files.stream().filter(file -> file.toString().endsWith(end)).toList();
  }

  @Test
  void aTableForEachChartAndADrawingForEachOfItsOptions() throws IOException {
    List<JsonNode> charts = ReportCharts.of(report).charts();
    int drawings = charts.stream()
        .mapToInt(chart -> Math.max(1, chart.path("spec").path("params").path(0).path("bind").path("options").size()))
        .sum();
    assertThat(ending(".csv")).hasSize(charts.size()).hasSize(3);
    for (String end : List.of(".svg", ".png", ".pdf")) {
      assertThat(ending(end)).hasSize(drawings).doesNotHaveDuplicates();
    }
    for (JsonNode chart : charts) {
      List<String> lines = Files.readAllLines(folder.resolve("figures/" + chart.path("id").asText() + ".csv"));
      assertThat(lines).hasSize(1 + chart.path("rows").size());
    }
  }

  @Test
  void drawingsAreOfTheAskedWidthAndHoldMarks() throws Exception {
    for (Path svg : ending(".svg")) {
      var document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
          .parse(new ByteArrayInputStream(Files.readAllBytes(svg)));
      double width = Double.parseDouble(document.getDocumentElement().getAttribute("width"));
      assertThat(width).as(svg.toString()).isBetween(FigureFiles.WIDTH - 1.0, FigureFiles.WIDTH + 1.0);
      assertThat(document.getElementsByTagName("path").getLength()).isPositive();
    }
    for (Path png : ending(".png")) {
      BufferedImage image = ImageIO.read(png.toFile());
      assertThat(image.getWidth()).isEqualTo(3 * FigureFiles.WIDTH);
      long ink = 0;
      for (int x = 0; x < image.getWidth(); x++) {
        for (int y = 0; y < image.getHeight(); y++) {
          ink += (image.getRGB(x, y) & 0xffffff) == 0xffffff ? 0 : 1;
        }
      }
      assertThat(ink).isPositive();
    }
    for (Path pdf : ending(".pdf")) {
      try (PDDocument document = Loader.loadPDF(pdf.toFile())) {
        assertThat(document.getNumberOfPages()).isEqualTo(1);
        assertThat(document.getPage(0).getMediaBox().getWidth()).isEqualTo(0.75f * FigureFiles.WIDTH);
      }
    }
  }

  @Test
  void equalReportsGiveEqualBytes() throws IOException {
    new FigureFiles(FigureFiles.WIDTH, Progress.NONE).write(report, folder.resolve("again"));
    List<Path> again = files(folder.resolve("again"));
    assertThat(again).hasSameSizeAs(files);
    for (int i = 0; i < files.size(); i++) {
      assertThat(again.get(i)).hasSameBinaryContentAs(files.get(i));
    }
  }

  /// The index leads to every file, and to nothing else.
  @Test
  void theIndexShowsEveryFile() throws IOException {
    String index = Files.readString(folder.resolve("figures/index.html"));
    List<String> led = Pattern.compile("(?:href|src)=\"([^\"]*)\"").matcher(index).results()
        .map(link -> link.group(1)).distinct().sorted().toList();
    assertThat(led).containsExactlyElementsOf(files.stream().map(file -> file.getFileName().toString())
        .filter(name -> !name.equals(FigureIndex.NAME)).toList());
    assertThat(drawn).hasSameSizeAs(ending(".svg")).allSatisfy(figure -> assertThat(figure.title()).isNotBlank());
    assertThat(index).contains("<title>Figures: Scan of ");
  }

  /// A formula in a name stays text in a spreadsheet.
  @Test
  void cellsAreNoFormulas() throws IOException {
    JsonNode chart = new ObjectMapper().readTree(
        "{\"columns\":[\"a\",\"_tip\",\"b\"],\"rows\":[[\"=1+1\",\"x\",2.5],[\"say \\\"hi\\\", you\",\"y\",null]]}");
    assertThat(ChartTable.csv(chart)).isEqualTo("a,b\r\n\"'=1+1\",2.5\r\n\"say \"\"hi\"\", you\",\r\n");
  }

  @Test
  void whatIsNoReportIsRefused() throws IOException {
    Path other = Files.writeString(folder.resolve("other.html"), "<html></html>");
    assertThatThrownBy(() -> ReportCharts.of(other)).isInstanceOf(BadDataException.class);
    assertThatThrownBy(() -> ReportCharts.of(folder.resolve("none.html"))).isInstanceOf(BadDataException.class);
    Path hostile = Files.writeString(folder.resolve("hostile.html"),
        "<script type=\"application/json\" id=\"charts\">{\"charts\":[{\"id\":\"../../x\",\"spec\":{}}]}</script>");
    assertThatThrownBy(() -> ReportCharts.of(hostile)).isInstanceOf(BadDataException.class);
  }

  /// What LaTeX's graphicx needs of a file, checked without LaTeX: a name of plain characters with one dot, a page that can be drawn, of
  /// a version that it reads, with every font in the file.
  @Test
  void latexCanIncludeThem() throws IOException {
    assertThat(ending(".pdf")).isNotEmpty();
    for (Path pdf : ending(".pdf")) {
      assertThat(pdf.getFileName().toString()).matches("[a-z0-9-]+\\.pdf");
      try (PDDocument document = Loader.loadPDF(pdf.toFile())) {
        assertThat(document.isEncrypted()).isFalse();
        assertThat(document.getVersion()).isLessThanOrEqualTo(1.7f);
        PDResources resources = document.getPage(0).getResources();
        for (COSName name : resources.getFontNames()) {
          assertThat(resources.getFont(name).isEmbedded()).as(pdf + " " + name).isTrue();
        }
        BufferedImage drawn = new PDFRenderer(document).renderImage(0);
        assertThat(IntStream.range(0, drawn.getWidth() * drawn.getHeight())
            .filter(i -> (drawn.getRGB(i % drawn.getWidth(), i / drawn.getWidth()) & 0xffffff) != 0xffffff).count())
            .as(pdf + " is not empty").isPositive();
      }
    }
  }

  @Test
  void aPaperIncludesThem() throws Exception {
    boolean latex = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(path -> Files.isExecutable(Path.of(path, "pdflatex")));
    Assumptions.assumeTrue(latex, "no pdflatex: the figures are not typeset");
    List<String> lines = new ArrayList<>(List.of("\\documentclass{article}", "\\usepackage{graphicx}",
        "\\begin{document}"));
    ending(".pdf").forEach(pdf -> lines.add("\\includegraphics[width=\\linewidth]{\\detokenize{" + pdf + "}}\n"));
    lines.add("\\end{document}");
    Path paper = Files.write(folder.resolve("paper.tex"), lines);
    Process typeset = new ProcessBuilder("pdflatex", "-interaction=nonstopmode", "-halt-on-error", paper.toString())
        .directory(folder.toFile()).redirectOutput(folder.resolve("paper.out").toFile()).redirectErrorStream(true)
        .start();
    assertThat(typeset.waitFor()).isZero();
  }
}
