package org.striatum.reports.database;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// A table's columns and its rows.
///
/// @param name of the table
/// @param columns each a name and a DuckDB type
/// @param rows one value per column: String, Boolean, Integer, Long, Double or null
record Table(String name, List<String> columns, List<List<Object>> rows) {
  Table {
    columns = List.copyOf(columns);
    rows = new ArrayList<>(rows);
  }

  /// A table to be filled.
  static Table of(String name, String... columns) {
    return new Table(name, List.of(columns), List.of());
  }

  /// Adds a row.
  void row(Collection<?> place, Object... figures) {
    List<Object> row = new ArrayList<>(place);
    row.addAll(Arrays.asList(figures));
    if (row.size() != columns.size()) {
      throw new IllegalArgumentException(
          "a row of " + name + " must have " + columns.size() + " values, found " + row.size());
    }
    rows.add(row);
  }
}
