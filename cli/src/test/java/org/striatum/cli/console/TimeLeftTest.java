package org.striatum.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// By simulated clocks.
class TimeLeftTest {
  private static final int UNITS = 1000;
  private static final Pattern TOLD = Pattern.compile(", (?:(\\d+) h)? ?(?:(\\d+) min)? ?(?:(\\d+) s)? ?left");

  /// What was told after a unit.
  ///
  /// @param told seconds; NaN where nothing was
  private record Told(int done, double told) {}

  /// @param seconds that each unit takes, with what else the machine did meanwhile
  private static List<Told> run(IntToDoubleFunction seconds) {
    TimeLeft left = new TimeLeft(UNITS, 0, 0);
    double now = 0;
    List<Told> all = new ArrayList<>();
    for (int unit = 0; unit < UNITS - 1; unit++) {
      now += seconds.applyAsDouble(unit);
      left.seen(unit + 1, (long) (now * 1e9));
      all.add(new Told(unit + 1, seconds(left.at(unit + 1, (long) (now * 1e9)))));
    }
    return all;
  }

  private static double seconds(String told) {
    Matcher parts = TOLD.matcher(told);
    return told.isEmpty() || !parts.matches()
        ? Double.NaN
        : 3600 * number(parts.group(1)) + 60 * number(parts.group(2)) + number(parts.group(3));
  }

  private static int number(String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  private static double truth(int done, IntToDoubleFunction seconds) {
    return IntStream.range(done, UNITS).mapToDouble(seconds).sum();
  }

  @Test
  void steadyWorkIsToldAsItIs() {
    for (double pace : new double[]{0.02, 0.3, 7}) {
      List<Told> told = run(_ -> pace);
      assertThat(told.stream().filter(one -> !Double.isNaN(one.told))).hasSizeGreaterThan(UNITS / 2).allSatisfy(
          one -> assertThat(one.told).isBetween(0.9 * truth(one.done, _ -> pace) - 31,
              1.1 * truth(one.done, _ -> pace) + 31));
    }
  }

  /// A machine that stood still, once or again and again, is no slower afterwards.
  @ParameterizedTest
  @CsvSource({"60, 600", "300, 600", "300, 36000", "900, 600"})
  void aPauseDoesNotMultiplyWhatIsLeft(int at, double pause) {
    for (double pace : new double[]{0.05, 0.3, 2}) {
      IntToDoubleFunction seconds = unit -> pace + (unit == at ? pause : 0) + (unit == at / 2 ? pause / 2 : 0);
      assertThat(run(seconds).stream().filter(one -> one.done > at && !Double.isNaN(one.told)))
          .hasSizeGreaterThan((UNITS - at) / 2)
          .allSatisfy(one -> assertThat(one.told).isLessThan(2 * pace * (UNITS - one.done) + 31));
    }
  }

  /// Units that take between a third of the usual time and three times it, and a load that doubles all of them for a while: what is told
  /// never jumps.
  @Test
  void loadMakesItNoJump() {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[] own = IntStream.range(0, UNITS)
          .mapToDouble(unit -> 0.4 * Math.pow(3, random.nextDouble(-1, 1)) * (unit > 400 && unit < 600 ? 2 : 1))
          .toArray();
      List<Told> told = run(unit -> own[unit]).stream().filter(one -> !Double.isNaN(one.told)).toList();
      assertThat(told).hasSizeGreaterThan(UNITS / 2);
      for (int i = 1; i < told.size(); i++) {
        assertThat(told.get(i).told).isLessThan(1.25 * told.get(i - 1).told + 31);
      }
    }
  }

  /// Slower for good is told as slower.
  @Test
  void whatBecameSlowerIsToldAsThat() {
    IntToDoubleFunction seconds = unit -> unit < 300 ? 0.2 : 2;
    assertThat(run(seconds).stream().filter(one -> one.done > 800 && !Double.isNaN(one.told))).isNotEmpty()
        .allSatisfy(one -> assertThat(one.told).isGreaterThan(0.7 * truth(one.done, seconds) - 31));
  }

  /// The first of 1000 units takes 20 seconds, the rest are fast: 20,000 s would be told after it.
  @Test
  void nothingIsToldBeforeItIsSteady() {
    List<Told> told = run(unit -> unit == 0 ? 20 : 0.08);
    assertThat(told.subList(0, UNITS / 20 - 1)).allSatisfy(one -> assertThat(one.told).isNaN());
    assertThat(told.stream().filter(one -> !Double.isNaN(one.told))).isNotEmpty()
        .allSatisfy(one -> assertThat(one.told).isLessThan(200));
    TimeLeft resumed = new TimeLeft(980, 980, 0);
    assertThat(resumed.at(980, (long) 60e9)).isEmpty();
  }

  /// What an interrupted run had done says nothing about the pace.
  @Test
  void onlyWhatIsDoneNowSetsThePace() {
    TimeLeft left = new TimeLeft(1000, 900, 0);
    for (int done = 901; done <= 950; done++) {
      left.seen(done, (long) ((done - 900) * 1e9));
    }
    assertThat(left.at(950, (long) 50e9)).isEqualTo(", 50 s left");
  }

  @Test
  void timesAreWords() {
    assertThat(TimeLeft.words(99)).isEqualTo("99 s");
    assertThat(TimeLeft.words(170)).isEqualTo("3 min");
    assertThat(TimeLeft.words(7500)).isEqualTo("2 h 5 min");
  }
}
