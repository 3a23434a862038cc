package org.striatum.probe.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferResults.FunctionalTransfer;
import org.striatum.probe.transfer.TransferResults.SetOverlap;

class TransferStudyTest {
  private static final TransferSettings SETTINGS = new TransferSettings(List.of("top9"), "top9", 3, 5, 99, 200);
  private static final int WIDTH = 90;
  private static final int[] NINE = {3, 11, 20, 29, 37, 48, 56, 71, 88};
  private static final int[] OTHERS = {1, 13, 22, 31, 40, 50, 60, 70, 80};

  private static PlantedRun planted(int[] informative, int sign, long prompts, long seed) {
    return PlantedRun.draw(WIDTH, informative, sign, prompts, new SplittableRandom(seed));
  }

  private static TransferResults study(ComparedRun... runs) {
    return new TransferStudy(SETTINGS, 7).run(List.of(runs), Progress.NONE);
  }

  private static TransferResults twoTasks(PlantedRun a, PlantedRun b) {
    return study(PlantedRun.run("run", a.named("a", 1), b.named("b", 1)));
  }

  @Test
  void oneCodeInTwoTasksOverlapsAndTransfers() {
    TransferResults results = twoTasks(planted(NINE, 1, 1, 11), planted(NINE, 1, 2, 12));
    SetOverlap overlap = results.overlaps().getFirst();
    assertThat(overlap.iou()).isEqualTo(1);
    assertThat(overlap.p()).isLessThan(1e-9).isEqualTo(new Overlap(WIDTH, 9, 9, 9).p());
    assertThat(overlap.q()).isEqualTo(overlap.p());
    assertThat(overlap.ceiling()).isGreaterThan(0.7);
    assertThat(overlap.halves()).isCloseTo(overlap.ceiling(), within(0.2));
    assertThat(results.functional()).hasSize(2).allSatisfy(f -> {
      assertThat(f.restandardised().low()).isGreaterThan(0.8);
      assertThat(f.probe().low()).isGreaterThan(0.8);
      assertThat(f.kept()).isGreaterThan(0.9);
      assertThat(f.gain().low()).isPositive();
      assertThat(f.refitted().value()).isEqualTo(f.ownTop().value()).isGreaterThan(f.randomHigh());
      assertThat(f.leaked()).isZero(); // tasks differ, so equal ids are not equal problems
    });
    assertThat(TransferSummary.of(results).statements()).singleElement().satisfies(statement -> {
      assertThat(statement.sets()).isEqualTo(Verdict.YES);
      assertThat(statement.probes()).isEqualTo(Verdict.YES);
      assertThat(statement.sentence()).contains("The sets transfer between the tasks of run", "1 of 1 pairs");
    });
  }

  @Test
  void disjointCodesDoNot() {
    TransferResults results = twoTasks(planted(NINE, 1, 1, 21), planted(OTHERS, 1, 2, 22));
    SetOverlap overlap = results.overlaps().getFirst();
    assertThat(overlap.shared()).isLessThanOrEqualTo(1);
    assertThat(overlap.q()).isGreaterThan(0.05);
    assertThat(overlap.halves()).isLessThan(overlap.ceiling() - 0.4);
    assertThat(results.functional()).allSatisfy(f -> {
      assertThat(f.own().low()).isGreaterThan(0.8);
      assertThat(f.restandardised().value()).isBetween(0.3, 0.7);
      assertThat(f.kept()).isLessThan(0.5);
      assertThat(f.refitted().value()).isLessThan(f.ownTop().low());
    });
    assertThat(TransferSummary.of(results).statements()).singleElement().satisfies(statement -> {
      assertThat(statement.sets()).isEqualTo(Verdict.NO);
      assertThat(statement.probes()).isEqualTo(Verdict.NO);
      assertThat(statement.sentence()).contains("The sets do not transfer", "The probes do not transfer");
    });
  }

  @Test
  void aCodeTurnedRoundMisleadsAsAProbeAndServesAsCoordinates() {
    assertThat(twoTasks(planted(NINE, 1, 1, 31), planted(NINE, -1, 2, 32)).functional()).allSatisfy(f -> {
      assertThat(f.restandardised().high()).isLessThan(0.2);
      assertThat(f.refitted().low()).isGreaterThan(0.8);
    });
  }

  @Test
  void checkpointsOfOneBasisAreCompared() {
    TransferResults results = study(PlantedRun.run("first", planted(NINE, 1, 5, 41).named("a", 1)),
        PlantedRun.run("second", planted(NINE, 1, 5, 42).named("a", 2)));
    Basis basis = results.bases().getFirst();
    assertThat(basis.common()).as(basis.reason()).isTrue();
    assertThat(basis.prompts()).isEqualTo(PlantedRun.PROBLEMS);
    assertThat(basis.alignment()).isGreaterThan(0.5);
    assertThat(basis.p()).isCloseTo(0.01, within(1e-12));
    assertThat(basis.recognised()).isEqualTo(1);
    assertThat(results.overlaps()).hasSize(1);
    assertThat(results.functional()).hasSize(2).allSatisfy(f -> {
      // Another split: most of the second's test problems trained the first.
      assertThat(f.leaked()).isPositive();
      assertThat(f.test() + f.leaked()).isEqualTo(PlantedRun.PROBLEMS / 5);
      assertThat(f.restandardised().low()).isGreaterThan(0.7);
    });
  }

  @Test
  void aPermutedBasisIsRefused() {
    PlantedRun first = planted(NINE, 1, 5, 51);
    int[] reversed = IntStream.range(0, WIDTH).map(j -> WIDTH - 1 - j).toArray();
    TransferResults results = study(PlantedRun.run("first", first.named("a", 1)),
        PlantedRun.run("second", first.permuted(reversed).named("a", 1)));
    assertThat(results.bases().getFirst().common()).isFalse();
    assertThat(results.overlaps()).isEmpty();
    assertThat(results.functional()).isEmpty();
    assertThat(results.notes()).singleElement().asString().contains("no common basis", "curves only");
    assertThat(TransferSummary.of(results).statements().getLast().sets()).isEqualTo(Verdict.NOT_TESTED);
  }

  @Test
  void otherWidthsAndOtherPromptsAreRefused() {
    ComparedRun first = PlantedRun.run("first", planted(NINE, 1, 5, 61).named("a", 1));
    ComparedRun narrow = PlantedRun.run("narrow",
        PlantedRun.draw(40, new int[]{1, 2}, 1, 5, new SplittableRandom(62)).named("a", 1));
    ComparedRun elsewhere = PlantedRun.run("elsewhere", planted(NINE, 1, 5, 63).named("b", 1));
    assertThat(study(first, narrow, elsewhere).bases()).extracting(Basis::reason)
        .satisfiesExactly(
            widths -> assertThat(widths).contains("90 wide in one and 40 in the other"),
            prompts -> assertThat(prompts).contains("share 0 prompts"),
            both -> assertThat(both).contains("share 0 prompts"));
  }

  @Test
  void theSameSeedGivesTheSameBytes() {
    PlantedRun a = planted(NINE, 1, 1, 71);
    PlantedRun b = planted(OTHERS, 1, 2, 72);
    byte[] once = RecordJson.pretty(twoTasks(a, b));
    assertThat(RecordJson.pretty(twoTasks(a, b))).isEqualTo(once);
  }

  @Test
  void oneClassIsNotedAndCostsTheOthersNothing() {
    PlantedRun a = planted(NINE, 1, 1, 81);
    PlantedRun sure = new PlantedRun(WIDTH, a.states(), new boolean[PlantedRun.PROBLEMS]);
    TransferResults results = study(
        PlantedRun.run("run", a.named("a", 1), sure.named("sure", 1), planted(NINE, 1, 2, 82).named("b", 1)));
    assertThat(results.notes()).singleElement().asString().contains("sure", "right rollouts among its",
        "at least 1, found 0");
    assertThat(results.overlaps()).hasSize(1);
    assertThat(results.functional()).extracting(FunctionalTransfer::to).hasSize(2);
  }

  @Test
  void setsMustLeaveSomethingOfTheLayer() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SetSize("top90").of(WIDTH)).withMessageContaining("90");
    assertThatIllegalArgumentException().isThrownBy(() -> new SetSize("0%")).withMessageContaining("'0%'");
    assertThat(new SetSize("1%").of(256)).isEqualTo(3);
    assertThat(new SetSize("top20").of(256)).isEqualTo(20);
  }
}
