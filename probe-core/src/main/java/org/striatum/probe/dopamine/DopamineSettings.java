package org.striatum.probe.dopamine;

import java.util.List;
import org.striatum.probe.value.ValueProbeTraining;

/// What a dopamine study computes, and how thoroughly.
///
/// @param gamma discount a step, in (0, 1]
/// @param threshold steps with |δ| above it train and test the probe, ≥ 0 (the paper: 0.3)
/// @param training of the TD-error probe; its target is Monte-Carlo
/// @param ranking that orders coordinates: [TdErrorProbe#RANKING] (the paper's) or [#CORRELATION]
/// @param tested how many of the best of each of the two rankings are put to the signature test
/// @param ratios shares of coordinates removed in a pruning curve, rising, in [0, 1)
/// @param randomSets draws of random coordinates behind each random band
/// @param retrainings probes refitted to reassigned δ, the null of the unpruned probe
/// @param permutations reassignments of δ behind part 5 of the signature
/// @param resamples bootstrap resamples behind each interval, ≥ 100
/// @param level significance of every part: q or p below it passes, in (0, 1)
/// @param predicted reward is fully predicted where V̂ is at least this before and after, in (0.5, 1]
/// @param flatMargin an activation is flat there if it is off by less than its response to a surprise this large, > 0
/// @param expected V̂ at most this before a success, or at least 1 − this before a failure, makes it a surprise to trace
/// @param traced neurons traced, the best of those called (or tested, where none is)
/// @param controls untested coordinates traced beside them
/// @param window tokens traced before and after the surprise begins
public record DopamineSettings(double gamma, double threshold, ValueProbeTraining training, String ranking, int tested,
    List<Double> ratios, int randomSets, int retrainings, int permutations, int resamples, double level,
    double predicted, double flatMargin, double expected, int traced, int controls, int window) {
  /// The ranking by |Spearman's ρ| of the coordinate with δ over all training steps.
  public static final String CORRELATION = "delta-correlation";
  /// Where nothing else is said.
  public static final DopamineSettings DEFAULTS = new DopamineSettings(1 - 1e-5, 0.3, TdErrorProbe.TRAINING,
      TdErrorProbe.RANKING, 20, List.of(0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995), 20, 19, 999, 1000, 0.05, 0.9, 0.3,
      0.4, 3, 50, 20);
  /// Coarser bands and fewer refits, for a demonstration: the signature's parts are the same.
  public static final DopamineSettings QUICK = new DopamineSettings(1 - 1e-5, 0.3, TdErrorProbe.TRAINING,
      TdErrorProbe.RANKING, 10, List.of(0.0, 0.5, 0.9, 0.95, 0.99), 5, 4, 199, 300, 0.05, 0.9, 0.3, 0.4, 2, 20, 12);

  public static DopamineSettings defaults() {
    return DEFAULTS;
  }

  /// Fewer refits behind the null of the probe.
  public static DopamineSettings quick() {
    DopamineSettings base = DEFAULTS;
    return new DopamineSettings(base.gamma, base.threshold, base.training, base.ranking, base.tested, base.ratios,
        base.randomSets, 5, base.permutations, base.resamples, base.level, base.predicted, base.flatMargin,
        base.expected, base.traced, base.controls, base.window);
  }

  public DopamineSettings {
    if (!(gamma > 0 && gamma <= 1)) {
      throw new IllegalArgumentException("a discount must be in (0, 1], found " + gamma);
    }
    if (!(threshold >= 0 && threshold < 1)) {
      throw new IllegalArgumentException("the threshold of |δ| must be in [0, 1), found " + threshold);
    }
    if (!ranking.equals(TdErrorProbe.RANKING) && !ranking.equals(CORRELATION)) {
      throw new IllegalArgumentException("ranking must be " + TdErrorProbe.RANKING + " or " + CORRELATION + ", found '"
          + ranking + "'");
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
    if (tested < 1 || traced < 0 || controls < 0 || window < 1 || randomSets < 0 || retrainings < 0) {
      throw new IllegalArgumentException(
          "tested coordinates and the window must be ≥ 1, traced neurons, controls, random"
              + " sets and retrainings ≥ 0, found " + tested + ", " + window + ", " + traced + ", " + controls + ", "
              + randomSets + ", " + retrainings);
    }
    if (resamples < 100) {
      throw new IllegalArgumentException("a bootstrap needs at least 100 resamples, found " + resamples);
    }
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("a level of significance must be in (0, 1), found " + level);
    }
    if (!(1.0 / (1 + permutations) < level)) {
      throw new IllegalArgumentException("p < " + level + " needs at least " + (int) Math.floor(1 / level)
          + " permutations, found " + permutations);
    }
    if (!(predicted > 0.5 && predicted <= 1)) {
      throw new IllegalArgumentException("a fully predicted reward has V̂ in (0.5, 1], found " + predicted);
    }
    if (!(flatMargin > 0)) {
      throw new IllegalArgumentException("the margin of flatness must be > 0, found " + flatMargin);
    }
    if (!(expected > 0 && expected <= 0.5)) {
      throw new IllegalArgumentException("a surprise needs V̂ in (0, 0.5] before a success, found " + expected);
    }
  }
}
