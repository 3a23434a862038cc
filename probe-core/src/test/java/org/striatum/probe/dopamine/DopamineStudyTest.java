package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.Reliability;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.dopamine.DopamineResults.Trace;
import org.striatum.probe.dopamine.DopamineSettings.Errors;
import org.striatum.probe.dopamine.DopamineSettings.Power;
import org.striatum.probe.dopamine.DopamineSettings.Tests;
import org.striatum.probe.dopamine.DopamineSettings.Traces;
import org.striatum.probe.dopamine.DopamineStudy.LayerOutcome;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.PlantedRollouts.Recipe;
import org.striatum.probe.dopamine.PlantedRollouts.Run;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.value.PruningSettings;

class DopamineStudyTest {
  private static final int WIDTH = 60;

  /// Small enough for a test: `permutations` behind part 5, `resamples` behind intervals, two retrainings.
  static DopamineSettings settings(int permutations, int resamples) {
    return settings(permutations, resamples, 15, DopamineRanking.TD_ERROR_FIRST_LAYER_L1);
  }

  private static DopamineSettings settings(int permutations, int resamples, int tested, DopamineRanking ranking) {
    return new DopamineSettings(new Errors(1 - 1e-5, 0.3), TdErrorProbe.TRAINING, ranking,
        new PruningSettings(List.of(0.0, 0.5, 0.9, 0.95), 5),
        new Tests(tested, permutations, 2, 0.05, 0.9, 0.3, new Power(2, List.of(0.3, 0.6), 0.6)),
        new Traces(0.4, 2, 20, 5), resamples);
  }

  private static final DopamineStudy STUDY = new DopamineStudy(settings(99, 200), 1);

  private static PlantedRollouts planted(long seed) {
    return PlantedRollouts.draw(new Recipe(200, 6, 32, WIDTH, true, true), new SplittableRandom(seed));
  }

  private static LayerOutcome layer(PlantedRollouts planted) {
    return STUDY.layer(planted.dataset("planted"), PlantedRollouts.HOOK, Progress.Task.SILENT);
  }

  private static PlantedRollouts with(PlantedRollouts planted, List<Run> runs) {
    return new PlantedRollouts(runs, planted.width(), planted.steps(), planted.values(), planted.entropies());
  }

  @Test
  void findsWhatWasPlantedAndNothingElse() throws IOException {
    long[] stepped = new long[2];
    Progress progress = (_, total, _) -> {
      stepped[0] = total;
      return units -> stepped[1] += units;
    };
    DopamineResults results = STUDY.run(List.of(planted(10).dataset("planted")), progress);
    assertThat(stepped[1]).isEqualTo(stepped[0]);

    LayerDopamine layer = results.layers().getFirst();
    assertThat(layer.significant()).containsExactlyInAnyOrderElementsOf(PlantedRollouts.DELTAS);
    assertThat(layer.tested()).hasSizeBetween(15, 30)
        .extracting(neuron -> neuron.ranks().get(DopamineRanking.TD_ERROR_FIRST_LAYER_L1.printed())).isSorted();
    assertThat(layer.tested()).allSatisfy(neuron -> {
      assertThat(layer.order().get(neuron.ranks().get(DopamineRanking.TD_ERROR_FIRST_LAYER_L1.printed()) - 1))
          .isEqualTo(neuron.coordinate());
      assertThat(neuron.ranks().values()).anyMatch(rank -> rank <= 15);
    });
    assertThat(layer.agreement()).hasSize(2);
    assertThat(layer.order().subList(0, 6)).contains(0, 1);
    assertThat(layer.tested()).filteredOn(TestedNeuron::significant)
        .allSatisfy(neuron -> {
          assertThat(neuron.sign()).isEqualTo(neuron.coordinate() == 1 ? -1 : 1);
          assertThat(neuron.consistency()).isGreaterThanOrEqualTo(0.8);
        });
    assertThat(layer.order()).hasSize(WIDTH).doesNotHaveDuplicates();
    assertThat(layer.notes()).isEmpty();

    assertThat(layer.curves()).extracting(DopamineResults.ProbeCurve::scaling).containsExactly(Scaling.CAUSAL,
        Scaling.WHOLE_RESPONSE);
    assertThat(layer.curves()).allSatisfy(curve -> {
      assertThat(curve.all().value()).isGreaterThan(0.5);
      assertThat(curve.points().getFirst().kept()).isEqualTo(WIDTH);
      assertThat(curve.points().getFirst().rho().value()).isGreaterThan(0.6)
          .isBetween(curve.points().getFirst().rho().low(), curve.points().getFirst().rho().high());
      assertThat(curve.points().getFirst().randomLow()).isEqualTo(curve.points().getFirst().rho().value());
      assertThat(curve.points().getLast().kept()).isEqualTo(3);
    });
    assertThat(layer.shuffled().retrainings()).isEqualTo(2);
    assertThat(layer.shuffled().p()).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(layer.shuffled().high()).isLessThan(0.3);

    DatasetSteps row = results.datasets().getFirst();
    assertThat(row.warnings()).isEmpty();
    assertThat(row.notes()).isEmpty();
    assertThat(row.values()).isEqualTo("32 continuations a state");
    assertThat(row.kept()).isEqualTo(row.keptTrain() + row.keptValidation() + row.keptTest()).isLessThan(row.steps());
    assertThat(row.reliability().value().reliability().value()).isGreaterThan(0.9);
    assertThat(row.reliability().delta().reliability().value()).isGreaterThan(0.7);

    byte[] json = RecordJson.pretty(results);
    assertThat(RecordJson.pretty(RecordJson.parse(json, DopamineResults.class, "results"))).isEqualTo(json);
  }

  /// Whatever hook point it is of, a coordinate is one of the dataset's family: each p is corrected over all of them.
  @Test
  void allHookPointsOfADatasetAreOneFamily() {
    PlantedRollouts planted = PlantedRollouts.draw(new Recipe(80, 4, 8, 20, true, true), new SplittableRandom(21));
    StudiedDataset one = planted.dataset("two places");
    StudiedDataset two = new StudiedDataset(one.name(), one.split(), one.steps(), one.values(), one.entropies(),
        new TreeMap<>(Map.of(PlantedRollouts.HOOK, planted, HookPoint.residPost(3), planted)));
    DopamineResults results = STUDY.run(List.of(two), Progress.NONE);
    assertThat(results.layers()).hasSize(2);
    double[] p = results.layers().stream().flatMap(layer -> layer.tested().stream())
        .mapToDouble(neuron -> neuron.signature().partial().givenAfter().p()).toArray();
    double[] q = results.layers().stream().flatMap(layer -> layer.tested().stream())
        .mapToDouble(neuron -> neuron.signature().partial().givenAfter().q()).toArray();
    assertThat(q).containsExactly(FalseDiscovery.benjaminiHochberg(p));
    assertThat(results.layers()).allSatisfy(layer -> assertThat(layer.significant()).isEqualTo(layer.tested().stream()
        .filter(neuron -> neuron.signature().complete()).map(TestedNeuron::coordinate).toList()));
  }

  @Test
  void tracesShowTheSurpriseWhereItIs() {
    LayerDopamine layer = layer(planted(11)).figures();
    assertThat(layer.traces()).isNotEmpty();
    for (Trace trace : layer.traces()) {
      int coordinate = trace.coordinate();
      assertThat(PlantedRollouts.DELTAS).contains(coordinate);
      assertThat(trace.points()).hasSizeBetween(6, 11).extracting(DopamineResults.TracePoint::offset).isSorted();
      assertThat(trace.rollouts()).isGreaterThanOrEqualTo(trace.problems());
      DopamineResults.TracePoint start = trace.points().stream().filter(point -> point.offset() == 0).findFirst()
          .orElseThrow();
      boolean rises = trace.surprise() == Surprise.SUCCESS == (coordinate != 1);
      assertThat(start.mean().value() * (rises ? 1 : -1)).isPositive();
      assertThat(rises ? start.mean().value() : -start.mean().value())
          .isGreaterThan(rises ? start.controlHigh() : -start.controlLow());
    }
    assertThat(layer.traces()).extracting(Trace::surprise).contains(Surprise.SUCCESS, Surprise.FAILURE);
  }

  @Test
  void equalSeedsGiveEqualResultsWhateverElseIsStudied() {
    Recipe small = new Recipe(80, 4, 8, 20, true, true);
    StudiedDataset first = PlantedRollouts.draw(small, new SplittableRandom(12)).dataset("first");
    StudiedDataset second = PlantedRollouts.draw(small, new SplittableRandom(13)).dataset("second");
    DopamineResults alone = STUDY.run(List.of(second), Progress.NONE);
    DopamineResults together = STUDY.run(List.of(first, second), Progress.NONE);
    assertThat(RecordJson.pretty(together.layers().getLast())).isEqualTo(RecordJson.pretty(alone.layers().getFirst()));
    assertThat(RecordJson.pretty(together.datasets().getLast()))
        .isEqualTo(RecordJson.pretty(alone.datasets().getFirst()));
    DopamineResults other = new DopamineStudy(settings(99, 200), 2).run(List.of(second), Progress.NONE);
    assertThat(other.layers()).isNotEqualTo(alone.layers());
  }

  /// The value stays at ½ until the reward: between states, δ is sampling noise.
  @Test
  void aSurpriseThatIsOnlySamplingNoiseIsReportedAsSuch() {
    PlantedRollouts still = PlantedRollouts.draw(new Recipe(160, 6, 4, WIDTH, true, false), new SplittableRandom(14));
    DatasetSteps row = STUDY.summary(still.dataset("still"), List.of());
    Reliability reliability = row.reliability();
    assertThat(reliability.delta().reliability().value()).isCloseTo(0, within(0.15));
    assertThat(reliability.replicated().value()).isCloseTo(0, within(0.1));
    assertThat(row.warnings()).singleElement().asString()
        .startsWith("|δ| > 0.3 selects mostly noise: δ has reliability");
  }

  @Test
  void valuesOfAProbeComeWithAWarning() {
    PlantedRollouts exact = PlantedRollouts.draw(new Recipe(60, 4, 0, WIDTH, true, true), new SplittableRandom(15));
    DatasetSteps row = STUDY.summary(exact.dataset("exact"), List.of());
    assertThat(row.values()).isEqualTo("exact");
    assertThat(row.reliability().delta().items()).isZero();
    assertThat(row.reliability().delta().reliability().value()).isNaN();
    assertThat(row.warnings()).singleElement().asString().contains("no independent halves");
  }

  @Test
  void theOrderIsThatOfTheChosenRanking() {
    DopamineStudy study = new DopamineStudy(settings(99, 200, 20, DopamineRanking.DELTA_CORRELATION), 3);
    LayerDopamine layer = study.layer(planted(16).dataset("planted"), PlantedRollouts.HOOK, Progress.Task.SILENT)
        .figures();
    assertThat(layer.ranking()).isEqualTo(DopamineRanking.DELTA_CORRELATION);
    assertThat(layer.tested()).extracting(neuron -> neuron.ranks().get("delta-correlation")).isSorted();
    assertThat(layer.significant()).contains(0, 1).isSubsetOf(PlantedRollouts.DELTAS);
    // A coordinate that follows δ, or the value after it, correlates with δ more than any that does not.
    assertThat(layer.order().subList(0, 2)).isSubsetOf(0, 1, 3, 6, 12, 13);
  }

  @Test
  void statesThatAreNoNumbersAndConstantCoordinatesAreLeftOut() {
    PlantedRollouts broken = planted(17);
    for (Run run : broken.runs()) {
      for (int t = 0; t < run.states().length / WIDTH; t++) {
        run.states()[t * WIDTH + 30] = 1e6f / 3;
      }
    }
    broken.runs().get(0).states()[2 * WIDTH + 40] = Float.NaN; // in the first step
    broken.runs().get(1).states()[5] = Float.POSITIVE_INFINITY; // s₀ is in no step
    LayerOutcome outcome = layer(broken);
    assertThat(outcome.excludedSteps()).isEqualTo(1);
    assertThat(outcome.figures().constant()).isEqualTo(1);
    assertThat(outcome.figures().tested()).extracting(TestedNeuron::coordinate).doesNotContain(30);
    assertThat(outcome.figures().significant()).containsExactlyInAnyOrderElementsOf(PlantedRollouts.DELTAS);
  }

  @Test
  void fitsAreCountedBefore() {
    LayerOutcome outcome = layer(planted(21));
    DopamineFits fits = DopamineFits.of(settings(99, 200), 1);
    assertThat(fits.shuffled()).isEqualTo(outcome.figures().shuffled().retrainings());
    assertThat(fits.networks()).isEqualTo(fits.shuffled() + outcome.figures().curves().size());
    assertThat(fits.planted()).isEqualTo(outcome.planted().size());
    assertThat((long) outcome.figures().tested().size()).isLessThanOrEqualTo(fits.tested());
    assertThat(DopamineFits.of(settings(99, 200), 3).planted()).as("shared among hook points, at least one each")
        .isEqualTo(3L * fits.planted() / 2);
  }

  @Test
  void whatCannotBeStudiedIsSaidInOneLine() {
    PlantedRollouts good = planted(18);
    PlantedRollouts solved = with(good, good.runs().stream()
        .map(run -> new Run(run.problem(), run.states(), 1, run.promptLength())).toList());
    assertThat(layer(solved).figures()).isNull();
    assertThat(layer(solved).obstacle()).isEqualTo("the training fold needs wrong rollouts with steps among its 600:"
        + " at least 1, found 0");

    PlantedRollouts few = PlantedRollouts.draw(new Recipe(24, 6, 8, WIDTH, true, true), new SplittableRandom(19));
    assertThat(layer(few).obstacle()).isEqualTo("the test fold needs problems: at least 10, found 8");

    PlantedRollouts still = with(good, good.runs().stream()
        .map(run -> new Run(run.problem(), new float[run.states().length], run.reward(), run.promptLength())).toList());
    assertThat(layer(still).obstacle()).endsWith("coordinates that vary over the training steps: at least 1, found 0");

    DopamineResults results = STUDY.run(List.of(solved.dataset("solved")), Progress.NONE);
    assertThat(results.layers()).isEmpty();
    assertThat(results.datasets().getFirst().notes()).hasSize(1).first().asString()
        .startsWith("blocks.2.hook_resid_post: ");
  }

  @Test
  void rolloutsWithoutATokenHaveNoSteps() {
    PlantedRollouts good = planted(20);
    List<Run> runs = new ArrayList<>(good.runs());
    List<Steps> steps = new ArrayList<>(good.steps());
    List<List<Continuations>> values = new ArrayList<>(((StepValues.MonteCarlo) good.values()).continuations());
    double[][] entropies = good.entropies().clone();
    runs.set(0, new Run("p0", new float[WIDTH], 0, 3));
    steps.set(0, new Steps(new int[0]));
    values.set(0, List.of());
    entropies[0] = new double[0];
    PlantedRollouts changed = new PlantedRollouts(runs, WIDTH, steps, new StepValues.MonteCarlo(values), entropies);
    assertThat(layer(changed).figures().significant()).containsExactlyInAnyOrderElementsOf(PlantedRollouts.DELTAS);
  }

  @Test
  void refusesSettingsItCannotUse() {
    assertThatIllegalArgumentException().isThrownBy(() -> settings(10, 200))
        .withMessage("p < 0.05 needs at least 20 permutations, found 10");
    assertThatIllegalArgumentException().isThrownBy(() -> DopamineRanking.named("loudest"))
        .withMessageContaining("found 'loudest'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudiedDataset("none", planted(21).split(), List.of(), planted(21).values(), null,
            new TreeMap<>()))
        .withMessageContaining("has no hook point");
    assertThat(Scaling.named("whole-response")).isEqualTo(Scaling.WHOLE_RESPONSE);
    assertThatIllegalArgumentException().isThrownBy(() -> Scaling.named("future"))
        .withMessage("scaling must be one of causal, whole-response, found 'future'");
  }
}
