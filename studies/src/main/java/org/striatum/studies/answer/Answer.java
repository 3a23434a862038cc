package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;

/// One question and the run's results, case by case. A negative answer is stated as clearly as a positive one.
///
/// @param findings one per dataset, layer or pair of checkpoints; empty if it was not tested
public record Answer(Question question, List<Finding> findings) {
  public Answer {
    findings = List.copyOf(findings);
  }

  /// The result in one case.
  ///
  /// @param of which case, e.g. a dataset and a set of neurons
  /// @param because the figures, with their intervals
  /// @param remark what is to be known of the rewards that it stands on, such as the share of rollouts that were cut off; null if
  ///     nothing is
  /// @param task the dataset of the case; null where it is about several
  /// @param evidence the figure that the verdict is about; null where there is none
  public record Finding(String of, Verdict verdict, String because,
      @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) String remark,
      @JacksonInject(value = RecordJson.NOTHING_2, useInput = OptBoolean.TRUE) String task,
      @JacksonInject(value = RecordJson.NOTHING_3, useInput = OptBoolean.TRUE) Evidence evidence) {
    /// A finding about several datasets.
    public Finding(String of, Verdict verdict, String because, Evidence evidence) {
      this(of, verdict, because, null, null, evidence);
    }

    /// A finding about one dataset, without a figure.
    public static Finding on(String task, Verdict verdict, String because) {
      return new Finding(task, verdict, because, null, task, null);
    }

    /// A finding about one dataset.
    public static Finding on(String task, Verdict verdict, String because, Evidence evidence) {
      return new Finding(task, verdict, because, null, task, evidence);
    }

    /// The same case with a verdict and a figure from elsewhere, such as other splits.
    public Finding decided(Verdict other, String reason, String figure, Estimate estimate) {
      return new Finding(of, other, reason, remark, task, evidence == null ? null : evidence.about(figure, estimate));
    }

    /// The same with a remark.
    public Finding remarked(String other) {
      return new Finding(of, verdict, because, other, task, evidence);
    }

    /// `DATASET: verdict. Figures. Remark.`
    public String printed() {
      return "%s: %s. %s%s".formatted(of, verdict.printed(), because, remark == null ? "" : " – " + remark);
    }
  }

  /// All cases together, see [Verdict#of].
  public Verdict verdict() {
    return Verdict.of(findings.stream().map(Finding::verdict).toList());
  }

  /// The common verdict, or how many cases have which: `yes (all 4)`, `yes 1 · undecided 3`.
  public String brief() {
    List<Verdict> found = Arrays.stream(Verdict.values()).filter(verdict -> count(verdict) > 0).toList();
    return found.size() > 1
        ? found.stream().map(verdict -> verdict.printed() + " " + count(verdict)).collect(Collectors.joining(" · "))
        : verdict().printed() + (findings.size() > 1 ? " (all " + findings.size() + ")" : "");
  }

  private long count(Verdict verdict) {
    return findings.stream().filter(finding -> finding.verdict == verdict).count();
  }
}
