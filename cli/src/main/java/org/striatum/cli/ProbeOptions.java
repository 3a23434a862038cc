package org.striatum.cli;

import org.striatum.cli.step.ProbeStep;
import org.striatum.probe.value.SparseFit;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.probe.value.ValueProbeTraining;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// How value neurons are looked for.
final class ProbeOptions {
  @Option(names = "--ranking", paramLabel = "NAME", description = "Ranking that decides (default the TD probe's first layer).")
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

  @Option(names = "--train", paramLabel = "SHARE", defaultValue = "0.5", description = "Share of problems to fit on (default 0.5).")
  private double train;

  @Option(names = "--validation", paramLabel = "SHARE", defaultValue = "0.1", description = "Share of problems to choose on (default 0.1); the rest is reported.")
  private double validation;

  /// Defaults but for these three.
  static ProbeOptions with(int epochs, int permutations, int randomSets) {
    ProbeOptions options = CommandLine.populateCommand(new ProbeOptions());
    options.epochs = epochs;
    options.permutations = permutations;
    options.randomSets = randomSets;
    return options;
  }

  /// The step these options name.
  ProbeStep step(long seed) {
    ValueNeuronSettings base = ValueNeuronSettings.DEFAULTS;
    ValueProbeTraining paper = base.training();
    ValueProbeTraining training = new ValueProbeTraining(paper.target(), paper.hidden(), paper.learningRate(),
        paper.weightDecay(), paper.batchTrajectories(), paper.gamma(), epochs, paper.patience());
    return new ProbeStep(new ValueNeuronSettings(training, ranking, base.ratios(), randomSets, permutations,
        SparseFit.named(sparse != null ? sparse : solver.equals("smile") ? "lasso" : "logistic"), solver,
        base.pathPoints(), base.pathRatio(), base.resamples(), base.top(), base.overlapShare()), train, validation,
        seed);
  }
}
