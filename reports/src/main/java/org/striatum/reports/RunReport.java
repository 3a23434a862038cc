package org.striatum.reports;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.value.ValueNeuronResults;

/// A run's results as one HTML file that needs nothing beside it: no network, no server, no second file.
///
/// Equal content gives equal bytes. Texts of models, problems and checkpoints are shown, never interpreted: the page's
/// own security policy runs only the scripts this class put there. Not for exchange: machines read the JSON results.
public final class RunReport {
  private static final TemplateEngine TEMPLATES = TemplateEngine.createPrecompiled(null, ContentType.Html,
      RunReport.class.getClassLoader(), "org.striatum.reports");

  private RunReport() {}

  /// What a report is made from.
  ///
  /// @param title of the page
  /// @param sampling how rollouts were drawn
  /// @param values the value-neuron study; null where it was not part of the run
  /// @param interventions the intervention study; null where it was not part of the run
  /// @param dopamine the dopamine study; null where it was not part of the run
  /// @param samples rollouts shown in full; may be empty
  /// @param manifest the run's manifest, JSON, shown as it is
  public record Content(String title, CheckpointFacts checkpoint, SamplingFacts sampling, ValueNeuronResults values,
      InterventionResults interventions, DopamineResults dopamine, List<SampleRollout> samples, String manifest) {
    public Content {
      Objects.requireNonNull(title, "a report needs a title");
      Objects.requireNonNull(checkpoint, "a report needs its checkpoint's facts");
      Objects.requireNonNull(sampling, "a report needs its sampling facts");
      Objects.requireNonNull(manifest, "a report needs its run's manifest");
      samples = List.copyOf(samples);
    }
  }

  /// The page as text.
  public static String render(Content content) {
    StringOutput page = new StringOutput();
    TEMPLATES.render("report.jte", Page.of(content), page);
    return page.toString();
  }

  /// Writes the page, whole or not at all: beside the target, flushed to disk, renamed over it.
  ///
  /// @throws IOException naming the file, if it cannot be written
  public static void write(Content content, Path file) throws IOException {
    AtomicFile.write(file, render(content).getBytes(StandardCharsets.UTF_8));
  }
}
