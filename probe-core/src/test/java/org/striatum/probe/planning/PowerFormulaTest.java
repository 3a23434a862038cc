package org.striatum.probe.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.probe.planning.DamagePower.Design;
import org.striatum.probe.planning.PowerBySize.Point;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.Auroc;

class PowerFormulaTest {
  private static final OutcomeModel HALF = new OutcomeModel(0.5, 0.3);

  static List<PowerFormula> formulas() {
    return List.of(new AurocPower(0.65, HALF, 2, 0.4), new PairedPower(0.1, HALF, 0.4, Integer.MAX_VALUE),
        new SurprisePower(0.35, 0.5, 4, 0.4, 40),
        new DamagePower(0.1, 0, 0.1, new Design(39, 1, 0.4, Integer.MAX_VALUE)));
  }

  @ParameterizedTest
  @MethodSource("formulas")
  void powerRisesFromNothingAndIsEnoughWhereItSaysSo(PowerFormula formula) {
    int needed = formula.problemsNeeded().orElseThrow();
    assertThat(formula.at(1)).isLessThan(0.2);
    assertThat(formula.at(needed)).isGreaterThanOrEqualTo(PowerFormula.ENOUGH);
    assertThat(formula.at((int) (needed * 0.9))).isLessThan(PowerFormula.ENOUGH + 0.02);
    assertThat(formula.at(2 * needed)).isGreaterThan(0.95);
  }

  /// Hanley and McNeil 1982, Table III: 51 abnormal and 58 normal images, area 0.893, standard error 0.032.
  @Test
  void standardErrorIsThatOfHanleyAndMcNeil() {
    assertThat(new AurocPower(0.893, new OutcomeModel(51 / 109.0, 0), 1, 0.5).error(218)).isCloseTo(0.032,
        within(0.0006));
  }

  /// K rollouts of problems that are always right or always wrong are one rollout each.
  @Test
  void rolloutsOfOneProblemCountAsFarAsTheyDiffer() {
    OutcomeModel fixed = new OutcomeModel(0.5, 0.999);
    assertThat(new AurocPower(0.7, fixed, 8, 0.4).at(200)).isCloseTo(new AurocPower(0.7, fixed, 1, 0.4).at(200),
        within(0.02));
    OutcomeModel alike = new OutcomeModel(0.5, 0);
    assertThat(new AurocPower(0.6, alike, 8, 0.4).at(100)).isCloseTo(new AurocPower(0.6, alike, 1, 0.4).at(800),
        within(0.01));
  }

  @Property(tries = 60)
  void anAurocAndItsCorrelationAreTheSameThing(@ForAll @DoubleRange(min = 0.05, max = 0.95) double accuracy,
      @ForAll @DoubleRange(min = 0.51, max = 0.95) double auroc) {
    OutcomeModel outcomes = new OutcomeModel(accuracy, 0.2);
    assertThat(outcomes.auroc(outcomes.correlation(auroc))).isCloseTo(auroc, within(1e-6));
  }

  @Test
  void outcomesThatAreDrawnHaveTheFiguresOfTheModelAndMeasureThem() {
    OutcomeModel outcomes = new OutcomeModel(0.3, 0.4);
    SplittableRandom random = new SplittableRandom(5);
    double[] chances = outcomes.chances(20_000, random);
    int[] right = Arrays.stream(chances).mapToInt(p -> IntStream.range(0, 4).map(_ -> random.nextDouble() < p ? 1 : 0)
        .sum()).toArray();
    int[] drawn = IntStream.range(0, right.length).map(_ -> 4).toArray();
    OutcomeModel measured = OutcomeModel.measured(right, drawn);
    assertThat(measured.accuracy()).isCloseTo(0.3, within(0.01));
    assertThat(measured.icc()).isCloseTo(0.4, within(0.02));
    boolean[] once = new boolean[chances.length];
    for (int i = 0; i < once.length; i++) {
      once[i] = random.nextDouble() < chances[i];
    }
    assertThat(outcomes.ceiling()).isCloseTo(Auroc.of(chances, once), within(0.01));
  }

  @Test
  void outcomesOfOneClassOrWithoutRepetitionMeasureNothing() {
    assertThatThrownBy(() -> OutcomeModel.measured(new int[]{2, 2}, new int[]{2, 2})).isInstanceOf(NotEnoughData.class);
    assertThatThrownBy(() -> OutcomeModel.measured(new int[]{0, 0}, new int[]{2, 2})).isInstanceOf(NotEnoughData.class);
    assertThatThrownBy(() -> OutcomeModel.measured(new int[]{1, 0}, new int[]{1, 1})).isInstanceOf(NotEnoughData.class);
  }

  /// p of 19 controls is at least 0.05, of 39 at least 0.025.
  @Test
  void tooFewControlsCanShowNothing() {
    assertThat(DamagePower.fewestControls(1)).isEqualTo(19);
    assertThat(DamagePower.fewestControls(2)).isEqualTo(39);
    assertThat(new DamagePower(0.3, 0, 0.1, new Design(19, 1, 1, 1000)).at(1000)).isGreaterThan(0.99);
    assertThat(new DamagePower(0.3, 0, 0.1, new Design(19, 2, 1, 1000)).at(1000)).isZero();
    assertThat(new DamagePower(0.3, 0.28, 0.1, new Design(19, 1, 1, 200)).at(200))
        .isLessThan(new DamagePower(0.3, 0, 0.1, new Design(19, 1, 1, 200)).at(200));
  }

  /// Twice as many measurements: 2R / (1 + R).
  @Test
  void reliabilityStepsUpAsSpearmanAndBrownSay() {
    assertThat(SurprisePower.reliability(0.5, 8, 16)).isCloseTo(2 * 0.5 / 1.5, within(1e-12));
    assertThat(SurprisePower.reliability(0.5, 8, 8)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void aCurveIsTheLineThatItsPointsLieOn() {
    List<Point> points = IntStream.of(50, 100, 200, 400)
        .mapToObj(n -> new Point(n, (int) Math.round(100_000 * Gaussian.cdf(-2 + 0.15 * Math.sqrt(n))), 100_000))
        .toList();
    PowerBySize curve = PowerBySize.of(points);
    assertThat(curve.intercept()).isCloseTo(-2, within(0.01));
    assertThat(curve.slope()).isCloseTo(0.15, within(0.001));
    assertThat(curve.at(curve.problemsNeeded().orElseThrow())).isCloseTo(PowerFormula.ENOUGH, within(0.005));
  }

  @Test
  void aCurveThatNeverRisesNeedsMoreThanWasLookedAt() {
    assertThat(PowerBySize.of(List.of(new Point(100, 0, 20), new Point(400, 0, 20))).problemsNeeded()).isEmpty();
    assertThat(PowerBySize.of(List.of(new Point(100, 9, 20), new Point(400, 5, 20))).problemsNeeded()).isEmpty();
    PowerBySize always = PowerBySize.of(List.of(new Point(100, 20, 20), new Point(400, 20, 20)));
    assertThat(always.at(100)).isGreaterThan(0.9);
    assertThat(always.problemsNeeded()).hasValue(100);
  }
}
