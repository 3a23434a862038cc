package org.striatum.cli.option;

import java.util.List;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSets;
import org.striatum.peft.llm.ModeProblems;
import org.striatum.peft.llm.AdaptationTraining;
import org.striatum.studies.adaptation.GateSettings;
import picocli.CommandLine.Option;

/// Options of specialising a checkpoint to a mode.
public final class GateOptions {
  /// Tasks that the bundled checkpoints were trained on: forgetting is measured on all except the mode.
  private static final List<String> FAMILIES = ProblemSets.KNOWN.stream()
      .filter(set -> set.name().equals(set.family())).map(ProblemSet::name).toList();

  @Option(names = "--mode", required = true, paramLabel = "NAME", description = "Problem set to specialise to: add, mul, mod, expr, add-long, mul-long.")
  private String mode;

  @Option(names = "--beside", split = ",", paramLabel = "NAME,…", description = "Other tasks to test for forgetting (default add,mul,mod,expr without the mode).")
  private List<String> beside;

  @Option(names = "--hooks", paramLabel = "PATTERN", defaultValue = "blocks.*.hook_resid_post", description = "Hook points of the gates (default blocks.*.hook_resid_post).")
  private String hooks;

  @Option(names = "--set-size", paramLabel = "N|N%", defaultValue = "10%", description = "Neurons of a set at each hook point: a share or a number (default 10%%).")
  private String setSize;

  @Option(names = "--arms", split = ",", paramLabel = "NAME,…", defaultValue = "value,dopamine,random,all,bitfit,lora", description = "value, dopamine, random (sets matched to each), largest, all, bitfit, lora (default: all of these except largest).")
  private List<String> arms;

  @Option(names = "--steps", paramLabel = "N", defaultValue = "40", description = "Optimiser steps of every training (default 40).")
  private int steps;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "16", description = "Problems per step (default 16).")
  private int batch;

  @Option(names = "--rates", split = ",", paramLabel = "RATE,…", defaultValue = "0.003,0.01,0.03,0.1", description = "Learning rates tried for every arm (default 0.003,0.01,0.03,0.1).")
  private List<Double> rates;

  @Option(names = "--threshold-factor", paramLabel = "F", defaultValue = "5", description = "Learning rate of thresholds, as a multiple of that of gains (default 5).")
  private double thresholdFactor;

  @Option(names = "--sharpness", paramLabel = "S", defaultValue = "4", description = "Sharpness of gates per standard deviation (default 4).")
  private double sharpness;

  @Option(names = "--start", paramLabel = "T", defaultValue = "-4", description = "Initial threshold, in standard deviations from the mean (default -4).")
  private double start;

  @Option(names = "--lambda", paramLabel = "λ", defaultValue = "0", description = "Penalty on open gates: λ · mean(g) is added to the loss (default 0).")
  private double lambda;

  @Option(names = "--rank", paramLabel = "R", defaultValue = "2", description = "Rank of LoRA's changes of query and value projections (default 2).")
  private int rank;

  @Option(names = "--draws", paramLabel = "N", defaultValue = "5", description = "Random sets for each set of reward neurons (default 5).")
  private int draws;

  @Option(names = "--seeds", paramLabel = "N", defaultValue = "3", description = "Number of trainings of every arm with a single set (default 3).")
  private int seeds;

  @Option(names = "--training", paramLabel = "N", defaultValue = "512", description = "Training problems (default 512).")
  private int training;

  @Option(names = "--validation", paramLabel = "N", defaultValue = "48", description = "Validation problems, which choose learning rates and the kept state (default 48).")
  private int validation;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "80", description = "Held-out problems of the mode and of each other task (default 80).")
  private int test;

  /// The settings given by these options.
  ///
  /// @throws IllegalArgumentException naming the option that is wrong
  public GateSettings settings(long seed) {
    if (ProblemSets.named(mode).size() > 1) {
      throw new IllegalArgumentException("--mode is one problem set, found " + mode);
    }
    if (beside != null) {
      ProblemSets.named(String.join(",", beside)); // unknown ones are refused here
    }
    return new GateSettings(mode,
        beside == null ? FAMILIES.stream().filter(family -> !family.equals(mode)).toList() : beside, hooks, setSize,
        arms, new ModeProblems.Counts(training, validation, test), new AdaptationTraining(steps, batch, lambda, 4),
        rates,
        thresholdFactor, sharpness, start, rank, draws, seeds, seed);
  }
}
