package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.MediationResults.Judged;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;

class MediationResultsTest {
  private static final Estimate MOVED = new Estimate(0.4, 0.2, 0.6);
  private static final Estimate STILL = new Estimate(0.01, -0.1, 0.1);

  private static Mediation mediation(Estimate whole, Estimate beyond, int controls, double p) {
    return new Mediation("mul", HookPoint.residPost(1), "value@1%", 3, Transplant.RIGHT_INTO_WRONG, 40, MOVED, whole,
        beyond, controls, 0, -0.1, 0.1, p, beyond);
  }

  private static List<Verdict> verdicts(List<Mediation> mediations) {
    return new MediationResults(mediations, List.of()).judged().stream().map(Judged::verdict).toList();
  }

  @Test
  void aSetCarriesMoreOnlyByIntervalAndControls() {
    assertThat(verdicts(List.of(mediation(MOVED, MOVED, 99, 0.01)))).containsExactly(Verdict.YES);
    assertThat(verdicts(List.of(mediation(MOVED, STILL, 99, 0.01)))).as("its interval holds 0")
        .containsExactly(Verdict.UNDECIDED);
    assertThat(verdicts(List.of(mediation(MOVED, MOVED, 99, 0.2)))).as("controls reach it")
        .containsExactly(Verdict.UNDECIDED);
  }

  /// One of many at the floor of its p is what chance gives.
  @Test
  void oneOfManyIsCorrectedForTheirNumber() {
    List<Mediation> many = new ArrayList<>(Collections.nCopies(9, mediation(MOVED, STILL, 99, 0.5)));
    many.addFirst(mediation(MOVED, MOVED, 99, 0.01));
    assertThat(verdicts(many)).doesNotContain(Verdict.YES);
    assertThat(new MediationResults(many, List.of()).judged().getFirst().q().value()).isEqualTo(0.1);
    assertThat(verdicts(Collections.nCopies(10, mediation(MOVED, MOVED, 99, 0.01)))).containsOnly(Verdict.YES);
  }

  /// Where nothing can be carried or compared, nothing was tested, and it takes no part in the correction.
  @Test
  void whereTheWholeStateMovesNothingASetIsNotTested() {
    List<Judged> judged = new MediationResults(List.of(mediation(STILL, MOVED, 99, 0.01),
        mediation(MOVED, MOVED, 0, Double.NaN), mediation(MOVED, MOVED, 99, 0.01)), List.of()).judged();
    assertThat(judged).extracting(Judged::verdict).containsExactly(Verdict.NOT_TESTED, Verdict.NOT_TESTED,
        Verdict.YES);
    assertThat(judged.getFirst().q().value()).isNaN();
    assertThat(judged.getLast().q().value()).isEqualTo(0.01);
    assertThat(judged.getLast().q().atFloor()).isTrue();
  }
}
