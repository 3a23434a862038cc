package org.striatum.probe.intervention;

import java.util.List;
import org.striatum.probe.power.PowerCurve;

/// How often a drop of known size, planted into the items that an intervention was measured on, would have been called
/// specific: by the same interval, the same test of pairs, the same controls and the same correction.
///
/// @param effect the drop at which a *no* must have been a likely *yes*, in units of the outcome
/// @param shares by drop, rising
/// @param problemsNeeded about how many problems would find that drop four times in five, by drawing more of the same; NaN
///     where sixteen times as many do not
public record AblationPower(double effect, List<Share> shares, double problemsNeeded) {
  /// The share of planted drops that must be found for the absence of one to mean something.
  public static final double ENOUGH = PowerCurve.ENOUGH;
  /// Where nothing was planted.
  static final AblationPower NONE = new AblationPower(Double.NaN, List.of(), Double.NaN);

  public AblationPower {
    shares = List.copyOf(shares);
  }

  /// Drops of one size.
  ///
  /// @param drop in units of the outcome, > 0, beyond what matched sets do
  /// @param planted how often; 0 where the outcome cannot fall so far
  /// @param found how often it was called specific
  public record Share(double drop, int planted, int found) {
    /// In [0, 1]; NaN where nothing was planted.
    public double value() {
      return planted == 0 ? Double.NaN : (double) found / planted;
    }
  }

  /// The power at the declared drop; NaN where it was not planted.
  public double atEffect() {
    return shares.stream().filter(share -> share.drop == effect).mapToDouble(Share::value).findFirst()
        .orElse(Double.NaN);
  }

  /// How many drops of the declared size were planted.
  public int planted() {
    return shares.stream().filter(share -> share.drop == effect).mapToInt(Share::planted).findFirst().orElse(0);
  }

  /// Whether enough drops of the declared size would have been found.
  public boolean isEnough() {
    return atEffect() >= ENOUGH;
  }

  /// The smallest drop that is found four times in five, linear between the planted ones; NaN if none is.
  public double smallest() {
    Share below = new Share(0, 1, 0);
    for (Share above : shares) {
      if (above.value() >= ENOUGH) {
        double part = (ENOUGH - below.value()) / (above.value() - below.value());
        return below.drop + part * (above.drop - below.drop);
      }
      if (above.planted > 0) {
        below = above;
      }
    }
    return Double.NaN;
  }
}
