package org.striatum.peft.nta.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.run.TwoLayerBlocks;
import org.striatum.peft.nta.setting.TwoLayerSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.peft.nta.study.SeedBootstrap;
import org.striatum.peft.nta.study.SimulatedArm;

/// A fully connected network whose second layer is fast and bounded. (§5.)
public final class TwoLayerExperiment {
  private TwoLayerExperiment() {}

  /// A fully connected network whose second layer is fast and bounded, compared with one whose layers are equally slow. (§5.)
  public static NtaResults run(NtaStudy study, TwoLayerSettings settings) throws IOException {
    List<ArmResults> arms = ArmResults.of(study, SimulatedArm.of("fast second layer", settings),
        SimulatedArm.of("forgetful", settings.forgetful()),
        SimulatedArm.of("fast second layer, dt / 10", settings.withDynamics(
            settings.dynamics().withSteps(settings.dynamics().dt() / 10, settings.dynamics().batch()))));
    ArmResults fast = arms.get(0);
    ArmResults forgetful = arms.get(1);
    String toCriterion = ": time to loss %s in the last block (τ₁)".formatted(settings.criterion());
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.surely("time in the last block, forgetful over fast", 1, Double.POSITIVE_INFINITY,
        SeedBootstrap.medianRatio(forgetful.figure(NtaRun.TIME_TO_CRITERION, -1),
            fast.figure(NtaRun.TIME_TO_CRITERION, -1))));
    for (ArmResults arm : arms) {
      findings.add(Finding.reported(arm.name() + toCriterion,
          SeedBootstrap.median(arm.figure(NtaRun.TIME_TO_CRITERION, -1))));
      findings.add(Finding.reported(arm.name() + ": row alignment",
          SeedBootstrap.median(arm.figure(TwoLayerBlocks.ROW_ALIGNMENT, -1))));
      findings.add(Finding.reported(arm.name() + ": weight on the task's own rows",
          SeedBootstrap.median(arm.figure(TwoLayerBlocks.GATED, -1))));
    }
    return new NtaResults(NtaExperiment.FULLY_CONNECTED, arms, findings);
  }
}
