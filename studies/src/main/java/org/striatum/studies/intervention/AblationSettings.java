package org.striatum.studies.intervention;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.model.PositionMask;
import org.striatum.studies.neurons.NeuronSelection;

/// What an intervention study does.
///
/// @param sets which neurons; each is a primary intervention, and excluded from the controls of the others
/// @param kinds what is done to them: `zero`, `mean`, `resample`, `steer`. The first makes the primary interventions and
///     those at every layer; the others are made at the primary hook point, by log-probability
/// @param alphas of the steering curve, in deviations; `steer` uses the first
/// @param positions where neurons are changed
/// @param layers where log-probability is measured
/// @param doses shares of the ranking in the dose curve, each in (0, 1)
/// @param controls random and RMS-matched sets of each kind, by generation
/// @param logProbabilityControls the same by log-probability
/// @param curveControls RMS-matched sets beside each point of a curve
/// @param attempts test problems whose completions are graded in every arm, at most
/// @param solutions test problems of each dataset whose reference solutions are scored in every arm, at most
/// @param donors states that resampling takes values from
/// @param seed of control sets, donors and bootstraps
public record AblationSettings(List<NeuronSelection> sets, List<String> kinds, List<Double> alphas, PositionMask positions,
    Set<Layers> layers, List<Double> doses, int controls, int logProbabilityControls, int curveControls, int attempts,
    int solutions, int donors, long seed) {
  /// Shares of the dose curve where nothing else is said: 0.1 % to 20 %.
  public static final List<Double> DOSES = List.of(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2);
  /// Strengths of the steering curve where nothing else is said.
  public static final List<Double> ALPHAS = List.of(-4.0, -2.0, -1.0, 1.0, 2.0, 4.0);
  public static final int DONORS = 4;
  /// The best 1 % of both rankings: what a run with dopamine neurons ablates where nothing else is said.
  public static final List<NeuronSelection> VALUE_AND_DOPAMINE = NeuronSelection.list("value@1%,dopamine@1%");
  private static final Set<String> KINDS = Set.of("zero", "mean", "resample", "steer");

  /// Hook points at which log-probability is measured.
  public enum Layers {
    /// The primary one.
    PRIMARY,
    /// Each studied one of every dataset.
    EACH,
    /// All studied ones of the primary dataset at once.
    ALL
  }

  /// The best 1 % of the value ranking, three kinds of ablation.
  public static AblationSettings defaults() {
    return new AblationSettings(NeuronSelection.list("value@1%"), List.of("zero", "mean", "resample"), ALPHAS,
        PositionMask.ALL, Set.of(Layers.EACH, Layers.ALL), DOSES, 99, 199, 99, 200, 100, DONORS, 1);
  }

  /// Zero ablation only, fewer controls and problems.
  public static AblationSettings quick() {
    return new AblationSettings(NeuronSelection.list("value@1%"), List.of("zero"), List.of(-2.0, 2.0), PositionMask.ALL,
        Set.of(Layers.EACH, Layers.ALL), List.of(0.01, 0.05, 0.2), 59, 39, 39, 100, 32, DONORS, 1);
  }

  public AblationSettings withSets(List<NeuronSelection> others) {
    return new AblationSettings(others, kinds, alphas, positions, layers, doses, controls, logProbabilityControls,
        curveControls, attempts, solutions, donors, seed);
  }

  public AblationSettings withSeed(long other) {
    return new AblationSettings(sets, kinds, alphas, positions, layers, doses, controls, logProbabilityControls,
        curveControls, attempts, solutions, donors, other);
  }

  public AblationSettings {
    sets = List.copyOf(sets);
    kinds = List.copyOf(kinds);
    alphas = List.copyOf(alphas);
    layers = new TreeSet<>(layers);
    doses = List.copyOf(doses);
    if (sets.isEmpty() || kinds.isEmpty() || layers.isEmpty()) {
      throw new IllegalArgumentException("an intervention study needs a neuron set, a kind of ablation and layers");
    }
    kinds.stream().filter(kind -> !KINDS.contains(kind)).findFirst().ifPresent(kind -> {
      throw new IllegalArgumentException("--kind must be zero, mean, resample or steer, found " + kind);
    });
    if (kinds.stream().distinct().count() < kinds.size()) {
      throw new IllegalArgumentException("a kind of ablation must be named once, found one twice in " + kinds);
    }
    if (kinds.contains("steer") && alphas.isEmpty()) {
      throw new IllegalArgumentException("steering needs a strength: give --alpha");
    }
    alphas.stream().filter(alpha -> !Double.isFinite(alpha)).findFirst().ifPresent(alpha -> {
      throw new IllegalArgumentException("a steering strength must be finite, found " + alpha);
    });
    doses.stream().filter(dose -> !(dose > 0 && dose < 1)).findFirst().ifPresent(dose -> {
      throw new IllegalArgumentException("a dose must be in (0 %, 100 %), found " + 100 * dose + " %");
    });
    for (int count : new int[]{controls, logProbabilityControls, curveControls}) {
      if (count < MatchedSets.LEAST) {
        throw new IllegalArgumentException(
            "an intervention needs at least " + MatchedSets.LEAST + " control sets of each kind, found " + count);
      }
    }
    if (attempts < 2 || solutions < 2) {
      throw new IllegalArgumentException("an intervention needs at least 2 problems, found " + attempts
          + " to attempt and " + solutions + " to score");
    }
    if (donors < 1) {
      throw new IllegalArgumentException("resampling needs at least one donor state, found " + donors);
    }
  }
}
