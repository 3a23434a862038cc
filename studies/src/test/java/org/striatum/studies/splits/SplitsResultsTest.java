package org.striatum.studies.splits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Question;
import org.striatum.studies.splits.SplitsResults.AnswerShares;

class SplitsResultsTest {
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

  @Test
  void oneSplitIsNoComparison() {
    assertThatIllegalArgumentException().isThrownBy(() -> SplitsSettings.defaults().withSplits(1));
    assertThatIllegalArgumentException().isThrownBy(() -> SplitsSettings.defaults().withSplits(-3));
    assertThat(SplitsSettings.defaults().withSplits(0).splits()).isZero();
    assertThat(SplitsSettings.defaults().splits()).isGreaterThanOrEqualTo(10);
  }
}
