package org.striatum.studies.nta;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.peft.nta.experiment.NtaPlan;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.study.KeptRuns;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Runs an experiment with gated linear networks over its seeds; `nta-runs/` contains the run of every seed, so that an
/// interrupted experiment continues where it stopped and more seeds only add their own cost. A run can hold one result per
/// experiment.
///
/// @param plan the experiment; null for the study as others read it
/// @param threads that run in parallel; does not change results
public record NtaStep(NtaPlan plan, int threads) implements Study<NtaStepSettings, NtaResults> {
  /// The study, for readers of its results.
  public static final NtaStep STUDY = new NtaStep(null, 1);
  private static final String RUNS = "nta-runs";

  @Override
  public StudyDescription<NtaStepSettings, NtaResults> about() {
    return StudyDescription
        .of("nta", "Experiments with linear networks whose paths are gated by fast, bounded units.",
            new NtaStepSettings(List.of(), 10, 1), NtaResults.class)
        .withSeeding(NtaStepSettings::withSeed);
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public String instance(NtaStepSettings settings) {
    return plan.experiment().printed();
  }

  /// More seeds are added to those that are kept.
  @Override
  public boolean isReplaceable() {
    return true;
  }

  @Override
  public boolean hasInstances() {
    return true;
  }

  /// Recomputing it means training again.
  @Override
  public boolean isVerifiable() {
    return false;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, NtaStepSettings settings) {
    return List.of();
  }

  /// Writes a manifest first, so that an interrupted run leaves a run folder.
  @Override
  public void prepare(StudyRun run, NtaStepSettings settings) throws IOException {
    run.folder().settle(Manifest.Inputs.UNSETTLED);
  }

  @Override
  public Found<NtaResults> find(StudyRun run, NtaStepSettings settings) throws IOException {
    return Found.only(plan.work().run(new NtaStudy(settings.seeds(), settings.firstSeed(), threads,
        new KeptRuns(run.folder().folder().resolve(RUNS)), run.progress())));
  }

  /// Every experiment that a run has finished, in the order in which they are shown.
  public static List<NtaResults> finished(RunFolder folder) throws IOException {
    SequencedMap<String, NtaResults> all = folder.all(STUDY);
    return Arrays.stream(NtaExperiment.values()).map(NtaExperiment::printed).filter(all::containsKey).map(all::get)
        .toList();
  }
}
