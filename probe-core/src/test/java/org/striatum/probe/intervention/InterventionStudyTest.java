package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionStudy.Attempt;
import org.striatum.probe.intervention.InterventionStudy.Cut;
import org.striatum.probe.intervention.InterventionStudy.Generation;
import org.striatum.probe.intervention.InterventionStudy.Plan;
import org.striatum.probe.intervention.InterventionStudy.ScoredText;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.McNemar;

class InterventionStudyTest {
  private static final int D = 300;
  private static final List<Integer> TARGET = List.of(2, 3, 5);
  private static final Generation GENERATION = new Generation(Sampling.greedy(1), tokens -> "#" + tokens[0],
      Grader.AFTER_LAST_HASH, 8);

  /// Thirty large coordinates, the target among them.
  private final double[] rms = new double[D];
  private final MatchedSets controls;

  InterventionStudyTest() {
    Arrays.setAll(rms, j -> j < 30 ? 8 : 1);
    controls = MatchedSets.draw(rms, TARGET, List.of(), List.of(), 60, MatchedSets.DEFAULT_TOLERANCE,
        new SplittableRandom(1));
  }

  @Test
  void damageThatMatchedSetsDoNotDoIsValueSpecific() {
    PlantedModel model = PlantedModel.usesOnly(rms, Set.copyOf(TARGET));
    Intervention found = score(model, PositionMask.ALL, controls);
    assertThat(found.damage()).isEqualTo(Damage.SPECIFIC);
    assertThat(found.emptyMaskIdentical()).isTrue();
    assertThat(found.base().outcome().value()).isCloseTo(-1, within(1e-6));
    assertThat(found.ablated().outcome().value()).isCloseTo(-11, within(1e-6));
    assertThat(found.effect().value()).isCloseTo(-10, within(1e-6));
    assertThat(found.random().effects()).hasSize(60).allSatisfy(e -> assertThat(e).isCloseTo(0, within(1e-6)));
    assertThat(found.matched().p()).isEqualTo(1 / 61.0);
    assertThat(found.ablated().mcNemar()).isNull();
    assertThat(found.items()).isEqualTo(40);
    assertThat(found.problems()).isEqualTo(20);
    assertThat(found.kind()).isEqualTo(AblationKind.ZERO);
    assertThat(model.scorersOpen).isZero();
    assertThat(model.arms).isEqualTo(3 + 2 + 60 + 60);
    assertThat(found.specific()).isEqualTo("value-specific");
  }

  /// Targets that only have size: uniform controls are fooled, matched ones are not, but for the one in twenty that p
  /// allows.
  @Test
  void largeButValuelessCoordinatesAreExposedByMatchedSets() {
    SplittableRandom random = new SplittableRandom(4);
    Map<Damage, Integer> verdicts = new EnumMap<>(Damage.class);
    for (int first = 0; first < 10; first++) {
      List<Integer> target = List.of(first, first + 10, first + 20);
      MatchedSets sets = MatchedSets.draw(rms, target, List.of(), List.of(), 60, MatchedSets.DEFAULT_TOLERANCE, random);
      Intervention found = InterventionResults.of(List.of(new InterventionStudy(PlantedModel.usesSize(rms),
          Progress.NONE).logProbability(plan("large", target, Ablation.ZERO, sets, PositionMask.ALL), texts(), false,
              random)),
          0.1, List.of(), List.of()).interventions().getFirst();
      assertThat(found.random().p()).isLessThanOrEqualTo(0.05);
      verdicts.merge(found.damage(), 1, Integer::sum);
    }
    assertThat(verdicts.getOrDefault(Damage.SPECIFIC, 0)).isLessThanOrEqualTo(2);
    // Controls differ by the noise of their items alone, so that about half of the intervals reach a little beyond them.
    assertThat(verdicts.get(Damage.GENERIC)).isGreaterThanOrEqualTo(3);
    assertThat(verdicts.getOrDefault(Damage.NONE, 0)).isZero();
  }

  @Test
  void noDamageIsNone() {
    Intervention found = score(PlantedModel.usesNothing(rms), PositionMask.ALL, controls);
    assertThat(found.effect().value()).isZero();
    assertThat(found.random().p()).isEqualTo(1);
    assertThat(found.damage()).isEqualTo(Damage.NONE);
  }

  @Test
  void withoutMatchedSetsThereIsNoDamage() {
    double[] alone = rms.clone();
    alone[2] = 500;
    MatchedSets refused = MatchedSets.draw(alone, TARGET, List.of(), List.of(), 60, 0.2, new SplittableRandom(1));
    Intervention found = score(PlantedModel.usesOnly(alone, Set.copyOf(TARGET)), PositionMask.ALL, refused);
    assertThat(found.damage()).isEqualTo(Damage.NOT_TESTED);
    assertThat(found.matched().p()).isNaN();
    assertThat(found.random().p()).isLessThanOrEqualTo(0.05);
    assertThat(found.refused()).contains("coordinate 2");
  }

  /// A graph that gates where the mask says not to cannot be believed.
  @Test
  void aGateThatLeaksLeavesNoDamage() {
    PlantedModel leaking = new PlantedModel(rms, (before, after) -> before[2] == after[2] ? 1 : 0, false);
    Intervention found = score(leaking, PositionMask.ALL, controls);
    assertThat(found.emptyMaskIdentical()).isFalse();
    assertThat(found.damage()).isEqualTo(Damage.NOT_TESTED);
  }

  /// Two of three positions are prompt.
  @Test
  void theMaskSaysWhere() {
    PlantedModel model = PlantedModel.usesOnly(rms, Set.copyOf(TARGET));
    assertThat(score(model, PositionMask.PROMPT, controls).effect().value()).isCloseTo(-20 / 3.0, within(1e-5));
    assertThat(score(model, PositionMask.GENERATED, controls).effect().value()).isCloseTo(-10 / 3.0, within(1e-5));
  }

  @Test
  void meanAblationPutsTheMean() {
    float[] means = new float[D];
    means[2] = 4;
    PlantedModel model = new PlantedModel(rms, (before, after) -> {
      for (int j = 0; j < D; j++) {
        assertThat(after[j]).isIn(before[j], means[j]);
      }
      return after[2] == 4 ? 0 : 1;
    }, true);
    Intervention found = score(model, new Ablation.Mean(means));
    assertThat(found.kind()).isEqualTo(AblationKind.MEAN);
    assertThat(found.effect().value()).isCloseTo(-10, within(1e-9));
  }

  @Test
  void accuracyIsPairedBySeedAndTestedOnFirstSamples() {
    PlantedModel model = PlantedModel.usesOnly(rms, Set.copyOf(TARGET));
    List<Attempt> attempts = new ArrayList<>();
    for (int p = 0; p < 25; p++) {
      Problem problem = new Problem("p" + p, "sums", "1=", "1", "1");
      for (int sample = 1; sample >= 0; sample--) { // the first sample comes last
        attempts.add(new Attempt(problem, sample, TokenSequence.prompt(new int[]{p, 1, 2}), 100L * p + sample));
      }
    }
    List<String> steps = new ArrayList<>();
    Progress counting = (name, total, unit) -> {
      steps.add(name + " " + total + " " + unit);
      return units -> steps.add("+" + units);
    };
    Intervention found = alone(new InterventionStudy(model, counting).accuracy(
        plan("value@3", TARGET, Ablation.ZERO, controls, PositionMask.ALL), attempts, GENERATION,
        new SplittableRandom(3)));
    assertThat(found.damage()).isEqualTo(Damage.SPECIFIC);
    assertThat(found.outcome()).isEqualTo(OutcomeKind.ACCURACY);
    assertThat(found.ablated().outcome().value()).isZero();
    assertThat(found.emptyMaskIdentical()).isTrue();
    assertThat(found.base().outcome().value()).isGreaterThan(0.75);
    int broken = 0;
    for (int p = 0; p < 25; p++) {
      broken += new SplittableRandom(100L * p).nextDouble() < 0.9 ? 1 : 0;
    }
    assertThat(found.ablated().mcNemar()).isEqualTo(new McNemarTable(broken, 0, McNemar.exact(broken, 0)));
    assertThat(steps).hasSize(1 + 125).contains("arms of value@3 at blocks.0.hook_resid_post, accuracy 125 arm");
    assertThat(found.base().writing().tokens().value()).isEqualTo(1);
    assertThat(found.matched().writing().parsed().value()).isEqualTo(1);
    assertThat(found.ablated().prediction()).isNull();
  }

  @Test
  void equalSeedsGiveEqualResults() {
    PlantedModel model = PlantedModel.usesSize(rms);
    assertThat(score(model, PositionMask.ALL, controls)).isEqualTo(score(model, PositionMask.ALL, controls));
  }

  @Test
  void misuseIsExplained() {
    InterventionStudy study = new InterventionStudy(PlantedModel.usesNothing(rms), Progress.NONE);
    SplittableRandom random = new SplittableRandom(1);
    assertThatThrownBy(() -> plan(PositionMask.NONE)).hasMessageContaining("must act somewhere");
    assertThatThrownBy(() -> study.logProbability(plan(PositionMask.ALL), List.of(), false, random))
        .isInstanceOf(NotEnoughData.class).hasMessageContaining("found 0");
    assertThatThrownBy(() -> cut(PlantedModel.HOOK, List.of(2, 9), Ablation.ZERO, controls))
        .hasMessageContaining("draw them for this set");
    Plan elsewhere = new Plan(true, "sums", "value@3", List.of(cut(HookPoint.residPost(4), TARGET, Ablation.ZERO,
        controls)), PositionMask.ALL);
    assertThatThrownBy(() -> study.logProbability(elsewhere, texts(), false, random))
        .hasMessageContaining("no such hook point");
    Cut one = cut(PlantedModel.HOOK, TARGET, Ablation.ZERO, controls);
    assertThatThrownBy(() -> new Plan(true, "sums", "value@3", List.of(one, one), PositionMask.ALL))
        .hasMessageContaining("one kind of ablation at distinct hook points");
    InterventionStudy broken = new InterventionStudy(new PlantedModel(rms, (_, _) -> Double.NaN, true), Progress.NONE);
    assertThatThrownBy(() -> broken.logProbability(plan(PositionMask.ALL), texts(), false, random))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("item 0 in arm 'base' must be finite, found NaN");
  }

  /// What the arms of the same graph say of each other.
  @Test
  void identities() {
    PlantedModel model = PlantedModel.usesSize(rms);
    float[] ones = new float[D];
    Arrays.fill(ones, 1);
    Intervention unmoved = score(model, new Ablation.Steer(ones, 0));
    assertThat(unmoved.ablated().outcome()).isEqualTo(unmoved.base().outcome()).isNotNull();
    assertThat(unmoved.effect().value()).isZero();
    assertThat(unmoved.ablated().prediction().divergence().value()).isZero();

    float[] donor = new float[D];
    for (int j = 0; j < D; j++) {
      donor[j] = j % 7;
    }
    Intervention resampled = score(model, new Ablation.Resample(List.of(donor, donor, donor)));
    Intervention mean = score(model, new Ablation.Mean(donor));
    assertThat(resampled.effect().value()).isCloseTo(mean.effect().value(), within(1e-12));
    assertThat(resampled.kind()).isEqualTo(AblationKind.RESAMPLE);

    NamedSet all = NamedSet.beside(rms, List.of(), List.of()).getLast();
    assertThat(all.coordinates()).hasSize(D);
    NamedSet nothing = NamedSet.beside(rms, all.coordinates(), List.of()).getLast();
    assertThat(nothing).isEqualTo(new NamedSet(NamedSet.COMPLEMENT, List.of()));
    Intervention found = alone(new InterventionStudy(model, Progress.NONE).logProbability(
        new Plan(true, "sums", "value@3",
            List.of(new Cut(PlantedModel.HOOK, TARGET, Ablation.ZERO, controls, List.of(nothing))), PositionMask.ALL),
        texts(), true, new SplittableRandom(2)));
    assertThat(found.others().getFirst().outcome().value()).isEqualTo(found.base().outcome().value());
    assertThat(found.others().getFirst().prediction().divergence().value()).isZero();
  }

  /// One token a continuation: perplexity is exp(−log p), and of two distributions that differ in one token's share KL is
  /// known.
  @Test
  void predictionsAreOfTheSameTokens() {
    Intervention found = score(PlantedModel.usesOnly(rms, Set.copyOf(TARGET)), PositionMask.ALL, controls);
    assertThat(found.base().prediction().perplexity().value()).isCloseTo(Math.exp(1), within(1e-6));
    assertThat(found.base().prediction().divergence().value()).isZero();
    assertThat(found.ablated().prediction().perplexity().value()).isCloseTo(Math.exp(11), within(1.0));
    double p = Math.exp(-1);
    double q = Math.exp(-11);
    double divergence = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    assertThat(found.ablated().prediction().divergence().value()).isCloseTo(divergence, within(1e-5));
    assertThat(found.matched().prediction().perplexity().value()).isCloseTo(Math.exp(1), within(1e-6));
    assertThat(found.random().prediction()).isNull();
  }

  @Test
  void namedSetsStandBeside() {
    List<NamedSet> sets = NamedSet.beside(new double[]{3, 9, 1, 7, 500}, List.of(3, 2), List.of(4));
    assertThat(sets).containsExactly(new NamedSet(NamedSet.LARGEST, List.of(1, 3)),
        new NamedSet(NamedSet.SINKS, List.of(4)), new NamedSet(NamedSet.COMPLEMENT, List.of(0, 1, 4)));
  }

  /// More of what is used does more damage, and matched sets none; a curve's point is the intervention it repeats.
  @Test
  void aDoseCurveFalls() {
    List<Integer> planted = List.of(0, 1, 2, 3, 4, 5, 6, 7);
    PlantedModel model = PlantedModel.usesOnly(rms, Set.copyOf(planted));
    List<CurveStudy.Point> points = new ArrayList<>();
    for (int n : new int[]{1, 2, 4, 8}) {
      points.add(new CurveStudy.Point(n / 300.0, planted.subList(0, n), Ablation.ZERO, MatchedSets.draw(rms,
          planted.subList(0, n), planted, List.of(), 19, MatchedSets.DEFAULT_TOLERANCE, new SplittableRandom(n))));
    }
    Curve curve = new CurveStudy(model, Progress.NONE)
        .run(new CurveStudy.Plan(CurveKind.DOSE, "sums", PlantedModel.HOOK,
            "value@1%", AblationKind.ZERO, PositionMask.ALL, points), texts(), new SplittableRandom(1));
    assertThat(curve.points()).extracting(point -> point.effect().value()).satisfiesExactly(
        one -> assertThat(one).isCloseTo(-1.25, within(1e-5)), two -> assertThat(two).isCloseTo(-2.5, within(1e-5)),
        four -> assertThat(four).isCloseTo(-5, within(1e-5)), all -> assertThat(all).isCloseTo(-10, within(1e-5)));
    assertThat(curve.points()).allSatisfy(point -> {
      assertThat(point.controls()).isEqualTo(19);
      assertThat(point.low()).isCloseTo(0, within(1e-6));
      assertThat(point.p()).isEqualTo(0.05);
    });
    assertThat(curve.problems()).isEqualTo(20);
    assertThat(model.scorersOpen).isZero();
  }

  /// 19 controls: the smallest decides; 99: the fifth smallest.
  @Test
  void theDamageToBeExceeded() {
    List<Double> effects = new ArrayList<>();
    for (int i = 0; i < 99; i++) {
      effects.add((double) -i);
    }
    assertThat(controls(effects).critical(0.05)).isEqualTo(-94);
    assertThat(controls(effects).critical(0.01)).isEqualTo(-98);
    assertThat(controls(effects.subList(0, 19)).critical(0.05)).isEqualTo(-18);
    assertThat(controls(List.of(-1.0)).critical(0.05)).isNaN();
    assertThat(controls(effects).mean()).isEqualTo(-49);
  }

  private static Controls controls(List<Double> effects) {
    return new Controls(effects, effects.size(), 0.5, 0.5, 0, Estimate.exact(0), null, null);
  }

  /// A secondary set that does nothing is measured against as few controls as can tell, one that is used against all.
  @Test
  void secondaryControlsAreMeasuredUntilItIsPlain() {
    for (boolean used : new boolean[]{false, true}) {
      PlantedModel model = used ? PlantedModel.usesOnly(rms, Set.copyOf(TARGET)) : PlantedModel.usesNothing(rms);
      Plan plan = new Plan(false, "sums", "value@3",
          List.of(cut(PlantedModel.HOOK, TARGET, Ablation.ZERO, controls)), PositionMask.ALL);
      List<Long> steps = new ArrayList<>();
      Progress counting = (_, total, _) -> {
        steps.add(-total);
        return steps::add;
      };
      Intervention found = alone(new InterventionStudy(model, counting).logProbability(plan, texts(), false,
          new SplittableRandom(2)));
      int measured = used ? 60 : MatchedSets.LEAST;
      assertThat(found.matched().effects()).hasSize(measured);
      assertThat(found.random().effects()).hasSize(measured);
      assertThat(found.matched().available()).isEqualTo(60);
      assertThat(model.arms).isEqualTo(3 + 2 + 2 * measured);
      assertThat(steps.stream().mapToLong(Long::longValue).sum()).as("progress ends at its total").isZero();
      assertThat(found.damage()).isEqualTo(used ? Damage.SPECIFIC : Damage.NONE);
    }
  }

  private Intervention score(PlantedModel model, Ablation ablation) {
    return alone(new InterventionStudy(model, Progress.NONE).logProbability(
        plan("value@3", TARGET, ablation, controls, PositionMask.ALL), texts(), true, new SplittableRandom(2)));
  }

  private Intervention score(PlantedModel model, PositionMask positions, MatchedSets sets) {
    return alone(new InterventionStudy(model, Progress.NONE).logProbability(
        plan("value@3", TARGET, Ablation.ZERO, sets, positions), texts(), true, new SplittableRandom(2)));
  }

  /// Judged as a family of its own.
  static Intervention alone(MeasuredIntervention measured) {
    return InterventionResults.of(List.of(measured), 0.1, List.of(), List.of()).interventions().getFirst();
  }

  private Plan plan(PositionMask positions) {
    return plan("value@3", TARGET, Ablation.ZERO, controls, positions);
  }

  private Plan plan(String set, List<Integer> target, Ablation ablation, MatchedSets sets, PositionMask positions) {
    return new Plan(true, "sums", set, List.of(cut(PlantedModel.HOOK, target, ablation, sets)), positions);
  }

  private Cut cut(HookPoint hook, List<Integer> target, Ablation ablation, MatchedSets sets) {
    return new Cut(hook, target, ablation, sets, NamedSet.beside(rms, target, List.of()));
  }

  /// Two texts a problem, two prompt tokens and one more.
  private static List<ScoredText> texts() {
    List<ScoredText> texts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      texts.add(new ScoredText("p" + i / 2, new TokenSequence(new int[]{i, 5, 6}, 2)));
    }
    return texts;
  }
}
