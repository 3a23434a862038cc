package org.striatum.peft.nta;

import java.util.List;

/// An experiment with gated linear networks, and what it asks.
///
/// @param name as the command line has it
/// @param question it answers
public record NtaExperiment(String name, String question) {
  public static final NtaExperiment FLEXIBLE = new NtaExperiment("flexible",
      "Do fast, bounded gates let a network switch between tasks that it has learned?");
  public static final NtaExperiment FORGETFUL = new NtaExperiment("forgetful",
      "What does a network do whose gates are as slow as its weights?");
  public static final NtaExperiment TASK_COMPOSITION = new NtaExperiment("task-composition",
      "Are averages of learned tasks learned faster?");
  public static final NtaExperiment SUBTASK_COMPOSITION = new NtaExperiment("subtask-composition",
      "Are tasks learned faster that are made of parts of learned ones?");
  public static final NtaExperiment GRID_TAU_C = new NtaExperiment("grid-tau-c",
      "How fast must gates be, and how long blocks, for paths to specialise?");
  public static final NtaExperiment GRID_LAMBDA = new NtaExperiment("grid-lambda",
      "How firmly must gates be bounded, and how long must blocks be, for paths to specialise?");
  public static final NtaExperiment FULLY_CONNECTED = new NtaExperiment("fully-connected",
      "Does a fast, bounded second layer come to gate the first?");
  public static final NtaExperiment LABEL_PERMUTATION = new NtaExperiment("label-permutation",
      "Do bounded gates switch between two ways to name the classes of images?");
  public static final NtaExperiment BRIDGE = new NtaExperiment("bridge",
      "Does TauGate's (τ, γ), made fast and bounded beside slow weights, bring the flexible regime to a non-linear network?");
  public static final NtaExperiment EXACT_SOLUTION = new NtaExperiment("exact-solution",
      "Do weights follow gates as the exact solution of the reduced system says?");
  public static final NtaExperiment SPECIALISATION_RATE = new NtaExperiment("specialisation-rate",
      "In how many of many seeds do paths specialise?");
  public static final NtaExperiment STEP_SIZE = new NtaExperiment("step-size",
      "Are Euler steps fine enough?");
  public static final NtaExperiment OVERLAP = new NtaExperiment("overlap",
      "What if teachers are not orthogonal?");
  public static final NtaExperiment PATHS = new NtaExperiment("paths",
      "What if there are more paths than teachers, or fewer?");

  /// Every experiment, in the order a reader meets them.
  public static final List<NtaExperiment> ALL = List.of(FLEXIBLE, FORGETFUL, TASK_COMPOSITION, SUBTASK_COMPOSITION,
      GRID_TAU_C, GRID_LAMBDA, FULLY_CONNECTED, LABEL_PERMUTATION, EXACT_SOLUTION, SPECIALISATION_RATE, STEP_SIZE,
      OVERLAP, PATHS, BRIDGE);

  /// The experiment of a name.
  ///
  /// @throws IllegalArgumentException if there is none
  public static NtaExperiment named(String name) {
    return ALL.stream().filter(experiment -> experiment.name.equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("an experiment must be one of "
            + String.join(", ", ALL.stream().map(NtaExperiment::name).toList()) + ", found '" + name + "'"));
  }
}
