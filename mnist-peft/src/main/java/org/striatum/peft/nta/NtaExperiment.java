package org.striatum.peft.nta;

import java.util.Arrays;
import java.util.Locale;

/// An experiment with fast, bounded gates, in the order a reader meets them.
public enum NtaExperiment {
  FLEXIBLE("Do fast, bounded gates let a network switch between tasks that it has learned?"), FORGETFUL(
      "What does a network do whose gates are as slow as its weights?"), TASK_COMPOSITION(
          "Are averages of learned tasks learned faster?"), SUBTASK_COMPOSITION(
              "Are tasks learned faster that are made of parts of learned ones?"), GRID_TAU_C(
                  "How fast must gates be, and how long blocks, for paths to specialise?"), GRID_LAMBDA(
                      "How firmly must gates be bounded, and how long must blocks be, for paths to specialise?"), FULLY_CONNECTED(
                          "Does a fast, bounded second layer come to gate the first?"), LABEL_PERMUTATION(
                              "Do bounded gates switch between two ways to name the classes of images?"), EXACT_SOLUTION(
                                  "Do weights follow gates as the exact solution of the reduced system says?"), SPECIALISATION_RATE(
                                      "In how many of many seeds do paths specialise?"), STEP_SIZE(
                                          "Are Euler steps fine enough?"), OVERLAP(
                                              "What if teachers are not orthogonal?"), PATHS(
                                                  "What if there are more paths than teachers, or fewer?"), BRIDGE(
                                                      "Does TauGate's (τ, γ), made fast and bounded beside slow weights, bring the flexible regime to a non-linear network?");

  private final String question;

  NtaExperiment(String question) {
    this.question = question;
  }

  /// What it asks.
  public String question() {
    return question;
  }

  /// As the command line has it: `task-composition`.
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The experiment of a printed name.
  ///
  /// @throws IllegalArgumentException if there is none
  public static NtaExperiment named(String name) {
    return Arrays.stream(values()).filter(experiment -> experiment.printed().equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("an experiment must be one of "
            + String.join(", ", Arrays.stream(values()).map(NtaExperiment::printed).toList()) + ", found '" + name
            + "'"));
  }
}
