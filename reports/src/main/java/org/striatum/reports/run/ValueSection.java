package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Notation;

/// The computed content of the section on value neurons.
///
/// @param selections the chosen hook point of each dataset
/// @param byLayer one chart per selection, as are the next two
/// @param byPruning only of selections that were pruned
/// @param byPath only of selections that have a path
/// @param agreement of the rankings; null if none was computed
/// @param histograms of the best coordinates, one chart per selection that has readings
record ValueSection(List<Selection> selections, List<Figure> byLayer, List<Figure> byPruning, List<Figure> byPath,
    Figure agreement, List<Figure> histograms) {
  private static final ValueSection NONE = new ValueSection(List.of(), List.of(), List.of(), List.of(), null,
      List.of());

  /// @param results null for a run without probes
  static ValueSection of(ValueNeuronResults results, List<CoordinateReading> readings) {
    if (results == null) {
      return NONE;
    }
    List<Selection> selections = Selection.all(results);
    ValueFigures figures = ValueFigures.of(results);
    List<Figure> byLayer = new ArrayList<>();
    List<Figure> byPruning = new ArrayList<>();
    List<Figure> byPath = new ArrayList<>();
    for (Selection selection : selections) {
      byLayer.add(figures.byLayer(selection.summary(), byLayer.size() + 1));
      if (!selection.layer().pruning().isEmpty()) {
        byPruning.add(figures.byPruning(selection, byPruning.size() + 1));
      }
      if (!selection.layer().path().points().isEmpty()) {
        byPath.add(figures.byPath(selection, byPath.size() + 1));
      }
    }
    return new ValueSection(selections, byLayer, byPruning, byPath, ValueFigures.agreement(selections),
        histograms(selections, readings));
  }

  private static List<Figure> histograms(List<Selection> selections, List<CoordinateReading> readings) {
    List<Figure> figures = new ArrayList<>();
    for (Selection selection : selections) {
      List<CoordinateReading> own = selection.layer().top().stream().flatMap(neuron -> readings.stream()
          .filter(reading -> reading.dataset().equals(selection.dataset())
              && reading.neuron().equals(new NeuronId(selection.hook(), neuron.coordinate()))))
          .toList();
      Figure figure = HistogramFigure.of("histogram-" + (figures.size() + 1),
          selection.dataset() + ", " + selection.hook(), own, ValueSection::label, "coordinate ");
      if (figure != null) {
        figures.add(figure);
      }
    }
    return figures;
  }

  private static String label(CoordinateReading reading) {
    return reading.neuron().coordinate() + ", AUROC " + Notation.auroc(reading.auroc().value());
  }

  /// The chart that the section opens with: that of the first dataset.
  Figure headline() {
    return byLayer.getFirst();
  }

  Stream<Figure> figures() {
    return Stream.of(byLayer.stream(), byPruning.stream(), Stream.ofNullable(agreement), byPath.stream())
        .flatMap(all -> all);
  }
}
