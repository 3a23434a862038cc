package org.striatum.reports.database;

import java.sql.Array;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.duckdb.DuckDBStruct;
import org.duckdb.JsonNode;

/// Values of a query as Java has them, which stay when the query is closed. Those of the driver are views of its memory.
final class SqlValues {
  private SqlValues() {}

  /// Lists and arrays as lists, structs and maps as maps by name, bytes as bytes, times without a zone as local, those with one in UTC;
  /// numbers, texts and truth as they are.
  static Object plain(Object value) throws SQLException {
    return switch (value) {
      case null -> null;
      case Array list -> list((Object[]) list.getArray());
      case DuckDBStruct struct -> struct(struct);
      case Map<?, ?> map -> map(map);
      case Blob bytes -> bytes.getBytes(1, Math.toIntExact(bytes.length()));
      case Timestamp time -> time.toLocalDateTime();
      case OffsetDateTime time -> time.withOffsetSameInstant(ZoneOffset.UTC);
      case JsonNode json -> json.toString();
      default -> value;
    };
  }

  private static List<Object> list(Object[] values) throws SQLException {
    List<Object> plain = new ArrayList<>();
    for (Object value : values) {
      plain.add(plain(value));
    }
    return Collections.unmodifiableList(plain);
  }

  /// A list where fields have no names.
  private static Object struct(DuckDBStruct struct) throws SQLException {
    Object[] values = struct.getAttributes();
    Map<String, Object> named = struct.getMap();
    return named.size() < values.length || named.containsKey("") ? list(values) : map(named);
  }

  private static SequencedMap<String, Object> map(Map<?, ?> values) throws SQLException {
    SequencedMap<String, Object> plain = new LinkedHashMap<>();
    for (Map.Entry<?, ?> one : values.entrySet()) {
      plain.put(String.valueOf(plain(one.getKey())), plain(one.getValue()));
    }
    return Collections.unmodifiableSequencedMap(plain);
  }
}
