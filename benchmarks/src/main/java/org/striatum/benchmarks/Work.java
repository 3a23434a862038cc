package org.striatum.benchmarks;

import java.util.Locale;
import org.striatum.benchmarks.cluster.EngineCost;
import org.striatum.benchmarks.digits.Digits;
import org.striatum.benchmarks.kernels.Kernels;
import org.striatum.benchmarks.measure.Findings;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.benchmarks.models.Arms;
import org.striatum.benchmarks.models.Capture;
import org.striatum.benchmarks.models.Generations;
import org.striatum.benchmarks.models.Mixtures;
import org.striatum.benchmarks.models.Opening;
import org.striatum.benchmarks.probes.ProbeTraining;
import org.striatum.benchmarks.probes.SparsePaths;
import org.striatum.benchmarks.scans.ImportCost;
import org.striatum.benchmarks.scans.ScanCost;

/// What can be measured, in the order of the page.
enum Work {
  CAPTURE, ROLLOUTS, HOOKS, OPENING, GENERATION, MIXTURE, ARMS, LASSO, LOGISTIC, VALUE_PROBE, RANKING_PROBES, MNIST, IMPORT, SCAN, ENGINE, KERNELS;

  Findings run(Setting setting) throws Exception {
    return switch (this) {
      case CAPTURE -> Findings.of(Capture.equalLengths(setting));
      case ROLLOUTS -> Findings.of(Capture.rollouts(setting));
      case HOOKS -> Findings.of(Capture.hooks(setting));
      case OPENING -> Findings.of(Opening.run(setting));
      case GENERATION -> Findings.of(Generations.run(setting));
      case MIXTURE -> Findings.of(Mixtures.run(setting));
      case ARMS -> Findings.of(Arms.run(setting));
      case LASSO -> Findings.of(SparsePaths.lasso(setting));
      case LOGISTIC -> Findings.of(SparsePaths.logistic(setting));
      case VALUE_PROBE -> Findings.of(ProbeTraining.run(setting));
      case RANKING_PROBES -> Findings.of(ProbeTraining.layers(setting));
      case MNIST -> Findings.of(Digits.run(setting));
      case IMPORT -> ImportCost.run(setting);
      case SCAN -> ScanCost.run(setting);
      case ENGINE -> Findings.of(EngineCost.run(setting));
      case KERNELS -> Kernels.run(setting);
    };
  }

  /// Whether it opens the checkpoint of 494 M random weights.
  boolean large() {
    return switch (this) {
      case CAPTURE, ROLLOUTS, HOOKS, OPENING, GENERATION -> true;
      case MIXTURE, ARMS, LASSO, LOGISTIC, VALUE_PROBE, RANKING_PROBES, MNIST, IMPORT, SCAN, ENGINE, KERNELS -> false;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
