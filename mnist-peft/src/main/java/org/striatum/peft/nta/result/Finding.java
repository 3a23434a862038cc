package org.striatum.peft.nta.result;

import java.math.BigDecimal;
import java.math.MathContext;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;

/// One figure of an experiment with what was expected.
///
/// @param name what was measured
/// @param expected null if nothing is
/// @param found with its 95 % interval over seeds
/// @param verdict whether it is as expected; NOT_TESTED where nothing was expected or there is no figure
public record Finding(String name, Bounds expected, Estimate found, Verdict verdict) {
  /// A figure that should lie in a range: it holds where it does; where only its interval reaches the range nothing is
  /// decided.
  public static Finding between(String name, double low, double high, Estimate found) {
    Verdict verdict = Double.isNaN(found.value())
        ? Verdict.NOT_TESTED
        : low <= found.value() && found.value() <= high
            ? Verdict.YES
            : reaches(found, low, high) ? Verdict.UNDECIDED : Verdict.NO;
    return new Finding(name, new Bounds(low, high), found, verdict);
  }

  /// A figure whose whole interval should lie on one side of a bound.
  ///
  /// @param low −∞ for none
  /// @param high ∞ for none
  public static Finding surely(String name, double low, double high, Estimate found) {
    Verdict verdict = Double.isNaN(found.value()) || Double.isNaN(found.low())
        ? Verdict.NOT_TESTED
        : low <= found.low() && found.high() <= high
            ? Verdict.YES
            : reaches(found, low, high) ? Verdict.UNDECIDED : Verdict.NO;
    return new Finding(name, new Bounds(low, high), found, verdict);
  }

  /// A figure that nothing was expected of.
  public static Finding reported(String name, Estimate found) {
    return new Finding(name, null, found, Verdict.NOT_TESTED);
  }

  private static boolean reaches(Estimate found, double low, double high) {
    return found.low() <= high && found.high() >= low;
  }

  /// Where a figure should lie.
  ///
  /// @param low −∞ for none
  /// @param high ∞ for none
  public record Bounds(double low, double high) {
    /// `≤ 0.07`, `> 0`, `0.9 to 1`.
    public String printed() {
      if (low == Double.NEGATIVE_INFINITY) {
        return high == 0 ? "< 0" : "≤ " + printed(high);
      }
      if (high == Double.POSITIVE_INFINITY) {
        return low == 0 ? "> 0" : "≥ " + printed(low);
      }
      return printed(low) + " to " + printed(high);
    }

    private static String printed(double bound) {
      return new BigDecimal(bound).round(new MathContext(4)).stripTrailingZeros().toPlainString();
    }
  }

  /// In words where the figure should lie; empty where nothing was expected.
  public String expectation() {
    return expected == null ? "" : expected.printed();
  }
}
