package org.striatum.probe.value;

import java.util.Locale;
import org.striatum.probe.power.PlantedSignal;
import org.striatum.probe.run.Printed;

/// In how many coordinates a success probability is planted, and how strongly.
public enum PlantedCode implements Printed {
  /// In one, with the declared AUROC.
  ONE(1),
  /// In six, which have it together.
  SIX_WEAKER(6),
  /// In six, each as strong as the one.
  SIX(6),
  /// In all of them, which would have it together if they were unrelated: a dense code, which must not be taken for a sparse one.
  DENSE(Integer.MAX_VALUE);

  private final int coordinates;

  PlantedCode(int coordinates) {
    this.coordinates = coordinates;
  }

  /// @param varying coordinates that can carry a signal
  int coordinates(int varying) {
    return Math.min(coordinates, varying);
  }

  /// The r of each coordinate.
  ///
  /// @param whole the r of one coordinate with the declared AUROC
  double each(double whole, int varying) {
    return this == SIX ? whole : PlantedSignal.each(whole, coordinates(varying));
  }

  /// Whether it is the kind of code that the questions are about, with the declared AUROC as a whole.
  public boolean isDeclared() {
    return this == ONE || this == SIX_WEAKER;
  }

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /// As it is printed.
  @Override
  public String toString() {
    return printed();
  }
}
