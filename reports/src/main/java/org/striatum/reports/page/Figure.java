package org.striatum.reports.page;

import com.fasterxml.jackson.databind.JsonNode;

/// A chart with its title and caption.
///
/// @param title of the chart, above it; empty if the page already has one
/// @param caption what is shown, with n and the kind of interval, below it
public record Figure(String title, String caption, Chart chart) {
  /// What the page's script reads of the chart, and its title for exported files.
  JsonNode payload() {
    return chart.payload().put("title", VisibleText.of(title));
  }
}
