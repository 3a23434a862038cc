package org.striatum.probe.value;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// What a value-neuron study computes, and how thoroughly.
///
/// @param training of the value probes; its target is set by the study
/// @param targets of the value probes; TD and Monte-Carlo are always among them
/// @param ranking which of [Ranking#of] decides who is kept and is named a value neuron
/// @param pruning of the value probes and the linear one
/// @param sparse of the sparse probe
/// @param summary how figures are summarised
/// @param controls how thoroughly the probe is tested
public record ValueNeuronSettings(ValueProbeTraining training, List<Target> targets, Ranking ranking,
    PruningSettings pruning, SparseSettings sparse, Summary summary, ControlSettings controls) {
  private static final Set<Target> ALWAYS = Set.of(Target.TD, Target.MONTE_CARLO);

  /// How figures are summarised.
  ///
  /// @param resamples bootstrap resamples behind each interval, ≥ 100
  /// @param top neurons listed with all their scores
  /// @param overlapShare share of coordinates, the best of each ranking, that agreement is measured on
  public record Summary(int resamples, int top, double overlapShare) {
    public static final Summary DEFAULTS = new Summary(1000, 20, 0.05);

    public Summary {
      if (resamples < 100) {
        throw new IllegalArgumentException("a bootstrap needs at least 100 resamples, found " + resamples);
      }
      if (top < 1) {
        throw new IllegalArgumentException("listed neurons must be ≥ 1, found " + top);
      }
      if (!(overlapShare > 0 && overlapShare <= 1)) {
        throw new IllegalArgumentException("overlap share must be in (0, 1], found " + overlapShare);
      }
    }

    public Summary withResamples(int draws) {
      return new Summary(draws, top, overlapShare);
    }

    public Summary withTop(int neurons) {
      return new Summary(resamples, neurons, overlapShare);
    }

    public Summary withOverlapShare(double share) {
      return new Summary(resamples, top, share);
    }
  }

  /// Where nothing else is said.
  public static ValueNeuronSettings defaults() {
    return new ValueNeuronSettings(ValueProbeTraining.PAPER, List.copyOf(ALWAYS), Ranking.AUROC_AFTER_LENGTH,
        PruningSettings.DEFAULTS, SparseSettings.DEFAULTS, Summary.DEFAULTS, ControlSettings.DEFAULTS);
  }

  /// Minutes for a small model: fewer passes, permutations and control sets.
  public static ValueNeuronSettings quick() {
    return defaults().withTraining(training -> training.withStopping(stopping -> stopping.withMaxEpochs(6)
        .withSorting(sorting -> sorting.withPasses(12, 20).withApart(4))))
        .withPruning(pruning -> pruning.withRandomSets(10)).withSparse(sparse -> sparse.withPermutations(29))
        .withControls(_ -> ControlSettings.QUICK);
  }

  public ValueNeuronSettings {
    Set<Target> all = EnumSet.copyOf(ALWAYS);
    all.addAll(targets);
    targets = List.copyOf(all);
    if (!Ranking.of(targets).contains(ranking)) {
      throw new IllegalArgumentException("ranking must be one of "
          + String.join(", ", Ranking.of(targets).stream().map(Ranking::printed).toList()) + ", found '"
          + ranking.printed() + "'");
    }
  }

  public ValueNeuronSettings withTraining(UnaryOperator<ValueProbeTraining> change) {
    return new ValueNeuronSettings(change.apply(training), targets, ranking, pruning, sparse, summary, controls);
  }

  /// Value probes towards these targets, beside TD and Monte-Carlo.
  public ValueNeuronSettings withTargets(Target... beside) {
    return new ValueNeuronSettings(training, Arrays.asList(beside), ranking, pruning, sparse, summary, controls);
  }

  public ValueNeuronSettings withRanking(Ranking by) {
    return new ValueNeuronSettings(training, targets, by, pruning, sparse, summary, controls);
  }

  public ValueNeuronSettings withPruning(UnaryOperator<PruningSettings> change) {
    return new ValueNeuronSettings(training, targets, ranking, change.apply(pruning), sparse, summary, controls);
  }

  public ValueNeuronSettings withSparse(UnaryOperator<SparseSettings> change) {
    return new ValueNeuronSettings(training, targets, ranking, pruning, change.apply(sparse), summary, controls);
  }

  public ValueNeuronSettings withSummary(UnaryOperator<Summary> change) {
    return new ValueNeuronSettings(training, targets, ranking, pruning, sparse, change.apply(summary), controls);
  }

  public ValueNeuronSettings withControls(UnaryOperator<ControlSettings> change) {
    return new ValueNeuronSettings(training, targets, ranking, pruning, sparse, summary, change.apply(controls));
  }
}
