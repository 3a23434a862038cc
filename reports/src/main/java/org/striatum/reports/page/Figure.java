package org.striatum.reports.page;

/// A chart with the words around it.
///
/// @param title what the chart is about, above it; empty where the page says it already
/// @param caption what is shown, with n and the kind of interval, below it
public record Figure(String title, String caption, Chart chart) {}
