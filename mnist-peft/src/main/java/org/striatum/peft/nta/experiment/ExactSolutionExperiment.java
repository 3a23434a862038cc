package org.striatum.peft.nta.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.ExactSolution;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.peft.nta.study.SeedBootstrap;

/// The reduced system compared with its exact solution. (§4.)
public final class ExactSolutionExperiment {
  /// Of the exact solution.
  private static final double TOLERANCE = 2e-3;

  private ExactSolutionExperiment() {}

  /// The reduced system compared with its exact solution, at several τ_c. (§4.)
  public static NtaResults run(NtaStudy study, NtaSettings settings, double[] tauC) {
    List<ExactSolution> runs = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (double each : tauC) {
      List<ExactSolution> ofSeeds = Arrays.stream(study.seedNumbers())
          .mapToObj(seed -> ExactSolution.of(settings, each, new SplittableRandom(seed))).toList();
      runs.add(ofSeeds.getFirst());
      double minimum = ofSeeds.getFirst().exactMinimum();
      findings.add(Finding.between("τ_c %s: largest |w̄ − exact|".formatted(each), 0, TOLERANCE,
          SeedBootstrap.median(ofSeeds.stream().mapToDouble(ExactSolution::deviation).toArray())));
      findings.add(Finding.between("τ_c %s: smallest w̄".formatted(each), minimum - TOLERANCE, minimum + TOLERANCE,
          SeedBootstrap.median(ofSeeds.stream().mapToDouble(ExactSolution::minimum).toArray())));
    }
    return new NtaResults(NtaExperiment.EXACT_SOLUTION.printed(), NtaExperiment.EXACT_SOLUTION.question(), List.of(),
        findings, List.of(), runs, List.of());
  }
}
