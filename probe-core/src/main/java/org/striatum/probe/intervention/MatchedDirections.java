package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.striatum.probe.intervention.InterventionResults.Matching;
import org.striatum.probe.intervention.Treatment.ControlKind;
import org.striatum.probe.model.Direction;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.DotProduct;

/// The control directions of one direction. All have its norm and are orthogonal to it.
///
/// Random ones have any orientation alike. What a direction carries differs by orders of magnitude, though: matched ones carry
/// as much, which is that the RMS of u · h over training states is the target's within the tolerance. They are mixtures of a
/// random direction and of one drawn with the states' own second moments (a random sum of states), mixed until that is so.
/// Where too few can be, no matched direction is drawn and the reason is given.
///
/// @param random with the target's norm, (d) each
/// @param matched with its RMS too, (d) each; empty if refused
/// @param matching how well they match
public record MatchedDirections(List<float[]> random, List<float[]> matched, Matching matching) {
  private static final int HALVINGS = 24;
  private static final int ATTEMPTS = 4; // for each direction asked for

  public MatchedDirections {
    random = random.stream().map(float[]::clone).toList();
    matched = matched.stream().map(float[]::clone).toList();
  }

  List<float[]> of(ControlKind kind) {
    return switch (kind) {
      case RANDOM -> random;
      case MATCHED -> matched;
    };
  }

  /// A direction of length 1 and what it carries: u · h of each state.
  private record Candidate(double[] unit, double[] carried) {
    double rms() {
      return Math.sqrt(DotProduct.of(carried, carried) / carried.length);
    }
  }

  /// Draws the control directions.
  ///
  /// @param states of training rollouts, (d) each, at least two
  /// @param count how many of each kind, ≥ [MatchedSets#LEAST]
  /// @param tolerance on |ln(RMS / target RMS)|, > 0
  /// @throws NotEnoughData with fewer than two states, or in a space of fewer than three dimensions
  public static MatchedDirections draw(Direction target, List<float[]> states, int count, double tolerance,
      RandomGenerator random) {
    int d = target.vector().length;
    NotEnoughData.require("controls of a direction", "states", states.size(), 2);
    NotEnoughData.require("controls of a direction", "dimensions", d, 3);
    if (count < MatchedSets.LEAST || !(tolerance > 0)) {
      throw new IllegalArgumentException("controls need at least " + MatchedSets.LEAST
          + " directions and a tolerance > 0, found " + count + " and " + tolerance);
    }
    double[] unit = doubles(target.unit());
    double aim = new Candidate(unit, carried(unit, states)).rms();
    List<float[]> uniform = new ArrayList<>();
    List<float[]> matched = new ArrayList<>();
    double worst = 0;
    double sum = 0;
    for (int attempt = 0; attempt < ATTEMPTS * count && matched.size() < count; attempt++) {
      Candidate isotropic = orthogonal(gaussian(d, random), unit, states);
      if (uniform.size() < count) {
        uniform.add(scaled(isotropic.unit, target.norm()));
      }
      Optional<Candidate> found = mixed(isotropic, orthogonal(ofStates(states, d, random), unit, states), aim,
          tolerance);
      if (found.isPresent()) {
        double ratio = Math.log(found.get().rms() / aim);
        worst = Math.max(worst, Math.abs(ratio));
        sum += ratio;
        matched.add(scaled(found.get().unit, target.norm()));
      }
    }
    while (uniform.size() < count) {
      uniform.add(scaled(orthogonal(gaussian(d, random), unit, states).unit, target.norm()));
    }
    return matched.size() >= MatchedSets.LEAST
        ? new MatchedDirections(uniform, matched,
            new Matching(tolerance, worst, sum / matched.size(), List.of(), null))
        : new MatchedDirections(uniform, List.of(), new Matching(tolerance, Double.NaN, Double.NaN, List.of(),
            String.format(Locale.ROOT,
                "%d of %d mixtures of random directions and of the states' own carry an RMS within"
                    + " a factor of %.2f of the direction's (%.4g), %d are needed",
                matched.size(), ATTEMPTS * count,
                Math.exp(tolerance), aim, MatchedSets.LEAST)));
  }

  /// The mixture that carries as much as is aimed at, by halving between one that carries less and one that carries more.
  private static Optional<Candidate> mixed(Candidate one, Candidate other, double aim, double tolerance) {
    boolean rising = one.rms() <= other.rms();
    Candidate low = rising ? one : other;
    Candidate high = rising ? other : one;
    double from = 0;
    double to = 1;
    Candidate best = low;
    for (int i = 0; i < HALVINGS; i++) {
      double share = i == 0 ? 0 : i == 1 ? 1 : (from + to) / 2;
      Candidate tried = mixture(low, high, share);
      if (Math.abs(Math.log(tried.rms() / aim)) < Math.abs(Math.log(best.rms() / aim))) {
        best = tried;
      }
      if (i >= 2) {
        if (tried.rms() < aim) {
          from = share;
        } else {
          to = share;
        }
      }
    }
    return Math.abs(Math.log(best.rms() / aim)) <= tolerance ? Optional.of(best) : Optional.empty();
  }

  private static Candidate mixture(Candidate low, Candidate high, double share) {
    double[] unit = new double[low.unit.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (1 - share) * low.unit[i] + share * high.unit[i];
    }
    double norm = Math.sqrt(DotProduct.of(unit, unit));
    double[] carried = new double[low.carried.length];
    for (int k = 0; k < carried.length; k++) {
      carried[k] = ((1 - share) * low.carried[k] + share * high.carried[k]) / norm;
    }
    for (int i = 0; i < unit.length; i++) {
      unit[i] /= norm;
    }
    return new Candidate(unit, carried);
  }

  /// What is left of a vector at right angles to the target, of length 1.
  private static Candidate orthogonal(double[] vector, double[] unit, List<float[]> states) {
    for (int pass = 0; pass < 2; pass++) { // once more, for what rounding leaves
      double along = DotProduct.of(vector, unit);
      for (int i = 0; i < vector.length; i++) {
        vector[i] -= along * unit[i];
      }
      double norm = Math.sqrt(DotProduct.of(vector, vector));
      for (int i = 0; i < vector.length; i++) {
        vector[i] /= norm;
      }
    }
    return new Candidate(vector, carried(vector, states));
  }

  private static double[] gaussian(int d, RandomGenerator random) {
    double[] vector = new double[d];
    for (int i = 0; i < d; i++) {
      vector[i] = random.nextGaussian();
    }
    return vector;
  }

  /// Σ gₖ hₖ with Gaussian g: its second moments are the states'. A little of an isotropic one, so that it is never 0.
  private static double[] ofStates(List<float[]> states, int d, RandomGenerator random) {
    double[] vector = gaussian(d, random);
    for (float[] state : states) {
      double weight = random.nextGaussian();
      for (int i = 0; i < d; i++) {
        vector[i] += weight * state[i];
      }
    }
    return vector;
  }

  private static double[] carried(double[] unit, List<float[]> states) {
    return states.stream().mapToDouble(state -> {
      double sum = 0;
      for (int i = 0; i < unit.length; i++) {
        sum += unit[i] * state[i];
      }
      return sum;
    }).toArray();
  }

  private static double[] doubles(float[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = values[i];
    }
    return copy;
  }

  private static float[] scaled(double[] unit, double norm) {
    float[] vector = new float[unit.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (norm * unit[i]);
    }
    return vector;
  }
}
