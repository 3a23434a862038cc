package org.striatum.probe.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.planning.OutcomeModel;
import org.striatum.probe.planning.PowerBySize;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.ControlSettings;
import org.striatum.probe.value.ValueCodeTrials;

@Order(1)
class TransferTrialsTest {
  private static TransferTrials trials(int datasets, double accuracy, double icc, int samples, double auroc) {
    ValueCodeTrials code = new ValueCodeTrials(
        new ValueCodeTrials.Code(new OutcomeModel(accuracy, icc), samples, 6, auroc, 0.5),
        new ValueCodeTrials.Independent(64), ControlSettings.QUICK, 0.3, 100);
    return new TransferTrials(Collections.nCopies(datasets, code),
        TransferSettings.quick().withRefitted("10%").withHalvings(2).withPower(power -> power.withShuffles(19)), 0.6,
        0.3);
  }

  private static PowerBySize.Point point(TransferTrials trials, int datasets, int problems, double shared, int from,
      int times) {
    int found = (int) IntStream.range(from, from + times)
        .filter(seed -> trials.verdict(Collections.nCopies(datasets, problems), shared, seed) == Verdict.YES).count();
    return new PowerBySize.Point(problems, found, times);
  }

  /// The curve through a few sizes says what another size then gives.
  @ParameterizedTest
  @Tag("slow")
  @CsvSource({"2, 0.5, 0.5, 2, 0.75, 0.5", "2, 0.4, 0.6, 4, 0.75, 1"})
  void whatIsPlannedIsWhatIsFound(int datasets, double accuracy, double icc, int samples, double auroc, double shared) {
    TransferTrials trials = trials(datasets, accuracy, icc, samples, auroc);
    List<PowerBySize.Point> points = new ArrayList<>();
    for (int problems : new int[]{100, 200, 400}) {
      points.add(point(trials, datasets, problems, shared, 0, 100));
    }
    double found = point(trials, datasets, 280, shared, 1000, 200).share();
    double planned = PowerBySize.of(points).at(280);
    System.out.printf("%d data sets, %s: planned %.3f, found %.3f%n", datasets,
        points.stream().map(PowerBySize.Point::share).toList(), planned, found);
    assertThat(planned).isCloseTo(found, within(0.1));
  }

  @Test
  void whatIsSharedIsFoundAndWhatIsNotIsNot() {
    TransferTrials trials = trials(2, 0.5, 0.7, 4, 0.8);
    assertThat(point(trials, 2, 300, 1, 0, 10).found()).isGreaterThanOrEqualTo(9);
    assertThat(point(trials, 2, 300, 0, 0, 10).found()).isLessThanOrEqualTo(2);
    assertThat(trials.verdict(List.of(100, 200), 0.5, 1)).isEqualTo(trials.verdict(List.of(100, 200), 0.5, 1));
  }

  @Test
  void codesThatDoNotFitAreRefused() {
    TransferTrials many = trials(12, 0.5, 0.5, 1, 0.7);
    assertThatIllegalArgumentException().isThrownBy(() -> many.verdict(Collections.nCopies(12, 40), 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> trials(1, 0.5, 0.5, 1, 0.7));
  }
}
