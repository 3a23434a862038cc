package org.striatum.studies.nta;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.striatum.peft.nta.setting.ArmSettings;
import org.striatum.peft.nta.study.KeptRuns;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.experiment.NtaPlan;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;

/// Runs an experiment with gated linear networks over its seeds: `results/nta-EXPERIMENT.json`, and under `nta-runs/` every
/// seed's run, so that an interrupted one goes on where it stopped and more seeds cost only themselves.
///
/// @param plan the experiment
/// @param seeds how many
/// @param firstSeed seeds are this and those that follow
/// @param threads that run at once; changes no result
public record NtaStep(NtaPlan plan, int seeds, long firstSeed, int threads) {
  private static final String NAME = "nta-";
  private static final String RUNS = "nta-runs";

  /// What decides the outcome.
  private record Key(List<ArmSettings> settings, int seeds, long firstSeed) {}

  /// Runs the step unless it is finished.
  public NtaResults run(StudyRun run, Progress progress) throws IOException {
    NtaStudy study = new NtaStudy(seeds, firstSeed, threads, new KeptRuns(run.folder().folder().resolve(RUNS)),
        progress);
    run.folder().settle(Manifest.Inputs.UNSETTLED); // a manifest: what an interrupted run leaves is a run folder
    String name = NAME + plan.experiment().printed();
    StepKey key = run.key(new Key(plan.settings(), seeds, firstSeed));
    Path results = run.folder().results(name);
    run.step(name, key, List.of(results), () -> RecordJson.write(results, plan.work().run(study)));
    return RecordJson.read(results, NtaResults.class);
  }

  /// Every experiment that a run has finished, in the order a reader meets them.
  public static List<NtaResults> finished(RunFolder folder) throws IOException {
    List<NtaResults> finished = new ArrayList<>();
    for (NtaExperiment experiment : NtaExperiment.values()) {
      String name = NAME + experiment.printed();
      if (folder.manifest().step(name).isPresent()) {
        finished.add(RecordJson.read(folder.results(name), NtaResults.class));
      }
    }
    return finished;
  }
}
