package org.striatum.reports.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.AblationPower;
import org.striatum.probe.intervention.Decision;
import org.striatum.probe.intervention.Decision.Reason;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.value.ValueNeuronResults.NullBand;

class LimitationsTest {
  private static final NullBand BEATEN = new NullBand(199, 0.5, 0.44, 0.56, 0.005);

  @Test
  void promptLengthAsGoodAsTheProbeIsSaidPlainly() {
    assertThat(Limitations.found(ExampleRun.with(
        ExampleRun.oneProbe(new Estimate(0.7, 0.6, 0.8), new Estimate(0.72, 0.6, 0.8), BEATEN), null)))
        .contains(
            "On alone prompt length alone gives AUROC 0.720, no less than the 0.700 of the linear probe at blocks.3.hook_resid_post, best on validation problems: there the"
                + " probe is not shown to read more than the length of the question.");
  }

  /// Few shuffles cannot tell a good probe from chance, which says nothing about the probe.
  @Test
  void tooFewShufflesAreNamedAndNotTheProbe() {
    assertThat(Limitations.found(ExampleRun.with(ExampleRun.oneProbe(new Estimate(0.7, 0.62, 0.8),
        new Estimate(0.5, 0.4, 0.6), new NullBand(3, 0.5, 0.44, 0.56, 0.25)), null)))
        .anySatisfy(limit -> assertThat(limit).contains("shuffled only 3 times", "0.25"))
        .noneSatisfy(limit -> assertThat(limit).contains("not distinguishable"));
    assertThat(Limitations.found(ExampleRun.with(ExampleRun.oneProbe(new Estimate(0.55, 0.48, 0.62),
        new Estimate(0.5, 0.4, 0.6), new NullBand(3, 0.5, 0.44, 0.56, 0.5)), null)))
        .anySatisfy(limit -> assertThat(limit).contains("not distinguishable"));
  }

  @Test
  void aCleanStudyHasOnlyTheLimitsOfItsKind() {
    assertThat(Limitations.found(ExampleRun.with(
        ExampleRun.oneProbe(new Estimate(0.9, 0.85, 0.95), new Estimate(0.6, 0.5, 0.7), BEATEN), null)))
        .containsExactly("AUROCs on alone are of 60 test problems only.");
    assertThat(Limitations.found(ExampleRun.with(null, null))).isEmpty();
    assertThat(Limitations.general(ExampleRun.with(null, null)))
        .anySatisfy(limit -> assertThat(limit).contains("no rotation"))
        .anySatisfy(limit -> assertThat(limit).contains("Dopamine neurons")).hasSize(5);
    assertThat(Limitations.general(ExampleRun.content()))
        .noneSatisfy(limit -> assertThat(limit).contains("no rotation"));
  }

  @Test
  void weakInterventionsSaySo() {
    Intervention few = with(ExampleRun.intervention(Damage.NONE, 0.01, 0.3), new Decision(
        Damage.NOT_TESTED, Reason.TOO_FEW_CONTROLS, 2, Double.NaN, Double.NaN,
        new AblationPower(0.1, List.of(), Double.NaN)));
    assertThat(found(few)).anySatisfy(limit -> assertThat(limit)
        .contains("With 3 RMS-matched sets", "no p below 0.25 can be reached", "2 tests"));
    assertThat(found(ExampleRun.intervention(Damage.NOT_TESTED, 0.01, Double.NaN)))
        .anySatisfy(limit -> assertThat(limit).contains("no RMS-matched set", "only 7 coordinates within tolerance"));
  }

  @Test
  void aGraphThatChangesTheModelIsNamedFirst() {
    Intervention i = ExampleRun.intervention(Damage.GENERIC, 0.01, 0.3);
    Arm base = new Arm("base", 0, new Estimate(0.02, 0, 0.05), new Estimate(0, 0, 0), null, null, null);
    Intervention unsound = new Intervention(true, i.dataset(), i.set(), i.layers(), i.kind(), i.alpha(), i.positions(),
        i.outcome(), i.items(), 40, false, base, i.ablated(), i.others(), i.random(), i.matched(), i.decision());
    assertThat(found(unsound).getFirst()).contains("must not be used");
    assertThat(found(unsound))
        .anySatisfy(limit -> assertThat(limit)
            .contains("is based on only 40 test problems: a drop below 9.0 points would often not be found."))
        .anySatisfy(limit -> assertThat(limit).contains("an effect in one direction is hardly possible"))
        .noneSatisfy(limit -> assertThat(limit).contains("secondary"));
  }

  private static Intervention with(Intervention i, Decision decision) {
    return new Intervention(i.primary(), i.dataset(), i.set(), i.layers(), i.kind(), i.alpha(), i.positions(),
        i.outcome(), i.items(), i.problems(), i.emptyMaskIdentical(), i.base(), i.ablated(), i.others(), i.random(),
        i.matched(), decision);
  }

  private static List<String> found(Intervention intervention) {
    return Limitations
        .found(ExampleRun.with(null, new InterventionResults(List.of(intervention), List.of(), List.of())));
  }
}
