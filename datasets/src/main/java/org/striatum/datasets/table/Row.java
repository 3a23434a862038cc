package org.striatum.datasets.table;

import com.fasterxml.jackson.databind.JsonNode;

/// One row of a table.
public sealed interface Row {
  /// Its name within the file: `line 3` if rows are lines, otherwise `row 3`.
  String place();

  /// A row that could be read.
  ///
  /// @param fields an object: column → value
  record Fields(String place, JsonNode fields) implements Row {}

  /// A row that could not be read.
  ///
  /// @param why in one line
  record Malformed(String place, String why) implements Row {}
}
