package org.striatum.probe.dopamine;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.stats.SplitHalf;
import org.striatum.probe.value.ValueNeuronResults.Agreement;
import org.striatum.probe.value.ValueProbeFit;

/// What the dopamine study found: a plain record of figures. Coordinates are chosen on training and validation problems;
/// every figure here is of test problems unless it says otherwise. A *step* and its surprise δ are those of
/// [DopamineStudy].
///
/// @param datasets one row per dataset
/// @param layers one row per dataset and hook point that could be studied
/// @param power one row per dataset
public record DopamineResults(List<DatasetSteps> datasets, List<LayerDopamine> layers, List<DopaminePower> power) {
  public DopamineResults {
    datasets = List.copyOf(datasets);
    layers = List.copyOf(layers);
    power = List.copyOf(power);
  }

  /// What the signature test says of each dataset that was studied, over all its hook points.
  public List<DopamineVerdict> verdicts() {
    return datasets.stream().map(dataset -> DopamineVerdict.of(dataset, layers.stream()
        .filter(layer -> layer.dataset().equals(dataset.dataset())).toList(), power(dataset.dataset()))).toList();
  }

  /// Of one dataset; without a share where nothing was planted.
  public DopaminePower power(String dataset) {
    return power.stream().filter(one -> one.dataset().equals(dataset)).findFirst()
        .orElse(new DopaminePower(dataset, Double.NaN, List.of()));
  }

  /// The hook point of a dataset whose causal probe predicts δ best on validation problems.
  public Optional<LayerDopamine> chosen(String dataset) {
    return layers.stream().filter(layer -> layer.dataset().equals(dataset))
        .max(Comparator.comparingDouble(layer -> Double.isNaN(layer.validation()) ? -2 : layer.validation()));
  }

  /// One dataset's steps and how well their surprise is known.
  ///
  /// @param problems distinct problems, all folds
  /// @param steps with a value before and after them, all folds
  /// @param unvalued steps left out for lack of a value or an entropy
  /// @param kept steps with |δ| above the threshold
  /// @param values where V̂ comes from
  /// @param reliability how far two halves of the continuations agree
  /// @param excludedRows steps left out for NaN or ∞ in a state, summed over hook points
  /// @param warnings what a reader must know before believing the figures
  /// @param notes why hook points are missing
  public record DatasetSteps(String dataset, int problems, int rollouts, int steps, int unvalued, int kept,
      int keptTrain, int keptValidation, int keptTest, String values, Reliability reliability, int excludedRows,
      List<String> warnings, List<String> notes) {
    public DatasetSteps {
      warnings = List.copyOf(warnings);
      notes = List.copyOf(notes);
    }
  }

  /// Split-half reliability over all folds. Figures are NaN where V̂ has no halves.
  ///
  /// @param value of V̂, each state before a step counted once a rollout
  /// @param delta of δ over steps that end in an estimate (a last step ends in the reward, which is exact)
  /// @param replicated Σ δₐδᵦ / Σ δₐ² over the steps among them that one half a keeps (|δₐ| above the threshold), both
  ///     ways: the share of a kept surprise that the other half sees again. 1 is signal, 0 is noise
  public record Reliability(SplitHalf value, SplitHalf delta, Estimate replicated) {}

  /// Everything about one dataset at one hook point.
  ///
  /// @param steps usable on test problems; the signature is tested on all of them
  /// @param kept those among them with |δ| above the threshold; the probe is tested on these
  /// @param problems they come from
  /// @param constant coordinates that never move on training problems, not tested
  /// @param curves of the probe against the share of coordinates removed, one for each scaling
  /// @param validation ρ of the unpruned causal probe over the kept validation steps: what a hook point is chosen by
  /// @param scatter some of the kept test steps, evenly taken: what the causal probe said and what δ was
  /// @param shuffled what the unpruned causal probe reaches when it is refitted to reassigned δ
  /// @param ranking the study's
  /// @param order all coordinates by it, best first: what neuron sets are cut from
  /// @param agreement between the causal probe's ranking and the others
  /// @param tested coordinates tested by the signature test, the best of two rankings, in the order of the study's
  /// @param significant coordinates that pass all five parts, in the same order
  /// @param traces around surprises
  /// @param notes what could not be computed here, and why
  public record LayerDopamine(String dataset, HookPoint hook, int steps, int kept, int problems, int constant,
      List<ProbeCurve> curves, double validation, List<Prediction> scatter, ProbeNull shuffled, DopamineRanking ranking, List<Integer> order, List<Agreement> agreement,
      List<TestedNeuron> tested, List<Integer> significant, List<Trace> traces, List<String> notes) {
    public LayerDopamine {
      curves = List.copyOf(curves);
      scatter = List.copyOf(scatter);
      order = List.copyOf(order);
      agreement = List.copyOf(agreement);
      tested = List.copyOf(tested);
      significant = List.copyOf(significant);
      traces = List.copyOf(traces);
      notes = List.copyOf(notes);
    }

    /// The same after other tests of its coordinates.
    LayerDopamine with(List<TestedNeuron> others) {
      return new LayerDopamine(dataset, hook, steps, kept, problems, constant, curves, validation, scatter, shuffled, ranking, order,
          agreement, others,
          others.stream().filter(TestedNeuron::significant).map(TestedNeuron::coordinate).toList(), traces, notes);
    }

    /// The same beside what refits to reassigned δ reach.
    LayerDopamine with(ProbeNull reassigned) {
      return new LayerDopamine(dataset, hook, steps, kept, problems, constant, curves, validation, scatter, reassigned,
          ranking, order, agreement, tested, significant, traces, notes);
    }

    /// The curve of one scaling.
    public Optional<ProbeCurve> curve(Scaling scaling) {
      return curves.stream().filter(curve -> curve.scaling() == scaling).findFirst();
    }
  }

  /// One step of a test problem.
  ///
  /// @param predicted δ̂
  /// @param delta δ
  public record Prediction(double predicted, double delta) {}

  /// A TD-error probe as coordinates are removed (held at 0, their mean), best kept longest.
  ///
  /// @param all Spearman's ρ of prediction and δ over all test steps, none removed
  /// @param points ρ over the kept test steps, of the network that ranks
  /// @param sorted how long that was trained, and how settled its order was; null where it is not known
  public record ProbeCurve(Scaling scaling, Estimate all, List<CurvePoint> points, ValueProbeFit.Sorted sorted) {
    public ProbeCurve {
      points = List.copyOf(points);
    }

    /// A curve that does not say how its network was trained.
    public ProbeCurve(Scaling scaling, Estimate all, List<CurvePoint> points) {
      this(scaling, all, points, null);
    }
  }

  /// One point of a pruning curve.
  ///
  /// @param ratio share of coordinates removed, in [0, 1)
  /// @param kept coordinates left
  /// @param rho with a bootstrap band over problems
  /// @param randomLow 2.5 percentile of the same with random coordinates kept; NaN where not computed
  /// @param randomHigh 97.5 percentile
  public record CurvePoint(double ratio, int kept, Estimate rho, double randomLow, double randomHigh) {}

  /// ρ of probes refitted to δ reassigned among rollouts with as many steps.
  ///
  /// @param retrainings how many
  /// @param p (1 + #{null ≥ observed}) / (1 + m)
  public record ProbeNull(int retrainings, double mean, double low, double high, double p) {
    /// p as people read it.
    public PValue pValue() {
      return PValue.counted(p, retrainings);
    }
  }

  /// One coordinate with its signature.
  ///
  /// @param ranks ranking name → its place there, from 1
  /// @param sign +1 where it rises with δ on training problems, −1 where it falls
  /// @param consistency share of up to ten groups of training problems in which Spearman's ρ with δ has that sign
  /// @param significant whether all five parts pass: only then is it a dopamine neuron
  public record TestedNeuron(int coordinate, Map<String, Integer> ranks, int sign, double consistency, Signature signature,
      boolean significant) {
    /// The same with another signature.
    TestedNeuron with(Signature other) {
      return new TestedNeuron(coordinate, ranks, sign, consistency, other, other.complete());
    }
  }

  /// The five parts of the signature test.
  ///
  /// @param partial 1: it follows δ beyond the value after, and beyond the value before
  /// @param surprises 2: positive and negative δ each move it, one up and the other down
  /// @param flatness 3: it stays where it is while reward is fully predicted
  /// @param slopes 4: it rises with one of the two values and falls with the other
  /// @param permuted 5: it follows its own rollout's δ rather than those of rollouts like it
  public record Signature(Partials partial, Surprises surprises, Flatness flatness, ValueSlopes slopes,
      Permuted permuted) {
    /// Whether every part passes.
    public boolean complete() {
      return passed().stream().allMatch(Boolean::booleanValue);
    }

    /// Whether each of the five parts passes, in their order.
    public List<Boolean> passed() {
      return List.of(partial.passed(), surprises.passed(), flatness.passed(), slopes.passed(), permuted.passed());
    }
  }

  /// Partial rank correlation with δ given a value, position, step length and token entropy. Never given both values: δ
  /// is their exact linear function.
  ///
  /// @param givenAfter given V̂(sₖ)
  /// @param givenBefore given V̂(sₖ₋₁)
  /// @param passed whether q is below the level in both
  public record Partials(Correlation givenAfter, Correlation givenBefore, boolean passed) {}

  /// One partial rank correlation.
  ///
  /// @param p two-sided, robust to dependence within problems
  /// @param q the same after Benjamini and Hochberg over all coordinates tested, of all hook points of the dataset
  public record Correlation(double rho, double p, double q) {
    Correlation corrected(double other) {
      return new Correlation(rho, p, other);
    }
  }

  /// Slopes on the positive and on the negative part of δ in one regression, position, length and entropy held fixed, in
  /// standard deviations a unit of δ, intervals bootstrapped by problem.
  ///
  /// @param beyondGains the slope on losses minus what a response to gains alone would show there, as δ is estimated
  /// @param beyondLosses the slope on gains minus what a response to losses alone would show there
  /// @param passed whether all four intervals lie on the same side of 0
  public record Surprises(Estimate positive, Estimate negative, Estimate beyondGains, Estimate beyondLosses,
      boolean passed) {}

  /// Equivalence test of the activation where reward is fully predicted against what δ, position, length and entropy lead
  /// one to expect, in standard deviations.
  ///
  /// @param steps where reward is fully predicted
  /// @param difference found
  /// @param low lower end of its 90 % interval, robust to dependence within problems
  /// @param margin that the interval must lie within: the response to a surprise of the settings' flat margin, on
  ///     training problems
  /// @param p of the null that the difference is at least the margin
  public record Flatness(int steps, double difference, double low, double high, double margin, double p,
      boolean passed) {
    /// Whether a difference of 0 would have passed: the interval is no wider than the margin allows.
    public boolean testable() {
      return (high - low) / 2 < margin;
    }
  }

  /// Slopes on V̂(sₖ) and V̂(sₖ₋₁) in one regression, position, length and entropy held fixed, in standard deviations a
  /// unit of value, intervals bootstrapped by problem.
  ///
  /// @param passed whether the slopes have opposite signs and both intervals exclude 0
  public record ValueSlopes(Estimate after, Estimate before, boolean passed) {}

  /// Rank correlation with δ within steps of one place in rollouts of one length, against δ reassigned among those.
  ///
  /// @param steps that could be reassigned
  /// @param low 2.5 percentile of the null
  /// @param high 97.5 percentile
  /// @param p two-sided: (1 + #{|null| ≥ |observed|}) / (1 + permutations)
  public record Permuted(int steps, int permutations, double correlation, double low, double high, double p,
      boolean passed) {
    /// p as people read it.
    public PValue pValue() {
      return PValue.counted(p, permutations);
    }
  }

  /// Mean activation around surprises, in standard deviations of training tokens.
  ///
  /// @param surprise what happened
  /// @param rollouts with such a surprise; problems they come from
  public record Trace(int coordinate, Surprise surprise, int rollouts, int problems, List<TracePoint> points) {
    public Trace {
      points = List.copyOf(points);
    }
  }

  /// What was not expected.
  public enum Surprise {
    /// A success where V̂ was low: aligned at the step with the largest δ.
    SUCCESS,
    /// A failure where V̂ was high: aligned at the step with the smallest δ.
    FAILURE
  }

  /// One token of a trace.
  ///
  /// @param offset from the first token of the surprising step
  /// @param rollouts that reach there
  /// @param mean with a bootstrap band over problems
  /// @param controlLow 2.5 percentile of the means of control coordinates; NaN without controls
  /// @param controlHigh 97.5 percentile
  public record TracePoint(int offset, int rollouts, Estimate mean, double controlLow, double controlHigh) {}
}
