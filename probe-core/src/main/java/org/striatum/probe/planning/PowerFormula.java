package org.striatum.probe.planning;

import java.util.OptionalInt;
import org.striatum.probe.power.PowerCurve;

/// The chance that a study of a number of problems answers *yes* where the declared effect is there, in closed form or by exact
/// summation.
public sealed interface PowerFormula permits AurocPower, DamagePower, PairedPower, SurprisePower {
  /// What power is enough.
  double ENOUGH = PowerCurve.ENOUGH;
  /// Problems beyond which none are looked for.
  int MOST = 1_000_000;

  /// The power of a study of so many problems of the data set, in [0, 1].
  double at(int problems);

  /// The fewest problems from which on the power is enough; empty where a million do not suffice.
  ///
  /// Exact tests are not smooth: the figure is that behind the last number, on a grid 2 % apart, that does not suffice.
  default OptionalInt problemsNeeded() {
    return problemsNeeded(ENOUGH);
  }

  /// The same for another power than the one that is enough.
  default OptionalInt problemsNeeded(double power) {
    int enough = -1;
    for (int n = 4; n <= largest(); n = Math.max(n + 1, (int) Math.round(n * 1.02))) {
      if (at(n) < power) {
        enough = -1;
      } else if (enough < 0) {
        enough = n;
      } else if (n > 2L * enough) {
        break;
      }
    }
    return enough < 0 ? OptionalInt.empty() : OptionalInt.of(enough);
  }

  /// The largest number of problems that is tried.
  default int largest() {
    return MOST;
  }
}
