package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.probe.value.ValueNeuronResults.RankedNeuron;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// The whole pipeline on a planted checkpoint, opened through the ordinary path: rollouts, capture and probe at once,
/// then any number of ablations.
final class PlantedStudy implements AutoCloseable {
  /// What most commands capture.
  static final String EVERY_BLOCK = "blocks.*.hook_resid_post";
  static final String MIDDLE_BLOCK = "blocks.1.hook_resid_post";

  private static final int PROBLEMS = 600;
  private static final int TESTED = 100;
  private static final int CONTROLS = 39;
  private static final int FEWEST_CONTROLS = 19;
  private static final int PERMUTATIONS = 19;
  private static final int RANDOM_SETS = 2;
  private static final int RESAMPLES = 200;
  private static final int BATCH = 256;
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 4, true);

  private final PlantedCheckpoint checkpoint;
  private final RunModel model;
  private final RunFolder folder;
  private final StudyRun run;
  private final ValueNeuronResults values;
  private final long seed;

  /// @param code where value stands and whether it is read
  /// @param hooks which hook points are studied
  /// @param epochs of the TD and Monte-Carlo probes, at most
  /// @param seed of the checkpoint and of everything drawn
  PlantedStudy(Path at, PlantedCheckpoint.Code code, String hooks, int epochs, long seed) throws IOException {
    this(at, code, hooks, new Asked(PROBLEMS, 1, told -> told.withStudy(study -> study.withTraining(
        training -> training.withStopping(stopping -> stopping.withMaxEpochs(epochs))))), seed);
  }

  /// A few passes of every probe: where coordinates are ranked by their own AUROC, and no weights are looked at.
  static Asked untrained(int epochs) {
    return new Asked(PROBLEMS, 1, told -> told.withStudy(study -> study.withTraining(training -> training.withStopping(
        stopping -> stopping.withMaxEpochs(epochs).withSorting(sorting -> sorting.withPasses(epochs, epochs))))));
  }

  /// How much is drawn, and how it is probed.
  ///
  /// @param samples of each problem
  record Asked(int problems, int samples, UnaryOperator<ProbeSettings> probing) {}

  PlantedStudy(Path at, PlantedCheckpoint.Code code, String hooks, Asked asked, long seed) throws IOException {
    this.seed = seed;
    checkpoint = PlantedCheckpoint.write(at.resolve("checkpoint"), code, seed);
    folder = RunFolder.create(at.resolve("run"));
    model = RunModel.of(() -> HookedModel.open(checkpoint.folder(), Optional.empty(), 1), _ -> BATCH, 1);
    run = new StudyRun(folder, Version.environment(1), model, _ -> {}, Progress.NONE)
        .withSets(List.of(new PlantedProblems()));
    run.run(new RolloutStep(run.sets()),
        RolloutSettings.defaults().withProblems(asked.problems()).withSamples(asked.samples()).withSampling(SAMPLING)
            .withSeed(seed));
    run.run(CaptureStep.STUDY, CaptureSettings.defaults().withHooks(hooks));
    values = run.run(ProbeStep.STUDY,
        asked.probing().apply(new ProbeSettings(settings(), new ProblemSplit(0.5, 0.1, seed), seed)));
  }

  /// The defaults, with less spent on bands and nulls, hardly any controls, as nothing here is asked of them, and every coordinate
  /// listed with its scores.
  private static ValueNeuronSettings settings() {
    return ValueNeuronSettings.defaults()
        .withPruning(pruning -> pruning.withRandomSets(RANDOM_SETS))
        .withSparse(sparse -> sparse.withPermutations(PERMUTATIONS))
        .withControls(controls -> controls.withRotations(1).withRandomSets(1).withNestedPermutations(0)
            .withStabilityResamples(2).withProbeSeeds(0).withPower(power -> power.withPlanted(0)))
        .withSummary(summary -> summary.withResamples(RESAMPLES).withTop(PlantedCheckpoint.WIDTH));
  }

  PlantedCheckpoint checkpoint() {
    return checkpoint;
  }

  ValueNeuronResults values() {
    return values;
  }

  double accuracy() throws IOException {
    return run.rollouts().stream().mapToDouble(Rollout::reward).average().orElseThrow();
  }

  /// As many of the best by one ranking at each hook point as were planted.
  NeuronSelection best(String ranking) {
    SortedMap<HookPoint, List<Integer>> best = new TreeMap<>();
    values.layers().forEach(layer -> best.put(layer.hook(), best(layer, ranking)));
    return new NeuronSelection.Listed(ranking, best);
  }

  static List<Integer> best(LayerProbes layer, String ranking) {
    return layer.top().stream()
        .sorted(Comparator.comparingDouble((RankedNeuron neuron) -> -score(neuron, ranking)))
        .limit(PlantedCheckpoint.PLANTED).map(RankedNeuron::coordinate).toList();
  }

  /// A coordinate that a ranking has no figure for is its last.
  private static double score(RankedNeuron neuron, String ranking) {
    Double score = neuron.scores().get(ranking);
    return score == null ? Double.NEGATIVE_INFINITY : score;
  }

  /// As many large coordinates that say nothing of the outcome.
  NeuronSelection large() {
    return listed("large", checkpoint.large().subList(0, PlantedCheckpoint.PLANTED));
  }

  /// What was planted, found or not.
  NeuronSelection planted() {
    return listed("planted", checkpoint.planted());
  }

  private NeuronSelection listed(String name, List<Integer> coordinates) {
    SortedMap<HookPoint, List<Integer>> everywhere = new TreeMap<>();
    values.layers().forEach(layer -> everywhere.put(layer.hook(), coordinates));
    return new NeuronSelection.Listed(name, everywhere);
  }

  /// The sets that are ablated in a study of this code.
  List<NeuronSelection> sets(PlantedCheckpoint.Code code, String paper, String ranking) {
    return switch (code) {
      case READ -> List.of(best(paper), best(ranking), large());
      case CUT -> List.of(best(ranking), planted());
      case DENSE, COIN -> List.of(best(paper), best(ranking));
    };
  }

  /// How many of the planted coordinates are among as many of the best.
  int recovered(LayerProbes layer, String ranking) {
    return (int) best(layer, ranking).stream().filter(checkpoint.planted()::contains).count();
  }

  static double auroc(LayerProbes layer, ProbeKind kind) {
    return layer.probes().stream().filter(one -> one.probe() == kind).findFirst().orElseThrow().test().value();
  }

  /// AUROC of the refitted linear probe along a ranking.
  static List<PruningPoint> retrained(LayerProbes layer, Ranking ranking) {
    return layer.pruning().stream().filter(curve -> curve.retrained() && curve.ranking() == ranking).findFirst()
        .orElseThrow().points();
  }

  /// Ablates a set: by generation first, then by log-probability at every hook point.
  List<Intervention> ablate(NeuronSelection set) throws IOException {
    return ablate(set, TESTED, CONTROLS);
  }

  /// Ablates a set by generation; by log-probability only as much as it must.
  Intervention generating(NeuronSelection set) throws IOException {
    return ablate(set, 2, FEWEST_CONTROLS).getFirst();
  }

  private List<Intervention> ablate(NeuronSelection set, int solutions, int scored) throws IOException {
    AblationSettings settings = AblationSettings.defaults().withSets(List.of(set)).withKind(AblationKind.ZERO)
        .withLayers(Set.of(AblationSettings.Layers.EACH)).withCurves(_ -> AblationSettings.Curves.NONE)
        .withMeasures(measures -> measures.withAttempts(TESTED).withSolutions(solutions).withControls(CONTROLS)
            .withLogProbabilityControls(scored))
        .withSeed(seed);
    return run.run(AblationStep.STUDY, settings).interventions();
  }

  @Override
  public void close() throws IOException {
    model.close();
    folder.close();
  }
}
