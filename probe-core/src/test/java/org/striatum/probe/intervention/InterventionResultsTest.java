package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.stats.Estimate;

class InterventionResultsTest {
  /// Of p = .01, .04, .04, .9 the smallest q is .04 and the next two 4/3 · .04 > .05 (Benjamini and Hochberg 1995).
  @Test
  void secondaryInterventionsShareOneFalseDiscoveryRate() {
    InterventionResults results = InterventionResults
        .of(List.of(secondary(0.04), secondary(0.01), primary(0.04), secondary(0.04), secondary(0.9)), List.of(),
            List.of());
    List<Intervention> all = results.interventions();
    assertThat(all.getFirst().primary()).isTrue();
    assertThat(all).extracting(Intervention::damage).containsExactly(Damage.SPECIFIC, Damage.NONE,
        Damage.SPECIFIC, Damage.NONE, Damage.NONE);
    assertThat(all.getFirst().matched().q()).isEqualTo(0.04);
    assertThat(all.get(2).matched().q()).isEqualTo(0.04);
    assertThat(all.get(1).matched().q()).isGreaterThan(0.05);
    assertThat(all.get(1).matched().p()).isEqualTo(0.04);
  }

  @Test
  void whatCouldNotBeMatchedCountsInNoFamily() {
    InterventionResults results = InterventionResults.of(List.of(secondary(0.03), secondary(Double.NaN)), List.of(),
        List.of());
    assertThat(results.interventions().getFirst().matched().q()).isEqualTo(0.03);
    assertThat(results.interventions().getLast().matched().q()).isNaN();
    assertThat(results.interventions().getLast().damage()).isEqualTo(Damage.UNDECIDED);
  }

  /// Two sets named before the run: Holm asks 0.025 of the smaller p.
  @Test
  void primaryInterventionsAreCorrectedAmongThemselves() {
    assertThat(InterventionResults.of(List.of(primary(0.03), primary(0.04)), List.of(), List.of()).interventions())
        .extracting(Intervention::damage).containsExactly(Damage.NONE, Damage.NONE);
    InterventionResults results = InterventionResults.of(List.of(primary(0.04), primary(0.02)), List.of(), List.of());
    assertThat(results.interventions()).extracting(one -> one.matched().q()).containsExactly(0.04, 0.04);
    assertThat(results.interventions()).extracting(Intervention::damage).containsExactly(Damage.SPECIFIC,
        Damage.SPECIFIC);
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
    Arm base = new Arm("base", 0, effect, Estimate.exact(0), null, null, null);
    return new Intervention(primary, "add", "value@1%", List.of(new LayerSet(HookPoint.residPost(1),
        List.of((int) (100 * pRandom)), new Matching(0.2, 0.1, 0, List.of(), null))), AblationKind.ZERO, Double.NaN,
        PositionMask.ALL,
        OutcomeKind.LOG_PROBABILITY, 10, 10, true, base, new Arm("value@1%", 1, effect, effect, null, null, null),
        List.of(),
        new Controls(List.of(), pRandom, pRandom, 0, null, null), new Controls(List.of(), p, p, 0, null, null),
        Damage.of(true, pRandom, p));
  }

  /// Extreme among controls that change nothing, and yet no damage: 4 of 100 problems lost are p = 0.125 by McNemar.
  @Test
  void fewLostProblemsAreNoDamage() {
    Estimate effect = new Estimate(-0.04, -0.08, -0.01);
    Arm few = new Arm("value@1%", 1, effect, effect, new McNemarTable(4, 0, 0.125), null, null);
    Arm many = new Arm("value@1%", 1, effect, effect, new McNemarTable(8, 0, 0.0078), null, null);
    assertThat(few.damaged(true)).isFalse();
    assertThat(few.damaged(false)).as("several attempts a problem: McNemar takes only the first").isTrue();
    assertThat(many.damaged(true)).isTrue();
    assertThat(new Arm("value@1%", 1, effect, new Estimate(-0.04, -0.08, 0.01), null, null, null).damaged(true))
        .isFalse();
    assertThat(Damage.of(false, 0.01, 0.01)).isEqualTo(Damage.NONE);
    assertThat(Damage.of(true, 0.01, 0.5)).isEqualTo(Damage.GENERIC);
    assertThat(Damage.of(false, 0.01, Double.NaN)).isEqualTo(Damage.UNDECIDED);
  }
}
