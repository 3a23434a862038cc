package org.striatum.reports.page;

/// A figure shown large at the beginning.
///
/// @param detail its interval or what it is compared with
public record KeyFigure(String name, String value, String detail) {}
