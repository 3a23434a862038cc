package org.striatum.probe.stats;

import java.util.Arrays;

/// One-sided p of an observed figure among m control figures, never 0:
///
///     p = (1 + #{control at least as extreme}) / (1 + m)
///
/// (Phipson and Smyth 2010.) Without controls p is NaN, not 1: nothing was tested.
public final class EmpiricalP {
  private EmpiricalP() {}

  /// Extreme means small: damage, where an effect is outcome minus base.
  public static double low(double observed, double... controls) {
    return of(Arrays.stream(controls).filter(control -> control <= observed).count(), controls.length);
  }

  /// Extreme means large.
  public static double high(double observed, double... controls) {
    return of(Arrays.stream(controls).filter(control -> control >= observed).count(), controls.length);
  }

  private static double of(long asExtreme, int m) {
    return m == 0 ? Double.NaN : (1.0 + asExtreme) / (1.0 + m);
  }
}
