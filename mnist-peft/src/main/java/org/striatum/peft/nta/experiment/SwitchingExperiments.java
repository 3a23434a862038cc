package org.striatum.peft.nta.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.AlternatingBlocks;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.peft.nta.study.SeedBootstrap;
import org.striatum.peft.nta.study.SimulatedArm;
import org.striatum.probe.stats.Estimate;

/// Networks whose two tasks alternate: do fast, bounded gates switch where slow ones relearn? (§3, and its controls.)
public final class SwitchingExperiments {
  private static final double ALIGNED = 0.9;

  private SwitchingExperiments() {}

  /// The flexible network compared with the forgetful one. (§3.)
  public static NtaResults flexible(NtaStudy study, NtaSettings settings) throws IOException {
    List<ArmResults> arms = ArmResults.of(study, SimulatedArm.of("flexible", settings),
        SimulatedArm.of("forgetful", settings.forgetful()));
    ArmResults flexible = arms.getFirst();
    ArmResults forgetful = arms.getLast();
    double criterion = settings.criterion();
    List<Finding> findings = new ArrayList<>(List.of(
        published(settings, "flexible: time to loss %s in block 1 (τ_w)".formatted(criterion), 0.71, 0.77,
            SeedBootstrap.median(flexible.figure(NtaRun.TIME_TO_CRITERION, 1))),
        published(settings, "flexible: time to loss %s in the last block (τ_w)".formatted(criterion), 0, 0.07,
            SeedBootstrap.median(flexible.figure(NtaRun.TIME_TO_CRITERION, -1))),
        published(settings, "forgetful: time to loss %s in the last block (τ_w)".formatted(criterion), 0.42, 0.48,
            SeedBootstrap.median(forgetful.figure(NtaRun.TIME_TO_CRITERION, -1))),
        specialised("flexible: seeds whose matched pairs align above 0.9", flexible),
        published(settings, "flexible: alignment of other pairs", 0, 0.06,
            SeedBootstrap.median(flexible.figure(NtaRun.UNMATCHED, -1))),
        published(settings, "flexible: loss at the end of the last block", 0, 2e-4,
            SeedBootstrap.median(flexible.figure(NtaRun.LOSS_AT_END, -1))),
        published(settings, "forgetful: loss at the end of the last block", 0.056, 0.066,
            SeedBootstrap.median(forgetful.figure(NtaRun.LOSS_AT_END, -1))),
        Finding.surely("time in the last block, forgetful over flexible", 1, Double.POSITIVE_INFINITY,
            SeedBootstrap.medianRatio(forgetful.figure(NtaRun.TIME_TO_CRITERION, -1),
                flexible.figure(NtaRun.TIME_TO_CRITERION, -1))),
        Finding.reported("flexible: gate separation c̄ at the end",
            SeedBootstrap.median(flexible.figure(NtaRun.GATE_SEPARATION, -1))),
        Finding.reported("flexible: specialisation w̄ at the end",
            SeedBootstrap.median(flexible.figure(NtaRun.SPECIALISATION, -1)))));
    if (flexible.bySeed().containsKey(AlternatingBlocks.SWITCHING_SPEED)) {
      findings.addAll(mechanism(flexible));
    }
    return new NtaResults(NtaExperiment.FLEXIBLE, arms, findings);
  }

  /// Gates and weights driving each other: blocks from the third on, when there is something to switch to.
  private static List<Finding> mechanism(ArmResults flexible) {
    double[][] speed = from(3, flexible.bySeed().get(AlternatingBlocks.SWITCHING_SPEED));
    double[][] change = flexible.bySeed().get(AlternatingBlocks.CHANGE);
    double[][] driven = flexible.bySeed().get(AlternatingBlocks.DRIVEN);
    List<Finding> findings = new ArrayList<>(List.of(
        Finding.surely("switching speed of gates against alignment of weights (ρ)", 0, Double.POSITIVE_INFINITY,
            SeedBootstrap
                .correlation(from(3, flexible.bySeed().get(AlternatingBlocks.ALIGNMENT_BEFORE)), speed)),
        Finding.surely("switching speed of gates against the norm of weights (ρ)", 0, Double.POSITIVE_INFINITY,
            SeedBootstrap
                .correlation(from(3, flexible.bySeed().get(AlternatingBlocks.NORM_BEFORE)), speed)),
        Finding.surely("time to gate switch against the speed Σ ε_m ⟨W^p, W*^m⟩ / τ_c (ρ)", Double.NEGATIVE_INFINITY,
            0,
            SeedBootstrap.correlation(speed, from(3, flexible.bySeed().get(AlternatingBlocks.CROSSING)))),
        Finding.between("change of w̄ per block minus ∫ ½ c̄ (ε₁ − ε₂) dt/τ_w, the largest of any block", 0, 0.005,
            SeedBootstrap.median(IntStream.range(0, change.length)
                .mapToDouble(s -> IntStream.range(0, change[s].length)
                    .mapToDouble(b -> Math.abs(change[s][b] - driven[s][b])).max().orElseThrow())
                .toArray()))));
    for (String modes : List.of(AlternatingBlocks.OWN_MODES, AlternatingBlocks.MODE_SPREAD,
        AlternatingBlocks.OTHER_MODES, AlternatingBlocks.BETWEEN_MODES)) {
      findings.add(Finding.reported("flexible: " + modes + " at the end, in the teachers' singular basis",
          SeedBootstrap.median(flexible.figure(modes, -1))));
    }
    return findings;
  }

  /// The forgetful network alone. (§3.)
  public static NtaResults forgetful(NtaStudy study, NtaSettings settings) throws IOException {
    List<ArmResults> arms = ArmResults.of(study, SimulatedArm.of("forgetful", settings.forgetful()));
    ArmResults forgetful = arms.getFirst();
    return new NtaResults(NtaExperiment.FORGETFUL, arms, List.of(
        published(settings, "time to loss %s in the last block (τ_w)".formatted(settings.criterion()), 0.42, 0.48,
            SeedBootstrap.median(forgetful.figure(NtaRun.TIME_TO_CRITERION, -1))),
        published(settings, "loss at the end of the last block", 0.056, 0.066,
            SeedBootstrap.median(forgetful.figure(NtaRun.LOSS_AT_END, -1))),
        Finding.reported("total alignment", SeedBootstrap.median(forgetful.figure(NtaRun.TOTAL_ALIGNMENT, -1)))));
  }

  /// In how many seeds paths specialise.
  public static NtaResults specialisationRate(NtaStudy study, NtaSettings settings) throws IOException {
    List<ArmResults> arms = ArmResults.of(study, SimulatedArm.of("flexible", settings).atEnd());
    ArmResults flexible = arms.getFirst();
    return new NtaResults(NtaExperiment.SPECIALISATION_RATE, arms, List.of(
        specialised("seeds whose matched pairs align above 0.9", flexible),
        Finding.reported("weakest alignment of a matched pair",
            SeedBootstrap.median(flexible.figure(NtaRun.WEAKEST, 1))),
        published(settings, "alignment of other pairs", 0, 0.06,
            SeedBootstrap.median(flexible.figure(NtaRun.UNMATCHED, 1))),
        published(settings, "time to loss %s in the last block (τ_w)".formatted(settings.criterion()), 0, 0.07,
            SeedBootstrap.median(flexible.figure(NtaRun.TIME_TO_CRITERION, 1)))));
  }

  private static Finding specialised(String name, ArmResults arm) {
    double[] weakest = arm.figure(NtaRun.WEAKEST, -1);
    boolean[] above = new boolean[weakest.length];
    for (int s = 0; s < above.length; s++) {
      above[s] = weakest[s] > ALIGNED;
    }
    return Finding.between(name, 0.9, 1, SeedBootstrap.share(above));
  }

  /// A figure compared with the published one, or alone at other settings.
  private static Finding published(NtaSettings settings, String name, double low, double high, Estimate found) {
    return settings.equals(NtaSettings.flexible())
        ? Finding.between(name, low, high, found)
        : Finding.reported(name, found);
  }

  /// Blocks from one on, counted from 1; all where there are no more.
  private static double[][] from(int block, double[][] values) {
    return Arrays.stream(values)
        .map(blocks -> blocks.length > block ? Arrays.copyOfRange(blocks, block - 1, blocks.length) : blocks)
        .toArray(double[][]::new);
  }
}
