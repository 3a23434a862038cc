package org.striatum.probe.value;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.striatum.probe.sparse.SmileSolver;
import org.striatum.probe.sparse.Solver;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// What a value-neuron study computes, and how thoroughly.
///
/// @param training of the TD and Monte-Carlo probes; its target is set by the study
/// @param ranking which of [NeuronRanking#names] decides who is kept and called a value neuron
/// @param ratios shares of coordinates removed, rising, in [0, 1)
/// @param randomSets draws of random coordinates behind each random band
/// @param permutations label shuffles behind the null of the sparse probe; each fits a whole path
/// @param sparse which regression the sparse probe follows
/// @param solver of its path: `path` (ours) or `smile` (Smile's own, an independent and slow check)
/// @param pathPoints penalties on the L1-logistic path
/// @param pathRatio its smallest penalty as a share of its largest, in (0, 1)
/// @param resamples bootstrap resamples behind each interval, ≥ 100
/// @param top neurons listed with all their scores
/// @param overlapShare share of coordinates, the best of each ranking, that agreement is measured on
/// @param targets of the value probes; TD and Monte-Carlo are always among them
/// @param controls how thoroughly the reading is put to the test
public record ValueNeuronSettings(ValueProbeTraining training, String ranking, List<Double> ratios, int randomSets,
    int permutations, SparseFit sparse, String solver, int pathPoints, double pathRatio, int resamples, int top,
    double overlapShare, List<Target> targets, ControlSettings controls) {
  private static final List<Target> ALWAYS = List.of(Target.TD, Target.MONTE_CARLO);

  /// Where nothing else is said.
  public static final ValueNeuronSettings DEFAULTS = new ValueNeuronSettings(ValueProbeTraining.PAPER,
      NeuronRanking.AUROC, List.of(0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995), 20, 99,
      SparseFit.LOGISTIC, "path", 20, 0.02, 1000, 20, 0.05);

  public static ValueNeuronSettings defaults() {
    return DEFAULTS;
  }

  /// Fewer draws behind every control.
  public static ValueNeuronSettings quick() {
    ValueProbeTraining paper = DEFAULTS.training;
    ControlSettings controls = ControlSettings.DEFAULTS;
    return new ValueNeuronSettings(
        new ValueProbeTraining(paper.target(), paper.hidden(), paper.learningRate(), paper.weightDecay(),
            paper.batchTrajectories(), paper.gamma(), 6, paper.patience(), paper.lambda(), paper.standardised()),
        DEFAULTS.ranking, DEFAULTS.ratios, 10, 29, DEFAULTS.sparse, DEFAULTS.solver, DEFAULTS.pathPoints,
        DEFAULTS.pathRatio, DEFAULTS.resamples, DEFAULTS.top, DEFAULTS.overlapShare, DEFAULTS.targets,
        new ControlSettings(controls.folds(), 19, 19, 5, 5, 0, controls.margin()));
  }

  /// The usual targets and controls.
  public ValueNeuronSettings(ValueProbeTraining training, String ranking, List<Double> ratios, int randomSets,
      int permutations, SparseFit sparse, String solver, int pathPoints, double pathRatio, int resamples, int top,
      double overlapShare) {
    this(training, ranking, ratios, randomSets, permutations, sparse, solver, pathPoints, pathRatio, resamples, top,
        overlapShare, List.of(Target.TD, Target.MONTE_CARLO), ControlSettings.DEFAULTS);
  }

  public ValueNeuronSettings {
    targets = Arrays.stream(Target.values())
        .filter(Set.copyOf(targets).stream().collect(Collectors.toCollection(() -> EnumSet.copyOf(ALWAYS)))::contains)
        .toList();
    if (!NeuronRanking.names(targets).contains(ranking)) {
      throw new IllegalArgumentException(
          "ranking must be one of " + NeuronRanking.names(targets) + ", found '" + ranking + "'");
    }
    ratios = List.copyOf(ratios);
    double before = -1;
    for (double ratio : ratios) {
      if (!(ratio >= 0 && ratio < 1)) {
        throw new IllegalArgumentException("pruning ratio must be in [0, 1), found " + ratio);
      }
      if (ratio <= before) {
        throw new IllegalArgumentException("pruning ratios must rise, found " + ratio + " after " + before);
      }
      before = ratio;
    }
    if (randomSets < 0 || permutations < 0 || top < 1) {
      throw new IllegalArgumentException("random sets and permutations must be ≥ 0 and listed neurons ≥ 1, found "
          + randomSets + ", " + permutations + " and " + top);
    }
    if (Solver.named(solver) instanceof SmileSolver && sparse == SparseFit.LOGISTIC) {
      throw new IllegalArgumentException(
          "Smile has no L1-penalised logistic regression: with solver smile choose lasso or elastic-net");
    }
    if (pathPoints < 2 || !(pathRatio > 0 && pathRatio < 1)) {
      throw new IllegalArgumentException(
          "a path needs at least 2 points and a ratio in (0, 1), found " + pathPoints + " and " + pathRatio);
    }
    if (resamples < 100) {
      throw new IllegalArgumentException("a bootstrap needs at least 100 resamples, found " + resamples);
    }
    if (!(overlapShare > 0 && overlapShare <= 1)) {
      throw new IllegalArgumentException("overlap share must be in (0, 1], found " + overlapShare);
    }
  }
}
