package org.striatum.peft.nta.result;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.striatum.probe.run.NearestNames;

/// An experiment with fast, bounded gates, in the order a reader meets them.
public enum NtaExperiment {
  /// Two tasks in alternating blocks, gates fast and bounded; compared with forgetful.
  FLEXIBLE("Do fast, bounded gates let a network switch between tasks that it has learned?"),
  /// The same with equal rates and no bounds.
  FORGETFUL("What does a network do whose gates are as slow as its weights?"),
  /// Three tasks, then their averages.
  TASK_COMPOSITION("Are averages of learned tasks learned faster?"),
  /// Three tasks, then rows of one among rows of the next; a gate per neuron.
  SUBTASK_COMPOSITION("Are tasks learned faster that are made of parts of learned ones?"),
  /// τ_c by block length.
  GRID_TAU_C("How fast must gates be, and how long blocks, for paths to specialise?"),
  /// λ by block length.
  GRID_LAMBDA("How strongly must gates be bounded, and how long must blocks be, for paths to specialise?"),
  /// Two layers without gates, the second fast and bounded.
  FULLY_CONNECTED("Does a fast, bounded second layer learn to gate the first?"),
  /// MNIST and Fashion-MNIST, labels permuted in every other block.
  LABEL_PERMUTATION("Do bounded gates switch between two ways to name the classes of images?"),
  /// The reduced system of one input and two outputs.
  EXACT_SOLUTION("Do weights follow gates as the exact solution of the reduced system says?"),
  /// Flexible over many seeds.
  SPECIALISATION_RATE("In how many of many seeds do paths specialise?"),
  /// Flexible at finer steps.
  STEP_SIZE("Are Euler steps fine enough?"),
  /// Teachers of growing overlap.
  OVERLAP("What if teachers are not orthogonal?"),
  /// More and fewer paths than teachers.
  PATHS("What if there are more paths than teachers, or fewer?"),
  /// Gates of a ReLU network in alternating blocks of images.
  BRIDGE("Does TauGate's (τ, γ), made fast and bounded in addition to slow weights, bring the flexible regime to a non-linear network?");

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
    List<String> names = Arrays.stream(values()).map(NtaExperiment::printed).toList();
    return Arrays.stream(values()).filter(experiment -> experiment.printed().equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("an experiment must be one of " + String.join(", ", names)
            + ", found '" + name + "'" + NearestNames.meant(name, names)));
  }
}
