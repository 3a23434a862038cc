package org.striatum.studies.planning;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.striatum.studies.registration.Plan.Ground;
import org.striatum.studies.registration.Source;

/// The figures of one data set, each with where it comes from.
///
/// @param obstacle why outcomes give no power, such as outcomes of one class; null if they do
public record Known(String dataset, Map<PlannedFigure, Ground> figures, String obstacle) {
  public Known {
    figures = new EnumMap<>(figures);
  }

  /// Figures without a pilot.
  ///
  /// @param read from the checkpoint
  /// @param told by the user
  public static Known assumed(String dataset, Map<PlannedFigure, Double> read, Map<PlannedFigure, Double> told) {
    Known known = new Known(dataset, new EnumMap<>(PlannedFigure.class), null);
    for (Map.Entry<PlannedFigure, Double> one : read.entrySet()) {
      known = known.with(one.getKey(), one.getValue(), Source.MEASURED, "the checkpoint's");
    }
    return known.told(told).completed();
  }

  /// The same with figures that the user assumes in place of its own.
  Known told(Map<PlannedFigure, Double> assumed) {
    Known all = this;
    for (Map.Entry<PlannedFigure, Double> one : assumed.entrySet()) {
      all = all.with(one.getKey(), one.getValue(), Source.ASSUMED, "by the user");
    }
    return assumed.containsKey(PlannedFigure.ACCURACY) ? new Known(dataset, all.figures, null) : all;
  }

  /// The same with one figure more; one that is no number is left out.
  Known with(PlannedFigure figure, double value, Source source, String from) {
    if (Double.isNaN(value)) {
      return this;
    }
    Map<PlannedFigure, Ground> more = new EnumMap<>(figures);
    more.put(figure, new Ground(dataset, figure.printed(), value, source, from));
    return new Known(dataset, more, obstacle);
  }

  /// The same with the program's own values for what nobody knows.
  Known completed() {
    Known all = this;
    for (PlannedFigure figure : PlannedFigure.values()) {
      if (!figures.containsKey(figure) && figure.usual().isPresent()) {
        all = all.with(figure, figure.usual().getAsDouble(), Source.DEFAULT, "nobody measured it");
      }
    }
    return all;
  }

  /// A figure; empty where it is not known.
  OptionalDouble find(PlannedFigure figure) {
    return figures.containsKey(figure) ? OptionalDouble.of(figures.get(figure).value()) : OptionalDouble.empty();
  }

  /// A figure; NaN where it is not known.
  double get(PlannedFigure figure) {
    return find(figure).orElse(Double.NaN);
  }

  /// All figures, for the plan.
  List<Ground> grounds() {
    return new ArrayList<>(figures.values());
  }
}
