package org.striatum.reports.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.reports.page.Templates;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.registration.PlanReport;
import org.striatum.studies.results.StudyResults;

/// A run's results as one self-contained HTML file: no network, no server, no second file.
///
/// Equal content gives equal bytes. Texts of models, problems and checkpoints are shown, never interpreted: the page's
/// content security policy allows only the scripts that this class put there. It is not meant for programs: they read the
/// JSON results.
public final class RunReport {
  private RunReport() {}

  /// Which run it was.
  ///
  /// @param sampling how rollouts were drawn
  /// @param studies the settings of every finished study, and the results of those without a section in the page
  /// @param manifest the run's manifest, JSON, shown unchanged
  /// @param plan that the run was registered with, and what deviates from it; null for a run without one
  public record RunFacts(CheckpointFacts checkpoint, SamplingFacts sampling, List<StudyFacts> studies,
      String manifest, PlanReport plan) {
    /// A run without a plan.
    public RunFacts(CheckpointFacts checkpoint, SamplingFacts sampling, List<StudyFacts> studies, String manifest) {
      this(checkpoint, sampling, studies, manifest, null);
    }

    public RunFacts {
      Objects.requireNonNull(checkpoint, "a report needs its checkpoint's facts");
      Objects.requireNonNull(sampling, "a report needs its sampling facts");
      Objects.requireNonNull(manifest, "a report needs its run's manifest");
      studies = List.copyOf(studies);
    }
  }

  /// The content of a report.
  ///
  /// @param title of the page
  /// @param results of every study that was part of the run
  /// @param answers of every question, for this checkpoint
  /// @param beside answers of other checkpoints with a full study; may be empty
  /// @param samples rollouts shown in full; may be empty
  /// @param readings of each neuron in [#named] alone; may be empty
  public record Content(String title, RunFacts run, StudyResults results, StudyAnswers answers,
      List<StudyAnswers> beside, List<SampleRollout> samples, List<CoordinateReading> readings) {
    public Content {
      Objects.requireNonNull(title, "a report needs a title");
      Objects.requireNonNull(run, "a report needs its run's facts");
      Objects.requireNonNull(results, "a report needs its run's results, none of them if need be");
      Objects.requireNonNull(answers, "a report needs its run's answers, none of them if need be");
      beside = List.copyOf(beside);
      samples = List.copyOf(samples);
      readings = List.copyOf(readings);
    }

    CheckpointFacts checkpoint() {
      return run.checkpoint();
    }

    SamplingFacts sampling() {
      return run.sampling();
    }

    List<StudyFacts> studies() {
      return run.studies();
    }

    String manifest() {
      return run.manifest();
    }

    /// Null for a run without one.
    PlanReport plan() {
      return run.plan();
    }

    ValueNeuronResults values() {
      return results.values();
    }

    DopamineResults dopamine() {
      return results.dopamine();
    }

    /// Of every named intervention, the one that was named first at the front.
    SequencedMap<String, InterventionResults> interventions() {
      return results.interventions();
    }

    /// The intervention that was named first, which the conclusion speaks of; null without one.
    InterventionResults firstInterventions() {
      return results.interventions().isEmpty() ? null : results.interventions().firstEntry().getValue();
    }

    TransferResults transfer() {
      return results.transfer();
    }

    ConfidenceResults confidence() {
      return results.confidence();
    }

    SearchResults search() {
      return results.search();
    }

    List<AdaptationResults> adaptations() {
      return results.adaptations();
    }
  }

  /// The neurons that have a section in the page: those to compute [Content#readings] for.
  public static List<NeuronId> named(StudyResults results) {
    return NeuronPages.named(results);
  }

  /// The page as text.
  public static String render(Content content) {
    return Templates.render("run/report.jte", Page.of(content));
  }

  /// Writes the page atomically: under a temporary name, flushed to disk, renamed to the target.
  ///
  /// @throws IOException naming the file, if it cannot be written
  public static void write(Content content, Path file) throws IOException {
    AtomicFile.write(file, render(content).getBytes(StandardCharsets.UTF_8));
  }
}
