package org.striatum.probe.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferResults.Ceiling;
import org.striatum.probe.transfer.TransferResults.FunctionalTransfer;
import org.striatum.probe.transfer.TransferResults.Planted;
import org.striatum.probe.transfer.TransferResults.PooledProbes;
import org.striatum.probe.transfer.TransferResults.PooledSets;
import org.striatum.probe.transfer.TransferResults.SetOverlap;

class TransferStudyTest {
  private static final TransferSettings SETTINGS = new TransferSettings(List.of("top9"), "top9", 3, 5, 99, 200,
      new TransferSettings.Power(39, 100, 0.5));
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
      assertThat(statement.both()).isEqualTo(Verdict.YES);
    });
    assertThat(results.ceilings()).hasSize(2).allMatch(Ceiling::passes);
    assertThat(results.sets()).singleElement().satisfies(sets -> {
      assertThat(sets.asked()).isEqualTo(1);
      assertThat(sets.overlap()).isBetween(0.8, 1.2);
      assertThat(sets.high()).isEqualTo(1);
      assertThat(sets.p()).isEqualTo(0.001);
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
      assertThat(statement.both()).isEqualTo(Verdict.NO);
    });
    assertThat(results.sets()).singleElement().satisfies(sets -> {
      assertThat(sets.power()).isGreaterThan(0.8);
      assertThat(sets.smallest()).isBetween(0.1, 0.5);
      assertThat(sets.high()).isLessThan(0.5);
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

  /// No code: halves of one place agree on nothing, so no answer is given about pairs, least of all *no*.
  @Test
  void whereNothingIsReadNothingIsAsked() {
    TransferResults results = twoTasks(planted(new int[0], 1, 1, 91), planted(new int[0], 1, 2, 92));
    assertThat(results.ceilings()).hasSize(2).noneMatch(Ceiling::passes);
    assertThat(TransferSummary.of(results).statements()).singleElement().satisfies(statement -> {
      assertThat(statement.sets()).isEqualTo(Verdict.NOT_TESTED);
      assertThat(statement.probes()).isEqualTo(Verdict.NOT_TESTED);
      assertThat(statement.both()).isEqualTo(Verdict.NOT_TESTED);
    });
  }

  /// Without planted pairs nobody knows what would have been found.
  @Test
  void withoutPlantedPairsSetsAreUndecided() {
    TransferResults results = new TransferStudy(SETTINGS.withPower(power -> power.withPlanted(0)), 7)
        .run(List.of(PlantedRun.run("run",
            planted(NINE, 1, 1, 21).named("a", 1), planted(OTHERS, 1, 2, 22).named("b", 1))), Progress.NONE);
    assertThat(results.sets().getFirst().verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void verdictsNeedPowerAndAnOverlapBelowTheDeclaredOne() {
    List<Planted> seen = List.of(new Planted(0, 100, 3, 0.0, 0.1, 0.2), new Planted(0.5, 100, 90, 0.2, 0.3, 0.4),
        new Planted(1, 100, 100, 0.5, 0.5, 0.5));
    List<Planted> unseen = List.of(new Planted(0.5, 100, 79, 0.2, 0.3, 0.4), new Planted(1, 100, 100, 0.5, 0.5, 0.5));
    assertThat(pooled(4, 0.2, 0.4, seen).verdict()).isEqualTo(Verdict.NO);
    assertThat(pooled(4, 0.2, 0.6, seen).verdict()).as("half may be shared").isEqualTo(Verdict.UNDECIDED);
    assertThat(pooled(4, 0.2, 0.4, unseen).verdict()).as("power 79 %").isEqualTo(Verdict.UNDECIDED);
    assertThat(pooled(4, 0.05, 0.4, seen).verdict()).isEqualTo(Verdict.YES);
    assertThat(pooled(0, Double.NaN, 0.4, List.of()).verdict()).isEqualTo(Verdict.NOT_TESTED);
    assertThat(pooled(4, 0.2, 0.4, List.of(new Planted(0.5, 100, 0, 0, 0, 0), new Planted(1, 100, 0, 0, 0, 0)))
        .verdict()).as("a test that cannot pass").isEqualTo(Verdict.NOT_TESTED);
    assertThat(pooled(4, 0.2, 0.4, seen).smallest()).isCloseTo(0.5 * 77 / 87, within(1e-12));
    assertThat(pooled(4, 0.2, 0.4, unseen).smallest()).isCloseTo(0.5 + 0.5 / 21, within(1e-12));
  }

  private static PooledSets pooled(int asked, double q, double high, List<Planted> planted) {
    return new PooledSets("a", "a", "5%", 6, asked, 0.1, 0.3, 0.05, q, q, 0.2, 0, high, 0.5, planted);
  }

  @Test
  void aNoOfProbesNeedsPowerToo() {
    Estimate own = new Estimate(0.7, 0.65, 0.75);
    Estimate ownGain = new Estimate(0.2, 0.15, 0.25);
    assertThat(probes(own, ownGain, new Estimate(0.51, 0.47, 0.55), new Estimate(0.01, -0.04, 0.06)).verdict())
        .isEqualTo(Verdict.NO);
    assertThat(probes(own, ownGain, new Estimate(0.51, 0.4, 0.62), new Estimate(0.01, -0.1, 0.12)).verdict())
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(probes(own, ownGain, new Estimate(0.6, 0.55, 0.65), new Estimate(0.08, 0.01, 0.15)).verdict())
        .isEqualTo(Verdict.YES);
    assertThat(probes(own, new Estimate(0.02, -0.01, 0.05), new Estimate(0.6, 0.55, 0.65),
        new Estimate(0.08, 0.01, 0.15)).verdict()).as("only length").isEqualTo(Verdict.NOT_TESTED);
    // A power of one half where the share is as large as the interval's half-width.
    assertThat(probes(own, ownGain, own, new Estimate(0, -0.1, 0.1)).power()).isCloseTo(0.5, within(1e-6));
  }

  private static PooledProbes probes(Estimate own, Estimate ownGain, Estimate moved, Estimate gain) {
    return PooledProbes.of("a", "a", 12, own, ownGain, moved, gain, 0.5);
  }

  /// A coordinate is renamed or keeps its name; as many keep it as was asked for, but for those that the shuffle puts back.
  @Test
  void namesArePermutationsThatKeepAShare() {
    SplittableRandom random = new SplittableRandom(3);
    for (double kept : new double[]{0, 0.3, 1}) {
      int[] names = SetPool.names(1000, kept, random);
      assertThat(Arrays.stream(names).sorted().toArray()).isEqualTo(IntStream.range(0, 1000).toArray());
      assertThat(IntStream.range(0, 1000).filter(j -> names[j] == j).count()).isBetween((long) (1000 * kept),
          (long) (1000 * kept) + 10);
    }
  }

  /// What the planted pairs say is what happens to pairs that really share a part of their code, and codes that share nothing are
  /// hardly ever called alike, however strong they are.
  @Test
  @Tag("slow")
  void plantedPairsTellThePowerAndUnrelatedCodesAreNotAlike() {
    int runs = 100;
    int strong = 0;
    int weak = 0;
    int found = 0;
    double told = 0;
    for (int seed = 0; seed < runs; seed++) {
      strong += coded(0, 1, seed).verdict() == Verdict.YES ? 1 : 0;
      weak += coded(0, 0.25, seed).verdict() == Verdict.YES ? 1 : 0;
      PooledSets some = coded(4, 0.25, seed);
      found += some.verdict() == Verdict.YES ? 1 : 0;
      told += some.planted().stream().filter(one -> one.overlap() == 0.5).mapToDouble(one -> one.found() / 100.0).sum()
          / runs;
    }
    System.out.printf("unrelated called alike: %d strong and %d weak of %d; half shared: found %d of %d, told %.2f%n",
        strong, weak, runs, found, runs, told);
    assertThat(strong).isLessThanOrEqualTo(9); // 5 % of 100 and two standard errors
    assertThat(weak).isLessThanOrEqualTo(9);
    assertThat((double) found / runs).isBetween(told - 0.2, told + 0.2);
  }

  /// Two tasks with codes of eight coordinates each, some of them the same; or, where none is meant to be, as chance has it.
  private static PooledSets coded(int same, double size, int seed) {
    SplittableRandom random = new SplittableRandom(1000 + seed);
    int[] order = IntStream.range(0, WIDTH).toArray();
    Ranks.shuffle(order, random);
    PlantedRun a = PlantedRun.drawn(WIDTH, Arrays.copyOfRange(order, 0, 8), size, 2L * seed, random);
    if (same == 0) {
      Ranks.shuffle(order, random);
    }
    PlantedRun b = PlantedRun.drawn(WIDTH, Arrays.copyOfRange(order, 8 - same, 16 - same), size, 2L * seed + 1, random);
    return study(PlantedRun.run("run", a.named("a", seed), b.named("b", seed))).sets().getFirst();
  }

  @Test
  void setsMustLeaveSomethingOfTheLayer() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SetSize("top90").of(WIDTH)).withMessageContaining("90");
    assertThatIllegalArgumentException().isThrownBy(() -> new SetSize("0%")).withMessageContaining("'0%'");
    assertThat(new SetSize("1%").of(256)).isEqualTo(3);
    assertThat(new SetSize("top20").of(256)).isEqualTo(20);
  }
}
