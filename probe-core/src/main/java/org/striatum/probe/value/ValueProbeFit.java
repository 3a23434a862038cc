package org.striatum.probe.value;

import java.util.List;

/// A trained probe and how training went.
///
/// @param probe the parameters with the lowest validation error
/// @param validationErrors mean (V(s) − return)² over all validation states, before training and after each pass
/// @param best which of them is the probe's
/// @param diverged whether training stopped on a loss that was no number; the probe is then the last good one
/// @param ranking the parameters whose first-layer columns rank coordinates
/// @param sorted how long they were trained, and how settled their order was
public record ValueProbeFit(ValueProbe probe, List<Double> validationErrors, int best, boolean diverged,
    ValueProbe ranking, Sorted sorted) {
  /// How far a ranking had settled.
  ///
  /// @param passes over the training trajectories
  /// @param overlap share of the best coordinates that were so before; NaN where nothing was compared
  /// @param stable whether that is as much as was asked for
  public record Sorted(int passes, double overlap, boolean stable) {}

  public ValueProbeFit {
    validationErrors = List.copyOf(validationErrors);
    if (best < 0 || best >= validationErrors.size()) {
      throw new IllegalArgumentException(
          "the best pass must be in [0, " + validationErrors.size() + "), found " + best);
    }
  }

  /// Passes over the training trajectories.
  public int epochs() {
    return validationErrors.size() - 1;
  }
}
