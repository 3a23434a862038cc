package org.striatum.probe.uses;

import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;

/// What search by steps reaches on test problems beside other ways to spend the same tokens: `results/search.json`.
///
/// @param candidates drawn at each step, and whole completions drawn by the arms that vote or choose, K
/// @param stepTokens most tokens of one candidate step
/// @param datasets one row a dataset
public record SearchResults(int candidates, int stepTokens, List<DatasetSearch> datasets) {
  public SearchResults {
    datasets = List.copyOf(datasets);
  }

  /// One dataset.
  ///
  /// @param hook where value is read; null where no probe could be fitted
  /// @param problems test problems attempted
  /// @param comparisons of search with every other arm
  /// @param statement the finding in words
  /// @param note why there are no arms; null if there are
  public record DatasetSearch(String dataset, HookPoint hook, int problems, List<Arm> arms,
      List<Comparison> comparisons, String statement, String note) {
    public DatasetSearch {
      arms = List.copyOf(arms);
      comparisons = List.copyOf(comparisons);
    }

    /// A dataset on which nothing could be judged.
    public static DatasetSearch unsearched(String dataset, String why) {
      return new DatasetSearch(dataset, null, 0, List.of(), List.of(), "Not searched: " + why + ".", why);
    }

    /// Accuracy of search minus that of choosing steps at random, at equal budget; NaN where nothing was searched.
    public Estimate overRandom() {
      return comparisons.isEmpty() ? Estimate.exact(Double.NaN) : comparisons.getFirst().difference();
    }
  }

  /// One way to answer.
  ///
  /// @param accuracy with a 95 % interval bootstrapped by problem
  /// @param usedTokens tokens a problem up to the end of each candidate step (of each completion in other arms): the
  ///     budget of a generator that stops at the separator
  /// @param drawnTokens tokens a problem that were in fact generated, those behind a step's end and thrown away
  ///     included; ends of sequence count in both
  public record Arm(String name, Estimate accuracy, double usedTokens, double drawnTokens) {}

  /// Search against another arm on the same problems.
  ///
  /// @param difference accuracy of search minus the other's, paired bootstrap by problem
  /// @param onlySearch problems only search got right; onlyOther, only the other
  /// @param p exact McNemar, two-sided
  public record Comparison(String other, Estimate difference, int onlySearch, int onlyOther, double p) {}
}
