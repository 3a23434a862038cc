package org.striatum.peft.nta.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
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

/// The flexible network at other steps, teachers and numbers of paths.
public final class VariationExperiments {
  private VariationExperiments() {}

  /// How far runs at coarser steps are from one at a quarter of the step, without a batch's noise: the gradient is that over
  /// all inputs.
  public static NtaResults stepSize(NtaStudy study, NtaSettings settings) throws IOException {
    double published = settings.dynamics().dt();
    double[] steps = {4 * published, 2 * published, published, published / 2, published / 4};
    List<SimulatedArm> planned = Arrays.stream(steps)
        .mapToObj(
            dt -> SimulatedArm.of("dt " + (float) dt, settings.withDynamics(settings.dynamics().withSteps(dt, 0))))
        .toList();
    List<ArmResults> arms = ArmResults.of(study, planned);
    double[][] reference = arms.getLast().bySeed().get(NtaRun.SPECIALISATION);
    double[][] referenceTime = arms.getLast().bySeed().get(NtaRun.TIME_TO_CRITERION);
    List<Finding> findings = new ArrayList<>();
    double[][] errors = new double[steps.length - 1][];
    for (int k = 0; k + 1 < steps.length; k++) {
      errors[k] = largestDeviation(arms.get(k).bySeed().get(NtaRun.SPECIALISATION), reference);
      findings.add(Finding.reported("dt %s: largest deviation of w̄ in any block".formatted((float) steps[k]),
          SeedBootstrap.median(errors[k])));
      findings.add(Finding.reported(
          "dt %s: largest deviation of the time to criterion (τ_w)".formatted((float) steps[k]),
          SeedBootstrap.median(largestDeviation(arms.get(k).bySeed().get(NtaRun.TIME_TO_CRITERION), referenceTime))));
    }
    // Against a reference at h/4 an error of first order falls from 4h to 2h by (4 − ¼)/(2 − ¼).
    findings.add(Finding.between("error at 4 dt over that at 2 dt; 2.14 is first order, as Euler's is", 1.8, 2.5,
        SeedBootstrap.medianRatio(errors[0], errors[1])));
    return new NtaResults(NtaExperiment.STEP_SIZE, arms, findings,
        "Gradients are those over all inputs; deviations are from runs at a quarter of the step.");
  }

  private static double[] largestDeviation(double[][] found, double[][] reference) {
    double[] largest = new double[found.length];
    for (int s = 0; s < found.length; s++) {
      for (int b = 0; b < found[s].length; b++) {
        largest[s] = Math.max(largest[s], Math.abs(found[s][b] - reference[s][b]));
      }
    }
    return largest;
  }

  /// Teachers at rising cosines, flexible compared with forgetful.
  public static NtaResults overlap(NtaStudy study, NtaSettings settings) throws IOException {
    double[] overlaps = {0, 0.2, 0.4, 0.6, 0.8};
    List<SimulatedArm> planned = new ArrayList<>();
    for (double overlap : overlaps) {
      NtaSettings at = settings.withTasks(settings.tasks().withTeachers(settings.tasks().teachers(), overlap));
      planned.add(SimulatedArm.of("overlap %s, flexible".formatted(overlap), at));
      planned.add(SimulatedArm.of("overlap %s, forgetful".formatted(overlap), at.forgetful()));
    }
    List<ArmResults> arms = ArmResults.of(study, planned);
    List<Finding> findings = new ArrayList<>();
    double[][] x = new double[study.seeds()][overlaps.length];
    double[][] alignment = new double[study.seeds()][overlaps.length];
    double[][] specialisation = new double[study.seeds()][overlaps.length];
    for (int k = 0; k < overlaps.length; k++) {
      ArmResults flexible = arms.get(2 * k);
      ArmResults forgetful = arms.get(2 * k + 1);
      for (int s = 0; s < study.seeds(); s++) {
        x[s][k] = overlaps[k];
        alignment[s][k] = flexible.figure(NtaRun.TOTAL_ALIGNMENT, -1)[s];
        specialisation[s][k] = flexible.figure(NtaRun.SPECIALISATION, -1)[s];
      }
      findings.add(Finding.reported(flexible.name() + ": total alignment",
          SeedBootstrap.median(flexible.figure(NtaRun.TOTAL_ALIGNMENT, -1))));
      findings.add(Finding.reported(flexible.name() + ": mean loss of the last block",
          SeedBootstrap.median(flexible.figure(NtaRun.MEAN_LOSS, -1))));
      findings.add(Finding.reported(forgetful.name() + ": mean loss of the last block",
          SeedBootstrap.median(forgetful.figure(NtaRun.MEAN_LOSS, -1))));
    }
    findings.add(Finding.reported("rank correlation of total alignment with overlap",
        SeedBootstrap.correlation(x, alignment)));
    findings.add(Finding.reported("rank correlation of specialisation w̄ with overlap",
        SeedBootstrap.correlation(x, specialisation)));
    return new NtaResults(NtaExperiment.OVERLAP, arms, findings);
  }

  /// More paths than teachers, and fewer. Teachers have six outputs, so that three of them are orthogonal too, and the loss
  /// that counts as learned shrinks with them.
  public static NtaResults paths(NtaStudy study, NtaSettings settings) throws IOException {
    List<SimulatedArm> planned = new ArrayList<>();
    for (int teachers : new int[]{2, 3}) {
      for (int paths = 1; paths <= 4; paths++) {
        planned.add(SimulatedArm.of("%d teachers, %d path%s".formatted(teachers, paths, paths == 1 ? "" : "s"),
            settings.withTasks(settings.tasks().withOutputs(6).withTeachers(teachers, 0))
                .withPaths(settings.paths().withCount(paths))));
      }
    }
    List<ArmResults> arms = ArmResults.of(study, planned);
    List<Finding> findings = new ArrayList<>();
    for (ArmResults arm : arms) {
      findings.add(Finding.reported(arm.name() + ": mean loss of the last block",
          SeedBootstrap.median(arm.figure(NtaRun.MEAN_LOSS, -1))));
      findings.add(Finding.reported(arm.name() + ": total alignment of matched pairs",
          SeedBootstrap.median(arm.figure(NtaRun.TOTAL_ALIGNMENT, -1))));
    }
    return new NtaResults(NtaExperiment.PATHS, arms, findings);
  }
}
