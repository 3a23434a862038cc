package org.striatum.probe.transfer;

import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;

/// What a transfer study found: a plain record of figures, written to `results/transfer.json` and read by the report.
///
/// @param runs names of the compared runs, in order
/// @param bases one row a pair of runs: whether coordinate j of one is coordinate j of the other
/// @param overlaps how far sets of two places overlap
/// @param functional whether what was fitted in one place works in another
/// @param curves accuracy and AUROC by depth of every run: comparable across architectures
/// @param notes what could not be compared, and why
public record TransferResults(List<String> runs, List<Basis> bases, List<SetOverlap> overlaps,
    List<FunctionalTransfer> functional, List<Curve> curves, List<String> notes) {
  public TransferResults {
    runs = List.copyOf(runs);
    bases = List.copyOf(bases);
    overlaps = List.copyOf(overlaps);
    functional = List.copyOf(functional);
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
  /// @param halves mean IoU of a set from half of one place's training problems and one from the opposite half of the
  ///     other's; no problem is in both
  /// @param ceiling mean IoU of sets from two disjoint halves of the same place's training problems, both places
  ///     averaged: what `halves` could reach; NaN with the run's own ranking
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
