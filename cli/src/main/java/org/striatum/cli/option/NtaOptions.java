package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.Mnist;
import org.striatum.peft.nta.experiment.Bridge;
import org.striatum.peft.nta.experiment.CompositionExperiments;
import org.striatum.peft.nta.experiment.ExactSolutionExperiment;
import org.striatum.peft.nta.experiment.GridExperiments;
import org.striatum.peft.nta.experiment.LabelPermutation;
import org.striatum.peft.nta.experiment.NtaPlan;
import org.striatum.peft.nta.experiment.SwitchingExperiments;
import org.striatum.peft.nta.experiment.TwoLayerExperiment;
import org.striatum.peft.nta.experiment.VariationExperiments;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.network.GatedMlp.Bound;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.ExactSolution;
import org.striatum.peft.nta.setting.ArmSettings;
import org.striatum.peft.nta.setting.BridgeSettings;
import org.striatum.peft.nta.setting.BridgeSettings.Conflict;
import org.striatum.peft.nta.setting.LabelSettings;
import org.striatum.peft.nta.setting.LearningDynamics;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.setting.TaskBlocks;
import org.striatum.peft.nta.setting.TaskShape;
import org.striatum.peft.nta.setting.TwoLayerSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.UsageException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/// The hyper-parameters of gated networks. Defaults are the published values.
public final class NtaOptions {
  @Option(names = "--inputs", paramLabel = "N", description = "Number of inputs, d_in.")
  private Integer inputs;

  @Option(names = "--outputs", paramLabel = "N", description = "Number of outputs, d_out.")
  private Integer outputs;

  @Option(names = "--teachers", paramLabel = "M", description = "Number of alternating tasks.")
  private Integer teachers;

  @Option(names = "--teacher-overlap", paramLabel = "COSINE", description = "Cosine between two teachers, in [0, 1).")
  private Double overlap;

  @Option(names = "--paths", paramLabel = "P", description = "Number of gated paths.")
  private Integer paths;

  @Option(names = "--hidden", paramLabel = "N", description = "Hidden units of the two-layer network.")
  private Integer hidden;

  @Option(names = "--tau-w", paramLabel = "T", description = "Time constant of weights.")
  private Double tauW;

  @Option(names = "--tau-c", paramLabel = "T", description = "Time constant of gates.")
  private Double tauC;

  @Option(names = "--lambda", paramLabel = "L", description = "Weight λ of the gate regulariser.")
  private Double lambda;

  @Option(names = "--nonneg", paramLabel = "W", description = "Weight of non-negativity in the regulariser.")
  private Double nonneg;

  @Option(names = "--norm", paramLabel = "l1|l2", description = "Norm of the gates that is regularised to 1.")
  private GateRegulariser.Norm norm;

  @Option(names = "--norm-weight", paramLabel = "W", description = "Weight of the norm in the regulariser.")
  private Double normWeight;

  @Option(names = "--dt", paramLabel = "T", description = "Euler step.")
  private Double dt;

  @Option(names = "--batch", paramLabel = "N", description = "Inputs per step; 0 for the gradient over all inputs.")
  private Integer batch;

  @Option(names = "--blocks", paramLabel = "N", description = "Number of task blocks.")
  private Integer blocks;

  @Option(names = "--block-length", paramLabel = "T", description = "Duration of each block.")
  private Double blockLength;

  @Option(names = "--new-from", paramLabel = "N", description = "First block with a new task, from 1.")
  private Integer newFrom;

  @Option(names = "--criterion", paramLabel = "LOSS", description = "Loss at which a task counts as learned.")
  private Double criterion;

  @Option(names = "--taus", paramLabel = "T", split = ",", description = "Values of τ_c of a grid, or of the exact solution.")
  private double[] taus;

  @Option(names = "--lambdas", paramLabel = "L", split = ",", description = "Values of λ of a grid.")
  private double[] lambdas;

  @Option(names = "--block-lengths", paramLabel = "T", split = ",", description = "Block lengths of a grid.")
  private double[] blockLengths;

  @Option(names = "--mnist", paramLabel = "DIR", description = "Folder with four files in MNIST's format, e.g. Fashion-MNIST (default: the bundled MNIST).")
  private Path images;

  @Option(names = "--features", paramLabel = "N", description = "Units of the convolutional network whose features are classified.")
  private Integer features;

  @Option(names = "--feature-seed", paramLabel = "N", description = "Seed of its training.")
  private Long featureSeed;

  @Option(names = "--tasks", paramLabel = "N", description = "Number of label assignments, 2 to 10.")
  private Integer tasks;

  @Option(names = "--block-steps", paramLabel = "N", description = "Steps per block.")
  private Integer blockSteps;

  @Option(names = "--conflict", paramLabel = "rotation|labels", description = "Run only one pair of the bridge's tasks.")
  private Conflict conflict;

  @Option(names = "--sharpness", paramLabel = "S", description = "Sharpness s of the bridge's gates.")
  private Double sharpness;

  @Option(names = "--weight-rate", paramLabel = "R", description = "Learning rate of the bridge's weights.")
  private Double weightRate;

  @Option(names = "--gate-rate", paramLabel = "R", description = "Learning rate of the bridge's gates.")
  private Double gateRate;

  @Option(names = "--images", paramLabel = "N", description = "Training images of the bridge.")
  private Integer trainImages;

  @Option(names = "--test-images", paramLabel = "N", description = "Test images of the bridge.")
  private Integer testImages;

  private static final Set<String> GATES = Set.of("--lambda", "--nonneg", "--norm", "--norm-weight");
  private static final Set<String> COMMON = union(GATES, "--inputs", "--outputs", "--teachers", "--tau-w", "--tau-c",
      "--dt", "--batch", "--blocks", "--block-length", "--criterion");
  private static final Set<String> GATED = union(COMMON, "--paths", "--teacher-overlap");
  private static final Set<String> CELLS = union(GATES, "--inputs", "--outputs", "--tau-w", "--dt", "--batch",
      "--criterion", "--block-lengths");

  /// The options that each experiment uses.
  private static final Map<NtaExperiment, Set<String>> FITTING = Map.ofEntries(
      Map.entry(NtaExperiment.FLEXIBLE, GATED), Map.entry(NtaExperiment.FORGETFUL, GATED),
      Map.entry(NtaExperiment.TASK_COMPOSITION, union(GATED, "--new-from")),
      Map.entry(NtaExperiment.SUBTASK_COMPOSITION, union(GATED, "--new-from")),
      Map.entry(NtaExperiment.GRID_TAU_C, union(CELLS, "--taus")),
      Map.entry(NtaExperiment.GRID_LAMBDA, union(CELLS, "--tau-c", "--lambdas")),
      Map.entry(NtaExperiment.FULLY_CONNECTED, union(COMMON, "--hidden")),
      Map.entry(NtaExperiment.LABEL_PERMUTATION, union(GATES, "--mnist", "--features", "--feature-seed", "--tasks",
          "--paths", "--tau-w", "--tau-c", "--dt", "--batch", "--blocks", "--block-steps", "--criterion")),
      Map.entry(NtaExperiment.BRIDGE, new TreeSet<>(Set.of("--mnist", "--conflict", "--hidden", "--sharpness",
          "--weight-rate", "--gate-rate", "--lambda", "--nonneg", "--norm-weight", "--images", "--test-images",
          "--batch", "--blocks", "--block-steps", "--criterion"))),
      Map.entry(NtaExperiment.EXACT_SOLUTION, union(GATES, "--tau-w", "--dt", "--batch", "--block-length", "--taus")),
      Map.entry(NtaExperiment.SPECIALISATION_RATE, GATED), Map.entry(NtaExperiment.STEP_SIZE, GATED),
      Map.entry(NtaExperiment.OVERLAP, COMMON),
      Map.entry(NtaExperiment.PATHS, union(GATES, "--inputs", "--tau-w", "--tau-c", "--dt", "--batch", "--blocks",
          "--block-length", "--criterion")));

  private static Set<String> union(Set<String> some, String... more) {
    Set<String> all = new TreeSet<>(some);
    all.addAll(List.of(more));
    return all;
  }

  /// Refuses an option that would have no effect.
  ///
  /// @throws UsageException naming it, and those that would
  public void requireFitting(NtaExperiment experiment, ParseResult given) {
    Set<String> own = Set.copyOf(FITTING.values().stream().flatMap(Set::stream).toList());
    Set<String> fitting = FITTING.get(experiment);
    for (OptionSpec option : given.matchedOptions()) {
      if (own.contains(option.longestName()) && !fitting.contains(option.longestName())) {
        throw new UsageException("%s has no effect in %s: its options are %s".formatted(option.longestName(),
            experiment.printed(), String.join(", ", fitting)));
      }
    }
  }

  /// The experiment with these options.
  ///
  /// @throws BadDataException if the image files are not valid
  public NtaPlan plan(NtaExperiment experiment) throws IOException {
    return switch (experiment) {
      case FLEXIBLE -> plan(experiment, gated(NtaSettings.flexible()), SwitchingExperiments::flexible);
      case FORGETFUL -> plan(experiment, gated(NtaSettings.flexible()), SwitchingExperiments::forgetful);
      case TASK_COMPOSITION ->
        plan(experiment, gated(NtaSettings.taskComposition()), CompositionExperiments::ofTasks);
      case SUBTASK_COMPOSITION ->
        plan(experiment, gated(NtaSettings.subtaskComposition()), CompositionExperiments::ofSubtasks);
      case SPECIALISATION_RATE ->
        plan(experiment, gated(NtaSettings.flexible()), SwitchingExperiments::specialisationRate);
      case STEP_SIZE -> plan(experiment, gated(NtaSettings.flexible()), VariationExperiments::stepSize);
      case OVERLAP -> plan(experiment, gated(NtaSettings.flexible()), VariationExperiments::overlap);
      case PATHS -> {
        NtaSettings flexible = NtaSettings.flexible();
        yield plan(experiment, gated(flexible.withCriterion(0.06).withTasks(flexible.tasks().withOutputs(6))),
            VariationExperiments::paths);
      }
      case GRID_TAU_C -> {
        NtaSettings[][] cells = cells(NtaSettings.TAU_C_GRID, taus, true);
        yield new NtaPlan(experiment, flat(cells), study -> GridExperiments.overTauC(study, cells));
      }
      case GRID_LAMBDA -> {
        NtaSettings[][] cells = cells(NtaSettings.LAMBDA_GRID, lambdas, false);
        yield new NtaPlan(experiment, flat(cells), study -> GridExperiments.overLambda(study, cells));
      }
      case FULLY_CONNECTED -> {
        TwoLayerSettings settings = twoLayer(TwoLayerSettings.fast());
        yield new NtaPlan(experiment, List.of(settings),
            study -> TwoLayerExperiment.run(study, settings));
      }
      case EXACT_SOLUTION -> {
        NtaSettings settings = gated(NtaSettings.reduced());
        double[] tauCs = taus == null
            ? ExactSolution.TAU_C.stream().mapToDouble(Double::doubleValue).toArray()
            : taus.clone();
        List<ArmSettings> each = new ArrayList<>();
        for (double one : tauCs) {
          ExactSolution.requireReal(settings, one);
          each.add(settings.withDynamics(settings.dynamics().withGates(one, settings.dynamics().regulariser())));
        }
        yield new NtaPlan(experiment, each, study -> ExactSolutionExperiment.run(study, settings, tauCs));
      }
      case LABEL_PERMUTATION -> {
        ImageSet set = imageSet();
        LabelSettings settings = labels(LabelSettings.published(set.files()));
        yield new NtaPlan(experiment, List.of(settings), study -> LabelPermutation.run(study, set, settings));
      }
      case BRIDGE -> {
        ImageSet set = imageSet();
        List<BridgeSettings> pairs = Arrays.stream(Conflict.values())
            .filter(one -> conflict == null || one == conflict)
            .map(one -> bridge(BridgeSettings.fast(set.files(), one))).toList();
        yield new NtaPlan(experiment, List.copyOf(pairs), study -> Bridge.run(study, set, pairs));
      }
    };
  }

  /// Runs one setting and its controls.
  @FunctionalInterface
  private interface OverSettings {
    NtaResults run(NtaStudy study, NtaSettings settings)
        throws IOException;
  }

  private static NtaPlan plan(NtaExperiment experiment, NtaSettings settings, OverSettings work) {
    return new NtaPlan(experiment, List.of(settings), study -> work.run(study, settings));
  }

  private static List<ArmSettings> flat(NtaSettings[][] cells) {
    return Arrays.stream(cells).<ArmSettings>flatMap(Arrays::stream).toList();
  }

  /// @return (block lengths, values)
  private NtaSettings[][] cells(List<Double> published, double[] given, boolean ofTauC) {
    double[] values = given == null ? published.stream().mapToDouble(Double::doubleValue).toArray() : given;
    double[] lengths = blockLengths == null
        ? NtaSettings.BLOCK_LENGTHS.stream().mapToDouble(Double::doubleValue).toArray()
        : blockLengths;
    NtaSettings[][] cells = new NtaSettings[lengths.length][values.length];
    for (int y = 0; y < lengths.length; y++) {
      for (int x = 0; x < values.length; x++) {
        NtaSettings cell = gated(ofTauC
            ? NtaSettings.cell(values[x], NtaSettings.LAMBDA_OF_TAU_C_GRID, lengths[y])
            : NtaSettings.cell(NtaSettings.TAU_C_OF_LAMBDA_GRID, values[x], lengths[y]));
        LearningDynamics dynamics = cell.dynamics();
        cells[y][x] = cell.withDynamics(ofTauC
            ? dynamics.withGates(values[x], dynamics.regulariser())
            : dynamics.withGates(dynamics.tauC(), dynamics.regulariser().withLambda(values[x])));
      }
    }
    return cells;
  }

  private NtaSettings gated(NtaSettings base) {
    TaskBlocks timing = blocks(base.blocks());
    return base.withTasks(tasks(base.tasks())).withPaths(base.paths().withCount(Given.or(paths, base.paths().count())))
        .withDynamics(dynamics(base.dynamics()))
        .withBlocks(newFrom == null ? timing : timing.withNovelFrom(newFrom))
        .withCriterion(Given.or(criterion, base.criterion()));
  }

  private TaskShape tasks(TaskShape base) {
    return new TaskShape(Given.or(inputs, base.inputs()), Given.or(outputs, base.outputs()),
        Given.or(teachers, base.teachers()), Given.or(overlap, base.overlap()));
  }

  private LearningDynamics dynamics(LearningDynamics base) {
    return new LearningDynamics(Given.or(tauW, base.tauW()), Given.or(tauC, base.tauC()),
        regulariser(base.regulariser()), Given.or(dt, base.dt()), Given.or(batch, base.batch()));
  }

  private TaskBlocks blocks(TaskBlocks base) {
    return base.withCount(Given.or(blocks, base.count())).withLength(Given.or(blockLength, base.length()));
  }

  private ImageSet imageSet() throws IOException {
    return images == null ? Mnist.embedded() : ImageSet.read(images);
  }

  private LabelSettings labels(LabelSettings base) {
    LabelSettings.Features of = base.features();
    return base
        .withFeatures(of.withUnits(Given.or(features, of.units())).withSeed(Given.or(featureSeed, of.seed())))
        .withTasks(Given.or(tasks, base.tasks())).withPaths(Given.or(paths, base.paths()))
        .withDynamics(dynamics(base.dynamics()))
        .withBlocks(Given.or(blocks, base.blocks()), Given.or(blockSteps, base.steps()))
        .withCriterion(Given.or(criterion, base.criterion()));
  }

  private BridgeSettings bridge(BridgeSettings base) {
    BridgeSettings.Rates rates = base.rates();
    Bound bound = new Bound(Given.or(lambda, rates.bound().lambda()), Given.or(nonneg, rates.bound().nonneg()),
        Given.or(normWeight, rates.bound().norm()));
    return base
        .withImages(base.images().withCounts(Given.or(trainImages, base.images().learned()),
            Given.or(testImages, base.images().tested())))
        .withNetwork(new BridgeSettings.Network(Given.or(hidden, base.network().hidden()),
            Given.or(sharpness, base.network().sharpness())))
        .withRates(rates.with(Given.or(weightRate, rates.weights()), Given.or(gateRate, rates.gates()), bound)
            .withBatch(Given.or(batch, rates.batch())))
        .withBlocks(Given.or(blocks, base.blocks()), Given.or(blockSteps, base.steps()))
        .withCriterion(Given.or(criterion, base.criterion()));
  }

  private TwoLayerSettings twoLayer(TwoLayerSettings base) {
    return base.withTasks(tasks(base.tasks())).withHidden(Given.or(hidden, base.hidden()))
        .withDynamics(dynamics(base.dynamics())).withBlocks(blocks(base.blocks()))
        .withCriterion(Given.or(criterion, base.criterion()));
  }

  private GateRegulariser regulariser(GateRegulariser base) {
    return new GateRegulariser(Given.or(lambda, base.lambda()), Given.or(nonneg, base.nonneg()),
        Given.or(norm, base.norm()),
        Given.or(normWeight, base.normWeight()));
  }
}
