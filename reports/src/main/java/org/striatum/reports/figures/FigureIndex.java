package org.striatum.reports.figures;

import java.util.List;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.Templates;

/// A page that shows the figures of a folder, each with its title and its files: opened from disk, without a script.
///
/// @param title of the report
public record FigureIndex(String title, List<DrawnFigure> figures) {
  /// The page's name in the folder.
  public static final String NAME = "index.html";

  public FigureIndex {
    figures = List.copyOf(figures);
  }

  /// How many there are.
  public String count() {
    return Notation.count(figures.size(), "figure");
  }

  /// As HTML; titles and names are text in it.
  String html() {
    return Templates.render("figures/index.jte", this);
  }
}
