package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.cli.PlantedCheckpoint.Code;
import org.striatum.cli.PlantedStudy.Asked;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.stats.Proportion;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.probe.value.ValueProbeTraining.Target;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.paper.Paper;

/// What the whole pipeline says of models in which it is known what is there: value neurons that are used, value neurons
/// that aren't, no value, value in no few coordinates, and large coordinates without value.
@Order(2)
class PlantedModelTest {
  private static final long SEED = 1;
  private static final int SEEDS = 10;
  private static final int FEW_EPOCHS = 2;
  /// As `striatum demo`.
  private static final int EPOCHS = 6;
  /// The study's own.
  private static final String RANKING = ValueNeuronSettings.defaults().ranking().printed();
  private static final String PAPER = Ranking.TD_FIRST_LAYER_L1.printed();

  @TempDir
  private static Path shared;
  /// Of a sparse code that is read, for every test that only looks at it or ablates.
  private static PlantedStudy read;

  @TempDir
  private Path folder;

  @BeforeAll
  static void studyTheSparseCode() throws IOException {
    read = study(shared, Code.READ);
  }

  @AfterAll
  static void closeIt() throws IOException {
    read.close();
  }

  private static PlantedStudy study(Path folder, Code code) throws IOException {
    return new PlantedStudy(folder, code, PlantedStudy.MIDDLE_BLOCK, PlantedStudy.untrained(FEW_EPOCHS), SEED);
  }

  private static LayerProbes only(PlantedStudy study) {
    assertThat(study.values().layers()).hasSize(1);
    return study.values().layers().getFirst();
  }

  @Test
  void valueThatIsReadIsFoundAndValueSpecificAndSizeIsNot() throws IOException {
    assertThat(read.recovered(only(read), RANKING)).isGreaterThanOrEqualTo(5);
    assertThat(PlantedStudy.auroc(only(read), ProbeKind.SPARSE)).isGreaterThan(0.7);
    List<Intervention> found = read.ablate(read.best(RANKING));
    assertThat(found).hasSize(2).allSatisfy(one -> {
      assertThat(one.damage()).isEqualTo(Damage.SPECIFIC);
      assertThat(one.emptyMaskIdentical()).isTrue();
      assertThat(one.refused()).isNull();
    });
    assertThat(-found.getFirst().effect().value()).isGreaterThan(0.4);
    assertThat(read.ablate(read.large())).hasSize(2)
        .allSatisfy(one -> assertThat(one.damage()).isNotEqualTo(Damage.SPECIFIC));
  }

  @Test
  @Tag("slow")
  void valueThatIsNotReadIsFoundAndNotValueSpecific() throws IOException {
    try (PlantedStudy study = study(folder, Code.CUT)) {
      assertThat(study.recovered(only(study), RANKING)).isGreaterThanOrEqualTo(3);
      assertThat(study.ablate(study.best(RANKING))).hasSize(2)
          .allSatisfy(one -> assertThat(one.damage()).isNotEqualTo(Damage.SPECIFIC));
    }
  }

  @Test
  @Tag("slow")
  void aCoinFlipHasNoValue() throws IOException {
    try (PlantedStudy study = study(folder, Code.COIN)) {
      assertThat(PlantedStudy.auroc(only(study), ProbeKind.LINEAR)).isCloseTo(0.5, within(0.1));
      assertThat(PlantedStudy.auroc(only(study), ProbeKind.SPARSE)).isCloseTo(0.5, within(0.1));
      assertThat(only(study).shuffled().p()).isGreaterThan(0.05);
      Intervention found = study.ablate(study.best(RANKING)).getFirst();
      assertThat(found.effect().value()).isGreaterThan(-0.1);
      assertThat(found.damage()).isNotEqualTo(Damage.SPECIFIC);
    }
  }

  @Test
  @Tag("slow")
  void aDenseCodeFallsWithPruningAndASparseOneDoesNot() throws IOException {
    try (PlantedStudy dense = study(folder, Code.DENSE)) {
      assertThat(PlantedStudy.auroc(only(dense), ProbeKind.LINEAR)).isGreaterThan(0.68);
      assertThat(lossOfFive(only(dense))).isGreaterThan(0.02);
      assertThat(lossOfFive(only(read))).isLessThan(0.02);
      assertThat(dense.ablate(dense.best(RANKING)))
          .allSatisfy(one -> assertThat(one.damage()).isNotEqualTo(Damage.SPECIFIC));
    }
  }

  /// How far the refitted probe falls from all coordinates to the best 2 %, kept in the sparse path's order.
  private static double lossOfFive(LayerProbes layer) {
    List<PruningPoint> points = PlantedStudy.retrained(layer, Ranking.SPARSE_PATH);
    return points.getFirst().auroc().value() - points.stream().filter(point -> point.ratio() == 0.98).findFirst()
        .orElseThrow().auroc().value();
  }

  @ParameterizedTest
  @EnumSource(Code.class)
  void theCheckpointIsInspectedLikeAnyOther(Code code) throws IOException {
    PlantedCheckpoint checkpoint = PlantedCheckpoint.write(folder, code, SEED);
    Session session = Session.of("inspect", checkpoint.folder());
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out()).contains("llama");
  }

  /// The same seed gives the same bytes, another seed other coordinates.
  @Test
  void theSeedDecides() throws IOException {
    PlantedCheckpoint one = PlantedCheckpoint.write(folder.resolve("one"), Code.READ, 1);
    PlantedCheckpoint again = PlantedCheckpoint.write(folder.resolve("again"), Code.READ, 1);
    PlantedCheckpoint other = PlantedCheckpoint.write(folder.resolve("other"), Code.READ, 2);
    assertThat(Files.mismatch(one.folder().resolve("model.safetensors"), again.folder().resolve("model.safetensors")))
        .isEqualTo(-1);
    assertThat(one.planted()).isEqualTo(again.planted()).isNotEqualTo(other.planted())
        .hasSize(PlantedCheckpoint.PLANTED).doesNotContainAnyElementsOf(one.large());
  }

  /// What the paper's own ranking finds as it is written, on raw inputs and on z-scored ones, of few rollouts and, on raw ones, of
  /// eight times as many; for docs/planted-truth.md.
  @Test
  @Tag("slow")
  void thePaperAsWritten() throws IOException {
    Map<String, Integer> few = asThePaper(1, true);
    Map<String, Integer> many = asThePaper(8, true);
    Map<String, Integer> scaled = asThePaper(1, false);
    assertThat(List.of(few, many, scaled)).allSatisfy(
        found -> assertThat(found.get(RANKING)).isGreaterThanOrEqualTo(PlantedCheckpoint.PLANTED - 1));
    assertThat(many.get(PAPER)).as("the paper's recipe, of many rollouts")
        .isGreaterThanOrEqualTo(PlantedCheckpoint.PLANTED - 1);
    assertThat(List.of(few.get(PAPER), scaled.get(PAPER))).as("of few rollouts")
        .allSatisfy(hits -> assertThat(hits).isLessThan(PlantedCheckpoint.PLANTED - 1));
  }

  /// How many of the planted coordinates each ranking has among its first six.
  private Map<String, Integer> asThePaper(int samples, boolean raw) throws IOException {
    Asked asked = new Asked(600, samples, told -> Paper.V2.over(told)
        .withStudy(study -> study.withTraining(training -> training.withStandardised(!raw))));
    Map<String, Integer> recovered = new TreeMap<>();
    try (PlantedStudy study = new PlantedStudy(folder.resolve(samples + "-" + raw), Code.READ,
        PlantedStudy.MIDDLE_BLOCK, asked, SEED)) {
      for (String name : List.of(PAPER, Ranking.TERMINAL_ONLY_FIRST_LAYER_L1.printed(), RANKING)) {
        int hits = study.recovered(only(study), name);
        recovered.put(name, hits);
        System.out.println("%d rollouts of a problem, %s, %s: %d of %d".formatted(samples, raw ? "raw" : "z-scored",
            name, hits, PlantedCheckpoint.PLANTED));
      }
    }
    return recovered;
  }

  /// What ten seeds give, for docs/planted-truth.md: verdicts, and which rankings have what is planted among their first six. Which
  /// coordinates are planted, all other weights, the problems and every draw differ from seed to seed.
  @Test
  @Tag("slow")
  void powerAndFalsePositives() throws IOException {
    Map<String, Integer> specific = new TreeMap<>();
    Map<String, Integer> recovered = new TreeMap<>();
    Map<Code, Integer> beyondShuffles = new EnumMap<>(Code.class);
    for (long seed = 1; seed <= SEEDS; seed++) {
      for (Code code : List.of(Code.READ, Code.CUT, Code.COIN)) {
        try (PlantedStudy study = new PlantedStudy(folder.resolve(code + "-" + seed), code, PlantedStudy.MIDDLE_BLOCK,
            EPOCHS, seed)) {
          LayerProbes layer = only(study);
          Ranking.of(List.of(Target.TD, Target.MONTE_CARLO)).stream().map(Ranking::printed)
              .forEach(name -> recovered.merge(code + " " + name, study.recovered(layer, name), Integer::sum));
          study.values().rankingTrainings().forEach(System.out::println);
          beyondShuffles.merge(code, layer.shuffled().p() <= 0.05 ? 1 : 0, Integer::sum);
          for (NeuronSelection set : study.sets(code, PAPER, RANKING)) {
            Intervention primary = study.generating(set);
            specific.merge(code + " " + set.name(), primary.damage() == Damage.SPECIFIC ? 1 : 0, Integer::sum);
            System.out.printf(Locale.ROOT,
                "seed %d %s, %s: AUROC sparse %.3f, accuracy %.3f → %.3f, p against random %.3f, matched %.3f: %s%n",
                seed,
                code, set.name(), PlantedStudy.auroc(layer, ProbeKind.SPARSE), primary.base().outcome().value(),
                primary.ablated().outcome().value(), primary.random().p(), primary.matched().p(), primary.damage());
          }
        }
      }
    }
    beyondShuffles.forEach((code, hits) -> System.out
        .println(code + ", sparse probe beyond label shuffles: " + new Proportion(hits, SEEDS)));
    recovered.forEach((name, hits) -> System.out
        .println(name + ", planted among the best six: " + new Proportion(hits, SEEDS * PlantedCheckpoint.PLANTED)));
    specific.forEach(
        (name, hits) -> System.out.println(name + ", value-specific: " + new Proportion(hits, SEEDS)));

    int planted = SEEDS * PlantedCheckpoint.PLANTED;
    assertThat(recovered.get("READ " + RANKING)).isGreaterThanOrEqualTo(57);
    assertThat(recovered.get("CUT " + RANKING)).isGreaterThanOrEqualTo(planted * 9 / 10);
    assertThat(recovered.get("READ " + PAPER)).isGreaterThanOrEqualTo(planted * 9 / 10);
    assertThat(recovered.get("CUT " + PAPER)).isGreaterThanOrEqualTo(planted * 9 / 10);
    assertThat(specific.get("READ " + RANKING)).isGreaterThanOrEqualTo(9);
    // Of ten at a rate of 0.05, more than two are called with probability 0.012.
    for (String innocent : List.of("READ large", "CUT planted", "CUT " + RANKING, "COIN " + RANKING, "COIN " + PAPER)) {
      assertThat(specific.get(innocent)).as(innocent).isLessThanOrEqualTo(2);
    }
    assertThat(beyondShuffles.get(Code.READ)).isGreaterThanOrEqualTo(9);
    assertThat(beyondShuffles.get(Code.COIN)).isLessThanOrEqualTo(3);
  }
}
