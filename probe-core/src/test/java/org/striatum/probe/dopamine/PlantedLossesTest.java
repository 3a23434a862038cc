package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.dopamine.ResponseArms.Named;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.stats.Verdict;

@Order(1)
class PlantedLossesTest {
  private static final double EFFECT = 0.5;
  private static final Named NAMED = new Named("made up", new Read("dopamine@1%", HookPoint.residPost(2), List.of(0)),
      new Read("value@1%", HookPoint.residPost(1), List.of(0)));

  /// Two surprises of every other problem. A response of about one deviation; controls change it by their own amount and by noise.
  ///
  /// @param noise of a surprise under a control
  /// @param lost share of the response that the ablation takes beyond what a control takes
  private static SurpriseResponse response(int problems, double noise, double lost, RandomGenerator random) {
    int surprises = problems + problems / 2;
    String[] names = IntStream.range(0, surprises).mapToObj(i -> "p" + i % problems).toArray(String[]::new);
    int successes = surprises / 2;
    double[] base = IntStream.range(0, surprises)
        .mapToDouble(i -> (i < successes ? 0.5 : -0.5) + 0.8 * random.nextGaussian()).toArray();
    List<double[]> controls = Stream.generate(() -> changed(base, successes, noise, 0, random)).limit(39).toList();
    return new ResponseArms(names, successes, base, changed(base, successes, noise, lost, random), controls)
        .response(NAMED, EFFECT, 200, random, List.of());
  }

  private static double[] changed(double[] base, int successes, double noise, double lost, RandomGenerator random) {
    double own = 0.1 * random.nextGaussian();
    return IntStream.range(0, base.length).mapToDouble(i -> base[i] * (1 - lost)
        + (i < successes ? own : -own) / 2 + noise * random.nextGaussian()).toArray();
  }

  /// What is said of a loss is what new studies with that loss then find.
  @ParameterizedTest
  @Tag("slow")
  @CsvSource({"40, 0.5, 0.5", "100, 1.0, 0.25", "16, 0.3, 0.5"})
  void powerIsWhatNewStudiesFind(int problems, double noise, double lost) {
    SplittableRandom random = new SplittableRandom(5);
    int studies = 100;
    int counted = 0;
    int found = 0;
    double said = 0;
    for (int s = 0; s < studies; s++) {
      SurpriseResponse one = response(problems, noise, lost, random);
      if (one.verdict() != Verdict.NOT_TESTED) {
        counted++;
        found += one.verdict() == Verdict.YES ? 1 : 0;
        said += one.power().curve().points().stream().filter(point -> point.strength() == lost)
            .mapToDouble(PowerCurve.Point::share).findFirst().orElseThrow();
      }
    }
    System.out.printf("%d %.1f %.2f: said %.3f found %.3f%n", problems, noise, lost, said / counted,
        (double) found / counted);
    assertThat(said / counted).isCloseTo((double) found / counted, within(0.12));
  }

  /// Where nothing is lost beyond what controls take, hardly ever yes; where everything is, never no.
  @Test
  @Tag("slow")
  void neitherAnswerIsGivenOfTheOther() {
    SplittableRandom random = new SplittableRandom(8);
    int studies = 60;
    int yes = 0;
    int no = 0;
    for (int s = 0; s < studies; s++) {
      Verdict none = response(60, 0.3, 0, random).verdict();
      yes += none == Verdict.YES ? 1 : 0;
      no += none == Verdict.NO ? 1 : 0;
      assertThat(response(60, 0.3, 1, random).verdict()).isNotEqualTo(Verdict.NO);
    }
    assertThat(yes).as("of 60 at a level of 0.05").isLessThanOrEqualTo(8);
    assertThat(no).as("it can be said").isGreaterThan(20);
  }

  @Test
  void powerRisesWithTheLossAndTheProblemsNeededAreThoseThatFindIt() {
    SurpriseResponse few = response(12, 1.2, 0, new SplittableRandom(3));
    SurpriseResponse many = response(200, 0.8, 0, new SplittableRandom(3));
    for (SurpriseResponse one : List.of(few, many)) {
      assertThat(one.power().curve().points().stream().map(PowerCurve.Point::share).toList()).hasSize(4).isSorted();
    }
    assertThat(few.power().atEffect()).isLessThan(0.8);
    assertThat(few.power().problemsNeeded()).isNaN().satisfiesAnyOf(
        needed -> assertThat(needed).isNaN(), needed -> assertThat(needed).isGreaterThan(few.problems()));
    assertThat(many.power().atEffect()).isGreaterThanOrEqualTo(0.8);
    assertThat(many.power().problemsNeeded()).isLessThanOrEqualTo(many.problems());
    assertThat(few.verdict()).isNotEqualTo(Verdict.NO);
  }

  /// Five controls allow no p below 1/6.
  @Test
  void withTooFewControlsNothingIsTested() {
    double[] base = {1, 1, 1, 0, 0, 0};
    List<double[]> controls = IntStream.range(0, 5).mapToObj(_ -> base.clone()).toList();
    SurpriseResponse found = new ResponseArms(new String[]{"a", "b", "c", "d", "e", "f"}, 3, base,
        Arrays.copyOf(new double[0], 6), controls).response(NAMED, EFFECT, 200, new SplittableRandom(1), List.of());
    assertThat(found.critical()).isNaN();
    assertThat(found.verdict()).isEqualTo(Verdict.NOT_TESTED);
  }
}
