package org.striatum.reports.nta;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.stats.Verdict;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Frame;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.Templates;
import org.striatum.reports.page.VisibleText;

/// Experiments with gated linear networks as one self-contained HTML file, as a run's report.
public final class NtaReport {
  private NtaReport() {}

  /// The page as text.
  ///
  /// @param experiments in the order shown, at least one
  /// @param manifest the run's manifest, JSON, shown unchanged
  public static String render(List<NtaResults> experiments, String manifest) {
    return Templates.render("nta/nta.jte", Page.of(experiments, manifest));
  }

  /// Writes the page, atomically.
  ///
  /// @throws IOException naming the file, if it cannot be written
  public static void write(List<NtaResults> experiments, String manifest, Path file) throws IOException {
    AtomicFile.write(file, render(experiments, manifest).getBytes(StandardCharsets.UTF_8));
  }

  /// The computed content of the template.
  record Page(List<Part> parts, String manifest) {
    static Page of(List<NtaResults> experiments, String manifest) {
      Objects.requireNonNull(manifest, "a report needs its run's manifest");
      if (experiments.isEmpty()) {
        throw new IllegalArgumentException("a report needs at least one experiment, found none");
      }
      return new Page(IntStream.range(0, experiments.size())
          .mapToObj(i -> Part.of(VisibleText.names(experiments.get(i), NtaResults.class), i + 1)).toList(), manifest);
    }

    Frame frame() {
      SequencedMap<String, String> sections = new LinkedHashMap<>();
      sections.put("verdict", "Question and verdict");
      parts.forEach(part -> sections.put(part.anchor(), part.results.experiment()));
      sections.put("limits", "Limits");
      sections.put("cite", "For a paper");
      sections.put("manifest", "Manifest");
      return new Frame("Striatum report", "Neural task abstraction", sections,
          parts.stream().flatMap(part -> part.figures.stream()).toList());
    }

    /// How many expected figures hold, over all experiments.
    String verdict() {
      return counted(parts.stream().flatMap(part -> part.results.findings().stream()).toList())
          + " over " + Notation.count(parts.size(), "experiment") + ".";
    }
  }

  /// One experiment with its charts.
  record Part(NtaResults results, int number, List<Figure> figures) {
    static Part of(NtaResults results, int number) {
      return new Part(results, number, new NtaFigures(results, number).all());
    }

    String anchor() {
      return "experiment-" + number;
    }

    /// The results of its findings, in words.
    String verdict() {
      return counted(results.findings()) + ".";
    }

    long seeds() {
      return results.arms().stream().mapToLong(arm -> arm.seeds().length).max().orElse(0);
    }
  }

  private static String counted(List<Finding> findings) {
    long expected = findings.stream().filter(finding -> finding.verdict() != Verdict.NOT_TESTED).count();
    if (expected == 0) {
      return "No figure was expected";
    }
    return "%d of %d expected figures hold, %d fail, %d are undecided".formatted(count(findings, Verdict.YES),
        expected, count(findings, Verdict.NO), count(findings, Verdict.UNDECIDED));
  }

  private static long count(List<Finding> findings, Verdict verdict) {
    return findings.stream().filter(finding -> finding.verdict() == verdict).count();
  }
}
