package org.striatum.peft.nta.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.striatum.datasets.images.ImageSet;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.BridgeBlocks;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.BridgeSettings.Conflict;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.setting.BridgeSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.peft.nta.study.SeedBootstrap;
import org.striatum.peft.nta.study.SimulatedArm;
import org.striatum.probe.stats.Estimate;

/// Does the flexible regime appear in a non-linear network, whose neurons' (τ, γ) are made fast, bounded and non-negative
/// in addition to slow weights?
///
/// Two pairs of tasks alternate, one that a single network can do (upright and turned digits) and one that it cannot (two ways
/// to name the classes). The loss is the share of test images classified wrongly, looked at every few steps; times are counted
/// in steps.
public final class Bridge {
  private static final double TIMES = 4;
  private static final double MOST = 0.5;

  private Bridge() {}

  /// Runs both pairs of tasks.
  ///
  /// @param fast settings of the fast, bounded arm, one a pair of tasks
  public static NtaResults run(NtaStudy study, ImageSet images, List<BridgeSettings> fast) throws IOException {
    List<ArmResults> arms = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (BridgeSettings settings : fast) {
      BridgeBlocks.Turned turned = BridgeBlocks.Turned.of(images, settings);
      List<SimulatedArm> planned = List.of(arm("fast, bounded gates", settings, turned),
          arm("fast gates, λ = 0", settings.unregularised(), turned),
          arm("equal rates", settings.equalRates(), turned),
          arm("equal rates, %.0f times both".formatted(TIMES), settings.equalRates(TIMES), turned));
      List<ArmResults> ofPair = ArmResults.of(study.oneAtATime(), planned); // the engine keeps one gradient tape
      findings.addAll(findings(settings, ofPair));
      notes.add(verdict(settings.conflict(), ofPair));
      arms.addAll(ofPair);
    }
    return new NtaResults(NtaExperiment.BRIDGE, arms, findings, notes.toArray(String[]::new));
  }

  private static SimulatedArm arm(String name, BridgeSettings settings, BridgeBlocks.Turned images) {
    return new SimulatedArm(settings.conflict().printed() + ", " + name, settings, true,
        seed -> BridgeBlocks.run(settings, images, seed));
  }

  private static List<Finding> findings(BridgeSettings settings, List<ArmResults> arms) {
    List<Finding> findings = new ArrayList<>();
    for (ArmResults arm : arms) {
      findings.add(Finding.reported(arm.name() + ": " + BridgeBlocks.RECOVERED + ", mean from block 3",
          SeedBootstrap.median(arm.meanFrom(BridgeBlocks.RECOVERED, 3))));
      findings.add(Finding.reported(
          arm.name() + ": steps to %s errors, mean from block 3".formatted(settings.criterion()),
          SeedBootstrap.median(arm.meanFrom(NtaRun.TIME_TO_CRITERION, 3))));
      findings.add(Finding.reported(arm.name() + ": forgetting, mean from block 3",
          SeedBootstrap.median(arm.meanFrom(BridgeBlocks.FORGETTING, 3))));
      findings.add(Finding.reported(arm.name() + ": errors at the end of the last block",
          SeedBootstrap.median(arm.figure(NtaRun.LOSS_AT_END, -1))));
      findings.add(Finding.reported(arm.name() + ": " + BridgeBlocks.GATE_COSINE,
          SeedBootstrap.median(arm.figure(BridgeBlocks.GATE_COSINE, -1))));
      findings.add(Finding.reported(arm.name() + ": " + BridgeBlocks.SAME_TASK_COSINE,
          SeedBootstrap.median(arm.figure(BridgeBlocks.SAME_TASK_COSINE, -1))));
    }
    findings.add(Finding.reported(settings.conflict().printed() + ": steps, equal rates over fast, bounded gates",
        speedup(arms)));
    return findings;
  }

  /// Steps of equal rates over those of fast, bounded gates, seed by seed, blocks from the third on.
  private static Estimate speedup(List<ArmResults> arms) {
    double[] fast = arms.getFirst().meanFrom(NtaRun.TIME_TO_CRITERION, 3);
    double[] equal = arms.get(2).meanFrom(NtaRun.TIME_TO_CRITERION, 3);
    return SeedBootstrap.medianRatio(equal, fast);
  }

  /// The flexible regime is there if tasks are switched in fewer steps than at equal rates, in ever fewer, and by gates: restoring
  /// a task's gates recovers most of what was lost.
  private static String verdict(Conflict conflict, List<ArmResults> arms) {
    ArmResults fast = arms.getFirst();
    Estimate ahead = speedup(arms);
    double[] early = fast.figure(NtaRun.TIME_TO_CRITERION, 2);
    double[] late = fast.figure(NtaRun.TIME_TO_CRITERION, -1);
    Estimate sooner = SeedBootstrap.medianRatio(early, late);
    Estimate recovered = SeedBootstrap.median(fast.meanFrom(BridgeBlocks.RECOVERED, 3));
    boolean faster = ahead.low() > 1 && sooner.low() > 1;
    String verdict;
    if (faster && recovered.low() > MOST) {
      verdict = "the flexible regime appears";
    } else if (faster && recovered.high() < MOST) {
      verdict = "switching is faster but gates do not cause it: the flexible regime does not appear";
    } else if (ahead.high() < 1 || sooner.high() < 1) {
      verdict = "switching is no faster: the flexible regime does not appear";
    } else {
      verdict = "it is undecided whether the flexible regime appears";
    }
    return "%s: %s. Equal rates take %s times as many steps; the second block takes %s times as many as the last; a task's restored gates recover %s of what was lost"
        .formatted(conflict.printed(), verdict, printed(ahead), printed(sooner), printed(recovered));
  }

  private static String printed(Estimate figure) {
    return Double.isNaN(figure.value())
        ? "unknown"
        : figure.printed(2);
  }
}
