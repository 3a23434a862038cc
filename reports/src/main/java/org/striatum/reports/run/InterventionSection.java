package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.reports.page.Figure;

/// The computed content of the section on interventions.
///
/// @param parts every intervention of every study, in its order
/// @param forests one chart per outcome, of all interventions on it
/// @param curves dose and steering charts
/// @param notes of every study, with its name if there are several
record InterventionSection(List<Part> parts, List<Figure> forests, List<Figure> curves, List<String> notes) {
  /// The most interventions that are told arm by arm.
  private static final int DETAILED = 12;

  /// An intervention.
  ///
  /// @param name of the study that it belongs to
  record Part(String name, Intervention intervention) {}

  static InterventionSection of(SequencedMap<String, InterventionResults> studies) {
    List<Part> parts = new ArrayList<>();
    List<Figure> curves = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Map.Entry<String, InterventionResults> study : studies.entrySet()) {
      study.getValue().interventions().forEach(one -> parts.add(new Part(study.getKey(), one)));
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
    return new InterventionSection(parts, ForestFigure.all(parts.stream().map(Part::intervention).toList()), curves,
        notes);
  }

  /// The interventions that are told arm by arm; the table has all of them.
  List<Part> detailed() {
    return parts.stream().limit(DETAILED).toList();
  }

  Stream<Figure> figures() {
    return Stream.concat(forests.stream(), curves.stream());
  }
}
