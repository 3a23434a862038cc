package org.striatum.probe.uses;

import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.stats.Verdict;

/// What search by steps reaches on test problems beside other ways to spend the same tokens: `results/search.json`.
///
/// @param candidates drawn at each step, and whole completions drawn by the arms that vote or choose, K
/// @param stepTokens most tokens of one candidate step
/// @param datasets one row per dataset
public record SearchResults(int candidates, int stepTokens, List<DatasetSearch> datasets) {
  public SearchResults {
    datasets = List.copyOf(datasets);
  }

  /// One dataset.
  ///
  /// @param hook where steps are judged; null where no probe could be fitted
  /// @param problems test problems attempted
  /// @param comparisons of every search with choosing steps at random, and of the first search with every other arm
  /// @param notes what could not be done, and why
  public record DatasetSearch(String dataset, HookPoint hook, int problems, List<Arm> arms,
      List<Comparison> comparisons, List<String> notes) {
    public DatasetSearch {
      arms = List.copyOf(arms);
      comparisons = List.copyOf(comparisons);
      notes = List.copyOf(notes);
    }

    /// A dataset on which nothing could be judged.
    public static DatasetSearch unsearched(String dataset, String why) {
      return new DatasetSearch(dataset, null, 0, List.of(), List.of(), List.of(why));
    }

    private double used(String name) {
      return arms.stream().filter(arm -> arm.name().equals(name)).findFirst().orElseThrow().usedTokens();
    }

    /// Every search beside choosing steps at random, at equal budget.
    public List<Comparison> overRandom() {
      return comparisons.stream().filter(one -> one.other().equals(SearchStudy.RANDOM)).toList();
    }
  }

  /// The findings of a dataset in words, one per search.
  public List<String> statements(DatasetSearch dataset) {
    return dataset.arms().isEmpty()
        ? List.of("Not searched: " + String.join("; ", dataset.notes()) + ".")
        : dataset.overRandom().stream()
            .map(one -> "At equal budget, %d candidates per step: %s; tokens per problem %.0f and %.0f.".formatted(
                candidates, one.words(), dataset.used(one.search()), dataset.used(one.other())))
            .toList();
  }

  /// One way to answer.
  ///
  /// @param accuracy with a 95 % interval bootstrapped by problem
  /// @param usedTokens tokens per problem up to the end of each candidate step (of each completion in other arms): the
  ///     budget of a generator that stops at the separator
  /// @param drawnTokens tokens per problem that were in fact generated, those behind a step's end and thrown away
  ///     included; ends of sequence count in both
  public record Arm(String name, Estimate accuracy, double usedTokens, double drawnTokens) {}

  /// A search against another arm on the same problems.
  ///
  /// @param search its name
  /// @param difference accuracy of search minus the other's, paired bootstrap by problem
  /// @param onlySearch problems only search got right; onlyOther, only the other
  /// @param p exact McNemar, two-sided
  public record Comparison(String search, String other, Estimate difference, int onlySearch, int onlyOther, double p) {
    /// Whether the search is better.
    public Verdict verdict() {
      return Verdict.positive(difference);
    }

    /// The finding in a sentence.
    public String words() {
      return "%s beats %s: %s (accuracy difference %s, McNemar %s)".formatted(search, other,
          verdict().printed(), difference.signed(3), PValue.exact(p).equation("p"));
    }
  }
}
