package org.striatum.studies.splits;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.Unit;

/// How often each answer was given on other splits of the same rollouts.
///
/// @param splits how many
/// @param answers one for each question and case
/// @param notes what could not be asked, one line each
public record SplitsResults(int splits, List<AnswerShares> answers, List<String> notes) {
  public SplitsResults {
    answers = List.copyOf(answers);
    notes = List.copyOf(notes);
  }

  /// How firm the answers are, in one sentence without its full stop; the same on the command line and in reports.
  public String sentence() {
    if (answers.isEmpty()) {
      return splits == 0
          ? "The questions about value were asked on the run's own split only"
          : "No question about value could be asked on other splits";
    }
    long always = answers.stream().filter(one -> one.most() == one.splits()).count();
    long mostly = answers.stream().filter(one -> one.most() < one.splits() && 2 * one.most() > one.splits()).count();
    return "Of %d answers about value %d %s the same on all %d other splits of the rollouts, %d on more than half of them, and %d on no more than half%s"
        .formatted(answers.size(), always, always == 1 ? "is" : "are", splits, mostly,
            answers.size() - always - mostly, always + mostly < answers.size() ? " (undecided)" : "");
  }

  /// A finding with the verdict that most splits give and their figure; the same where its question was not asked on other splits, or
  /// could be tested on none: then the finding says why.
  public Finding decided(Question question, Finding finding) {
    return answers.stream().filter(one -> one.question() == question && one.of().equals(finding.of()))
        .filter(shares -> shares.verdict() != Verdict.NOT_TESTED || finding.verdict() != Verdict.NOT_TESTED).findFirst()
        .map(shares -> finding.decided(shares.verdict(),
            "%s. On the run's own split: %s. %s".formatted(shares.because(), finding.verdict().printed(),
                finding.because()),
            "%s, mean of %d splits".formatted(shares.figure(), shares.splits()), shares.effect()))
        .orElse(finding);
  }

  /// The answers to one question in one case.
  ///
  /// @param of which case, e.g. a dataset
  /// @param yes, undecided, no, notTested how many splits say so; of a split that allows no probe, not tested
  /// @param figure what the effect is of
  /// @param effect mean over splits, with an interval that includes the refits, see [org.striatum.probe.stats.Resplit]
  public record AnswerShares(Question question, String of, int yes, int undecided, int no, int notTested, String figure,
      Estimate effect) {
    static AnswerShares of(Question question, String of, List<Verdict> verdicts, String figure, Estimate effect) {
      return new AnswerShares(question, of, count(verdicts, Verdict.YES), count(verdicts, Verdict.UNDECIDED),
          count(verdicts, Verdict.NO), count(verdicts, Verdict.NOT_TESTED), figure, effect);
    }

    private static int count(List<Verdict> verdicts, Verdict verdict) {
      return (int) verdicts.stream().filter(verdict::equals).count();
    }

    /// How many splits give an answer.
    public int of(Verdict verdict) {
      return switch (verdict) {
        case YES -> yes;
        case UNDECIDED -> undecided;
        case NO -> no;
        case NOT_TESTED -> notTested;
      };
    }

    /// How many splits there are.
    public int splits() {
      return yes + undecided + no + notTested;
    }

    /// The answer that more than half of the splits give; UNDECIDED where none does.
    public Verdict verdict() {
      return Arrays.stream(Verdict.values()).filter(verdict -> 2 * of(verdict) > splits()).findFirst()
          .orElse(Verdict.UNDECIDED);
    }

    /// How many splits give the answer that most of them give.
    int most() {
      return Arrays.stream(Verdict.values()).mapToInt(this::of).max().orElseThrow();
    }

    /// `yes 3 · undecided 8 · no 1 of 12 splits`.
    public String printed() {
      return Arrays.stream(Verdict.values()).filter(verdict -> of(verdict) > 0)
          .map(verdict -> verdict.printed() + " " + of(verdict)).collect(Collectors.joining(" · "))
          + " of " + splits() + " splits";
    }

    /// What the figure is measured in.
    public Unit unit() {
      return question == Question.READABLE ? Unit.AUROC : Unit.AUROC_DIFFERENCE;
    }

    /// The shares with the figure that they stand on.
    public String because() {
      return String.format(Locale.ROOT, "%s; %s over them %s", printed(), figure, unit().of(effect));
    }
  }
}
