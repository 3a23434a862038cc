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
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.intervention.InterventionResults.Verdict;
import org.striatum.probe.intervention.InterventionStudy.Attempt;
import org.striatum.probe.intervention.InterventionStudy.Generation;
import org.striatum.probe.intervention.InterventionStudy.Plan;
import org.striatum.probe.intervention.InterventionStudy.ScoredText;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.Progress;
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
    controls = MatchedSets.draw(rms, TARGET, List.of(), 60, MatchedSets.DEFAULT_TOLERANCE, new SplittableRandom(1));
  }

  @Test
  void damageThatMatchedSetsDoNotDoIsValueSpecific() {
    PlantedModel model = PlantedModel.usesOnly(rms, Set.copyOf(TARGET));
    Intervention found = score(model, PositionMask.ALL, controls);
    assertThat(found.verdict()).isEqualTo(Verdict.VALUE_SPECIFIC);
    assertThat(found.emptyMaskIdentical()).isTrue();
    assertThat(found.base().value()).isCloseTo(-1, within(1e-6));
    assertThat(found.ablated().value()).isCloseTo(-11, within(1e-6));
    assertThat(found.effect().value()).isCloseTo(-10, within(1e-6));
    assertThat(found.random()).hasSize(60).allSatisfy(e -> assertThat(e).isCloseTo(0, within(1e-6)));
    assertThat(found.pMatched()).isEqualTo(1 / 61.0);
    assertThat(found.mcNemar()).isNull();
    assertThat(found.items()).isEqualTo(40);
    assertThat(found.problems()).isEqualTo(20);
    assertThat(found.kind()).isEqualTo("zero");
    assertThat(model.scorersOpen).isZero();
    assertThat(model.arms).isEqualTo(3 + 60 + 60);
  }

  /// Targets that only have size: uniform controls are fooled, matched ones are not, but for the one in twenty that p
  /// allows.
  @Test
  void largeButValuelessCoordinatesAreExposedByMatchedSets() {
    SplittableRandom random = new SplittableRandom(4);
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (int first = 0; first < 10; first++) {
      List<Integer> target = List.of(first, first + 10, first + 20);
      Plan plan = new Plan(false, "sums", PlantedModel.HOOK, "large", target, Ablation.ZERO, PositionMask.ALL);
      MatchedSets sets = MatchedSets.draw(rms, target, List.of(), 60, MatchedSets.DEFAULT_TOLERANCE, random);
      Intervention found = new InterventionStudy(PlantedModel.usesSize(rms), Progress.NONE).logProbability(plan,
          texts(), sets, random);
      assertThat(found.pRandom()).isLessThanOrEqualTo(0.05);
      verdicts.merge(found.verdict(), 1, Integer::sum);
    }
    assertThat(verdicts.getOrDefault(Verdict.VALUE_SPECIFIC, 0)).isLessThanOrEqualTo(2);
    assertThat(verdicts.get(Verdict.GENERIC)).isGreaterThanOrEqualTo(8);
  }

  @Test
  void noDamageIsNone() {
    Intervention found = score(PlantedModel.usesNothing(rms), PositionMask.ALL, controls);
    assertThat(found.effect().value()).isZero();
    assertThat(found.pRandom()).isEqualTo(1);
    assertThat(found.verdict()).isEqualTo(Verdict.NONE);
  }

  @Test
  void withoutMatchedSetsThereIsNoVerdict() {
    double[] alone = rms.clone();
    alone[2] = 500;
    MatchedSets refused = MatchedSets.draw(alone, TARGET, List.of(), 60, 0.2, new SplittableRandom(1));
    Intervention found = score(PlantedModel.usesOnly(alone, Set.copyOf(TARGET)), PositionMask.ALL, refused);
    assertThat(found.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(found.pMatched()).isNaN();
    assertThat(found.pRandom()).isLessThanOrEqualTo(0.05);
    assertThat(found.matching().refused()).contains("coordinate 2");
  }

  /// A graph that gates where the mask says not to cannot be believed.
  @Test
  void aGateThatLeaksLeavesNoVerdict() {
    PlantedModel leaking = new PlantedModel(rms, (before, after) -> before[2] == after[2] ? 1 : 0, false);
    Intervention found = score(leaking, PositionMask.ALL, controls);
    assertThat(found.emptyMaskIdentical()).isFalse();
    assertThat(found.verdict()).isEqualTo(Verdict.UNDECIDED);
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
    Intervention found = new InterventionStudy(model, Progress.NONE).logProbability(
        new Plan(true, "sums", PlantedModel.HOOK, "value@3", TARGET, new Ablation.Mean(means), PositionMask.ALL),
        texts(),
        controls, new SplittableRandom(2));
    assertThat(found.kind()).isEqualTo("mean");
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
    Intervention found = new InterventionStudy(model, counting).accuracy(plan(PositionMask.ALL), attempts, GENERATION,
        controls, new SplittableRandom(3));
    assertThat(found.verdict()).isEqualTo(Verdict.VALUE_SPECIFIC);
    assertThat(found.outcome()).isEqualTo("accuracy");
    assertThat(found.ablated().value()).isZero();
    assertThat(found.emptyMaskIdentical()).isTrue();
    assertThat(found.base().value()).isGreaterThan(0.75);
    int broken = 0;
    for (int p = 0; p < 25; p++) {
      broken += new SplittableRandom(100L * p).nextDouble() < 0.9 ? 1 : 0;
    }
    assertThat(found.mcNemar()).isEqualTo(new McNemarTable(broken, 0, McNemar.exact(broken, 0)));
    assertThat(steps).hasSize(1 + 123).contains("arms of value@3 at blocks.0.hook_resid_post 123 arm");
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
    assertThatThrownBy(() -> study.logProbability(plan(PositionMask.ALL), List.of(), controls, random))
        .hasMessageContaining("found none");
    Plan other = new Plan(true, "sums", PlantedModel.HOOK, "value@2", List.of(2, 9), Ablation.ZERO, PositionMask.ALL);
    assertThatThrownBy(() -> study.logProbability(other, texts(), controls, random))
        .hasMessageContaining("draw them for this set");
    Plan elsewhere = new Plan(true, "sums", HookPoint.residPost(4), "value@3", TARGET, Ablation.ZERO, PositionMask.ALL);
    assertThatThrownBy(() -> study.logProbability(elsewhere, texts(), controls, random))
        .hasMessageContaining("no such hook point");
    InterventionStudy broken = new InterventionStudy(new PlantedModel(rms, (_, _) -> Double.NaN, true), Progress.NONE);
    assertThatThrownBy(() -> broken.logProbability(plan(PositionMask.ALL), texts(), controls, random))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("item 0 in arm 'base' must be finite, found NaN");
  }

  private static Intervention score(PlantedModel model, PositionMask positions, MatchedSets controls) {
    return new InterventionStudy(model, Progress.NONE).logProbability(plan(positions), texts(), controls,
        new SplittableRandom(2));
  }

  private static Plan plan(PositionMask positions) {
    return new Plan(true, "sums", PlantedModel.HOOK, "value@3", TARGET, Ablation.ZERO, positions);
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
