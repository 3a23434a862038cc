package org.striatum.studies.intervention;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.Printed;
import org.striatum.studies.neurons.DirectionSelection;
import org.striatum.studies.neurons.NeuronSelection;

/// What an intervention study does.
///
/// @param sets which neurons, and which directions; each is a primary intervention, and excluded from the controls of the others
/// @param kinds what is done to them. The first makes the primary interventions and those at every layer; the others are
///     made at the primary hook point, by log-probability
/// @param positions where neurons are changed
/// @param layers where log-probability is measured
/// @param curves drawn at the primary hook point
/// @param measures how much is measured
/// @param seed of control sets, donors and bootstraps
public record AblationSettings(List<NeuronSelection> sets, List<AblationKind> kinds, PositionMask positions,
    Set<Layers> layers, Curves curves, Measures measures, long seed) {
  /// The best 1 % of both rankings: what a run with dopamine neurons ablates where nothing else is said.
  public static final List<NeuronSelection> VALUE_AND_DOPAMINE = NeuronSelection.list("value@1%,dopamine@1%");

  /// Hook points at which log-probability is measured.
  public enum Layers implements Printed {
    /// The primary one.
    PRIMARY,
    /// Each studied one of every dataset.
    EACH,
    /// All studied ones of the primary dataset at once.
    ALL;

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// As it is printed.
    @Override
    public String toString() {
      return printed();
    }

    /// The layers of that printed name.
    ///
    /// @throws IllegalArgumentException on any other name
    public static Layers named(String name) {
      return Printed.named(Layers.class, "layers", name);
    }
  }

  /// Effects on log-probability against how much is changed.
  ///
  /// @param doses shares of the ranking in the dose curve, each in (0, 1)
  /// @param alphas of the steering curve, in deviations; a steering ablation uses the first
  /// @param controls RMS-matched sets beside each point
  public record Curves(List<Double> doses, List<Double> alphas, int controls) {
    /// Doses of 0.1 % to 20 %.
    public static final Curves DEFAULTS = new Curves(List.of(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2),
        List.of(-4.0, -2.0, -1.0, 1.0, 2.0, 4.0), 99);
    public static final Curves QUICK = new Curves(List.of(0.01, 0.05, 0.2), List.of(-2.0, 2.0), 39);
    public static final Curves NONE = new Curves(List.of(), List.of(), MatchedSets.LEAST);

    public Curves {
      doses = List.copyOf(doses);
      alphas = List.copyOf(alphas);
      alphas.stream().filter(alpha -> !Double.isFinite(alpha)).findFirst().ifPresent(alpha -> {
        throw new IllegalArgumentException("a steering strength must be finite, found " + alpha);
      });
      doses.stream().filter(dose -> !(dose > 0 && dose < 1)).findFirst().ifPresent(dose -> {
        throw new IllegalArgumentException("a dose must be in (0 %, 100 %), found " + 100 * dose + " %");
      });
      requireControls(controls);
    }

    public Curves withDoses(List<Double> shares) {
      return new Curves(shares, alphas, controls);
    }

    public Curves withAlphas(List<Double> strengths) {
      return new Curves(doses, strengths, controls);
    }

    public Curves withControls(int sets) {
      return new Curves(doses, alphas, sets);
    }
  }

  /// What is measured by generation beside the primary interventions, on their dataset.
  ///
  /// @param blocks where sets are measured too, counted from 0
  /// @param sets to compare with, measured wherever the others are; none of them is primary
  public record Beside(List<Integer> blocks, List<NeuronSelection> sets) {
    public static final Beside NOTHING = new Beside(List.of(), List.of());

    public Beside {
      blocks = List.copyOf(blocks);
      sets = List.copyOf(sets);
      blocks.stream().filter(block -> block < 0).findFirst().ifPresent(block -> {
        throw new IllegalArgumentException("blocks are counted from 0, found " + block);
      });
    }
  }

  /// How much is measured.
  ///
  /// @param attempts test problems whose completions are graded in every arm, at most
  /// @param controls random and RMS-matched sets of each kind of a primary intervention, by generation
  /// @param solutions test problems of each dataset whose reference solutions are scored in every arm, at most
  /// @param logProbabilityControls random and RMS-matched sets of each kind, by log-probability, at most: measuring ends
  ///     earlier where it is plain that the set does no more than they do
  /// @param donors states that resampling takes values from
  /// @param beside further blocks and further sets
  /// @param effect what must be found four times in five before *no* is said: a share of accuracy, or of the probability of
  ///     a solution
  public record Measures(int attempts, int controls, int solutions, int logProbabilityControls, int donors,
      Beside beside, double effect) {
    public static final double DEFAULT_EFFECT = 0.1;
    public static final Measures DEFAULTS = new Measures(200, 99, 100, 999, 4, Beside.NOTHING, DEFAULT_EFFECT);
    public static final Measures QUICK = new Measures(100, 59, 32, 799, 4, Beside.NOTHING, DEFAULT_EFFECT);

    public Measures {
      requireControls(controls);
      requireControls(logProbabilityControls);
      if (attempts < 2 || solutions < 2) {
        throw new IllegalArgumentException("an intervention needs at least 2 problems, found " + attempts
            + " to attempt and " + solutions + " to score");
      }
      if (donors < 1) {
        throw new IllegalArgumentException("resampling needs at least one donor state, found " + donors);
      }
      if (!(effect > 0 && effect < 1)) {
        throw new IllegalArgumentException("a declared effect must be in (0, 1), found " + effect);
      }
    }

    /// Random and RMS-matched sets of each kind of a secondary intervention by generation, at most: as many tests share one
    /// correction, the primary's would be too few for any of them to pass. Measuring ends earlier as by log-probability.
    public int secondaryControls() {
      return Math.max(controls, logProbabilityControls);
    }

    public Measures withAttempts(int problems) {
      return new Measures(problems, controls, solutions, logProbabilityControls, donors, beside, effect);
    }

    public Measures withBlocks(List<Integer> blocks) {
      return new Measures(attempts, controls, solutions, logProbabilityControls, donors,
          new Beside(blocks, beside.sets()), effect);
    }

    public Measures withSetsBeside(List<NeuronSelection> sets) {
      return new Measures(attempts, controls, solutions, logProbabilityControls, donors,
          new Beside(beside.blocks(), sets), effect);
    }

    public Measures withControls(int sets) {
      return new Measures(attempts, sets, solutions, logProbabilityControls, donors, beside, effect);
    }

    public Measures withSolutions(int problems) {
      return new Measures(attempts, controls, problems, logProbabilityControls, donors, beside, effect);
    }

    public Measures withLogProbabilityControls(int sets) {
      return new Measures(attempts, controls, solutions, sets, donors, beside, effect);
    }

    public Measures withDonors(int states) {
      return new Measures(attempts, controls, solutions, logProbabilityControls, states, beside, effect);
    }

    public Measures withEffect(double declared) {
      return new Measures(attempts, controls, solutions, logProbabilityControls, donors, beside, declared);
    }
  }

  private static void requireControls(int sets) {
    if (sets < MatchedSets.LEAST) {
      throw new IllegalArgumentException(
          "an intervention needs at least " + MatchedSets.LEAST + " control sets of each kind, found " + sets);
    }
  }

  /// The best 1 % of the value ranking, three kinds of ablation.
  public static AblationSettings defaults() {
    return new AblationSettings(NeuronSelection.list("value@1%"),
        List.of(AblationKind.ZERO, AblationKind.MEAN, AblationKind.RESAMPLE), PositionMask.ALL,
        EnumSet.of(Layers.EACH, Layers.ALL), Curves.DEFAULTS, Measures.DEFAULTS, 1);
  }

  /// Zero ablation only, fewer controls and problems.
  public static AblationSettings quick() {
    return defaults().withKind(AblationKind.ZERO).withCurves(_ -> Curves.QUICK).withMeasures(_ -> Measures.QUICK);
  }

  public AblationSettings {
    sets = List.copyOf(sets);
    kinds = List.copyOf(kinds);
    layers = Collections.unmodifiableSet(new TreeSet<>(layers));
    if (sets.isEmpty() || kinds.isEmpty() || layers.isEmpty()) {
      throw new IllegalArgumentException(
          "an intervention study needs a neuron set or a direction, a kind of ablation and layers");
    }
    if (measures.beside().sets().stream().anyMatch(DirectionSelection.class::isInstance)
        || measures.beside().sets().stream().anyMatch(sets::contains)) {
      throw new IllegalArgumentException(
          "sets to compare with must be of neurons, and others than those under test, found " + measures.beside().sets());
    }
    if (kinds.stream().distinct().count() < kinds.size()) {
      throw new IllegalArgumentException("a kind of ablation must be named once, found one twice in "
          + String.join(", ", kinds.stream().map(AblationKind::printed).toList()));
    }
    if (kinds.contains(AblationKind.STEER) && curves.alphas().isEmpty()) {
      throw new IllegalArgumentException("steering needs at least one strength, found none");
    }
  }

  public AblationSettings withSets(List<NeuronSelection> others) {
    return new AblationSettings(others, kinds, positions, layers, curves, measures, seed);
  }

  /// The sets that are neurons.
  public List<NeuronSelection> neuronSets() {
    return sets.stream().filter(set -> !(set instanceof DirectionSelection)).toList();
  }

  /// The sets that are neurons, and those beside them.
  public List<NeuronSelection> allNeuronSets() {
    return Stream.concat(neuronSets().stream(), measures.beside().sets().stream()).toList();
  }

  /// The sets that are directions.
  public List<DirectionSelection> directions() {
    return sets.stream().filter(DirectionSelection.class::isInstance).map(DirectionSelection.class::cast).toList();
  }

  /// What is done to sets, the first to all of them.
  public List<AblationKind> setKinds() {
    return kinds.stream().filter(kind -> !kind.ofDirection()).toList();
  }

  /// What is done to directions, the first to all of them.
  public List<AblationKind> directionKinds() {
    return kinds.stream().filter(AblationKind::ofDirection).toList();
  }

  /// Whether log-probability is measured at the primary hook point too.
  boolean measuresPrimaryByLogProbability() {
    return !layers.equals(Set.of(Layers.ALL));
  }

  public AblationSettings withKind(AblationKind only) {
    return withKinds(List.of(only));
  }

  public AblationSettings withKinds(List<AblationKind> others) {
    return new AblationSettings(sets, others, positions, layers, curves, measures, seed);
  }

  public AblationSettings withPositions(PositionMask where) {
    return new AblationSettings(sets, kinds, where, layers, curves, measures, seed);
  }

  public AblationSettings withLayers(Set<Layers> where) {
    return new AblationSettings(sets, kinds, positions, where, curves, measures, seed);
  }

  public AblationSettings withCurves(UnaryOperator<Curves> change) {
    return new AblationSettings(sets, kinds, positions, layers, change.apply(curves), measures, seed);
  }

  public AblationSettings withMeasures(UnaryOperator<Measures> change) {
    return new AblationSettings(sets, kinds, positions, layers, curves, change.apply(measures), seed);
  }

  public AblationSettings withSeed(long other) {
    return new AblationSettings(sets, kinds, positions, layers, curves, measures, other);
  }
}
