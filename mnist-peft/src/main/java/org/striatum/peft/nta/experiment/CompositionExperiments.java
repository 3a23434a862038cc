package org.striatum.peft.nta.experiment;

import java.io.IOException;
import java.util.List;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.peft.nta.study.SeedBootstrap;
import org.striatum.peft.nta.study.SimulatedArm;

/// New tasks made of learned ones. (§4.)
public final class CompositionExperiments {
  private CompositionExperiments() {}

  /// Averages of learned tasks. (§4.)
  public static NtaResults ofTasks(NtaStudy study, NtaSettings settings) throws IOException {
    return composition(NtaExperiment.TASK_COMPOSITION, study, settings, 3);
  }

  /// Tasks made of learned tasks' outputs. (§4.)
  public static NtaResults ofSubtasks(NtaStudy study, NtaSettings settings) throws IOException {
    return composition(NtaExperiment.SUBTASK_COMPOSITION, study, settings, 5);
  }

  private static NtaResults composition(NtaExperiment experiment, NtaStudy study, NtaSettings settings, double faster)
      throws IOException {
    List<ArmResults> arms = ArmResults.of(study, SimulatedArm.of("flexible", settings),
        SimulatedArm.of("forgetful", settings.forgetful()));
    int from = Math.min(settings.blocks().novelFrom(), settings.blocks().count());
    double[] flexible = arms.getFirst().meanFrom(NtaRun.TIME_TO_CRITERION, from);
    double[] forgetful = arms.getLast().meanFrom(NtaRun.TIME_TO_CRITERION, from);
    String toCriterion = ": time to loss %s, mean over new tasks (τ_w)".formatted(settings.criterion());
    double[][] losses = {arms.getFirst().meanFrom(NtaRun.MEAN_LOSS, from),
        arms.getLast().meanFrom(NtaRun.MEAN_LOSS, from)};
    return new NtaResults(experiment, arms, List.of(
        Finding.surely("time over new tasks, forgetful over flexible", faster, Double.POSITIVE_INFINITY,
            SeedBootstrap.medianRatio(forgetful, flexible)),
        Finding.reported("flexible" + toCriterion, SeedBootstrap.median(flexible)),
        Finding.reported("forgetful" + toCriterion, SeedBootstrap.median(forgetful)),
        Finding.surely("mean loss over new tasks, forgetful over flexible", 1, Double.POSITIVE_INFINITY,
            SeedBootstrap.medianRatio(losses[1], losses[0])),
        Finding.reported("flexible: total alignment before the first new task", SeedBootstrap
            .median(arms.getFirst().figure(NtaRun.TOTAL_ALIGNMENT, Math.max(1, from - 1)))),
        Finding.reported("flexible: alignment of matched pairs before the first new task", SeedBootstrap
            .median(arms.getFirst().figure(NtaRun.MATCHED, Math.max(1, from - 1))))));
  }
}
