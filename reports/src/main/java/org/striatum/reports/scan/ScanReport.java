package org.striatum.reports.scan;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.transfer.SetSize;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Frame;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.Templates;
import org.striatum.reports.page.VisibleText;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Life;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesSummary;

/// The index of a scan as one HTML file: a comparison of all checkpoints, with links to their reports, and the checkpoints
/// that could not be studied.
public final class ScanReport {
  private ScanReport() {}

  /// The results of a scan.
  ///
  /// @param title of the page
  /// @param series comparison of the checkpoints that were studied
  /// @param failures the checkpoints that could not be studied
  /// @param repeated the checkpoints with the same files as another
  /// @param plan JSON, shown unchanged
  public record Content(String title, SeriesResults series, List<Failure> failures, List<Repeated> repeated,
      String plan) {
    public Content {
      failures = List.copyOf(failures);
      repeated = List.copyOf(repeated);
      Objects.requireNonNull(plan, "a scan's report needs its plan");
    }
  }

  /// A checkpoint without results.
  ///
  /// @param kind of failure, in one word
  /// @param message one line
  public record Failure(String name, String kind, String message) {}

  /// A checkpoint that was not studied again.
  ///
  /// @param same name of the studied one
  public record Repeated(String checkpoint, String same) {}

  /// The page as text.
  public static String render(Content content) {
    return Templates.render("scan/scan.jte", Page.of(content));
  }

  /// Writes the page, atomically. A checkpoint's report is expected at `<name>/report.html` in the same folder.
  ///
  /// @throws IOException naming the file, if it cannot be written
  public static void write(Content content, Path file) throws IOException {
    AtomicFile.write(file, render(content).getBytes(StandardCharsets.UTF_8));
  }

  /// The computed content of the template.
  ///
  /// @param links to the report of each point's checkpoint
  record Page(Content content, List<Figure> figures, List<String> links) {
    private static final int LIVES = 30;
    /// The most rows and notes that stand on the page unfolded.
    private static final int ROWS = 60;
    private static final int NOTES = 10;

    /// Every name shortened and visible; links use the unchanged names.
    static Page of(Content found) {
      Content content = new Content(found.title(), VisibleText.names(found.series(), SeriesResults.class),
          found.failures().stream().map(failure -> VisibleText.names(failure, Failure.class)).toList(),
          found.repeated().stream().map(repeated -> VisibleText.names(repeated, Repeated.class)).toList(),
          found.plan());
      return new Page(content, new ScanFigures(content.series()).all(),
          found.series().points().stream().map(point -> link(point.checkpoint())).toList());
    }

    Frame frame() {
      SequencedMap<String, String> sections = new LinkedHashMap<>();
      sections.put("checkpoints", "Checkpoints");
      sections.put("series", "Along the series");
      sections.put("failures", "Failures");
      sections.put("limits", "Limits");
      sections.put("plan", "Plan");
      return new Frame("Striatum scan", VisibleText.brief(content.title(), 300), sections, figures);
    }

    /// The number of studied checkpoints, in a sentence.
    String verdict() {
      int studied = content.series().checkpoints().size();
      return "%d of %s studied, %s, %s.".formatted(studied,
          Notation.count(studied + content.failures().size(), "checkpoint"),
          content.failures().size() + " failed",
          content.repeated().isEmpty()
              ? "no checkpoints with the same files"
              : content.repeated().size() + " with the same files as another");
    }

    /// Whether the table of figures is folded.
    boolean isLong() {
      return content.series().points().size() > ROWS;
    }

    /// Whether the notes are folded.
    boolean hasManyNotes() {
      return content.series().notes().size() > NOTES;
    }

    /// What the series shows.
    List<String> summary() {
      return SeriesSummary.of(content.series()).sentences();
    }

    /// How many of a ranking make a set.
    String size() {
      return new SetSize(content.series().size()).words();
    }

    /// The most persistent neurons.
    List<Life> lives() {
      return content.series().lives().stream().filter(life -> life.kind() == Kind.VALUE && life.present() > 1)
          .sorted(Comparator.comparingInt(Life::present).reversed()).limit(LIVES).toList();
    }

    /// A relative address; the name may contain any characters.
    static String link(String name) {
      return "./" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20") + "/report.html";
    }
  }
}
