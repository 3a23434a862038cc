package org.striatum.probe.dopamine;

import org.striatum.probe.power.PowerCurve;

/// How often a loss of known size, planted into the surprises that a response was read at, would have been found: by the same
/// interval and the same matched sets.
///
/// @param curve by the share of the response that is lost beyond what matched sets take, in (0, 1]; without points where nothing
///     could be planted
/// @param problemsNeeded about how many problems with a surprise would find the declared loss four times in five, by drawing
///     more of the same; NaN where sixteen times as many do not
public record LossPower(PowerCurve curve, double problemsNeeded) {
  /// Share of planted losses of the declared size that is found; NaN where none was planted.
  public double atEffect() {
    return curve.declared().map(PowerCurve.Point::share).orElse(Double.NaN);
  }

  /// How many losses of the declared size were planted.
  public int planted() {
    return curve.declared().map(PowerCurve.Point::planted).orElse(0);
  }
}
