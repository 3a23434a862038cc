package org.striatum.benchmarks.results;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Findings;
import org.striatum.benchmarks.measure.Kernel;
import org.striatum.benchmarks.measure.Line;
import org.striatum.benchmarks.measure.Trend;
import org.striatum.probe.run.AtomicFile;

/// The page of results, in Markdown. The part between two marks is rewritten each time; the rest is written by
/// hand and stays.
public final class BenchmarkPage {
  static final String BEGIN = "<!-- Written by benchmarks/run. The text outside of these two marks is written by hand. -->";
  static final String END = "<!-- End of the part written by benchmarks/run. -->";
  private static final String EMPTY = "# Benchmarks\n\n" + BEGIN + "\n" + END + "\n";

  private final Results results;
  private final List<String> order;

  /// @param order of the pieces of work; others are not shown
  public BenchmarkPage(Results results, List<String> order) {
    this.results = results;
    this.order = order.stream().filter(results.works()::containsKey).toList();
  }

  /// Writes a page, keeping the text outside of the marks of an existing one.
  ///
  /// @throws IllegalArgumentException if an existing page does not contain each mark exactly once
  public void write(Path file) throws IOException {
    String before = Files.exists(file) ? Files.readString(file) : EMPTY;
    Files.createDirectories(file.toAbsolutePath().getParent());
    AtomicFile.write(file, within(before).getBytes(StandardCharsets.UTF_8));
  }

  String within(String page) {
    String[] head = page.split(Pattern.quote(BEGIN), -1);
    String[] tail = page.split(Pattern.quote(END), -1);
    if (head.length != 2 || tail.length != 2 || page.indexOf(BEGIN) > page.indexOf(END)) {
      throw new IllegalArgumentException("the page of benchmarks must contain the line '" + BEGIN
          + "' and after it the line '" + END + "', exactly once: put them where the tables belong");
    }
    return head[0] + BEGIN + "\n\n" + tables() + "\n" + END + tail[1];
  }

  /// All tables.
  public String tables() {
    return Stream.of(summary(), comparisons(), notes(), trends(), kernels(), conditions())
        .filter(part -> !part.isEmpty()).collect(Collectors.joining("\n"));
  }

  private String summary() {
    List<Boolean> judged = new ArrayList<>();
    int open = 0;
    for (String work : order) {
      for (Comparison comparison : findings(work).comparisons()) {
        comparison.reached().ifPresent(judged::add);
        open += comparison.reached().isEmpty() ? 1 : 0;
      }
      findings(work).trends().forEach(trend -> judged.add(trend.reached()));
    }
    return judged.isEmpty() && open == 0
        ? ""
        : "%d of %d targets reached%s.%n".formatted(judged.stream().filter(reached -> reached).count(), judged.size(),
            open == 0 ? "" : ", %d without a peer to compare with".formatted(open));
  }

  private String comparisons() {
    List<String> rows = new ArrayList<>();
    for (String work : order) {
      for (Comparison one : findings(work).comparisons()) {
        rows.add(row("`" + work + "`", one.name(), figure(Comparison.median(one.ours())),
            one.peer().isEmpty() ? "-" : figure(Comparison.median(one.peer())), one.unit(), one.against(),
            one.ratio().map(ratio -> "**" + figure(ratio) + "×**").orElse("-"),
            Double.isNaN(one.processorRatio()) ? "-" : figure(one.processorRatio()) + "×", one.target().toString(),
            one.reached().map(BenchmarkPage::verdict).orElse("no peer"), turns(one), one.work()));
      }
    }
    return table("## Compared with other libraries", "", List.of("WHAT", "", "ours", "peer", "unit", "the peer is",
        "ratio", "ratio by CPU time", "target", "", "runs", "work done"), rows);
  }

  private static String turns(Comparison comparison) {
    return comparison.peer().isEmpty() || comparison.peer().size() == comparison.ours().size()
        ? Integer.toString(comparison.ours().size())
        : comparison.ours().size() + ", " + comparison.peer().size();
  }

  private String notes() {
    StringBuilder lines = new StringBuilder();
    for (String work : order) {
      for (Comparison one : findings(work).comparisons()) {
        if (!one.notes().isEmpty()) {
          lines.append("- ").append(one.name()).append(", ").append(one.work()).append(": ")
              .append(one.notes().entrySet().stream().sorted(Map.Entry.comparingByKey())
                  .map(note -> note.getKey() + " " + figure(note.getValue())).collect(Collectors.joining("; ")))
              .append('\n');
        }
      }
    }
    return lines.isEmpty() ? "" : "Also measured:\n\n" + lines;
  }

  private String trends() {
    List<String> rows = new ArrayList<>();
    for (String work : order) {
      for (Trend trend : findings(work).trends()) {
        Line line = trend.line();
        rows.add(row("`" + work + "`", trend.name(),
            trend.steps().stream().map(size -> figure(size) + " → " + figure(trend.cost(size)))
                .collect(Collectors.joining(", ")),
            "%s → %s".formatted(trend.axis(), trend.unit()),
            "%s [%s to %s]".formatted(figure(line.slope()), figure(line.low()), figure(line.high())),
            trend.expected().name().toLowerCase(Locale.ROOT), figure(100 * trend.deviation()) + " %",
            "≤ " + figure(100 * trend.bound()) + " %", verdict(trend.reached()), trend.work()));
      }
    }
    return table("## Cost against size",
        """
            The slope is that of a straight line through all measurements, with its 95 % interval. Deviation: where the cost should be
            linear, the largest distance of a size's median from the line, as a share of that median; where it should be flat, the growth
            of the line from the smallest size to the largest, as a share of the cost of the smallest.

            """,
        List.of("WHAT", "", "size → cost", "units", "slope [95 %]", "should be", "deviation", "target", "",
            "work done"),
        rows);
  }

  private String kernels() {
    List<String> rows = new ArrayList<>();
    for (String work : order) {
      for (Kernel kernel : findings(work).kernels()) {
        rows.add(row("`" + kernel.name() + "`", figure(kernel.micros()),
            Double.isNaN(kernel.error()) ? "-" : "± " + figure(kernel.error()),
            figure(kernel.bytes() / 1000), kernel.work()));
      }
    }
    return table("## Kernels", "",
        List.of("loop", "µs per call", "99.9 % interval", "kB allocated per call", "work of a call"), rows);
  }

  private String conditions() {
    List<String> places = order.stream().map(work -> place(results.works().get(work).conditions())).distinct().toList();
    List<String> rows = new ArrayList<>();
    for (String work : order) {
      Conditions one = results.works().get(work).conditions();
      rows.add(row("`" + work + "`", one.date(), figure(one.seconds()),
          figure(one.loadBefore()) + " → " + figure(one.loadAfter()),
          Integer.toString(places.indexOf(place(one)) + 1)));
    }
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < places.size(); i++) {
      list.append('\n').append(i + 1).append(". ").append(places.get(i));
    }
    return table("## Date and machine", "",
        List.of("WHAT", "measured (UTC)", "seconds taken", "load before → after", "machine"), rows) + list + "\n";
  }

  private static String place(Conditions conditions) {
    return "%s; %d threads per side; %s".formatted(conditions.machine(), conditions.threads(),
        conditions.versions().entrySet().stream().sorted(Map.Entry.comparingByKey())
            .map(version -> version.getKey() + " " + version.getValue()).collect(Collectors.joining(", ")));
  }

  private Findings findings(String work) {
    return results.works().get(work).findings();
  }

  private static String verdict(boolean reached) {
    return reached ? "reached" : "**missed**";
  }

  private static String table(String title, String text, List<String> head, List<String> rows) {
    return rows.isEmpty()
        ? ""
        : title + "\n\n" + text + row(head.toArray(String[]::new)) + "|" + "---|".repeat(head.size()) + "\n"
            + String.join("", rows);
  }

  private static String row(String... cells) {
    return Stream.of(cells).map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /// About three significant figures: 0.00123, 1.23, 12.3, 1,234.
  static String figure(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    if (size >= 1000 || (size >= 1 && value == Math.rint(value))) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size == 0) {
      return "0";
    }
    return size < 0.01
        ? String.format(Locale.ROOT, "%.2g", value)
        : String.format(Locale.ROOT, size < 10 ? "%.2f" : "%.1f", value);
  }
}
