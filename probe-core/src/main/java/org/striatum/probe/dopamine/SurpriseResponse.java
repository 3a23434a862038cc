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
/// @param problems with a surprise
/// @param excess the change less the mean of the controls', paired by problem; NaN without controls
/// @param controls the same change under RMS-matched sets
/// @param p (1 + #{control ≤ change}) / (1 + m); NaN without controls
/// @param power what would have been found
/// @param traces token by token
public record SurpriseResponse(String dataset, Read neurons, Read ablated, int successes, int failures, int problems,
    Estimate base, Estimate left, Estimate change, Estimate excess, List<Double> controls, double p, LossPower power,
    List<TracedToken> traces) {
  /// The largest p that passes.
  static final double LEVEL = 0.05;
  private static final double ROUNDING = 1e-12;

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

  /// Whether the response needs what was set to zero: yes where it falls, more than under matched sets. No only where the interval
  /// holds no loss that would have been called so, and a loss of the declared size, planted into the same surprises, is found four
  /// times in five. Not tested where there is no response to lose, or too few controls to pass; otherwise undecided.
  public Verdict verdict() {
    double critical = critical();
    if (!(base.low() > 0) || Double.isNaN(critical)) {
      return Verdict.NOT_TESTED;
    }
    if (change.high() < 0 && p <= LEVEL) {
      return Verdict.YES;
    }
    return excludes(critical) && power.curve().isEnough() ? Verdict.NO : Verdict.UNDECIDED;
  }

  /// The change to be below for *yes*, by the controls; NaN where there are too few of them for any p to pass.
  public double critical() {
    int place = (int) Math.floor(LEVEL * (controls.size() + 1) + ROUNDING);
    return place < 1 ? Double.NaN : controls.stream().sorted().skip(place - 1).findFirst().orElseThrow();
  }

  /// Whether the interval of the change, or of what it is beyond the controls' mean, lies above what would have been called a loss.
  private boolean excludes(double critical) {
    double mean = controls.stream().mapToDouble(control -> control).average().orElse(Double.NaN);
    return change.low() >= critical - ROUNDING || excess.low() + mean >= critical - ROUNDING;
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
