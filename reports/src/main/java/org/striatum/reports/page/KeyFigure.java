package org.striatum.reports.page;

/// A figure large enough to be seen first.
///
/// @param detail its interval or what it is compared with
public record KeyFigure(String name, String value, String detail) {}
