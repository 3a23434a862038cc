package org.striatum.cli.option;

import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Option;

/// How dopamine neurons are looked for.
public final class DopamineOptions {
  @Option(names = "-k", paramLabel = "K", defaultValue = "16", description = "Continuations drawn before each step (default 16).")
  private int draws;

  @Option(names = "--rollouts", paramLabel = "N", defaultValue = "400", description = "Rollouts of each dataset, at most, of as many problems as possible (default 400).")
  private int rollouts;

  @Option(names = "--step", paramLabel = "newline|paragraph|REGEX", defaultValue = "newline", description = "What ends a step (default newline).")
  private String step;

  @Option(names = "--values", paramLabel = "continuations|probe", defaultValue = "continuations", description = "Where V̂ comes from: continuations (default), or the value probe, which draws none.")
  private String values;

  @Option(names = "--threshold", paramLabel = "DELTA", description = "The probe sees steps with |δ| above it (default 0.3).")
  private double threshold = DopamineSettings.DEFAULTS.threshold();

  @Option(names = "--ranking", paramLabel = "NAME", description = "td-error-first-layer-l1 (default) or delta-correlation.")
  private String ranking = DopamineSettings.DEFAULTS.ranking();

  @Option(names = "--tested", paramLabel = "N", description = "Best coordinates of each of the two rankings that are put to the signature test (default 20).")
  private int tested = DopamineSettings.DEFAULTS.tested();

  @Option(names = "--permutations", paramLabel = "N", description = "Reassignments of δ behind part 5 of the signature (default 999).")
  private int permutations = DopamineSettings.DEFAULTS.permutations();

  @Option(names = "--retrainings", paramLabel = "N", description = "Probes refitted to reassigned δ, the null of the probe (default 19).")
  private int retrainings = DopamineSettings.DEFAULTS.retrainings();

  /// The step these options name.
  ///
  /// @param probe the run's, whose split is used
  public DopamineStep step(ProbeStep probe, long seed, int batchSize) {
    DopamineSettings base = DopamineSettings.DEFAULTS;
    DopamineSettings settings = new DopamineSettings(base.gamma(), threshold, base.training(), ranking, tested,
        base.ratios(), base.randomSets(), retrainings, permutations, base.resamples(), base.level(), base.predicted(),
        base.flatMargin(), base.expected(), base.traced(), base.controls(), base.window());
    DopamineStep.Values source = DopamineStep.Values.named(values);
    return new DopamineStep(settings, source, new ContinuationStep(rollouts,
        source == DopamineStep.Values.PROBE ? 0 : draws, step, probe, seed, batchSize), probe, seed);
  }
}
