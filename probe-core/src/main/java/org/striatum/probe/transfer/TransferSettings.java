package org.striatum.probe.transfer;

import java.util.List;
import java.util.function.UnaryOperator;

/// What a transfer study computes, and how thoroughly.
///
/// @param sizes of the sets whose overlap is measured, e.g. `1%` and `top20`
/// @param refitted size of the set whose coordinates are refitted on the other side, and whose overlap is tested over all pairs
///     together
/// @param halvings random halvings of the problems behind each ceiling, ≥ 1
/// @param randomSets draws of random coordinates beside the refitted ones
/// @param permutations of the coordinates behind the test for a common basis, ≥ 19
/// @param resamples bootstrap resamples behind each interval, ≥ 100
/// @param power what the tests over all pairs are held against
public record TransferSettings(List<String> sizes, String refitted, int halvings, int randomSets, int permutations,
    int resamples, Power power) {
  /// What sets that agree by chance, and sets that share a known part of their code, look like.
  ///
  /// @param shuffles of a place's outcomes that its halves are held against, ≥ 19
  /// @param planted pairs of sets planted at each overlap; 0 goes without, and then no answer is *no*
  /// @param effect declared overlap, in (0, 1]: a *no* needs four of five planted pairs that share as much to be found
  public record Power(int shuffles, int planted, double effect) {
    public Power {
      if (!(effect > 0 && effect <= 1)) {
        throw new IllegalArgumentException("the declared overlap must be in (0, 1], found " + effect);
      }
      if (shuffles < 19 || planted < 0 || planted > 10_000) {
        throw new IllegalArgumentException("shuffled outcomes must be ≥ 19 and planted pairs in [0, 10000], found "
            + shuffles + " and " + planted);
      }
    }

    public Power withShuffles(int other) {
      return new Power(other, planted, effect);
    }

    public Power withPlanted(int other) {
      return new Power(shuffles, other, effect);
    }

    public Power withEffect(double other) {
      return new Power(shuffles, planted, other);
    }
  }

  /// Where nothing else is said.
  public static TransferSettings defaults() {
    return new TransferSettings(List.of("1%", "5%", "top20"), "5%", 5, 20, 999, 1000, new Power(99, 200, 0.5));
  }

  /// Fewer random sets and permutations.
  public static TransferSettings quick() {
    return defaults().withRandomSets(5).withPermutations(99).withPower(power -> power.withShuffles(39));
  }

  public TransferSettings {
    sizes = List.copyOf(sizes);
    sizes.forEach(SetSize::new);
    new SetSize(refitted);
    if (sizes.isEmpty()) {
      throw new IllegalArgumentException("a comparison of sets needs at least one size, found none");
    }
    if (halvings < 1 || randomSets < 0 || permutations < 19 || resamples < 100) {
      throw new IllegalArgumentException(
          "halvings must be ≥ 1, random sets ≥ 0, permutations ≥ 19 and resamples ≥ 100, found " + halvings + ", "
              + randomSets + ", " + permutations + " and " + resamples);
    }
  }

  public TransferSettings withSizes(List<String> other) {
    return new TransferSettings(other, refitted, halvings, randomSets, permutations, resamples, power);
  }

  public TransferSettings withRefitted(String other) {
    return new TransferSettings(sizes, other, halvings, randomSets, permutations, resamples, power);
  }

  public TransferSettings withHalvings(int other) {
    return new TransferSettings(sizes, refitted, other, randomSets, permutations, resamples, power);
  }

  public TransferSettings withRandomSets(int other) {
    return new TransferSettings(sizes, refitted, halvings, other, permutations, resamples, power);
  }

  public TransferSettings withPermutations(int other) {
    return new TransferSettings(sizes, refitted, halvings, randomSets, other, resamples, power);
  }

  public TransferSettings withResamples(int other) {
    return new TransferSettings(sizes, refitted, halvings, randomSets, permutations, other, power);
  }

  public TransferSettings withPower(UnaryOperator<Power> change) {
    return new TransferSettings(sizes, refitted, halvings, randomSets, permutations, resamples, change.apply(power));
  }
}
