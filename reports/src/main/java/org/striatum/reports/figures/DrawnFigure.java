package org.striatum.reports.figures;

/// A figure of a report as files, named relative to their folder.
///
/// @param name of its files, without what they end with
/// @param title as above it in the report; what it shows, where it has none there
/// @param choice what the reader would choose in the report, e.g. a task; empty for a figure without a choice
/// @param option that is drawn; empty likewise
/// @param description what it shows, in words
/// @param csv the table behind it; drawings of one chart share it
public record DrawnFigure(String name, String title, String choice, String option, String description, String svg,
    String png,
    String pdf, String csv) {
  static DrawnFigure of(String name, String title, String choice, String option, String description, String csv) {
    return new DrawnFigure(name, title.isBlank() ? description : title, choice, option, description, name + ".svg",
        name + ".png", name + ".pdf", csv);
  }

  /// The title with the option that is drawn.
  public String heading() {
    return option.isEmpty() ? title : title + ", " + choice + " " + option;
  }
}
