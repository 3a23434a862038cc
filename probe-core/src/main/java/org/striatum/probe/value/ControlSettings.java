package org.striatum.probe.value;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// How thoroughly a reading of value is put to the test; see [DatasetControls].
///
/// @param folds problems are dealt to, for cross-fitting and for the nested selection, ≥ 2
/// @param rotations random orthogonal bases; 19 are the fewest that p ≤ 0.05 can come from
/// @param randomSets random and as many matched sets a pruned probe is compared with; 19 as above
/// @param reruns of whole selections
/// @param margin how much AUROC counts as nothing, in (0, 0.5)
/// @param power known codes planted into the data, to see whether they are found
public record ControlSettings(int folds, int rotations, int randomSets, Reruns reruns, double margin, Power power) {
  private static final List<Double> STRENGTHS = List.of(0.6, 0.7, 0.8);
  /// Where nothing else is said.
  public static final ControlSettings DEFAULTS = new ControlSettings(5, 20, 99, new Reruns(19, 20, 3), 0.02,
      new Power(40, 10, STRENGTHS, 0.7));
  /// The fewest of each that a verdict can come from.
  public static final ControlSettings QUICK = new ControlSettings(5, 19, 19, new Reruns(5, 5, 0), 0.02,
      new Power(10, 5, STRENGTHS, 0.7));

  public ControlSettings {
    if (folds < 2) {
      throw new IllegalArgumentException("cross-fitting needs at least 2 folds, found " + folds);
    }
    if (rotations < 1 || randomSets < 1) {
      throw new IllegalArgumentException(
          "controls need rotations ≥ 1 and random sets ≥ 1, found " + rotations + " and " + randomSets);
    }
    if (!(margin > 0 && margin < 0.5)) {
      throw new IllegalArgumentException("a margin of AUROC must be in (0, 0.5), found " + margin);
    }
  }

  /// Selections made again on other data.
  ///
  /// @param nestedPermutations label shuffles the nested selection is rerun on
  /// @param stabilityResamples bootstrap resamples of problems that sets are chosen on again
  /// @param probeSeeds TD probes, alike but for their seed, whose sets are compared; below 2, none are
  public record Reruns(int nestedPermutations, int stabilityResamples, int probeSeeds) {
    public Reruns {
      if (nestedPermutations < 0 || stabilityResamples < 2 || probeSeeds < 0) {
        throw new IllegalArgumentException("controls need nested permutations ≥ 0, stability resamples ≥ 2 and probe"
            + " seeds ≥ 0, found " + nestedPermutations + ", " + stabilityResamples + " and " + probeSeeds);
      }
    }
  }

  public ControlSettings withFolds(int other) {
    return new ControlSettings(other, rotations, randomSets, reruns, margin, power);
  }

  public ControlSettings withRotations(int other) {
    return new ControlSettings(folds, other, randomSets, reruns, margin, power);
  }

  public ControlSettings withRandomSets(int other) {
    return new ControlSettings(folds, rotations, other, reruns, margin, power);
  }

  public ControlSettings withNestedPermutations(int other) {
    return withReruns(new Reruns(other, reruns.stabilityResamples, reruns.probeSeeds));
  }

  public ControlSettings withStabilityResamples(int other) {
    return withReruns(new Reruns(reruns.nestedPermutations, other, reruns.probeSeeds));
  }

  public ControlSettings withProbeSeeds(int other) {
    return withReruns(new Reruns(reruns.nestedPermutations, reruns.stabilityResamples, other));
  }

  private ControlSettings withReruns(Reruns others) {
    return new ControlSettings(folds, rotations, randomSets, others, margin, power);
  }

  public ControlSettings withMargin(double other) {
    return new ControlSettings(folds, rotations, randomSets, reruns, other, power);
  }

  public ControlSettings withPower(UnaryOperator<Power> change) {
    return new ControlSettings(folds, rotations, randomSets, reruns, margin, change.apply(power));
  }

  /// Success probabilities planted into real coordinates; see [ValuePower].
  ///
  /// @param planted codes of each kind, strength and arrangement, at most, ≥ 0; none: no answer is *no*
  /// @param rotated how many of them are also judged in rotated bases, which takes as long as all else together, in [0, planted]
  /// @param strengths AUROCs of a planted code, rising, in (0.5, 1)
  /// @param effect the one among them at which a code must be likely to be found before its absence is an answer
  public record Power(int planted, int rotated, List<Double> strengths, double effect) {
    public Power {
      strengths = List.copyOf(strengths);
      if (planted < 0 || planted > 10_000 || rotated < 0 || rotated > planted) {
        throw new IllegalArgumentException("planted codes must be in [0, 10000] and those in rotated bases among them,"
            + " found " + planted + " and " + rotated);
      }
      if (!(effect > 0.5 && effect < 1)) {
        throw new IllegalArgumentException("the declared effect must be an AUROC in (0.5, 1), found " + effect);
      }
      if (strengths.isEmpty() || !strengths.stream().allMatch(auroc -> auroc > 0.5 && auroc < 1)
          || !strengths.stream().sorted().distinct().toList().equals(strengths)) {
        throw new IllegalArgumentException("planted AUROCs must rise within (0.5, 1), found " + strengths);
      }
      if (!strengths.contains(effect)) {
        throw new IllegalArgumentException(
            "the declared effect must be one of the planted AUROCs " + strengths + ", found " + effect);
      }
    }

    public Power withPlanted(int codes) {
      return new Power(codes, Math.min(rotated, codes), strengths, effect);
    }

    public Power withRotated(int codes) {
      return new Power(planted, codes, strengths, effect);
    }

    /// Declares another effect, which is planted too.
    public Power withEffect(double other) {
      return new Power(planted, rotated,
          Stream.concat(strengths.stream(), Stream.of(other)).distinct().sorted().toList(), other);
    }
  }
}
