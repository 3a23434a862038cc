package org.striatum.cli.option;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.sparse.SolverKind;
import org.striatum.probe.value.ControlSettings;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.SparseFit;
import org.striatum.probe.value.SparseSettings;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.probe.value.ValueProbeTraining;
import org.striatum.probe.value.ValueProbeTraining.Sorting;
import org.striatum.probe.value.ValueProbeTraining.Target;
import org.striatum.studies.paper.Paper;
import org.striatum.studies.value.ProbeSettings;
import picocli.CommandLine.Option;

/// Options of the search for value neurons.
public final class ProbeOptions implements SettingOptions<ProbeSettings> {
  private static final Pattern PASSES = Pattern.compile("(\\d{1,7})(?:-(\\d{1,7}))?");

  @Option(names = "--paper", paramLabel = "v1|v2", description = "As written in arXiv 2602.00986: 100 passes, raw inputs, ranked by the TD probe's first layer, a terminal-only probe beside it; the other options change that.")
  private String paper;

  @Option(names = "--ranking", paramLabel = "NAME", description = "Ranking of the neurons: auroc-after-length (default), auroc, td-first-layer-l1 (the paper's), sparse-path, …")
  private String ranking;

  @Option(names = "--position", paramLabel = "prompt-end|think-end", description = "Where value is read: at the last token of the prompt (default), or where the thought closes; rollouts without a closed thought are then left out and counted.")
  private String position;

  @Option(names = "--epochs", paramLabel = "N", description = "Maximum number of passes over the training trajectories (default 40).")
  private Integer epochs;

  @Option(names = "--ranking-passes", paramLabel = "N|N-M", description = "Passes of the probes whose weights rank: exactly N, or from N to M until the best coordinates stay the same (default 40-80; quick 12-20).")
  private String rankingPasses;

  @Option(names = "--ranking-overlap", paramLabel = "SHARE", description = "Share of the best 5 %% of coordinates that must stay the same over 10 passes (quick 4; default 0.9).")
  private Double rankingOverlap;

  @Option(names = "--learning-rate", paramLabel = "RATE", description = "Of value probes that predict (default 1e-4).")
  private Double learningRate;

  @Option(names = "--weight-decay", paramLabel = "RATE", description = "Of value probes that predict (default 0.01).")
  private Double weightDecay;

  @Option(names = "--ranking-learning-rate", paramLabel = "RATE", description = "Of the weights that rank (default 1e-3; with --paper 1e-4).")
  private Double rankingLearningRate;

  @Option(names = "--ranking-weight-decay", paramLabel = "RATE", description = "Of the weights that rank (default 0.3; with --paper 0.01).")
  private Double rankingWeightDecay;

  @Option(names = "--hidden", paramLabel = "N", description = "Hidden units of value probes (default 1024).")
  private Integer hidden;

  @Option(names = "--permutations", paramLabel = "N", description = "Label shuffles for the null distribution (default 99).")
  private Integer permutations;

  @Option(names = "--random-sets", paramLabel = "N", description = "Random sets for each band of a pruning curve.")
  private Integer randomSets;

  @Option(names = "--sparse", paramLabel = "FIT", description = "Sparse regression: logistic (default), lasso, elastic-net; with --solver smile lasso is the default.")
  private String sparse;

  @Option(names = "--solver", paramLabel = "path|smile", description = "Solver of the sparse path: path, ours (default), or smile, that of the Smile library, an independent and slow check.")
  private String solver;

  @Option(names = "--targets", split = ",", paramLabel = "NAME", description = "Targets of value probes in addition to td and monte-carlo: td-lambda, residual, terminal-only.")
  private List<String> targets;

  @Option(names = "--lambda", paramLabel = "λ", description = "λ of td-lambda (default 0.9).")
  private Double lambda;

  @Option(names = "--raw", negatable = true, description = "Train value probes on raw inputs, as the paper does, not on z-scored ones (--no-raw with --paper).")
  private Boolean raw;

  @Option(names = "--folds", paramLabel = "N", description = "Folds of problems for cross-fitting in the controls (default 5).")
  private Integer folds;

  @Option(names = "--rotations", paramLabel = "N", description = "Random bases of the rotation control (default 20).")
  private Integer rotations;

  @Option(names = "--control-sets", paramLabel = "N", description = "Random and matched sets that the sparse code is compared with (default 99).")
  private Integer controlSets;

  @Option(names = "--nested-permutations", paramLabel = "N", description = "Label shuffles on which the nested selection is repeated (default 19).")
  private Integer nestedPermutations;

  @Option(names = "--resampled-sets", paramLabel = "N", description = "Resamples of problems for the stability of sets (default 20).")
  private Integer resampledSets;

  @Option(names = "--probe-seeds", paramLabel = "N", description = "TD probes whose sets are compared (default 3; 0 for none).")
  private Integer probeSeeds;

  @Option(names = "--planted", paramLabel = "N", description = "Codes of each kind planted into the states of each task, to see what would be found (default 40; quick 10). With 0 no answer is 'no'.")
  private Integer planted;

  @Option(names = "--planted-rotated", paramLabel = "N", description = "How many of them are judged in rotated bases too, the slowest part (default 10; quick 5).")
  private Integer plantedRotated;

  @Option(names = "--effect", paramLabel = "AUROC", description = "AUROC of a code, in (0.5, 1), at which four of five planted ones must be found before 'no' is an answer (default 0.7).")
  private Double effect;

  @Option(names = "--train", paramLabel = "SHARE", description = "Share of training problems (default 0.5).")
  private Double train;

  @Option(names = "--validation", paramLabel = "SHARE", description = "Share of validation problems (default 0.1); the rest are test problems.")
  private Double validation;

  @Override
  public ProbeSettings over(ProbeSettings settings) {
    ProbeSettings base = paper == null ? settings : Paper.named(paper).over(settings);
    ProbeSettings changed = base.withStudy(this::study).withSplit(
        split -> split.withTrain(Given.or(train, split.train()))
            .withValidation(Given.or(validation, split.validation())));
    return position == null ? changed : changed.withPosition(StatePosition.named(position));
  }

  private ValueNeuronSettings study(ValueNeuronSettings base) {
    ValueNeuronSettings chosen = targets == null
        ? base
        : base.withTargets(targets.stream().map(Target::named).toArray(Target[]::new));
    return (ranking == null ? chosen : chosen.withRanking(Ranking.named(ranking))).withTraining(this::training)
        .withPruning(pruning -> pruning.withRandomSets(Given.or(randomSets, pruning.randomSets())))
        .withSparse(this::sparse).withControls(this::controls);
  }

  private SparseSettings sparse(SparseSettings base) {
    SolverKind solving = solver == null ? base.solver() : SolverKind.named(solver);
    SparseFit fit = sparse != null
        ? SparseFit.named(sparse)
        : solver != null && solving == SolverKind.SMILE ? SparseFit.LASSO : base.fit();
    return base.withFit(fit, solving).withPermutations(Given.or(permutations, base.permutations()));
  }

  private ValueProbeTraining training(ValueProbeTraining base) {
    return base.withHidden(Given.or(hidden, base.hidden()))
        .withOptimiser(optimiser -> optimiser.withLearningRate(Given.or(learningRate, optimiser.learningRate()))
            .withWeightDecay(Given.or(weightDecay, optimiser.weightDecay())))
        .withStopping(stopping -> stopping.withMaxEpochs(Given.or(epochs, stopping.maxEpochs()))
            .withSorting(this::sorting))
        .withReturns(returns -> returns.withLambda(Given.or(lambda, returns.lambda())))
        .withStandardised(raw == null ? base.standardised() : !raw);
  }

  private Sorting sorting(Sorting base) {
    Sorting settled = base.withOverlap(Given.or(rankingOverlap, base.overlap()))
        .withOptimiser(of -> of.withLearningRate(Given.or(rankingLearningRate, of.learningRate()))
            .withWeightDecay(Given.or(rankingWeightDecay, of.weightDecay())));
    if (rankingPasses == null) {
      return settled;
    }
    Matcher passes = PASSES.matcher(rankingPasses);
    if (!passes.matches()) {
      throw new IllegalArgumentException("passes of a ranking must be N or N-M, found '" + rankingPasses + "'");
    }
    int least = Integer.parseInt(passes.group(1));
    return settled.withPasses(least, passes.group(2) == null ? least : Integer.parseInt(passes.group(2)));
  }

  private ControlSettings controls(ControlSettings base) {
    return base.withFolds(Given.or(folds, base.folds())).withRotations(Given.or(rotations, base.rotations()))
        .withRandomSets(Given.or(controlSets, base.randomSets()))
        .withNestedPermutations(Given.or(nestedPermutations, base.reruns().nestedPermutations()))
        .withStabilityResamples(Given.or(resampledSets, base.reruns().stabilityResamples()))
        .withProbeSeeds(Given.or(probeSeeds, base.reruns().probeSeeds())).withPower(this::power);
  }

  private ControlSettings.Power power(ControlSettings.Power base) {
    ControlSettings.Power planting = base.withPlanted(Given.or(planted, base.planted()));
    ControlSettings.Power rotated = plantedRotated == null ? planting : planting.withRotated(plantedRotated);
    return effect == null ? rotated : rotated.withEffect(effect);
  }
}
