package org.striatum.studies.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.Reliability;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.SplitHalf;
import org.striatum.probe.transfer.SetSize;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.Ceiling;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.PathSummary;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Life;
import org.striatum.studies.series.SeriesResults.SetOverlap;
import org.striatum.studies.series.SeriesResults.Turnover;

/// Series of invented rankings.
class SeriesStudyTest {
  private static final HookPoint HOOK = HookPoint.residPost(1);
  private static final SeriesStudy STUDY = new SeriesStudy(new SetSize("top2"));

  private static SeriesCheckpoint checkpoint(String name, Integer... order) {
    return checkpoint(name, List.of(order));
  }

  private static SeriesCheckpoint checkpoint(String name, List<Integer> order) {
    DatasetSummary dataset = new DatasetSummary("mul", 10, 20, new Estimate(0.5, 0.4, 0.6), 1, 6, 2, 2, 0,
        new Estimate(0.6, 0.5, 0.7), new Ceiling(new Estimate(0.8, 0.7, 0.9), 10, null), null);
    List<LayerProbes> layers = List.of(layer(HookPoint.residPost(0), 0.6, 0.9, List.of()),
        layer(HOOK, 0.8, 0.7, order));
    return new SeriesCheckpoint(name,
        new StudyResults(new ValueNeuronResults(List.of(dataset), layers), null, null, new LinkedHashMap<>(),
            null, null, null, List.of(), null, null, null, null),
        List.of());
  }

  /// No hook point of the dataset could be studied: that none passes would say that it was looked for.
  @Test
  void whereNothingIsKnownOfDopamineNeuronsThereIsNoNumber() {
    SeriesCheckpoint plain = checkpoint("step1", 0, 1, 2, 3);
    Estimate none = Estimate.exact(Double.NaN);
    SplitHalf half = new SplitHalf(0, Double.NaN, none);
    DopamineResults unstudied = new DopamineResults(List.of(new DatasetSteps("mul", 10, 10, 0, 0, 0, 0, 0, 0, "probe",
        new Reliability(half, half, none), 0, List.of(), List.of())), List.of(), List.of());
    SeriesCheckpoint looked = new SeriesCheckpoint("step2", new StudyResults(plain.results().values(), null, unstudied,
        new LinkedHashMap<>(), null, null, null, List.of(), null, null, null, null), List.of());
    assertThat(compared(STUDY, List.of(plain, looked), List.of(basis("step1", "step2", true))).points())
        .extracting(SeriesResults.Point::significant).containsOnlyNulls();
  }

  private static SeriesResults compared(SeriesStudy study, List<SeriesCheckpoint> checkpoints, List<Basis> bases) {
    Map<String, SeriesCheckpoint> byName = checkpoints.stream()
        .collect(Collectors.toMap(SeriesCheckpoint::name, Function.identity()));
    return study.run(checkpoints.stream().map(SeriesCheckpoint::name).toList(), byName::get, bases);
  }

  private static LayerProbes layer(HookPoint hook, double validation, double test, List<Integer> order) {
    return new LayerProbes("mul", hook,
        List.of(new ProbeAuroc(ProbeKind.LINEAR, validation, new Estimate(test, test - 0.1, test + 0.1))), null,
        List.of(), new PathSummary(0, 0, List.of()), List.of(), List.of(), Ranking.TD_FUNCTIONAL, order);
  }

  private static Basis basis(String first, String second, boolean common) {
    return new Basis(first, second, common, common ? "common" : "no common basis", 30, 0.9, 0.1, 1, 0.01);
  }

  private static List<Basis> allCommon(List<SeriesCheckpoint> checkpoints) {
    List<Basis> bases = new ArrayList<>();
    for (int i = 0; i < checkpoints.size(); i++) {
      for (int j = i + 1; j < checkpoints.size(); j++) {
        bases.add(basis(checkpoints.get(i).name(), checkpoints.get(j).name(), true));
      }
    }
    return bases;
  }

  @Test
  void bornKeptAndLostAlongTrainingWhateverTheOrderGiven() {
    List<SeriesCheckpoint> checkpoints = List.of(checkpoint("step1000", 0, 2, 1, 3), checkpoint("step300", 0, 1, 2, 3),
        checkpoint("step2000", 3, 2, 1, 0));
    SeriesResults results = compared(STUDY, checkpoints, allCommon(checkpoints));
    assertThat(results.turnovers()).containsExactly(
        new Turnover("step300", "step1000", "mul", HOOK, Kind.VALUE, List.of(0), List.of(2), List.of(1),
            (1 + 1) / 3.0 / 4),
        new Turnover("step1000", "step2000", "mul", HOOK, Kind.VALUE, List.of(2), List.of(3), List.of(0),
            (3 + 0 + 3) / 3.0 / 4));
    assertThat(results.lives()).contains(
        new Life("mul", HOOK, Kind.VALUE, 0, "step300", "step1000", 2, 3, 2),
        new Life("mul", HOOK, Kind.VALUE, 3, "step2000", "step2000", 1, 3, 1));
    assertThat(results.pairs()).hasSize(3).first().satisfies(one -> {
      assertThat(one.iou()).isEqualTo(1.0 / 3);
      assertThat(one.shared()).isEqualTo(1);
    });
  }

  @Test
  void coordinatesAreComparedOnlyInACommonBasis() {
    List<SeriesCheckpoint> checkpoints = List.of(checkpoint("step1", 0, 1, 2), checkpoint("step2", 0, 1, 2),
        checkpoint("step3", 0, 1, 2));
    SeriesResults results = compared(STUDY, checkpoints, List.of(basis("step1", "step2", true),
        basis("step1", "step3", true), basis("step2", "step3", false)));
    assertThat(results.pairs()).extracting(one -> one.first() + one.second()).containsExactly("step1step2",
        "step1step3");
    assertThat(results.turnovers()).hasSize(1);
    assertThat(results.lives()).as("the chain is broken").isEmpty();
    assertThat(results.notes()).containsExactly("step2 and step3: no common basis");
  }

  @Test
  void theSummarySaysWhatTheFiguresDo() {
    List<SeriesCheckpoint> checkpoints = List.of(checkpoint("step1000", 0, 2, 1, 3), checkpoint("step300", 0, 1, 2, 3),
        checkpoint("base", 3, 2, 1, 0));
    assertThat(SeriesSummary.of(compared(STUDY, checkpoints, allCommon(checkpoints))).sentences()).containsExactly(
        "mul: V(s₀) predicts success at 3 of 3 checkpoints (interval of the AUROC above ½); from step300 to step1000 "
            + "accuracy changes from 50.0 % to 50.0 %, AUROC from 0.700 [0.600 to 0.800] to 0.700 [0.600 to 0.800].",
        // IoU of {0, 2} and {0, 1}, {0, 2} and {3, 2}, {0, 1} and {3, 2}; two of four at random: 1/3 + (2/3)(1/3)
        "Value sets (best 2 coordinates): 3 of 3 pairs of checkpoints share a basis; their sets overlap with a mean IoU of 0.222, "
            + "by chance 0.389, between neighbours in training 0.333.");
    assertThat(SeriesSummary.of(compared(STUDY, List.of(), List.of())).sentences()).isEmpty();
  }

  @Test
  void aPointIsReadWhereValidationSays() {
    SeriesResults results = compared(STUDY, List.of(checkpoint("step7", 0, 1, 2)), List.of());
    assertThat(results.points()).singleElement().satisfies(point -> {
      assertThat(point.step()).isEqualTo(7);
      assertThat(point.hook()).isEqualTo(HOOK);
      assertThat(point.value().value()).as("not the best on test problems").isEqualTo(0.7);
      assertThat(point.significant()).isNull();
    });
  }

  @Test
  void stepsAreReadOffTheEndOfNames() {
    assertThat(checkpoint("step3000", 0).step()).isEqualTo(3000);
    assertThat(checkpoint("checkpoint-500", 0).step()).isEqualTo(500);
    assertThat(checkpoint("143000", 0).step()).isEqualTo(143000);
    assertThat(checkpoint("step2000-rft", 0).step()).isNull();
    assertThat(checkpoint("base", 0).step()).isNull();
  }

  @Test
  void aCheckpointNeedsValueNeurons() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SeriesCheckpoint("step1", StudyResults.NONE, List.of()))
        .withMessageContaining("value neurons").withMessageContaining("step1");
  }

  @Property(tries = 100)
  void whatIsKeptAndLostIsTheEarlierSetAndWhatIsKeptAndBornTheLater(@ForAll long seed) {
    Random random = new Random(seed);
    List<SeriesCheckpoint> checkpoints = IntStream.range(1, 5)
        .mapToObj(step -> checkpoint("step" + step, shuffled(random))).toList();
    SeriesResults results = compared(new SeriesStudy(new SetSize("25%")), checkpoints, allCommon(checkpoints));
    for (Turnover one : results.turnovers()) {
      assertThat(one.kept().size() + one.lost().size()).isEqualTo(5);
      assertThat(one.kept().size() + one.born().size()).isEqualTo(5);
      assertThat(one.drift()).isBetween(0.0, 1.0);
      double iou = results.pairs()
          .filter(overlap -> overlap.first().equals(one.from()) && overlap.second().equals(one.to())).findFirst()
          .orElseThrow().iou();
      assertThat(iou).isCloseTo(one.kept().size() / (5.0 + one.born().size()), within(1e-12));
    }
    assertThat(results.lives().stream().mapToInt(Life::present).sum()).isEqualTo(4 * 5);
  }

  /// The bits say what the sets say, pair by pair and in this order.
  @Property(tries = 100)
  void overlapsAreThoseOfEveryPairAlone(@ForAll long seed) {
    Random random = new Random(seed);
    List<SeriesCheckpoint> checkpoints = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      String name = random.nextInt(4) == 0 ? "tuned" + i + "-x" : i + "-step" + random.nextInt(1000);
      checkpoints.add(checkpoint(name, random.nextInt(5) == 0 ? List.of() : shuffled(random)));
    }
    List<Basis> bases = allCommon(checkpoints).stream()
        .map(one -> basis(one.first(), one.second(), random.nextInt(3) > 0)).toList();
    SeriesStudy study = new SeriesStudy(new SetSize("25%"));
    List<SetOverlap> expected = new ArrayList<>();
    for (Basis basis : bases) {
      List<Integer> first = order(checkpoints, basis.first());
      List<Integer> second = order(checkpoints, basis.second());
      if (basis.common() && !first.isEmpty() && !second.isEmpty()) {
        Overlap overlap = Overlap.of(first.subList(0, 5), second.subList(0, 5), 20);
        expected.add(new SetOverlap(basis.first(), basis.second(), "mul", HOOK, Kind.VALUE, 5, 20, overlap.shared(),
            overlap.iou(), overlap.expectedIou(), overlap.p()));
      }
    }
    assertThat(compared(study, checkpoints, bases).pairs()).containsExactlyElementsOf(expected);
  }

  private static List<Integer> order(List<SeriesCheckpoint> checkpoints, String name) {
    return checkpoints.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow().results().values()
        .layers().getLast().order();
  }

  /// Of many checkpoints not every pair is tested.
  @Test
  void whatTestedPairsLinkIsComparedAndWhatOneRefusesIsNot() {
    List<SeriesCheckpoint> checkpoints = List.of(checkpoint("step1", 0, 1, 2), checkpoint("step2", 0, 1, 2),
        checkpoint("step3", 0, 1, 2), checkpoint("step4", 0, 1, 2), checkpoint("step5", 0, 1, 2));
    SeriesResults results = compared(STUDY, checkpoints, List.of(basis("step1", "step2", true),
        basis("step2", "step3", true), basis("step3", "step4", true), basis("step1", "step4", false)));
    assertThat(results.pairs()).extracting(one -> one.first() + one.second()).containsExactly("step1step2",
        "step1step3", "step2step3", "step2step4", "step3step4");
    assertThat(SeriesSummary.of(results).sentences().getLast())
        .contains("3 of 4 tested pairs of checkpoints share a basis");
  }

  /// Nothing but their bits is kept of checkpoints that were read.
  @Test
  void everyCheckpointIsReadOnceAlongTraining() {
    List<String> names = List.of("base", "step30", "step4", "step200");
    List<String> read = new ArrayList<>();
    SeriesResults results = STUDY.run(names, name -> {
      read.add(name);
      return checkpoint(name, 0, 1, 2, 3);
    }, List.of());
    assertThat(read).containsExactly("step4", "step30", "step200", "base");
    assertThat(results.checkpoints()).extracting(SeriesResults.Place::name).containsExactlyElementsOf(names);
    assertThat(results.points()).extracting(SeriesResults.Point::checkpoint).containsExactlyElementsOf(names);
  }

  private static List<Integer> shuffled(Random random) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, 20).boxed().toList());
    Collections.shuffle(order, random);
    return order;
  }
}
