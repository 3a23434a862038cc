package org.striatum.studies.splits;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
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

    /// `yes 3 · undecided 8 · no 1 of 12 splits`.
    public String printed() {
      return Arrays.stream(Verdict.values()).filter(verdict -> of(verdict) > 0)
          .map(verdict -> verdict.printed() + " " + of(verdict)).collect(Collectors.joining(" · "))
          + " of " + splits() + " splits";
    }

    private Unit unit() {
      return question == Question.READABLE ? Unit.AUROC : Unit.AUROC_DIFFERENCE;
    }

    /// The shares with the figure that they stand on.
    public String because() {
      return String.format(Locale.ROOT, "%s; %s over them %s", printed(), figure, unit().of(effect));
    }
  }
}
