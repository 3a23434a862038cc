package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.PlantedStore;
import org.striatum.probe.sparse.SolverKind;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.probe.value.ValueNeuronStudy.StudiedDataset;
import org.striatum.probe.value.ValueProbeTraining.Optimiser;
import org.striatum.probe.value.ValueProbeTraining.Returns;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.probe.value.ValueProbeTraining.Target;

class ValueNeuronStudyTest {
  private static final HookPoint HOOK = HookPoint.residPost(2);
  private static final ValueNeuronSettings SETTINGS = new ValueNeuronSettings(
      new ValueProbeTraining(ValueProbeTraining.Target.TD, 32, new Optimiser(3e-3, 0.01, 8), new Stopping(20, 10),
          Returns.of(1 - 1e-5), true),
      List.of(), Ranking.UNIVARIATE_AUROC, new PruningSettings(List.of(0.0, 0.5, 0.9, 0.95), 4),
      new SparseSettings(SparseFit.LOGISTIC, SolverKind.PATH, 10, 0.05, 5),
      new ValueNeuronSettings.Summary(100, 6, 0.1),
      new ControlSettings(2, 2, 5, new ControlSettings.Reruns(1, 2, 2), 0.02,
          new ControlSettings.Power(5, 5, List.of(0.7, 0.8), 0.7)));
  private static final List<String> RANKINGS = Ranking.of(List.of(Target.TD, Target.MONTE_CARLO)).stream()
      .map(Ranking::printed).toList();
  private static final int WIDTH = 40;

  /// Trajectories of two equal states: what s₀ knows, it knows throughout.
  private static ListedTrajectories planted(RandomGenerator random) {
    return twice(PlantedStore.draw(80, 4, WIDTH, 3, 1.2, 3, random));
  }

  /// Short prompts mostly succeed.
  private static ListedTrajectories twice(PlantedStore store) {
    return twice(store, 8);
  }

  /// @param every so many prompts that succeed are long, and that fail short; 0 for none
  private static ListedTrajectories twice(PlantedStore store, int every) {
    List<ListedTrajectories.Trajectory> list = new ArrayList<>();
    for (int i = 0; i < store.size(); i++) {
      float[] states = new float[2 * store.width()];
      System.arraycopy(store.rows(), i * store.width(), states, 0, store.width());
      System.arraycopy(store.rows(), i * store.width(), states, store.width(), store.width());
      list.add(new ListedTrajectories.Trajectory(store.problems()[i], states, store.labels()[i] ? 1 : 0,
          store.labels()[i] != (every > 0 && i % every == 0) ? 5 : 9));
    }
    return new ListedTrajectories(store.width(), list);
  }

  private static Split split(Trajectories trajectories) {
    return Split.byProblem(IntStream.range(0, trajectories.size()).mapToObj(trajectories::problem).toList(), 0.6, 0.2,
        new SplittableRandom(51));
  }

  private static StudiedDataset dataset(String name, Trajectories trajectories) {
    return new StudiedDataset(name, 1, split(trajectories), new TreeMap<>(Map.of(HOOK, trajectories)));
  }

  private static Map<ProbeKind, ProbeAuroc> probes(LayerProbes layer) {
    return layer.probes().stream().collect(Collectors.toMap(ProbeAuroc::probe, probe -> probe));
  }

  /// What was counted before is what was done: draws of every null and control as results tell them, probes as they were given out.
  @Test
  void fitsAreCountedBefore() {
    Trajectories trajectories = planted(new SplittableRandom(61));
    HookPoint other = HookPoint.residPost(3);
    long[] networks = new long[1];
    ValueNeuronSettings settings = SETTINGS
        .withControls(controls -> controls.withProbeSeeds(0).withPower(power -> power.withRotated(1)));
    ValueNeuronResults results = new ValueNeuronStudy(settings, 62, new ProbeSink() {
      @Override
      public void linear(String dataset, HookPoint hook, String probe, LinearPredictor fitted) {}

      @Override
      public void value(String dataset, HookPoint hook, Target target, ValueProbe fitted, int rollouts) {
        networks[0]++;
      }
    }, Pieces.HERE).run(List.of(new StudiedDataset("planted", 1, split(trajectories),
        new TreeMap<>(Map.of(HOOK, trajectories, other, trajectories)))), Progress.NONE);
    ValueFits fits = ValueFits.of(settings, 2);
    assertThat(fits.networks()).isEqualTo(networks[0]);
    assertThat(fits.shuffled())
        .isEqualTo(results.layers().stream().mapToLong(layer -> layer.shuffled().permutations()).sum());
    assertThat(fits.paths()).isEqualTo(fits.shuffled() + 2);
    assertThat(fits.regressions()).isEqualTo(2 * (1 + 2 * 4 + 4 * 4));
    DatasetControls controls = results.controls().getFirst();
    assertThat(fits.controls().rotations()).isEqualTo(controls.rotation().rotations());
    assertThat(fits.controls().sets()).isEqualTo(2L * controls.sparsity().random().sets());
    assertThat(fits.controls().selections()).isEqualTo(1 + controls.nested().shuffled().permutations());
    Map<String, Integer> planted = controls.power().shares().stream().collect(Collectors.toMap(
        share -> share.code() + " " + share.arrangement() + " " + share.strength(), ValuePower.Share::planted,
        Math::max));
    assertThat(planted.values().stream().mapToLong(Integer::longValue).sum()).isPositive()
        .isLessThanOrEqualTo(fits.controls().planted());
    assertThat(ValueFits.of(settings.withControls(
        all -> all.withProbeSeeds(3).withPower(power -> power.withPlanted(0))), 2).networks())
        .isEqualTo(fits.networks() + 3);
    assertThat(ValueFits.of(settings.withControls(all -> all.withPower(power -> power.withPlanted(0))), 2).controls()
        .planted()).isZero();
  }

  @Test
  void findsWhatWasPlanted() {
    PlantedStore store = PlantedStore.draw(80, 4, WIDTH, 3, 1.2, 3, new SplittableRandom(52));
    long[] stepped = new long[2];
    Progress progress = (_, total, _) -> {
      stepped[0] += total; // of the probes, and of the codes that are planted into each data set
      return units -> stepped[1] += units;
    };
    ValueNeuronResults results = new ValueNeuronStudy(SETTINGS, 53).run(List.of(dataset("planted", twice(store))),
        progress);
    assertThat(stepped[1]).isEqualTo(stepped[0]);

    LayerProbes layer = results.layers().getFirst();
    assertThat(probes(layer)).containsOnlyKeys(ProbeKind.LINEAR, ProbeKind.SPARSE, ProbeKind.TD,
        ProbeKind.MONTE_CARLO);
    assertThat(layer.probes()).allSatisfy(probe -> assertThat(probe.test().value()).as(probe.probe().printed())
        .isGreaterThan(0.8).isBetween(probe.test().low(), probe.test().high()));
    assertThat(layer.shuffled().permutations()).isEqualTo(5);
    assertThat(layer.shuffled().p()).isCloseTo(1.0 / 6, within(1e-12));
    assertThat(layer.order()).hasSize(WIDTH).doesNotHaveDuplicates();
    assertThat(layer.order().subList(0, 3)).containsExactlyInAnyOrderElementsOf(Arrays.stream(store.informative())
        .boxed().toList());
    assertThat(layer.top()).hasSize(6);
    assertThat(layer.top()).allSatisfy(neuron -> {
      assertThat(neuron.coordinate()).isEqualTo(layer.order().get(neuron.rank() - 1));
      assertThat(neuron.scores()).containsOnlyKeys(RANKINGS);
      assertThat(neuron.ranks()).containsOnlyKeys(RANKINGS).containsEntry(layer.ranking().printed(), neuron.rank());
      assertThat(neuron.ranks().values()).allMatch(rank -> rank >= 1 && rank <= WIDTH);
    });
    assertThat(layer.agreement()).hasSize(RANKINGS.size() * (RANKINGS.size() - 1) / 2);
    assertThat(layer.path().points()).hasSize(10);
    assertThat(layer.path().nonZero()).isBetween(1, WIDTH);

    assertThat(results.controls()).singleElement().satisfies(controls -> {
      assertThat(controls.hook()).isEqualTo(HOOK);
      assertThat(controls.readable()).isTrue();
      assertThat(controls.stability()).extracting(DatasetControls.SetStability::over)
          .containsExactly("problem resamples", "problem resamples", "problem resamples", "probe seeds");
      assertThat(controls.nested().choices()).hasSize(2);
      assertThat(controls.notes()).isEmpty();
      assertThat(answers(controls)).doesNotContain(Verdict.NOT_TESTED);
      assertThat(controls.predicts()).isEqualTo(Verdict.YES);
      assertThat(controls.power().shares()).isNotEmpty();
      assertThat(answers(unreadable(controls))).containsOnly(Verdict.NOT_TESTED);
    });
    assertThat(results.datasets()).singleElement().satisfies(summary -> {
      assertThat(summary.problems()).isEqualTo(80);
      assertThat(summary.rollouts()).isEqualTo(320);
      assertThat(List.of(summary.train(), summary.validation(), summary.test())).containsExactly(48, 16, 16);
      // Short prompts mostly succeed here: the sign is turned on the training fold.
      assertThat(summary.promptLengthAuroc().value()).isBetween(0.75, 0.99);
      assertThat(summary.ceiling().refused()).isNull();
      assertThat(summary.ceiling().problems()).isEqualTo(80);
      assertThat(summary.note()).isNull();
    });
  }

  /// Prompts of 5 tokens succeed and those of 9 fail: there is nothing left to know, and nothing to rank by.
  @Test
  void aNuisanceThatExplainsEverythingIsSaid() {
    PlantedStore store = PlantedStore.draw(80, 4, WIDTH, 3, 1.2, 3, new SplittableRandom(52));
    ValueNeuronResults results = new ValueNeuronStudy(SETTINGS.withRanking(Ranking.AUROC_AFTER_LENGTH), 53)
        .run(List.of(dataset("explained", twice(store, 0))), Progress.NONE);
    assertThat(results.controls().getFirst().moreThanPromptLength()).isEqualTo(Verdict.NOT_TESTED);
    assertThat(results.layers().getFirst().ranking()).isEqualTo(Ranking.UNIVARIATE_AUROC);
    assertThat(results.datasets().getFirst().note()).contains("auroc-after-length", "instead");
    assertThat(results.datasets().getFirst().promptLengthAuroc().value()).isEqualTo(1);
  }

  /// With 24 problems nothing that is absent would have been seen; with ten, or outcomes of one kind, nothing is asked at all.
  @Test
  void aSmallStudyNeverSaysNo() {
    ValueNeuronSettings settings = SETTINGS.withControls(controls -> controls.withFolds(3).withRotations(19)
        .withRandomSets(19).withPower(power -> power.withPlanted(12).withRotated(2)));
    int noes = 0;
    for (int seed = 0; seed < 4; seed++) {
      // A dense code, one that is in three coordinates, and none.
      int informative = seed == 0 ? WIDTH : 3;
      PlantedStore store = PlantedStore.draw(24, 1, WIDTH, informative, seed == 0 ? 0.4 : seed == 1 ? 1.5 : 0, 3,
          new SplittableRandom(80 + seed));
      ValueNeuronResults results = new ValueNeuronStudy(settings, seed).run(List.of(dataset("small", twice(store))),
          Progress.NONE);
      for (DatasetControls controls : results.controls()) {
        assertThat(Stream.of(ValueQuestion.values()).map(controls::answer)).doesNotContain(Verdict.NO);
        noes += List.of(controls.sparsity().verdict(), controls.rotation().verdict(),
            controls.nuisances().getFirst().verdict()).contains(Verdict.NO) ? 1 : 0;
      }
      assertThat(results.controls().isEmpty()).isEqualTo(results.layers().isEmpty());
    }
    assertThat(noes).as("which the tests alone would have said").isPositive();
  }

  @Test
  void tenProblemsCostTheAnswersAndSaySo() {
    PlantedStore store = PlantedStore.draw(10, 1, WIDTH, 3, 1.2, 3, new SplittableRandom(90));
    ValueNeuronResults results = new ValueNeuronStudy(SETTINGS.withControls(controls -> controls.withFolds(5)), 91)
        .run(List.of(dataset("ten", twice(store))), Progress.NONE);
    if (results.controls().isEmpty()) {
      assertThat(results.datasets().getFirst().note()).contains("at least");
    } else {
      assertThat(answers(results.controls().getFirst())).doesNotContain(Verdict.NO);
    }
    assertThat(results.datasets().getFirst().ceiling().refused()).contains("K ≥ 2");
  }

  private static List<Verdict> answers(DatasetControls controls) {
    return List.of(controls.sparse(), controls.basisAligned(), controls.moreThanPromptLength());
  }

  /// The same figures of a probe that predicts nothing.
  private static DatasetControls unreadable(DatasetControls c) {
    return new DatasetControls(c.dataset(), c.hook(), c.width(), c.testProblems(), c.testRollouts(), c.whole(), false,
        c.sparsity(), c.rotation(), c.nuisances(), c.nested(), c.calibration(), c.stability(), c.power(), c.notes());
  }

  @Test
  void pruningCurvesStartAtTheWholeProbe() {
    LayerProbes layer = new ValueNeuronStudy(SETTINGS, 54).run(List.of(dataset("planted", planted(
        new SplittableRandom(55)))), Progress.NONE).layers().getFirst();
    assertThat(layer.pruning()).extracting(PruningCurve::probe).containsExactly(ProbeKind.TD, ProbeKind.MONTE_CARLO,
        ProbeKind.LINEAR, ProbeKind.LINEAR);
    for (PruningCurve curve : layer.pruning()) {
      PruningPoint whole = curve.points().getFirst();
      assertThat(whole.kept()).isEqualTo(WIDTH);
      assertThat(whole.auroc().value()).isEqualTo(probes(layer).get(curve.probe()).test().value());
      assertThat(whole.randomLow()).isEqualTo(whole.auroc().value());
      assertThat(curve.points().getLast().kept()).isEqualTo(2);
    }
    // Two of three planted coordinates do most of the work; two random ones hardly ever do any.
    PruningPoint sparsest = layer.pruning().getLast().points().getLast();
    assertThat(sparsest.auroc().value()).isGreaterThan(sparsest.randomHigh());
  }

  @Test
  void shuffledOutcomesLeaveNothing() {
    PlantedStore nothing = PlantedStore.draw(80, 4, WIDTH, 3, 1.2, 3, new SplittableRandom(56)).shuffledByProblem(4,
        new SplittableRandom(57));
    LayerProbes layer = new ValueNeuronStudy(SETTINGS, 58).run(List.of(dataset("shuffled", twice(nothing))),
        Progress.NONE).layers().getFirst();
    // 64 test rollouts: a standard error of at most 0.08 for outcomes no rarer than one in three.
    assertThat(layer.probes()).allSatisfy(
        probe -> assertThat(probe.test().value()).as(probe.probe().printed()).isCloseTo(0.5, within(4 * 0.08)));
    assertThat(layer.shuffled().mean()).isCloseTo(0.5, within(4 * 0.08 / Math.sqrt(5)));
  }

  @Test
  void equalSeedsGiveEqualResultsWhateverElseIsStudied() {
    ListedTrajectories first = planted(new SplittableRandom(59));
    ListedTrajectories second = planted(new SplittableRandom(60));
    ValueNeuronStudy study = new ValueNeuronStudy(SETTINGS, 61);
    ValueNeuronResults alone = study.run(List.of(dataset("second", second)), Progress.NONE);
    ValueNeuronResults together = study.run(List.of(dataset("first", first), dataset("second", second)),
        Progress.NONE);
    assertThat(together.layers().getLast()).isEqualTo(alone.layers().getFirst());
    assertThat(together.datasets().getLast()).isEqualTo(alone.datasets().getFirst());
    assertThat(new ValueNeuronStudy(SETTINGS, 62).run(List.of(dataset("second", second)), Progress.NONE).layers())
        .isNotEqualTo(alone.layers());
  }

  @Test
  void oneClassOutcomesCostOnlyTheirOwnDataset() {
    ListedTrajectories good = planted(new SplittableRandom(63));
    ListedTrajectories allRight = new ListedTrajectories(WIDTH, good.list().stream()
        .map(run -> new ListedTrajectories.Trajectory(run.problem(), run.states(), 1, 3)).toList());
    ValueNeuronResults results = new ValueNeuronStudy(SETTINGS, 64)
        .run(List.of(dataset("solved", allRight), dataset("good", good)), Progress.NONE);
    assertThat(results.layers()).singleElement().satisfies(layer -> assertThat(layer.dataset()).isEqualTo("good"));
    assertThat(results.datasets().getFirst().note()).isEqualTo("blocks.2.hook_resid_post: the training fold needs"
        + " wrong rollouts among its 192: at least 1, found 0");
    assertThat(results.datasets().getFirst().accuracy().value()).isEqualTo(1);
    assertThat(results.datasets().getFirst().promptLengthAuroc().value()).isNaN();
    assertThat(results.datasets().getLast().note()).isNull();
  }

  @Test
  void statesThatAreNoNumbersAreCountedAndLeftOut() {
    ListedTrajectories broken = planted(new SplittableRandom(65));
    broken.list().get(0).states()[3] = Float.NaN; // s₀: both states of the trajectory go
    broken.list().get(1).states()[WIDTH + 3] = Float.POSITIVE_INFINITY; // the second state goes
    for (ListedTrajectories.Trajectory run : broken.list()) {
      run.states()[7] = 2.5f; // a constant coordinate
      run.states()[WIDTH + 7] = 2.5f;
    }
    ValueNeuronStudy study = new ValueNeuronStudy(SETTINGS, 66);
    ValueNeuronResults results = study.run(List.of(dataset("broken", broken)), Progress.NONE);
    assertThat(results.datasets().getFirst().excludedRows()).isEqualTo(3);
    assertThat(results.layers().getFirst().probes())
        .allSatisfy(probe -> assertThat(probe.test().value()).isFinite());
  }

  /// Too little data is a note; a mistake in the code that reads it is none.
  @Test
  void aBugInsideIsNotTakenForTooLittleData() {
    ListedTrajectories good = planted(new SplittableRandom(69));
    IllegalArgumentException bug = new IllegalArgumentException("planted");
    Trajectories broken = new BrokenTrajectories(good, bug);
    assertThatThrownBy(() -> new ValueNeuronStudy(SETTINGS, 70).run(List.of(dataset("broken", broken)), Progress.NONE))
        .isSameAs(bug);
  }

  /// Fails once, when the controls first ask for a prompt's length.
  private static final class BrokenTrajectories implements Trajectories {
    private final Trajectories whole;
    private IllegalArgumentException bug;

    BrokenTrajectories(Trajectories whole, IllegalArgumentException bug) {
      this.whole = whole;
      this.bug = bug;
    }

    @Override
    public int width() {
      return whole.width();
    }

    @Override
    public int size() {
      return whole.size();
    }

    @Override
    public int length(int i) {
      return whole.length(i);
    }

    @Override
    public void states(int i, float[] into, int offset) {
      whole.states(i, into, offset);
    }

    @Override
    public double reward(int i) {
      return whole.reward(i);
    }

    @Override
    public String problem(int i) {
      return whole.problem(i);
    }

    @Override
    public int promptLength(int i) {
      if (bug != null) {
        IllegalArgumentException thrown = bug;
        bug = null;
        throw thrown;
      }
      return whole.promptLength(i);
    }
  }

  @Test
  void fewerProblemsThanFoldsCostTheControlsOnly() {
    ListedTrajectories few = planted(new SplittableRandom(71));
    SplittableRandom random = new SplittableRandom(72);
    ListedTrajectories six = new ListedTrajectories(WIDTH, few.list().stream()
        .map(run -> new ListedTrajectories.Trajectory("problem" + random.nextInt(6), run.states(), run.reward(), 3))
        .toList());
    ValueNeuronResults results = new ValueNeuronStudy(SETTINGS.withControls(controls -> controls.withFolds(10)), 73)
        .run(List.of(dataset("few", six)), Progress.NONE);
    assertThat(results.layers()).hasSize(1);
    assertThat(results.controls()).isEmpty();
    assertThat(results.datasets().getFirst().note())
        .isEqualTo("no controls: cross-fitting in 10 folds needs problems: at least 10, found 5");
  }

  @Test
  void equalPromptsAreRefusedInOneLine() {
    ListedTrajectories good = planted(new SplittableRandom(67));
    for (ListedTrajectories.Trajectory run : good.list()) {
      Arrays.fill(run.states(), 0, WIDTH, 1);
    }
    ValueNeuronResults results = new ValueNeuronStudy(SETTINGS, 68).run(List.of(new StudiedDataset("same", 1,
        split(good), new TreeMap<>(Map.of(HOOK, good)))), Progress.NONE);
    assertThat(results.layers()).isEmpty();
    assertThat(results.datasets().getFirst().note())
        .endsWith("distinct states s₀ among the training rollouts: at least 2, found 1");
  }

  @Test
  void refusesSettingsItCannotUse() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SETTINGS.withPruning(pruning -> pruning.withRatios(List.of(0.5, 1.2))))
        .withMessage("pruning ratio must be in [0, 1), found 1.2");
    assertThatIllegalArgumentException().isThrownBy(() -> Ranking.named("loudest"))
        .withMessageContaining("found 'loudest'");
    assertThatIllegalArgumentException().isThrownBy(() -> SETTINGS.withRanking(Ranking.RESIDUAL_GRADIENT))
        .withMessageContaining("found 'residual-gradient'");
    assertThatIllegalArgumentException().isThrownBy(() -> sparse(SparseFit.LOGISTIC, SolverKind.SMILE))
        .withMessageContaining("choose lasso or elastic-net");
  }

  private static SparseSettings sparse(SparseFit fit, SolverKind solver) {
    return new SparseSettings(fit, solver, 8, 0.05, 0);
  }

  @Test
  void smilesOwnSolverFindsTheSameSparseProbe() {
    PlantedStore store = PlantedStore.standard(500, new SplittableRandom(12)).range(0, 500);
    int width = 30;
    float[] narrow = new float[500 * width]; // Smile's interior point is slow on wide matrices
    for (int i = 0; i < 500; i++) {
      System.arraycopy(store.rows(), i * store.width(), narrow, i * width, width);
    }
    InitialStates train = new InitialStates(narrow, width, store.labels(), store.problems());
    for (SparseFit fit : List.of(SparseFit.LASSO, SparseFit.ELASTIC_NET)) {
      SparseProbe ours = SparseProbe.fit(train, train, sparse(fit, SolverKind.PATH));
      SparseProbe smiles = SparseProbe.fit(train, train, sparse(fit, SolverKind.SMILE));
      assertThat(smiles.chosen()).isEqualTo(ours.chosen());
      assertThat(smiles.predictor().nonZero()).isEqualTo(ours.predictor().nonZero());
      assertThat(smiles.predictor().coefficients()).containsExactly(ours.predictor().coefficients(), within(1e-3));
    }
  }
}
