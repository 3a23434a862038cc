package org.striatum.probe.transfer;

import java.util.List;
import java.util.Optional;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.stats.Verdict;
import smile.stat.distribution.GaussianDistribution;

/// What a transfer study found: a plain record of figures, written to `results/transfer.json` and read by the report.
///
/// @param runs names of the compared runs, in order
/// @param bases one row a pair of runs: whether coordinate j of one is coordinate j of the other
/// @param ceilings what the halves of one place's own problems agree on
/// @param overlaps how far sets of two places overlap
/// @param functional whether what was fitted in one place works in another
/// @param sets whether sets overlap, over all pairs of a question together
/// @param probes whether probes work, over all pairs of a question together
/// @param curves accuracy and AUROC by depth of every run: comparable across architectures
/// @param notes what could not be compared, and why
public record TransferResults(List<String> runs, List<Basis> bases, List<Ceiling> ceilings, List<SetOverlap> overlaps,
    List<FunctionalTransfer> functional, List<PooledSets> sets, List<PooledProbes> probes, List<Curve> curves,
    List<String> notes) {
  /// The share of planted effects that must be found for their absence to mean something.
  public static final double ENOUGH = PowerCurve.ENOUGH;
  private static final double ALPHA = 0.05;
  private static final double NORMAL_95 = 1.959964; // 97.5 percentile

  public TransferResults {
    runs = List.copyOf(runs);
    bases = List.copyOf(bases);
    ceilings = List.copyOf(ceilings);
    overlaps = List.copyOf(overlaps);
    functional = List.copyOf(functional);
    sets = List.copyOf(sets);
    probes = List.copyOf(probes);
    curves = List.copyOf(curves);
    notes = List.copyOf(notes);
  }

  /// A dataset of a run.
  public record Place(String run, String dataset) {
    @Override
    public String toString() {
      return run + " · " + dataset;
    }
  }

  /// Whether two runs share a basis.
  ///
  /// @param common whether coordinates may be compared one by one
  /// @param reason in words
  /// @param prompts problems both runs have, whose s₀ were compared; 0 where widths differ
  /// @param alignment mean over coordinates of the correlation of coordinate j in both runs over those prompts
  /// @param nullHigh the highest such mean when the second run's coordinates are permuted; NaN where not computed
  /// @param recognised share of coordinates that correlate more with their namesake than with any other coordinate
  /// @param p (1 + #{null ≥ alignment}) / (1 + m)
  public record Basis(String first, String second, boolean common, String reason, int prompts, double alignment,
      double nullHigh, double recognised, double p) {
    /// p as people read it.
    public PValue pValue() {
      return new PValue(p, alignment > nullHigh);
    }
  }

  /// How far the sets of two halves of one place's own problems agree: what no other place's set can exceed.
  ///
  /// @param size of the sets, as named; k, coordinates
  /// @param shared share of a set that is in the other half's; NaN where a half has one class only
  /// @param chance the same with outcomes shuffled by problem
  /// @param p (1 + #{shuffled ≥ shared}) / (1 + m)
  public record Ceiling(Place place, HookPoint hook, String size, int k, double shared, double chance, double p) {
    /// Whether there is something that another place's set can agree with.
    public boolean passes() {
      return p <= ALPHA;
    }
  }

  /// Pairs of sets that share a part of their code by construction.
  ///
  /// @param overlap that part, in [0, 1]
  /// @param planted how many; found, how many of them the pooled test called significant
  /// @param low, mean, high of the share of a set that is in the other (2.5 and 97.5 percentiles)
  public record Planted(double overlap, int planted, int found, double low, double mean, double high) {
    /// Whether four in five are found, of so many that this is known.
    boolean isEnough() {
      return new PowerCurve.Point(overlap, planted, found).isEnough()
          && new PowerCurve.Point(overlap, planted, found).isKnown();
    }
  }

  /// Whether sets overlap, over all pairs of places that a question is about.
  ///
  /// YES: q ≤ 0.05. NO: not so, four of five planted pairs of the declared overlap are found, and the overlap's range lies below
  /// it. NOT_TESTED: no pair has two places whose own halves agree, or nothing that was planted is found. Else UNDECIDED.
  ///
  /// @param first a run; second, another or the same
  /// @param size of the sets
  /// @param pairs of places at a hook point; asked, those whose places both pass their ceiling
  /// @param shared mean share of a set that is in the opposite half's of the other place; NaN where no pair is asked
  /// @param ceiling the same within one place, of the pairs that are asked
  /// @param chance the same between codes that have nothing to do with each other: coordinates renamed, and what shuffled outcomes
  ///     agree on
  /// @param p (1 + #{unrelated ≥ shared}) / (1 + m)
  /// @param q adjusted over all pooled tests of sets in the results (Benjamini–Hochberg)
  /// @param overlap (shared − chance) / (ceiling − chance): which part of a place's code the other shares
  /// @param low least overlap whose planted pairs share as much in the middle 95 % of cases; high, the largest
  /// @param effect declared overlap
  /// @param planted by overlap, rising; empty where nothing was planted
  public record PooledSets(String first, String second, String size, int pairs, int asked, double shared,
      double ceiling,
      double chance, double p, double q, double overlap, double low, double high, double effect,
      List<Planted> planted) {
    public PooledSets {
      planted = List.copyOf(planted);
    }

    /// p as people read it.
    public PValue pValue() {
      return PValue.counted(p, SetPool.DRAWS);
    }

    /// q as people read it.
    public PValue qValue() {
      return PValue.corrected(q, p, SetPool.DRAWS);
    }

    /// The planted pairs of the declared overlap; empty where there are none.
    public Optional<Planted> declared() {
      return planted.stream().filter(one -> one.overlap() == effect).findFirst();
    }

    /// The share of planted pairs of the declared overlap that are found; NaN where nothing was planted.
    public double power() {
      return declared().map(one -> (double) one.found() / one.planted()).orElse(Double.NaN);
    }

    /// The smallest overlap that is found four times in five, linear between those planted; NaN where none is.
    public double smallest() {
      Planted before = null;
      for (Planted one : planted) {
        double found = (double) one.found() / one.planted();
        if (found >= ENOUGH) {
          if (before == null) {
            return one.overlap();
          }
          double below = (double) before.found() / before.planted();
          return before.overlap() + (ENOUGH - below) / (found - below) * (one.overlap() - before.overlap());
        }
        before = one;
      }
      return Double.NaN;
    }

    PooledSets corrected(double other) {
      return new PooledSets(first, second, size, pairs, asked, shared, ceiling, chance, p, other, overlap, low, high,
          effect, planted);
    }

    /// The answer.
    public Verdict verdict() {
      if (asked == 0) {
        return Verdict.NOT_TESTED;
      }
      if (q <= ALPHA) {
        return Verdict.YES;
      }
      if (!planted.isEmpty() && planted.stream().allMatch(one -> one.found() == 0)) {
        return Verdict.NOT_TESTED;
      }
      return planted.stream().anyMatch(one -> one.overlap() == effect && one.isEnough()) && high < effect
          ? Verdict.NO
          : Verdict.UNDECIDED;
    }
  }

  /// Whether transferred probes predict, over all pairs of places that a question is about: means over them, with intervals by
  /// bootstrapping the problems of every dataset.
  ///
  /// YES: the transferred probes' AUROC lies above ½ and what they add to prompt length above 0. NOT_TESTED: that does not hold
  /// of the places' own probes, which no other's can exceed. NO: what they add lies below the declared share of what the own probes
  /// add, and that share would have been seen four times in five. Else UNDECIDED.
  ///
  /// @param transfers how many
  /// @param own AUROC of the places' own probes; ownGain, less that of prompt length
  /// @param moved AUROC of the transferred probes, re-standardised; gain, less that of prompt length with the first's sign
  /// @param kept gain / ownGain
  /// @param effect declared share of ownGain
  /// @param power the chance that this share would have been seen: of a gain above 0, with the interval's standard error
  public record PooledProbes(String first, String second, int transfers, Estimate own, Estimate ownGain, Estimate moved,
      Estimate gain, double kept, double effect, double power) {
    static PooledProbes of(String first, String second, int transfers, Estimate own, Estimate ownGain, Estimate moved,
        Estimate gain, double effect) {
      double error = (gain.high() - gain.low()) / (2 * NORMAL_95);
      double power = error > 0
          ? GaussianDistribution.getInstance().cdf(effect * ownGain.value() / error - NORMAL_95)
          : Double.NaN;
      return new PooledProbes(first, second, transfers, own, ownGain, moved, gain,
          ownGain.low() > 0 ? gain.value() / ownGain.value() : Double.NaN, effect, power);
    }

    /// The answer.
    public Verdict verdict() {
      if (!(own.low() > 0.5 && ownGain.low() > 0)) {
        return Verdict.NOT_TESTED;
      }
      if (moved.low() > 0.5 && gain.low() > 0) {
        return Verdict.YES;
      }
      return power >= ENOUGH && gain.high() < effect * ownGain.value() ? Verdict.NO : Verdict.UNDECIDED;
    }
  }

  /// How far the top coordinates of two places overlap at one hook point.
  ///
  /// @param ranking `linear-weight`, or the run's own ranking where it is another
  /// @param size of the sets, as named
  /// @param k coordinates in each set
  /// @param width coordinates they are drawn from
  /// @param iou intersection over union of the sets ranked on all training problems
  /// @param chance mean IoU of random sets of this size
  /// @param p hypergeometric upper tail of the shared count
  /// @param q the same, adjusted over all overlaps of this ranking in the results (Benjamini–Hochberg)
  /// @param halves IoU of a set from half of one place's problems and one from the opposite half of the other's, by ridge weights;
  ///     no problem is in both
  /// @param ceiling IoU of sets from two disjoint halves of the same place's problems, both places averaged: what `halves` could
  ///     reach; NaN with the run's own ranking
  public record SetOverlap(Place first, Place second, HookPoint hook, String ranking, String size, int k, int width,
      int shared, double iou, double chance, double p, double q, double halves, double ceiling) {}

  /// A linear probe and its coordinates, taken from one place to another. AUROCs are on the second place's test problems.
  ///
  /// @param train training problems of `from`
  /// @param test test problems of `to` that are scored
  /// @param leaked test problems of `to` left out because `from` was fitted on them
  /// @param own the second place's own probe
  /// @param probe the first place's probe as it is, standardised by the first place's training states
  /// @param restandardised the same weights, standardised by the second place's training states
  /// @param promptLength prompt length, with the sign it has in the second place's training problems
  /// @param promptLengthMoved prompt length, with the sign it has in the first's
  /// @param gain restandardised less promptLengthMoved, paired
  /// @param kept (restandardised − ½) / (own − ½); NaN unless own's interval is above ½
  /// @param k coordinates refitted
  /// @param refitted the first place's k best coordinates, refitted on the second's training problems
  /// @param ownTop the second place's k best, refitted likewise
  /// @param randomLow 2.5 percentile of k random coordinates refitted likewise; NaN without draws
  /// @param randomMean their mean
  /// @param randomHigh 97.5 percentile
  public record FunctionalTransfer(Place from, Place to, HookPoint hook, int train, int test, int leaked, Estimate own,
      Estimate probe, Estimate restandardised, Estimate promptLength, Estimate promptLengthMoved, Estimate gain,
      double kept, int k, Estimate refitted, Estimate ownTop, double randomLow, double randomMean, double randomHigh) {}

  /// One run's dataset at one hook point, in figures that need no common basis.
  ///
  /// @param depth (block + 1) / blocks studied, in (0, 1]; NaN outside the blocks
  /// @param linear AUROC of the linear probe
  /// @param td AUROC of the TD probe
  /// @param pruned AUROC of the linear probe refitted on the best coordinates at the highest pruning ratio ≤ 0.99
  /// @param pruningRatio that ratio
  public record Curve(Place place, String architecture, HookPoint hook, double depth, Estimate accuracy,
      Estimate promptLength, Estimate linear, Estimate td, Estimate pruned, double pruningRatio) {}
}
