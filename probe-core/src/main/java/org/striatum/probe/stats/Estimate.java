package org.striatum.probe.stats;

/// A figure with its 95 % interval; the interval is NaN to NaN where none could be computed.
public record Estimate(double value, double low, double high) {
  /// A figure without an interval.
  public static Estimate exact(double value) {
    return new Estimate(value, Double.NaN, Double.NaN);
  }
}
