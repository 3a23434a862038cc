package org.striatum.cli.option;

import java.util.List;
import org.striatum.probe.value.ControlSettings;
import org.striatum.probe.value.SparseFit;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.probe.value.ValueProbeTraining;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Option;

/// How value neurons are looked for.
public final class ProbeOptions {
  @Option(names = "--ranking", paramLabel = "NAME", description = "Ranking that decides: auroc (default), td-first-layer-l1 (the paper's), sparse-path, …")
  private String ranking = ValueNeuronSettings.DEFAULTS.ranking();

  @Option(names = "--epochs", paramLabel = "N", description = "Most passes over the training trajectories.")
  private int epochs = ValueProbeTraining.PAPER.maxEpochs();

  @Option(names = "--permutations", paramLabel = "N", description = "Label shuffles behind the null.")
  private int permutations = ValueNeuronSettings.DEFAULTS.permutations();

  @Option(names = "--random-sets", paramLabel = "N", description = "Random sets behind each band of a pruning curve.")
  private int randomSets = ValueNeuronSettings.DEFAULTS.randomSets();

  @Option(names = "--sparse", paramLabel = "FIT", description = "Sparse regression: logistic (default), lasso, elastic-net; with --solver smile lasso is the default.")
  private String sparse;

  @Option(names = "--solver", paramLabel = "path|smile", defaultValue = "path", description = "Solver of the sparse path: ours (default) or Smile's own, an independent and slow check.")
  private String solver;

  @Option(names = "--targets", split = ",", paramLabel = "NAME", description = "Targets of the value probes beside td and monte-carlo: td-lambda, residual, terminal-only.")
  private List<String> targets = List.of();

  @Option(names = "--lambda", paramLabel = "λ", description = "λ of td-lambda (default 0.9).")
  private double lambda = ValueProbeTraining.DEFAULT_LAMBDA;

  @Option(names = "--raw", description = "Train value probes on raw inputs, as the paper does, not on z-scored ones.")
  private boolean raw;

  @Option(names = "--folds", paramLabel = "N", description = "Folds of problems the controls cross-fit with (default 5).")
  private int folds = ControlSettings.DEFAULTS.folds();

  @Option(names = "--rotations", paramLabel = "N", description = "Random bases of the rotation control (default 20).")
  private int rotations = ControlSettings.DEFAULTS.rotations();

  @Option(names = "--control-sets", paramLabel = "N", description = "Random and matched sets the sparse code is compared with (default 99).")
  private int controlSets = ControlSettings.DEFAULTS.randomSets();

  @Option(names = "--nested-permutations", paramLabel = "N", description = "Label shuffles the nested selection is rerun on (default 19).")
  private int nestedPermutations = ControlSettings.DEFAULTS.nestedPermutations();

  @Option(names = "--resampled-sets", paramLabel = "N", description = "Resamples of problems behind the stability of sets (default 20).")
  private int resampledSets = ControlSettings.DEFAULTS.stabilityResamples();

  @Option(names = "--probe-seeds", paramLabel = "N", description = "TD probes whose sets are compared (default 3; 0 for none).")
  private int probeSeeds = ControlSettings.DEFAULTS.probeSeeds();

  @Option(names = "--train", paramLabel = "SHARE", defaultValue = "0.5", description = "Share of problems to fit on (default 0.5).")
  private double train;

  @Option(names = "--validation", paramLabel = "SHARE", defaultValue = "0.1", description = "Share of problems to choose on (default 0.1); the rest is reported.")
  private double validation;

  /// The step these options name.
  public ProbeStep step(long seed) {
    ValueNeuronSettings base = ValueNeuronSettings.DEFAULTS;
    ValueProbeTraining paper = base.training();
    ValueProbeTraining training = new ValueProbeTraining(paper.target(), paper.hidden(), paper.learningRate(),
        paper.weightDecay(), paper.batchTrajectories(), paper.gamma(), epochs, paper.patience(), lambda, !raw);
    return new ProbeStep(new ValueNeuronSettings(training, ranking, base.ratios(), randomSets, permutations,
        SparseFit.named(sparse != null ? sparse : solver.equals("smile") ? "lasso" : "logistic"), solver,
        base.pathPoints(), base.pathRatio(), base.resamples(), base.top(), base.overlapShare(),
        targets.stream().map(ValueProbeTraining.Target::named).toList(),
        new ControlSettings(folds, rotations, controlSets,
            nestedPermutations, resampledSets, probeSeeds, ControlSettings.DEFAULTS.margin())),
        train, validation, seed);
  }
}
