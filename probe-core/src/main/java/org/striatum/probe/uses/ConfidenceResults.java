package org.striatum.probe.uses;

import java.util.List;
import java.util.stream.Collectors;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.RiskCoverage;
import org.striatum.probe.stats.Verdict;

/// How well signals tell right rollouts from wrong ones: `results/confidence.json`. All figures are of test problems.
///
/// @param datasets one row per dataset
public record ConfidenceResults(List<DatasetConfidence> datasets) {
  public ConfidenceResults {
    datasets = List.copyOf(datasets);
  }

  /// When a signal is known, which is what it costs.
  public enum Known {
    BEFORE("before generation"), ONE_ROLLOUT("after one rollout"), ALL_ROLLOUTS("after K rollouts");

    private final String words;

    Known(String words) {
      this.words = words;
    }

    /// As a reader reads it.
    public String words() {
      return words;
    }
  }

  /// One dataset.
  ///
  /// @param hook where value is read, chosen on validation problems; null where no probe could be fitted
  /// @param problems test problems; rollouts, test rollouts
  /// @param samples rollouts per problem, K, at most
  /// @param excluded rollouts left out, of any fold, because a state of theirs holds NaN or ∞
  /// @param notes what could not be computed, and why
  public record DatasetConfidence(String dataset, HookPoint hook, int problems, int rollouts, int samples,
      Estimate accuracy, int excluded, List<Signal> signals, List<String> notes) {
    public DatasetConfidence {
      signals = List.copyOf(signals);
      notes = List.copyOf(notes);
    }

    /// The finding in words: how V(s₀) compares with every other signal.
    public String statement() {
      return signals.isEmpty()
          ? "No signal can be compared: " + String.join("; ", notes) + "."
          : signals.stream().filter(signal -> !Double.isNaN(signal.valueAhead().value())).map(Signal::compared)
              .collect(Collectors.joining("; ", "V(s₀) costs no token. It is ", "."));
    }
  }

  /// One signal.
  ///
  /// @param auroc against the terminal reward, 95 % interval bootstrapped by problem
  /// @param valueAhead AUROC(V(s₀)) − AUROC(this), paired by problem; NaN for V(s₀) itself
  /// @param brier mean squared error of its probability, logistic calibration fitted on validation problems; NaN
  ///     where they have one outcome only
  /// @param ece expected calibration error of the same, 10 bins
  /// @param selective risk against coverage
  public record Signal(String name, Known known, Estimate auroc, Estimate valueAhead, double brier, double ece,
      RiskCoverage selective) {
    /// Whether V(s₀) is the better signal.
    public Verdict verdict() {
      return Verdict.positive(valueAhead);
    }

    private String compared() {
      String relation = switch (verdict()) {
        case YES -> "better than";
        case NO -> "worse than";
        case UNDECIDED, NOT_TESTED -> "not told apart from";
      };
      return "%s %s (%s; AUROC difference %s)".formatted(relation, name, known.words(),
          valueAhead.signed(3));
    }
  }
}
