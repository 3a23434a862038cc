package org.striatum.cli.option;

import java.util.List;
import java.util.Set;
import org.striatum.datasets.ProblemSets;
import org.striatum.peft.llm.AdaptationSettings;
import org.striatum.peft.llm.AdaptationTraining;
import org.striatum.peft.llm.GateForm;
import org.striatum.peft.llm.ModeProblems;
import org.striatum.probe.run.Printed;
import org.striatum.studies.adaptation.GateArms.Asked;
import org.striatum.studies.adaptation.GateArms;
import org.striatum.studies.adaptation.GateSettings;
import picocli.CommandLine.Option;

/// Options of specialising a checkpoint to a mode.
public final class GateOptions {
  @Option(names = "--mode", required = true, paramLabel = "NAME", description = "Problem set to specialise to, as `striatum tasks` lists them, e.g. mul-long.")
  private String mode;

  @Option(names = "--beside", split = ",", paramLabel = "NAME", description = "Other tasks to test for forgetting (default add,mul,mod,expr without the mode).")
  private List<String> beside;

  @Option(names = "--hooks", paramLabel = "PATTERN", description = "Hook points of the gates (default blocks.*.hook_resid_post).")
  private String hooks;

  @Option(names = "--set-size", paramLabel = "N|N%", description = "Neurons of a set at each hook point: a share or a number (default 10%%).")
  private String setSize;

  @Option(names = "--arms", split = ",", paramLabel = "NAME", description = "value, dopamine, random (sets matched to each), largest, all, bitfit, lora (default: all of these except largest).")
  private List<String> arms;

  @Option(names = "--steps", paramLabel = "N", description = "Optimiser steps of every training (default 40).")
  private Integer steps;

  @Option(names = "--batch", paramLabel = "N", description = "Problems per step (default 16).")
  private Integer batch;

  @Option(names = "--rates", split = ",", paramLabel = "RATE", description = "Learning rates tried for every arm (default 0.003,0.01,0.03,0.1).")
  private List<Double> rates;

  @Option(names = "--threshold-factor", paramLabel = "F", description = "Learning rate of thresholds, as a multiple of that of gains (default 5).")
  private Double thresholdFactor;

  @Option(names = "--sharpness", paramLabel = "S", description = "Sharpness of gates per standard deviation (default 4).")
  private Double sharpness;

  @Option(names = "--start", paramLabel = "T", description = "Initial threshold, in standard deviations from the mean (default -4).")
  private Double start;

  @Option(names = "--lambda", paramLabel = "λ", description = "Penalty on open gates: λ · mean(g) is added to the loss (default 0).")
  private Double lambda;

  @Option(names = "--rank", paramLabel = "R", description = "Rank of LoRA's changes of query and value projections (default 2).")
  private Integer rank;

  @Option(names = "--draws", paramLabel = "N", description = "Random sets for each set of reward neurons (default 5).")
  private Integer draws;

  @Option(names = "--seeds", paramLabel = "N", description = "Number of trainings of every arm with a single set (default 3).")
  private Integer seeds;

  @Option(names = "--training", paramLabel = "N", description = "Training problems (default 512).")
  private Integer training;

  @Option(names = "--validation", paramLabel = "N", description = "Validation problems, which choose learning rates and the kept state (default 48).")
  private Integer validation;

  @Option(names = "--limit", paramLabel = "N", description = "Held-out problems of the mode and of each other task (default 80).")
  private Integer test;

  /// The settings given by these options.
  ///
  /// @throws IllegalArgumentException if one is out of its range, naming the value
  public GateSettings settings(long seed) {
    if (ProblemSets.named(mode).size() > 1) {
      throw new IllegalArgumentException("--mode is one problem set, found " + mode);
    }
    if (beside != null) {
      ProblemSets.named(String.join(",", beside)); // unknown ones are refused here
    }
    GateSettings base = GateSettings.defaults().withMode(mode).withSeed(seed);
    return base.withBeside(Given.or(beside, base.beside())).withArms(arms(base.arms()))
        .withCounts(counts(base.counts())).withAdaptation(adaptation(base.adaptation()));
  }

  private GateArms arms(GateArms base) {
    if (arms != null && Set.copyOf(arms).size() < arms.size()) {
      throw new IllegalArgumentException("--arms must name each arm once, found " + arms);
    }
    if (setSize != null && !GateArms.isSetSize(setSize)) {
      throw new IllegalArgumentException(
          "--set-size must be a share such as 10% or a number of coordinates, found '" + setSize + "'");
    }
    return base.withAsked(arms == null ? base.asked() : arms.stream().map(GateOptions::arm).toList())
        .withHooks(Given.or(hooks, base.hooks())).withSetSize(Given.or(setSize, base.setSize()))
        .withDraws(Given.or(draws, base.draws()));
  }

  private static Asked arm(String name) {
    return Printed.named(Asked.class, "--arms", name);
  }

  private ModeProblems.Counts counts(ModeProblems.Counts base) {
    return base.withTraining(Given.or(training, base.training()))
        .withValidation(Given.or(validation, base.validation()))
        .withTest(Given.or(test, base.test()));
  }

  private AdaptationSettings adaptation(AdaptationSettings base) {
    AdaptationTraining how = base.training();
    GateForm form = base.gates();
    return base
        .withTraining(how.withSteps(Given.or(steps, how.steps())).withBatch(Given.or(batch, how.batch()))
            .withOpennessPenalty(Given.or(lambda, how.opennessPenalty())))
        .withRates(Given.or(rates, base.rates()))
        .withGates(form.withSharpness(Given.or(sharpness, form.sharpness())).withStart(Given.or(start, form.start()))
            .withThresholdFactor(Given.or(thresholdFactor, form.thresholdFactor())))
        .withRank(Given.or(rank, base.rank())).withSeeds(Given.or(seeds, base.seeds()));
  }
}
