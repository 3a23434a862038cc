package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.reports.page.Figure;

/// The computed content of the section on interventions.
///
/// @param parts every intervention of every study, in its order
/// @param curves dose and steering charts
/// @param notes of every study, with its name if there are several
record InterventionSection(List<Part> parts, List<Figure> curves, List<String> notes) {
  /// The most interventions with a chart.
  private static final int CHARTS = 12;

  /// An intervention and its chart; null beyond the largest number of charts.
  ///
  /// @param name of the study that it belongs to
  record Part(String name, Intervention intervention, Figure figure) {}

  static InterventionSection of(SequencedMap<String, InterventionResults> studies) {
    List<Part> parts = new ArrayList<>();
    List<Figure> curves = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Map.Entry<String, InterventionResults> study : studies.entrySet()) {
      for (Intervention intervention : study.getValue().interventions()) {
        int place = parts.size();
        parts.add(new Part(study.getKey(), intervention,
            place < CHARTS ? InterventionFigure.of(intervention, place + 1) : null));
      }
      for (Curve curve : study.getValue().curves()) {
        Figure figure = CurveFigure.of(curve, curves.size() + 1);
        if (figure != null) {
          curves.add(figure);
        }
      }
      for (String note : study.getValue().notes()) {
        notes.add(studies.size() > 1 ? study.getKey() + ": " + note : note);
      }
    }
    return new InterventionSection(parts, curves, notes);
  }

  Stream<Figure> figures() {
    return Stream.concat(parts.stream().map(Part::figure).filter(Objects::nonNull), curves.stream());
  }
}
