package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.intervention.AblationPower.Share;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;

class PlantedDropsTest {
  private static final int PROBLEMS = 100;

  private static Intervention judged(MeasuredIntervention measured) {
    return InterventionResults.of(List.of(measured), 0.1, List.of(), List.of()).interventions().getFirst();
  }

  private static double[] successes(int problems, double rate, RandomGenerator random) {
    return IntStream.range(0, problems).mapToDouble(_ -> random.nextDouble() < rate ? 1 : 0).toArray();
  }

  /// Breaks right items and repairs wrong ones, each with a probability.
  private static double[] churned(double[] base, double breaks, double repairs, RandomGenerator random) {
    return Arrays.stream(base).map(outcome -> random.nextDouble() < (outcome == 1 ? breaks : repairs)
        ? 1 - outcome
        : outcome).toArray();
  }

  private static List<double[]> controls(double[] base, int count, RandomGenerator random) {
    return Stream.generate(() -> churned(base, 0.03, 0.03, random)).limit(count).toList();
  }

  /// What is said of a drop is what new studies with that drop then find, within ten points.
  @ParameterizedTest
  @Tag("slow")
  @ValueSource(doubles = {0.05, 0.1, 0.2})
  void powerIsWhatNewStudiesFind(double drop) {
    SplittableRandom random = new SplittableRandom(11);
    int studies = 60;
    int found = 0;
    double said = 0;
    for (int s = 0; s < studies; s++) {
      double[] base = successes(PROBLEMS, 0.6, random);
      List<double[]> matched = controls(base, 59, random);
      double[] target = churned(churned(base, 0.03, 0.03, random), drop / 0.6, 0, random);
      MeasuredIntervention measured = ConstructedArms.of(true, OutcomeKind.ACCURACY, base, target, matched, 59);
      Intervention one = judged(measured);
      found += one.damage() == Damage.SPECIFIC ? 1 : 0;
      said += one.decision().power().shares().stream().filter(share -> share.drop() == drop)
          .mapToDouble(Share::value).findFirst().orElseThrow() / studies;
    }
    assertThat(said).isCloseTo((double) found / studies, within(0.12));
  }

  @Test
  void powerRisesWithTheDropAndWithProblems() {
    SplittableRandom random = new SplittableRandom(4);
    for (OutcomeKind outcome : OutcomeKind.values()) {
      double[] base = outcome == OutcomeKind.ACCURACY
          ? successes(40, 0.7, random)
          : ConstructedArms.normal(40, -3, random);
      List<double[]> matched = outcome == OutcomeKind.ACCURACY
          ? controls(base, 99, random)
          : Stream.generate(() -> ConstructedArms.shifted(base, 0, 0.3, random)).limit(99).toList();
      AblationPower power = judged(ConstructedArms.of(true, outcome, base, base, matched, 99)).decision().power();
      List<Double> values = power.shares().stream().map(Share::value).filter(value -> !value.isNaN()).toList();
      assertThat(values).hasSizeGreaterThanOrEqualTo(5).isSorted();
      assertThat(values.getFirst()).isLessThan(0.4);
      assertThat(values.getLast()).isGreaterThan(0.95);
      assertThat(power.smallest()).isBetween(power.shares().getFirst().drop(), power.shares().getLast().drop());
      assertThat(power.isEnough()).isEqualTo(power.smallest() <= power.effect());
    }
  }

  @Test
  void equalSeedsGiveEqualPower() {
    double[] base = successes(60, 0.5, new SplittableRandom(1));
    MeasuredIntervention one = ConstructedArms.of(true, OutcomeKind.ACCURACY, base, base,
        controls(base, 39, new SplittableRandom(2)), 39);
    assertThat(judged(one)).isEqualTo(judged(one));
  }

  /// Where sets are exchangeable, p of a set that is measured until it is plain is no smaller than it may be.
  @Test
  void stoppingEarlyKeepsTheLevel() {
    SplittableRandom random = new SplittableRandom(9);
    int sets = 20_000;
    int[] small = new int[2];
    long measured = 0;
    for (int s = 0; s < sets; s++) {
      double effect = random.nextDouble();
      int m = 0;
      int exceeding = 0;
      while (m < 199 && !InterventionStudy.isPlain(m, exceeding)) {
        exceeding += random.nextDouble() <= effect ? 1 : 0;
        m++;
      }
      double p = (1.0 + exceeding) / (1 + m);
      small[0] += p <= 0.05 ? 1 : 0;
      small[1] += p <= 0.01 ? 1 : 0;
      measured += m;
    }
    assertThat(small[0] / (double) sets).isBetween(0.04, 0.054);
    assertThat(small[1] / (double) sets).isBetween(0.007, 0.012);
    assertThat(measured / (double) sets).as("of 199").isLessThan(60);
  }

  /// The interval of an effect, paired by problem, holds the true effect in 93 to 97 of a hundred studies.
  @Test
  @Tag("slow")
  void theIntervalOfAnEffectCoversIt() {
    SplittableRandom random = new SplittableRandom(2);
    String[] problems = IntStream.range(0, PROBLEMS).mapToObj(i -> "p" + i).toArray(String[]::new);
    int studies = 3000;
    for (OutcomeKind outcome : OutcomeKind.values()) {
      int covered = 0;
      for (int s = 0; s < studies; s++) {
        double[] change = new double[PROBLEMS];
        for (int i = 0; i < PROBLEMS; i++) {
          double u = random.nextDouble();
          change[i] = outcome == OutcomeKind.ACCURACY ? u < 0.15 ? -1 : u < 0.2 ? 1 : 0 : -0.1 + random.nextGaussian();
        }
        Estimate found = Bootstrap.meanByProblem(problems, change, random);
        covered += found.low() <= -0.1 && -0.1 <= found.high() ? 1 : 0;
      }
      assertThat(covered / (double) studies).as(outcome.printed()).isBetween(0.93, 0.97);
    }
  }
}
