package org.striatum.probe.dopamine;

import java.util.List;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.stats.Verdict;

/// How neurons answer to surprises, and what is left of it when others below them are set to zero.
///
///     response = mean z over unexpected successes − mean z over unexpected failures
///
/// averaged over the neurons (each with the sign of its response on training problems) and over the surprising step's tokens.
///
/// @param neurons whose response it is
/// @param ablated what is set to zero
/// @param successes unexpected ones among test rollouts
/// @param failures likewise
/// @param base of the untouched model, interval by problem
/// @param left under the ablation
/// @param change left − base, paired by problem: negative is a loss
/// @param controls the same change under RMS-matched sets
/// @param p (1 + #{control ≤ change}) / (1 + m); NaN without controls
/// @param traces token by token
public record SurpriseResponse(String dataset, Read neurons, Read ablated, int successes, int failures, Estimate base,
    Estimate left, Estimate change, List<Double> controls, double p, List<TracedToken> traces) {
  private static final double LEVEL = 0.05;

  /// Coordinates of a hook point.
  ///
  /// @param set that they are, e.g. `value@1%`
  public record Read(String set, HookPoint hook, List<Integer> coordinates) {
    public Read {
      coordinates = List.copyOf(coordinates);
    }
  }

  /// One token of the traces: mean z over the rollouts that reach there.
  ///
  /// @param offset from the first token of the surprising step
  /// @param ablated the same under the ablation
  public record TracedToken(Surprise surprise, int offset, int rollouts, double base, double ablated) {}

  public SurpriseResponse {
    controls = List.copyOf(controls);
    traces = List.copyOf(traces);
  }

  /// Whether the response needs what was set to zero: yes where it falls, more than under matched sets. Not tested where there is no
  /// response to lose, or no control; otherwise undecided, as nothing here says what would have been found.
  public Verdict verdict() {
    if (!(base.low() > 0) || Double.isNaN(p)) {
      return Verdict.NOT_TESTED;
    }
    return change.high() < 0 && p <= LEVEL ? Verdict.YES : Verdict.UNDECIDED;
  }

  /// Mean change under the matched sets; NaN without any.
  public double controlMean() {
    return controls.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /// p as people read it.
  public PValue pValue() {
    return PValue.counted(p, controls.size());
  }
}
