package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.striatum.probe.stats.Auroc;

/// Ceilings of problems whose probabilities are known.
class CeilingTest {
  /// Rollouts and the probability behind each.
  private record Simulated(String[] problems, boolean[] outcomes, double[] probabilities) {
    static Simulated draw(int problems, int rollouts, ToDoubleFunction<RandomGenerator> probability,
        RandomGenerator random) {
      int n = problems * rollouts;
      Simulated all = new Simulated(new String[n], new boolean[n], new double[n]);
      double p = 0;
      for (int i = 0; i < n; i++) {
        p = i % rollouts == 0 ? probability.applyAsDouble(random) : p;
        all.problems[i] = "p" + i / rollouts;
        all.probabilities[i] = p;
        all.outcomes[i] = random.nextDouble() < p;
      }
      return all;
    }

    Ceiling ceiling(RandomGenerator random) {
      return Ceiling.of(problems, outcomes, random);
    }
  }

  /// Uniform probabilities: the p of a right draw has density 2p, of a wrong one 2(1 − p), so that the AUROC is 5/6.
  @Test
  void ofUniformProbabilitiesItIsFiveSixths() {
    RandomGenerator random = new SplittableRandom(1);
    Simulated many = Simulated.draw(4000, 8, RandomGenerator::nextDouble, random);
    assertThat(Auroc.of(many.probabilities, many.outcomes)).isCloseTo(5.0 / 6, within(0.006));
    assertThat(many.ceiling(random).auroc().value()).isCloseTo(5.0 / 6, within(0.006));
  }

  @Test
  void problemsAlikeHaveNoCeilingAboveChance() {
    RandomGenerator random = new SplittableRandom(2);
    Ceiling ceiling = Simulated.draw(300, 8, _ -> 0.6, random).ceiling(random);
    assertThat(ceiling.auroc().value()).isBetween(0.5, 0.56);
  }

  @Test
  void oneRolloutAProblemSaysNothing() {
    RandomGenerator random = new SplittableRandom(3);
    Ceiling one = Simulated.draw(300, 1, RandomGenerator::nextDouble, random).ceiling(random);
    assertThat(one.auroc().value()).isNaN();
    assertThat(one.refused()).contains("K ≥ 2");
    assertThat(Simulated.draw(9, 8, RandomGenerator::nextDouble, random).ceiling(random).refused())
        .contains("9 of 9");
    assertThat(Simulated.draw(30, 4, _ -> 1, random).ceiling(random).refused()).contains("outcome classes");
    assertThat(Ceiling.of(new String[0], new boolean[0], random).refused()).isNotNull();
  }

  /// The interval holds what the true probabilities reach: even ones, skewed ones, and with two rollouts a problem.
  @Test
  @Tag("slow")
  void theTrueProbabilityIsWithinTheInterval() {
    RandomGenerator random = new SplittableRandom(4);
    int[] within = new int[3];
    int draws = 40;
    for (int d = 0; d < draws; d++) {
      ToDoubleFunction<RandomGenerator> even = RandomGenerator::nextDouble;
      ToDoubleFunction<RandomGenerator> skewed = r -> Math.pow(r.nextDouble(), 0.4);
      within[0] += holds(Simulated.draw(200, 8, even, random), random);
      within[1] += holds(Simulated.draw(200, 8, skewed, random), random);
      within[2] += holds(Simulated.draw(400, 2, even, random), random);
    }
    System.out.println("ceilings that hold the true one, of " + draws + ": " + Arrays.toString(within));
    // At 95 %, fewer than 34 of 40 have a chance of 1 %.
    assertThat(Arrays.stream(within).min().orElseThrow()).isGreaterThanOrEqualTo(34);
  }

  /// Where there are two kinds of problems only, probabilities are often equal, which no beta distribution is: the ceiling lies too
  /// high, but by little, since AUROC − ½ = E|p − q| / (4 mean (1 − mean)) and E|p − q| is 1 to 1.16 standard deviations.
  @Test
  void twoKindsOfProblemsAreNearlyRight() {
    RandomGenerator random = new SplittableRandom(5);
    Simulated two = Simulated.draw(2000, 8, r -> r.nextBoolean() ? 0.85 : 0.3, random);
    double reached = Auroc.of(two.probabilities, two.outcomes);
    assertThat(reached).isCloseTo(0.5 + 0.275 / (4 * 0.575 * 0.425), within(0.01));
    assertThat(two.ceiling(random).auroc().value()).isBetween(reached, reached + 0.05);
  }

  private static int holds(Simulated simulated, RandomGenerator random) {
    double reached = Auroc.of(simulated.probabilities, simulated.outcomes);
    Ceiling ceiling = simulated.ceiling(random);
    return ceiling.auroc().low() <= reached && reached <= ceiling.auroc().high() ? 1 : 0;
  }
}
