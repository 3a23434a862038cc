package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.intervention.Decision.Reason;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.stats.Estimate;

class InterventionResultsTest {
  private static final double EFFECT = 0.1;

  private static List<Intervention> judged(MeasuredIntervention... measured) {
    return InterventionResults.of(List.of(measured), EFFECT, List.of(), List.of()).interventions();
  }

  private static MeasuredIntervention secondary(int exceeding) {
    return ConstructedArms.withP(false, exceeding);
  }

  private static MeasuredIntervention primary(int exceeding) {
    return ConstructedArms.withP(true, exceeding);
  }

  /// Of p = .01, .04, .04, .9 the smallest q is .04 and the next two 4/3 · .04 > .05 (Benjamini and Hochberg 1995).
  @Test
  void secondaryInterventionsShareOneFalseDiscoveryRate() {
    List<Intervention> all = judged(secondary(3), secondary(0), primary(3), secondary(3), secondary(89));
    assertThat(all.getFirst().primary()).isTrue();
    assertThat(all).extracting(Intervention::damage).startsWith(Damage.SPECIFIC)
        .element(2).isEqualTo(Damage.SPECIFIC);
    assertThat(all.stream().filter(one -> one.damage() == Damage.SPECIFIC)).hasSize(2);
    assertThat(all.getFirst().matched().q()).isEqualTo(0.04);
    assertThat(all.get(2).matched().q()).isEqualTo(0.04);
    assertThat(all.get(1).matched().q()).isGreaterThan(0.05);
    assertThat(all.get(1).matched().p()).isEqualTo(0.04);
    assertThat(all).extracting(one -> one.decision().tests()).containsExactly(1, 4, 4, 4, 4);
  }

  @Test
  void whatCouldNotBeMatchedCountsInNoFamily() {
    double[] base = ConstructedArms.normal(30, 0, new SplittableRandom(1));
    MeasuredIntervention unmatched = ConstructedArms.of(false, OutcomeKind.LOG_PROBABILITY, base,
        ConstructedArms.shifted(base, -1, 0.1, new SplittableRandom(2)), List.of(), 0);
    List<Intervention> all = judged(secondary(2), unmatched);
    assertThat(all.getFirst().matched().q()).isEqualTo(0.03);
    assertThat(all.getFirst().decision().tests()).isEqualTo(1);
    assertThat(all.getLast().matched().q()).isNaN();
    assertThat(all.getLast().damage()).isEqualTo(Damage.NOT_TESTED);
    assertThat(all.getLast().decision().reason()).isEqualTo(Reason.NO_MATCHED_SETS);
  }

  /// Two sets named before the run: Holm asks 0.025 of the smaller p.
  @Test
  void primaryInterventionsAreCorrectedAmongThemselves() {
    assertThat(judged(primary(2), primary(3))).extracting(Intervention::damage).doesNotContain(Damage.SPECIFIC);
    List<Intervention> all = judged(primary(3), primary(1));
    assertThat(all).extracting(one -> one.matched().q()).containsExactly(0.04, 0.04);
    assertThat(all).extracting(Intervention::damage).containsExactly(Damage.SPECIFIC, Damage.SPECIFIC);
  }

  /// The limit is the largest p that its family would pass, and the critical damage the effect that has it.
  @Test
  void theCriticalDamageIsWhatTheFamilyWouldPass() {
    List<Intervention> all = judged(secondary(0), secondary(50), secondary(60), secondary(70));
    // Beside .01, .61 and .71 the second of four needs q = 4/2 · p ≤ .05.
    assertThat(all.get(1).decision().limit()).isEqualTo(0.02);
    assertThat(all.getFirst().decision().limit()).as("alone at the top it needs 4 · p ≤ .05").isEqualTo(0.01);
    List<Double> effects = new ArrayList<>(all.get(1).matched().effects());
    Collections.sort(effects);
    assertThat(all.get(1).decision().critical()).isEqualTo(effects.get(1));
  }

  /// A drop planted below the critical damage is specific, one above it is not, whatever the controls.
  @Test
  void belowTheCriticalDamageEverythingIsSpecific() {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[] base = ConstructedArms.normal(50, 0, random);
      List<double[]> matched = Stream.generate(() -> ConstructedArms.shifted(base, -random.nextDouble(), 0.05, random))
          .limit(39).toList();
      double critical = judged(ConstructedArms.of(true, OutcomeKind.LOG_PROBABILITY, base,
          ConstructedArms.shifted(base, 0, 0.01, random), matched, 39)).getFirst().decision().critical();
      for (double beyond : new double[]{-0.01, 0.01}) {
        Intervention planted = judged(ConstructedArms.of(true, OutcomeKind.LOG_PROBABILITY, base,
            ConstructedArms.shifted(base, critical + beyond, 0, random), matched, 39)).getFirst();
        assertThat(planted.decision().critical()).isEqualTo(critical);
        assertThat(planted.damage() == Damage.SPECIFIC).as("seed " + seed).isEqualTo(beyond < 0);
      }
    }
  }

  /// With nothing repaired, six lost of a hundred are the fewest that McNemar's test shows: 2/2⁶ ≤ .05 < 2/2⁵.
  @Test
  void whereSuccessesArePairedMcNemarDecidesTheCriticalDamage() {
    double[] base = new double[100];
    java.util.Arrays.fill(base, 0, 60, 1);
    List<double[]> nothing = Collections.nCopies(39, base);
    for (int lost : new int[]{0, 5, 6, 8}) {
      Intervention found = judged(ConstructedArms.of(true, OutcomeKind.ACCURACY, base,
          ConstructedArms.flipped(base, lost, 0), nothing, 39)).getFirst();
      assertThat(found.decision().critical()).isEqualTo(-0.06);
      assertThat(found.damage() == Damage.SPECIFIC).as(lost + " lost").isEqualTo(lost >= 6);
    }
  }

  @Test
  void noIsOnlySaidWithPower() {
    SplittableRandom random = new SplittableRandom(3);
    for (int problems : new int[]{24, 200}) {
      double[] base = IntStream.range(0, problems).mapToDouble(i -> i % 5 < 3 ? 1 : 0).toArray();
      List<double[]> matched = Stream
          .generate(() -> ConstructedArms.flipped(base, random.nextInt(3), random.nextInt(3)))
          .limit(99).toList();
      Intervention found = judged(
          ConstructedArms.of(true, OutcomeKind.ACCURACY, base, base, matched, 99)).getFirst();
      boolean many = problems == 200;
      assertThat(found.damage()).isEqualTo(many ? Damage.NONE : Damage.UNDECIDED);
      assertThat(found.decision().reason()).isEqualTo(many ? Reason.EXCLUDED : Reason.LACKS_POWER);
      assertThat(found.decision().power().isEnough()).isEqualTo(many);
      assertThat(found.decision().power().problemsNeeded()).isBetween(25.0, 400.0);
    }
  }

  /// Nothing to lose: a drop of ten points is impossible where five in a hundred are right.
  @Test
  void whatCannotFallHasNoPower() {
    double[] base = new double[100];
    java.util.Arrays.fill(base, 0, 5, 1);
    Intervention found = judged(ConstructedArms.of(true, OutcomeKind.ACCURACY, base, base,
        Collections.nCopies(39, base), 39)).getFirst();
    assertThat(found.damage()).isEqualTo(Damage.UNDECIDED);
    assertThat(found.decision().power().atEffect()).isNaN();
  }

  /// With 39 controls no single effect passes among thirty tests: 30/40 > .05.
  @Test
  void whatCannotPassIsNotTested() {
    List<Intervention> all = oneOfMany(30, 39);
    assertThat(all).extracting(Intervention::damage).doesNotContain(Damage.NONE, Damage.SPECIFIC);
    assertThat(all.getFirst().damage()).as("beyond all of its controls").isEqualTo(Damage.UNDECIDED);
    assertThat(all.getFirst().matched().qValue().printed()).startsWith("≤");
    assertThat(all.getFirst().decision().reason()).isEqualTo(Reason.TOO_FEW_CONTROLS);
    assertThat(all.stream().filter(one -> one.damage() == Damage.NOT_TESTED).count()).isGreaterThan(25);
  }

  /// The number of controls that is said to be enough is: with one less the set that exceeds all of them does not pass.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 12})
  void enoughControlsAreEnough(int tests) {
    int enough = oneOfMany(tests, 19).getFirst().decision().controlsEnough();
    assertThat(enough).isEqualTo(20 * tests - 1);
    assertThat(oneOfMany(tests, enough).getFirst().damage()).isEqualTo(Damage.SPECIFIC);
    Intervention less = oneOfMany(tests, enough - 1).getFirst();
    assertThat(less.damage()).isEqualTo(Damage.UNDECIDED);
    assertThat(less.decision().reason()).isEqualTo(Reason.TOO_FEW_CONTROLS);
  }

  /// Secondary tests with so many matched controls; the first does more damage than all of its own.
  private static List<Intervention> oneOfMany(int tests, int controls) {
    SplittableRandom random = new SplittableRandom(1);
    List<MeasuredIntervention> many = new ArrayList<>();
    for (int i = 0; i < tests; i++) {
      double[] base = ConstructedArms.normal(30, 0, random);
      List<double[]> matched = Stream.generate(() -> ConstructedArms.shifted(base, 0, 0.1, random)).limit(controls)
          .toList();
      many.add(ConstructedArms.of(false, OutcomeKind.LOG_PROBABILITY, base,
          ConstructedArms.shifted(base, i == 0 ? -1 : 0, 0.1, random), matched, controls));
    }
    return InterventionResults.of(many, EFFECT, List.of(), List.of()).interventions();
  }

  /// Where measuring stopped early, an effect far below the few controls could have passed, and none above them.
  @Test
  void stoppedControlsAreContinuedAsNormal() {
    List<Double> effects = IntStream.range(0, 19).mapToObj(i -> -0.01 * i).toList();
    Controls stopped = new Controls(effects, 999, 0.5, 0.5, 0, Estimate.exact(0), null, null);
    assertThat(stopped.isStopped()).isTrue();
    assertThat(stopped.critical(0.001)).isLessThan(-0.18).isGreaterThan(-0.5);
    assertThat(stopped.critical(0.05)).isEqualTo(-0.18);
    assertThat(stopped.critical(Double.NaN)).isNaN();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Controls(effects, 18, 0.5, 0.5, 0, Estimate.exact(0), null, null));
  }

  /// Extreme among controls that change nothing, and yet no damage: 4 of 100 problems lost are p = 0.125 by McNemar.
  @Test
  void fewLostProblemsAreNoDamage() {
    Estimate effect = new Estimate(-0.04, -0.08, -0.01);
    McNemarTable few = new McNemarTable(4, 0, 0.125);
    assertThat(Damage.isShown(effect, few, true)).isFalse();
    assertThat(Damage.isShown(effect, few, false)).as("several attempts a problem: McNemar takes only the first")
        .isTrue();
    assertThat(Damage.isShown(effect, new McNemarTable(8, 0, 0.0078), true)).isTrue();
    assertThat(Damage.isShown(new Estimate(-0.04, -0.08, 0.01), null, true)).isFalse();
  }

  @Test
  void aDeclaredEffectIsAShare() {
    for (double effect : new double[]{0, 1, -0.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> InterventionResults.of(List.of(), effect, List.of(), List.of()))
          .withMessageContaining("found " + effect);
    }
    assertThat(OutcomeKind.ACCURACY.drop(0.1)).isEqualTo(0.1);
    assertThat(Math.exp(-OutcomeKind.LOG_PROBABILITY.drop(0.1))).isCloseTo(0.9, within(1e-12));
  }
}
