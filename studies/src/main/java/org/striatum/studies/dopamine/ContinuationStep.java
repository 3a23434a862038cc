package org.striatum.studies.dopamine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.striatum.probe.dopamine.EnoughSteps;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;

/// Splits chosen rollouts into steps, samples continuations from before each step and grades them on the full text, and
/// records the entropy at each token: `continuations.jsonl`, one line per chosen rollout. Every finished
/// batch is kept at once.
///
/// @param drawn from which data sets continuations are sampled; rollouts of all are split into steps
public record ContinuationStep(Drawn drawn) implements Study<ContinuationSettings, ContinuationResults> {
  /// Of data sets whose surprises can be studied.
  public static final ContinuationStep STUDY = new ContinuationStep(Drawn.STUDIABLE);
  /// Of all, for figures about the continuations themselves.
  public static final ContinuationStep ALL = new ContinuationStep(Drawn.ALL);

  /// The data sets that continuations are sampled from.
  public enum Drawn {
    /// Those with enough steps, see [EnoughSteps]; others are said and left out.
    STUDIABLE,
    /// All.
    ALL
  }

  @Override
  public StudyDescription<ContinuationSettings, ContinuationResults> about() {
    return StudyDescription
        .of("continuations", "Sample continuations from before every step of rollouts.",
            ContinuationSettings.defaults(), ContinuationResults.class)
        .withQuick(ContinuationSettings.quick()).withSeeding(ContinuationSettings::withSeed);
  }

  @Override
  public boolean isInternal() {
    return true;
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, ContinuationSettings settings) {
    return List.of(RolloutStep.STUDY, ProbeStep.STUDY);
  }

  @Override
  public Object inputs(StudyRun run, ContinuationSettings settings) {
    return drawn == Drawn.STUDIABLE ? List.of() : drawn; // as it was before there was another
  }

  /// @throws UsageException if the run's completions were drawn greedily: every continuation would be the same
  @Override
  public Found<ContinuationResults> find(StudyRun run, ContinuationSettings settings) throws IOException {
    Sampling sampling = run.folder().manifest().inputs().sampling();
    if (settings.draws() > 0 && sampling.temperature() == 0) {
      throw new UsageException("V̂ is a share of different continuations, but this run draws greedily"
          + " (temperature 0): make rollouts at another temperature, or take V̂ from the value probe");
    }
    List<ContinuedRollout> continued = ContinuationSampling.of(run, settings, sampling, drawn).continued(run.rollouts());
    ContinuedRollout.write(file(run.folder()), continued);
    return Found.only(ContinuationResults.of(continued)).with(folder -> List.of(file(folder)));
  }

  /// The continued rollouts of a run; none if it has not finished the study.
  public static List<ContinuedRollout> continued(RunFolder folder) throws IOException {
    return folder.has(STUDY) ? ContinuedRollout.read(file(folder)) : List.of();
  }

  public static Path file(RunFolder folder) {
    return folder.folder().resolve("continuations.jsonl");
  }
}
