package org.striatum.probe.value;

import java.util.Arrays;
import org.striatum.probe.value.ValueQuestion.Arrangement;

/// How much a value-neuron study fits to one data set, counted before it begins; every figure is the most that can be needed.
///
/// @param networks value probes, with the rankings by their weights
/// @param paths sparse paths
/// @param shuffled how many of them to shuffled outcomes
/// @param regressions logistic regressions: the linear probe, and again on the coordinates that pruning leaves
/// @param controls of the data set, at the hook point that validation problems choose
public record ValueFits(long networks, long paths, long shuffled, long regressions, Controls controls) {
  /// Each is a selection or a set of ridge regressions of its own.
  ///
  /// @param rotations random bases
  /// @param sets random and matched sets of coordinates
  /// @param selections whole selections over all hook points, those on shuffled outcomes included
  /// @param resamples of problems
  /// @param planted codes
  public record Controls(long rotations, long sets, long selections, long resamples, long planted) {
    private static Controls of(ControlSettings settings) {
      return new Controls(settings.rotations(), 2L * settings.randomSets(), 1L + settings.reruns().nestedPermutations(),
          settings.reruns().stabilityResamples(), planted(settings.power()));
    }

    /// Codes of the declared kinds at every strength, sparse ones more, alone and beside the real code; dense ones alone.
    static long planted(ControlSettings.Power power) {
      long each = Math.ceilDiv(power.planted(), 2);
      long declared = Arrays.stream(PlantedCode.values()).filter(PlantedCode::isDeclared).count();
      return Arrangement.values().length
          * (power.strengths().size() * Math.max(each * declared, power.rotated()) + each)
          + Math.max(each, power.rotated());
    }
  }

  /// The size of a data set whose fits are timed.
  ///
  /// @param rows initial states that probes and their controls are fitted to
  /// @param states that value probes are trained on: those of all tokens
  /// @param width coordinates
  public record Size(long rows, long states, int width) {}

  /// About how many seconds the fits take: the products of networks on all processors, everything else on one. Where a network stops
  /// training by what it learns, half way is assumed.
  ///
  /// @param hooks hook points
  public double seconds(FitSpeed speed, ValueNeuronSettings settings, int hooks, Size size) {
    double cells = (double) size.rows() * size.width();
    int folds = settings.controls().folds();
    double selections = (double) controls.selections() * folds * hooks;
    return networks * speed.network(settings.training(), size) + paths * speed.path() * cells
        + regressions * speed.regression() * cells / 2 // on what pruning leaves
        + (1 + controls.rotations() + selections + controls.planted() + (double) controls.resamples() / folds)
            * speed.crossFit() * FitSpeed.crossFit(size.rows(), size.width());
  }

  /// The same of the controls alone, without those that are left out on another split of the problems.
  public double secondsOfASplit(FitSpeed speed, int hooks, Size size) {
    return (1 + controls.rotations() + hooks) * speed.crossFit() * FitSpeed.crossFit(size.rows(), size.width());
  }

  /// The fits to one data set.
  ///
  /// @param hooks hook points
  public static ValueFits of(ValueNeuronSettings settings, int hooks) {
    long seeds = settings.controls().reruns().probeSeeds() < 2 ? 0 : settings.controls().reruns().probeSeeds();
    long shuffled = (long) hooks * settings.sparse().permutations();
    int curves = settings.ranking() == Ranking.SPARSE_PATH ? 1 : 2;
    long pruned = (long) settings.pruning().ratios().size() * (curves + settings.pruning().randomSets());
    return new ValueFits((long) hooks * settings.targets().size() + seeds, hooks + shuffled, shuffled,
        hooks * (1 + pruned), Controls.of(settings.controls()));
  }
}
