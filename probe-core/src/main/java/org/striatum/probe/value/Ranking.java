package org.striatum.probe.value;

import java.util.Arrays;
import java.util.List;
import org.striatum.probe.run.Printed;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// The rankings of coordinates that a value-neuron study computes, see [NeuronRanking] for their definitions.
public enum Ranking implements Printed {
  /// The paper's (arXiv 2602.00986, §3.2).
  TD_FIRST_LAYER_L1(Target.TD, Measure.FIRST_LAYER_L1), TD_FUNCTIONAL(Target.TD, Measure.FUNCTIONAL), TD_GRADIENT(
      Target.TD, Measure.GRADIENT), TD_PERMUTATION(Target.TD, Measure.PERMUTATION),
  /// The same four of the Monte-Carlo probe.
  MONTE_CARLO_FIRST_LAYER_L1(Target.MONTE_CARLO, Measure.FIRST_LAYER_L1), MONTE_CARLO_FUNCTIONAL(Target.MONTE_CARLO,
      Measure.FUNCTIONAL), MONTE_CARLO_GRADIENT(Target.MONTE_CARLO, Measure.GRADIENT), MONTE_CARLO_PERMUTATION(
          Target.MONTE_CARLO, Measure.PERMUTATION),
  /// The same four of the TD(λ) probe.
  TD_LAMBDA_FIRST_LAYER_L1(Target.TD_LAMBDA, Measure.FIRST_LAYER_L1), TD_LAMBDA_FUNCTIONAL(Target.TD_LAMBDA,
      Measure.FUNCTIONAL), TD_LAMBDA_GRADIENT(Target.TD_LAMBDA, Measure.GRADIENT), TD_LAMBDA_PERMUTATION(
          Target.TD_LAMBDA, Measure.PERMUTATION),
  /// The same four of the residual-gradient probe.
  RESIDUAL_FIRST_LAYER_L1(Target.RESIDUAL, Measure.FIRST_LAYER_L1), RESIDUAL_FUNCTIONAL(Target.RESIDUAL,
      Measure.FUNCTIONAL), RESIDUAL_GRADIENT(Target.RESIDUAL, Measure.GRADIENT), RESIDUAL_PERMUTATION(
          Target.RESIDUAL, Measure.PERMUTATION),
  /// The same four of the probe trained on terminal states only.
  TERMINAL_ONLY_FIRST_LAYER_L1(Target.TERMINAL_ONLY, Measure.FIRST_LAYER_L1), TERMINAL_ONLY_FUNCTIONAL(
      Target.TERMINAL_ONLY, Measure.FUNCTIONAL), TERMINAL_ONLY_GRADIENT(Target.TERMINAL_ONLY,
          Measure.GRADIENT), TERMINAL_ONLY_PERMUTATION(Target.TERMINAL_ONLY, Measure.PERMUTATION),
  /// By |AUROC − ½| of the coordinate alone at s₀: on planted models it finds what is there, where the first-layer sizes of
  /// a probe trained on few trajectories hardly differ from where they began.
  UNIVARIATE_AUROC("auroc"),
  /// The same among rollouts of like prompt length, see [NuisanceStrata]. What only follows the length of the prompt has no place in
  /// it; where prompts are equally long it is [#UNIVARIATE_AUROC].
  AUROC_AFTER_LENGTH("auroc-after-length"),
  /// The same among rollouts that are alike in everything known without hidden states, generated length, log-probability and
  /// truncation too, which follow from what the model expects: it takes some of the value away with them.
  AUROC_AFTER_NUISANCES("auroc-after-nuisances"),
  /// By the standardised difference of means between outcomes.
  MEAN_DIFFERENCE("mean-difference"),
  /// By |coefficient| of ridge regression.
  RIDGE("ridge"),
  /// By the penalty at which the sparse path takes the coordinate up.
  SPARSE_PATH("sparse-path");

  /// What is measured of a value probe.
  enum Measure {
    FIRST_LAYER_L1("first-layer-l1"), FUNCTIONAL("functional"), GRADIENT("gradient"), PERMUTATION("permutation");

    private final String printed;

    Measure(String printed) {
      this.printed = printed;
    }
  }

  private final Target target; // null where no value probe is measured
  private final Measure measure;
  private final String printed;

  Ranking(Target target, Measure measure) {
    this.target = target;
    this.measure = measure;
    this.printed = target.printed() + "-" + measure.printed;
  }

  Ranking(String printed) {
    this.target = null;
    this.measure = null;
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }

  /// As it is printed.
  @Override
  public String toString() {
    return printed();
  }

  /// The ranking of that printed name.
  ///
  /// @throws IllegalArgumentException on any other name
  public static Ranking named(String name) {
    return Printed.named(Ranking.class, "ranking", name);
  }

  /// The ranking that stands in where nuisance variables explain every outcome, so that they leave nothing to rank by; itself
  /// where it looks at none.
  Ranking withoutNuisances() {
    return this == AUROC_AFTER_LENGTH || this == AUROC_AFTER_NUISANCES ? UNIVARIATE_AUROC : this;
  }

  /// Every ranking a study computes that fits probes to these targets.
  public static List<Ranking> of(List<Target> targets) {
    return Arrays.stream(values()).filter(ranking -> ranking.target == null || targets.contains(ranking.target))
        .toList();
  }

  /// One measure of the probe trained towards a target.
  static Ranking of(Target target, Measure measure) {
    return Arrays.stream(values()).filter(ranking -> ranking.target == target && ranking.measure == measure).findFirst()
        .orElseThrow();
  }
}
