package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.Optional;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.run.RecordJson;

/// What would have been found if it were there: how often a planted effect of the declared size is.
///
/// @param planted what was planted
/// @param effect the declared size, at which a *no* must have been a likely *yes*
/// @param found share of planted ones of that size that are found; NaN where none was planted
/// @param smallest size that is found four times in five; NaN if none is
/// @param problems that the question was asked on, counted as [Planted#counted] says
/// @param needed about how many of them would find the declared size four times in five; NaN where that is not known
/// @param tried how many of the declared size were planted; null in files that were written before it was counted
public record Power(Planted planted, double effect, double found, double smallest, int problems, double needed,
    @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) Integer tried) {
  /// A share of fewer is told as their number: 10 of 10 are not all of a hundred.
  private static final int FEW = 100;

  /// The power of a test that was tried on planted effects.
  public static Power of(Planted planted, PowerCurve curve, int problems) {
    Optional<PowerCurve.Point> declared = curve.declared();
    return new Power(planted, curve.effect(), declared.map(PowerCurve.Point::share).orElse(Double.NaN),
        curve.smallest(), problems, curve.problemsNeeded(problems),
        declared.map(PowerCurve.Point::planted).orElse(0));
  }

  /// Whether enough would have been found for the absence of an effect to mean something.
  @JsonIgnore
  public boolean isEnough() {
    return found >= PowerCurve.ENOUGH;
  }

  /// `codes of AUROC 0.7 are found in 98 %`, of fewer than a hundred `9 of 10 codes of AUROC 0.7 are found`; empty where nothing was
  /// planted.
  public String words() {
    if (Double.isNaN(found)) {
      return "";
    }
    return tried == null || tried >= FEW
        ? planted.of(effect) + " are found in " + Unit.SHARE.of(found)
        : "%d of %d %s are found".formatted(Math.round(found * tried), tried, planted.of(effect));
  }

  /// Whether it is known that more problems would do, and how many.
  public boolean needsMore() {
    return needed > problems;
  }

  /// `18 test problems are too few to say how many would do`: no strength that was planted is found often enough.
  public String tooFew() {
    return "%d %s are too few to say how many would do".formatted(problems, planted.counted());
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
