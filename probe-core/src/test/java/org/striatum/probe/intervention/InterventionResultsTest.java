package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.intervention.InterventionResults.Verdict;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.stats.Estimate;

class InterventionResultsTest {
  /// Of p = .01, .04, .04, .9 the smallest q is .04 and the next two 4/3 · .04 > .05 (Benjamini and Hochberg 1995).
  @Test
  void secondaryInterventionsShareOneFalseDiscoveryRate() {
    InterventionResults results = InterventionResults
        .of(List.of(secondary(0.04), secondary(0.01), primary(0.04), secondary(0.04), secondary(0.9)));
    List<Intervention> all = results.interventions();
    assertThat(all.getFirst().primary()).isTrue();
    assertThat(all).extracting(Intervention::verdict).containsExactly(Verdict.VALUE_SPECIFIC, Verdict.NONE,
        Verdict.VALUE_SPECIFIC, Verdict.NONE, Verdict.NONE);
    assertThat(all.getFirst().qMatched()).isEqualTo(0.04);
    assertThat(all.get(2).qMatched()).isEqualTo(0.04);
    assertThat(all.get(1).qMatched()).isGreaterThan(0.05);
    assertThat(all.get(1).pMatched()).isEqualTo(0.04);
  }

  @Test
  void whatCouldNotBeMatchedCountsInNoFamily() {
    InterventionResults results = InterventionResults.of(List.of(secondary(0.03), secondary(Double.NaN)));
    assertThat(results.interventions().getFirst().qMatched()).isEqualTo(0.03);
    assertThat(results.interventions().getLast().qMatched()).isNaN();
    assertThat(results.interventions().getLast().verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  private static Intervention primary(double p) {
    return intervention(true, p);
  }

  private static Intervention secondary(double p) {
    return intervention(false, p);
  }

  private static Intervention intervention(boolean primary, double p) {
    Estimate effect = new Estimate(-0.2, -0.3, -0.1);
    double pRandom = Double.isNaN(p) ? 0.5 : p;
    return new Intervention(primary, "add", HookPoint.residPost(1), "value@1%", List.of((int) (100 * pRandom)), "zero",
        PositionMask.ALL, "log-probability", 10, 10, true, effect, effect, effect, List.of(), List.of(),
        new Matching(0.2, 0.1, 0, List.of(), null), pRandom, p, pRandom, p, null,
        InterventionStudy.verdict(-0.2, pRandom, p));
  }
}
