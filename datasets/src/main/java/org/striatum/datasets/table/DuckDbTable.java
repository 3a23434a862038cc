package org.striatum.datasets.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;

/// CSV and Parquet through DuckDB, in memory. It can open only this file, loads no extension, and has bounded memory. Rows
/// are passed on as JSON objects, so that nested columns need no special reader.
final class DuckDbTable {
  private static final List<String> SETTINGS = List.of("temp_directory = ''", "threads = 1", "memory_limit = '1GB'");
  private static final int LONGEST_REASON = 200;

  private DuckDbTable() {}

  /// A file of comma-separated values (RFC 4180), or tab-separated if its name says so. The first line names the
  /// columns; rows that do not fit them are malformed.
  static void csv(Path file, char delimiter, Predicate<Row> visitor) throws IOException {
    BoundedLines.requireBounded(file);
    String source = """
        read_csv(%s, header = true, all_varchar = true, delim = '%s', quote = '"', escape = '"', store_rejects = true, \
        max_line_size = %d)""".formatted(quoted(file), delimiter, BoundedLines.MAX_LINE);
    visit(file, statement -> rows(statement, source, file, rejected(statement, source), visitor));
  }

  static void parquet(Path file, Predicate<Row> visitor) throws IOException {
    visit(file, statement -> rows(statement, "read_parquet(" + quoted(file) + ")", file, new TreeMap<>(), visitor));
  }

  private interface Reading {
    void over(Statement statement) throws SQLException, IOException;
  }

  private static void visit(Path file, Reading reading) throws IOException {
    Properties streaming = new Properties();
    streaming.setProperty("jdbc_stream_results", "true");
    try (Connection database = DuckDb.open("", streaming);
        Statement statement = database.createStatement()) {
      for (String setting : SETTINGS) {
        statement.execute("SET " + setting);
      }
      statement.execute("SET allowed_paths = [" + quoted(file) + "]");
      statement.execute("SET enable_external_access = false");
      statement.execute("SET lock_configuration = true");
      reading.over(statement);
    } catch (SQLException e) {
      throw new BadDataException(file + " cannot be read as a table: " + reason(e), e);
    }
  }

  /// The rows that do not fit the columns: row, from 1 → why. They are read in a separate pass, so that all others keep
  /// their numbers.
  private static SortedMap<Long, String> rejected(Statement statement, String source) throws SQLException {
    try (ResultSet wholePass = statement.executeQuery("SELECT max(hash(t)) FROM " + source + " t")) {
      boolean more = wholePass.next();
      while (more) { // to the end: only then are the rejected rows known
        more = wholePass.next();
      }
    }
    SortedMap<Long, String> rejected = new TreeMap<>();
    // The header is line 1 there.
    try (ResultSet errors = statement.executeQuery("SELECT line - 1, error_type::VARCHAR FROM reject_errors")) {
      while (errors.next()) {
        rejected.putIfAbsent(errors.getLong(1),
            "does not fit the columns (" + errors.getString(2).toLowerCase(Locale.ROOT) + ")");
      }
    }
    return rejected;
  }

  private static void rows(Statement statement, String source, Path file, SortedMap<Long, String> rejected,
      Predicate<Row> visitor) throws SQLException, IOException {
    String columns = textColumns(statement, source).stream().map(name -> "\"" + name.replace("\"", "\"\"") + "\"")
        .map(name -> name + " := t." + name).collect(Collectors.joining(", "));
    if (columns.isEmpty()) {
      throw new BadDataException(file + " must have a column of text or numbers, found none");
    }
    long number = 1;
    try (ResultSet rows = statement
        .executeQuery("SELECT to_json(struct_pack(" + columns + "))::VARCHAR FROM " + source + " t")) {
      for (; rows.next(); number++) {
        for (; rejected.containsKey(number); number++) {
          if (!visitor.test(new Row.Malformed("row " + number, rejected.get(number)))) {
            return;
          }
        }
        byte[] json = rows.getString(1).getBytes(StandardCharsets.UTF_8);
        if (!visitor.test(new Row.Fields("row " + number,
            RecordJson.parse(json, JsonNode.class, file + ", row " + number)))) {
          return;
        }
      }
    }
    for (; rejected.containsKey(number); number++) {
      if (!visitor.test(new Row.Malformed("row " + number, rejected.get(number)))) {
        return;
      }
    }
  }

  /// Columns of images and other binary data are ignored.
  private static List<String> textColumns(Statement statement, String source) throws SQLException {
    List<String> columns = new ArrayList<>();
    try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + source)) {
      while (described.next()) {
        if (!described.getString("column_type").contains("BLOB")) {
          columns.add(described.getString("column_name"));
        }
      }
    }
    return columns;
  }

  /// As an SQL literal.
  private static String quoted(Path file) {
    return "'" + file.toAbsolutePath().normalize().toString().replace("'", "''") + "'";
  }

  /// The first line of DuckDB's message, without that of the driver.
  private static String reason(SQLException e) {
    String message = String.valueOf(e.getMessage());
    String own = message.substring(message.indexOf("Error: ") < 0 ? 0 : message.lastIndexOf("\nError: ") + 1);
    String line = own.lines().findFirst().orElse("no reason given");
    return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON - 1) + "…";
  }
}
