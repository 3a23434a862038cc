package org.striatum.probe.stats;

import java.util.function.DoubleFunction;

/// A figure with its 95 % interval; the interval is NaN to NaN where none could be computed.
public record Estimate(double value, double low, double high) {
  /// A figure without an interval.
  public static Estimate exact(double value) {
    return new Estimate(value, Double.NaN, Double.NaN);
  }

  /// As people read it: `0.823 [0.754 to 0.892]`, `0.823 [no interval]`, a dash where there is no figure.
  public String printed(int places) {
    return printed(x -> Decimals.of(x, places));
  }

  /// The same for a difference: `+0.051 [+0.014 to +0.091]`.
  public String signed(int places) {
    return printed(x -> Decimals.signed(x, places));
  }

  /// The interval alone: `0.754 to 0.892`; a dash where there is none.
  public String interval(int places) {
    return hasInterval() ? Decimals.of(low, places) + " to " + Decimals.of(high, places) : "–";
  }

  /// The interval of a difference alone: `−0.012 to +0.011`.
  public String signedInterval(int places) {
    return hasInterval() ? Decimals.signed(low, places) + " to " + Decimals.signed(high, places) : "–";
  }

  /// Whether both ends are known.
  public boolean hasInterval() {
    return Double.isFinite(low) && Double.isFinite(high);
  }

  /// With an interval that ends where the figure's values do.
  ///
  /// @param least value that it can have
  /// @param most value that it can have
  public Estimate within(double least, double most) {
    return hasInterval() ? new Estimate(value, Math.clamp(low, least, most), Math.clamp(high, least, most)) : this;
  }

  /// In another unit, e.g. percentage points.
  public Estimate times(double factor) {
    return new Estimate(factor * value, factor * low, factor * high);
  }

  private String printed(DoubleFunction<String> figure) {
    return !Double.isFinite(value)
        ? figure.apply(value)
        : figure.apply(value)
            + (hasInterval() ? " [" + figure.apply(low) + " to " + figure.apply(high) + "]" : " [no interval]");
  }
}
