package org.striatum.studies.splits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.Unit;
import org.striatum.studies.splits.SplitsResults.AnswerShares;

class SplitsResultsTest {
  /// An interval by t goes where no AUROC can be: 0.977 ± 0.039 over splits of a set that prompt length decides.
  @Test
  void intervalsEndWhereTheirUnitDoes() {
    Estimate beyond = new Estimate(0.977, 0.938, 1.016);
    assertThat(Unit.AUROC.within(beyond)).isEqualTo(new Estimate(0.977, 0.938, 1));
    assertThat(Unit.NATS.within(beyond)).isEqualTo(beyond);
    assertThat(Unit.AUROC_DIFFERENCE.within(beyond.times(-1))).isEqualTo(new Estimate(-0.977, -0.938, -1));
    for (Unit unit : Unit.values()) {
      assertThat(unit.within(Estimate.exact(0.5)).hasInterval()).isFalse();
    }
  }

  private static AnswerShares shares(int yes, int undecided, int no) {
    List<Verdict> verdicts = Stream.of(Collections.nCopies(yes, Verdict.YES),
        Collections.nCopies(undecided, Verdict.UNDECIDED), Collections.nCopies(no, Verdict.NO)).flatMap(List::stream)
        .toList();
    return AnswerShares.of(Question.SPARSE, "add", verdicts, "AUROC", new Estimate(0.7, 0.6, 0.8));
  }

  /// An answer holds where more than half of the splits give it.
  @Test
  void theAnswerIsTheMajoritys() {
    assertThat(shares(3, 8, 1).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(shares(7, 3, 2).verdict()).isEqualTo(Verdict.YES);
    assertThat(shares(6, 3, 3).verdict()).as("half is not more than half").isEqualTo(Verdict.UNDECIDED);
    assertThat(shares(0, 2, 10).verdict()).isEqualTo(Verdict.NO);
    assertThat(shares(5, 0, 5).verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void sharesArePrinted() {
    assertThat(shares(3, 8, 1).printed()).isEqualTo("yes 3 · no 1 · undecided 8 of 12 splits");
    assertThat(shares(12, 0, 0).printed()).isEqualTo("yes 12 of 12 splits");
  }

  /// Five of ten is no majority, nine of ten is one, ten of ten is the same everywhere.
  @Test
  void theSentenceCountsHowFirmAnswersAre() {
    SplitsResults results = new SplitsResults(10, List.of(shares(10, 0, 0), shares(0, 9, 1), shares(0, 1, 9),
        shares(5, 5, 0), shares(4, 3, 3)), List.of());
    assertThat(results.sentence()).isEqualTo("Of 5 answers about value 1 is the same on all 10 other splits of the"
        + " rollouts, 2 on more than half of them, and 2 on no more than half (undecided)");
    assertThat(new SplitsResults(0, List.of(), List.of()).sentence()).contains("own split only");
  }

  /// The finding of a question that was asked on other splits is theirs; others stay as they are.
  @Test
  void whatMostSplitsSayReplacesTheOwnSplitsFinding() {
    SplitsResults results = new SplitsResults(12, List.of(shares(9, 3, 0)), List.of());
    Finding own = Finding.on("add", Verdict.NO, "own figures",
        new Evidence("AUROC", Unit.AUROC, new Estimate(0.5, 0.4, 0.6)));
    Finding decided = results.decided(Question.SPARSE, own);
    assertThat(decided.verdict()).isEqualTo(Verdict.YES);
    assertThat(decided.evidence().estimate()).isEqualTo(new Estimate(0.7, 0.6, 0.8));
    assertThat(decided.because()).contains("yes 9", "On the run's own split: no", "own figures");
    assertThat(results.decided(Question.USED, own)).isEqualTo(own);
    assertThat(results.decided(Question.SPARSE, Finding.on("mul", Verdict.NO, ""))).extracting(Finding::verdict)
        .isEqualTo(Verdict.NO);
  }

  /// What could be tested on no split says why, not that no split could.
  @Test
  void whatNoSplitCouldTestKeepsItsReason() {
    SplitsResults none = new SplitsResults(3, List.of(AnswerShares.of(Question.SPARSE, "add",
        Collections.nCopies(3, Verdict.NOT_TESTED), "AUROC", Estimate.exact(Double.NaN))), List.of());
    Finding untested = Finding.on("add", Verdict.NOT_TESTED, "all are right");
    assertThat(none.decided(Question.SPARSE, untested)).isEqualTo(untested);
    assertThat(none.decided(Question.SPARSE, Finding.on("add", Verdict.YES, "")).verdict())
        .isEqualTo(Verdict.NOT_TESTED);
  }

  @Test
  void oneSplitIsNoComparison() {
    assertThatIllegalArgumentException().isThrownBy(() -> SplitsSettings.defaults().withSplits(1));
    assertThatIllegalArgumentException().isThrownBy(() -> SplitsSettings.defaults().withSplits(-3));
    assertThat(SplitsSettings.defaults().withSplits(0).splits()).isZero();
    assertThat(SplitsSettings.defaults().splits()).isGreaterThanOrEqualTo(10);
  }
}
