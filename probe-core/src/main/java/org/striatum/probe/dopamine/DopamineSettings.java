package org.striatum.probe.dopamine;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.value.PruningSettings;
import org.striatum.probe.value.ValueProbeTraining;

/// What a dopamine study computes, and how thoroughly.
///
/// @param errors which reward-prediction errors are studied
/// @param training of the TD-error probe; its target is Monte-Carlo
/// @param ranking that orders coordinates
/// @param pruning of the TD-error probe
/// @param tests put to the ranked coordinates
/// @param traces drawn around surprises
/// @param resamples bootstrap resamples behind each interval, ≥ 100
public record DopamineSettings(Errors errors, ValueProbeTraining training, DopamineRanking ranking,
    PruningSettings pruning, Tests tests, Traces traces, int resamples) {

  /// Reward-prediction errors δ, and the activations of their steps.
  ///
  /// @param gamma discount a step, in (0, 1]
  /// @param threshold steps with |δ| above it train and test the probe, ≥ 0 (the paper: 0.3)
  /// @param pooled how a step's tokens become one; null for their mean, so that settings are written as they were before there was
  ///     another
  public record Errors(double gamma, double threshold,
      @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) StepPooling pooled) {
    /// Errors of steps that are pooled by the mean.
    public Errors(double gamma, double threshold) {
      this(gamma, threshold, null);
    }

    public Errors {
      pooled = pooled == StepPooling.MEAN ? null : pooled;
      if (!(gamma > 0 && gamma <= 1)) {
        throw new IllegalArgumentException("a discount must be in (0, 1], found " + gamma);
      }
      if (!(threshold >= 0 && threshold < 1)) {
        throw new IllegalArgumentException("the threshold of |δ| must be in [0, 1), found " + threshold);
      }
    }

    public Errors withThreshold(double other) {
      return new Errors(gamma, other, pooled);
    }

    public Errors withPooling(StepPooling other) {
      return new Errors(gamma, threshold, other);
    }

    /// How a step's tokens become one.
    public StepPooling pooling() {
      return pooled == null ? StepPooling.MEAN : pooled;
    }
  }

  /// The signature test, and the null of the probe.
  ///
  /// @param tested how many of the best of each of the two rankings are tested by the signature test
  /// @param permutations reassignments of δ behind part 5 of the signature
  /// @param retrainings probes refitted to reassigned δ, the null of the unpruned probe
  /// @param level significance of every part: q or p below it passes, in (0, 1)
  /// @param predicted reward is fully predicted where V̂ is at least this before and after, in (0.5, 1]
  /// @param flatMargin an activation is flat there if it is off by less than its response to a surprise this large, > 0
  /// @param power of the whole, measured by planted coordinates
  public record Tests(int tested, int permutations, int retrainings, double level, double predicted,
      double flatMargin, Power power) {
    public Tests {
      if (tested < 1 || retrainings < 0) {
        throw new IllegalArgumentException(
            "tested coordinates must be ≥ 1 and retrainings ≥ 0, found " + tested + " and " + retrainings);
      }
      if (!(level > 0 && level < 1)) {
        throw new IllegalArgumentException("a level of significance must be in (0, 1), found " + level);
      }
      if (!(1.0 / (1 + permutations) < level)) {
        throw new IllegalArgumentException("p < " + level + " needs at least " + (int) Math.floor(1 / level)
            + " permutations, found " + permutations);
      }
      if (!(predicted > 0.5 && predicted <= 1)) {
        throw new IllegalArgumentException("a fully predicted reward has V̂ in (0.5, 1], found " + predicted);
      }
      if (!(flatMargin > 0)) {
        throw new IllegalArgumentException("the margin of flatness must be > 0, found " + flatMargin);
      }
    }

    public Tests withTested(int coordinates) {
      return new Tests(coordinates, permutations, retrainings, level, predicted, flatMargin, power);
    }

    public Tests withPermutations(int reassignments) {
      return new Tests(tested, reassignments, retrainings, level, predicted, flatMargin, power);
    }

    public Tests withRetrainings(int probes) {
      return new Tests(tested, permutations, probes, level, predicted, flatMargin, power);
    }

    public Tests withLevel(double significance) {
      return new Tests(tested, permutations, retrainings, significance, predicted, flatMargin, power);
    }

    public Tests withPower(UnaryOperator<Power> change) {
      return new Tests(tested, permutations, retrainings, level, predicted, flatMargin, change.apply(power));
    }
  }

  /// Known effects planted into the data, to see whether the signature test finds them.
  ///
  /// @param planted coordinates of each kind and strength, per dataset, ≥ 0; none: no answer is *no*
  /// @param strengths correlations of a planted neuron with δ, rising, in (0, 1)
  /// @param effect the one among them at which a neuron must be likely to be found before its absence is an answer
  public record Power(int planted, List<Double> strengths, double effect) {
    public Power {
      strengths = List.copyOf(strengths);
      if (planted < 0 || planted > 10_000) {
        throw new IllegalArgumentException("planted coordinates must be in [0, 10000], found " + planted);
      }
      if (!(effect > 0 && effect < 1)) {
        throw new IllegalArgumentException("the declared effect must be a correlation in (0, 1), found " + effect);
      }
      if (strengths.isEmpty() || !strengths.stream().allMatch(r -> r > 0 && r < 1)
          || !strengths.stream().sorted().distinct().toList().equals(strengths)) {
        throw new IllegalArgumentException("planted strengths must rise within (0, 1), found " + strengths);
      }
      if (!strengths.contains(effect)) {
        throw new IllegalArgumentException(
            "the declared effect must be one of the planted strengths " + strengths + ", found " + effect);
      }
    }

    /// At which a kind is planted: a neuron at every strength, what resembles it at the largest.
    List<Double> strengths(Planting planting) {
      return planting == Planting.SURPRISE ? strengths : List.of(strengths.getLast());
    }

    public Power withPlanted(int coordinates) {
      return new Power(coordinates, strengths, effect);
    }

    /// Declares another effect, which is planted too.
    public Power withEffect(double other) {
      return new Power(planted, Stream.concat(strengths.stream(), Stream.of(other)).distinct().sorted().toList(),
          other);
    }
  }

  /// Activations around a surprise.
  ///
  /// @param expected V̂ at most this before a success, or at least 1 − this before a failure, makes it a surprise to trace
  /// @param traced neurons traced, the best of those that are significant (or tested, where none is)
  /// @param controls untested coordinates traced beside them
  /// @param window tokens traced before and after the surprise begins
  public record Traces(double expected, int traced, int controls, int window) {
    public Traces {
      if (!(expected > 0 && expected <= 0.5)) {
        throw new IllegalArgumentException("a surprise needs V̂ in (0, 0.5] before a success, found " + expected);
      }
      if (traced < 0 || controls < 0 || window < 1) {
        throw new IllegalArgumentException("traced neurons and controls must be ≥ 0 and the window ≥ 1, found " + traced
            + ", " + controls + " and " + window);
      }
    }

    public Traces withTraced(int neurons) {
      return new Traces(expected, neurons, controls, window);
    }
  }

  /// Where nothing else is said.
  public static DopamineSettings defaults() {
    return new DopamineSettings(new Errors(1 - 1e-5, 0.3), TdErrorProbe.TRAINING,
        DopamineRanking.TD_ERROR_FIRST_LAYER_L1, PruningSettings.DEFAULTS,
        new Tests(20, 999, 99, 0.05, 0.9, 0.3, new Power(40, List.of(0.15, 0.25, 0.35, 0.5), 0.35)),
        new Traces(0.4, 3, 50, 20), 1000);
  }

  /// Minutes for a small model: fewer refits of the probe, the signature's parts the same.
  public static DopamineSettings quick() {
    return defaults().withTests(tests -> tests.withPower(power -> power.withPlanted(24)));
  }

  public DopamineSettings {
    if (resamples < 100) {
      throw new IllegalArgumentException("a bootstrap needs at least 100 resamples, found " + resamples);
    }
  }

  public DopamineSettings withErrors(UnaryOperator<Errors> change) {
    return new DopamineSettings(change.apply(errors), training, ranking, pruning, tests, traces, resamples);
  }

  public DopamineSettings withTraining(UnaryOperator<ValueProbeTraining> change) {
    return new DopamineSettings(errors, change.apply(training), ranking, pruning, tests, traces, resamples);
  }

  public DopamineSettings withRanking(DopamineRanking by) {
    return new DopamineSettings(errors, training, by, pruning, tests, traces, resamples);
  }

  public DopamineSettings withPruning(UnaryOperator<PruningSettings> change) {
    return new DopamineSettings(errors, training, ranking, change.apply(pruning), tests, traces, resamples);
  }

  public DopamineSettings withTests(UnaryOperator<Tests> change) {
    return new DopamineSettings(errors, training, ranking, pruning, change.apply(tests), traces, resamples);
  }

  public DopamineSettings withTraces(UnaryOperator<Traces> change) {
    return new DopamineSettings(errors, training, ranking, pruning, tests, change.apply(traces), resamples);
  }

  public DopamineSettings withResamples(int draws) {
    return new DopamineSettings(errors, training, ranking, pruning, tests, traces, draws);
  }
}
