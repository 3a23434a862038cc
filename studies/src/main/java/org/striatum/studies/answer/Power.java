package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.striatum.probe.power.PowerCurve;

/// What would have been found if it were there: how often a planted effect of the declared size is.
///
/// @param planted what was planted
/// @param effect the declared size, at which a *no* must have been a likely *yes*
/// @param found share of planted ones of that size that are found; NaN where none was planted
/// @param smallest size that is found four times in five; NaN if none is
/// @param problems that the question was asked on, counted as [Planted#counted] says
/// @param needed about how many of them would find the declared size four times in five; NaN where that is not known
public record Power(Planted planted, double effect, double found, double smallest, int problems, double needed) {
  /// The power of a test that was tried on planted effects.
  public static Power of(Planted planted, PowerCurve curve, int problems) {
    double found = curve.points().stream().filter(point -> point.strength() == curve.effect())
        .mapToDouble(PowerCurve.Point::share).findFirst().orElse(Double.NaN);
    return new Power(planted, curve.effect(), found, curve.smallest(), problems, curve.problemsNeeded(problems));
  }

  /// Whether enough would have been found for the absence of an effect to mean something.
  @JsonIgnore
  public boolean isEnough() {
    return found >= PowerCurve.ENOUGH;
  }

  /// `codes of AUROC 0.700 are found in 98 %`; empty where nothing was planted.
  public String words() {
    return Double.isNaN(found) ? "" : planted.of(effect) + " are found in " + Unit.SHARE.of(found);
  }

  /// Whether it is known that more problems would do, and how many.
  @JsonIgnore
  public boolean needsMore() {
    return needed > problems;
  }

  /// `about 256 test problems (100 here)`.
  ///
  /// @throws IllegalStateException if it is not known how many would do
  public String needs() {
    if (!Double.isFinite(needed)) {
      throw new IllegalStateException("it is not known how many " + planted.counted() + " would do");
    }
    return "about %d %s (%d here)".formatted(Math.round(needed), planted.counted(), problems);
  }
}
