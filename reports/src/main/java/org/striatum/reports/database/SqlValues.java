package org.striatum.reports.database;

import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
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
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;

/// Values of a query as Java has them, which stay when the query is closed. Those of the driver are views of its memory.
final class SqlValues {
  private static final long MICROS = 1_000_000;
  private static final LocalDateTime NEVER_AGAIN = micros(Long.MAX_VALUE);
  private static final LocalDateTime NEVER_YET = micros(-Long.MAX_VALUE);
  /// The same as a [Timestamp], which forgets the era.
  private static final LocalDateTime NEVER_YET_OF_OUR_ERA = NEVER_YET.withYear(1 - NEVER_YET.getYear());

  private SqlValues() {}

  private static LocalDateTime micros(long since1970) {
    return LocalDateTime.ofEpochSecond(Math.floorDiv(since1970, MICROS),
        (int) (1000 * Math.floorMod(since1970, MICROS)), ZoneOffset.UTC);
  }

  /// Lists and arrays as lists, structs and maps as maps by name, bytes as bytes, times without a zone as local, those with one in UTC,
  /// infinite ones as ±∞, JSON as a tree; numbers, texts and truth as they are.
  static Object plain(Object value) throws SQLException {
    return switch (value) {
      case null -> null;
      case Array list -> list((Object[]) list.getArray());
      case DuckDBStruct struct -> struct(struct);
      case Map<?, ?> map -> map(map);
      case Blob bytes -> bytes.getBytes(1, Math.toIntExact(bytes.length()));
      case Timestamp time -> time(time.toLocalDateTime());
      case OffsetDateTime time -> {
        OffsetDateTime there = time.withOffsetSameInstant(ZoneOffset.UTC);
        yield time(there.toLocalDateTime()) instanceof Double never ? never : there;
      }
      case LocalDate date when Math.abs(date.toEpochDay()) == Integer.MAX_VALUE ->
        date.toEpochDay() > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
      case JsonNode json -> json(json.toString());
      default -> value;
    };
  }

  /// The driver gives an infinite time as the largest that it can count.
  private static Object time(LocalDateTime time) {
    if (time.equals(NEVER_AGAIN)) {
      return Double.POSITIVE_INFINITY;
    }
    return time.equals(NEVER_YET) || time.equals(NEVER_YET_OF_OUR_ERA) ? Double.NEGATIVE_INFINITY : time;
  }

  private static Object json(String text) {
    try {
      return RecordJson.parse(text.getBytes(StandardCharsets.UTF_8), com.fasterxml.jackson.databind.JsonNode.class,
          "a value");
    } catch (BadDataException _) {
      return text;
    }
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
