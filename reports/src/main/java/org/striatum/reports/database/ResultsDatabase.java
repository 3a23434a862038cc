package org.striatum.reports.database;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.striatum.datasets.table.DuckDb;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Folders;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.series.SeriesCheckpoint;
import org.striatum.studies.series.SeriesResults;

/// The results of many runs in one file, `results.duckdb`, and the same tables as Parquet in the same folder. It is derived
/// from the JSON in the run folders, and made again whenever that changes. Equal results give equal Parquet, byte for byte;
/// for the database file only the content is equal.
public final class ResultsDatabase {
  /// Version of the tables. A database with a larger one was written by a later version of the program.
  public static final int VERSION = 2;
  private static final String FILE = "results.duckdb";
  private static final String PARQUET = "parquet";
  private static final String SPILL = ".results.spill";
  /// What the tables take at most while they are made: they grow with every checkpoint.
  private static final String MEMORY = "256MB";
  private static final String QUERY_MEMORY = "1GB";
  private static final int ROW_GROUP = 1 << 14;
  private static final String SCHEMA = "striatum_schema";

  private ResultsDatabase() {}

  /// The result of a query.
  ///
  /// @param columns names
  /// @param rows one value per column: a number, a text, a truth value, bytes, a date or time of `java.time`, a list, a map by name, or a
  ///     tree of JSON;
  ///     null for NULL
  public record Answer(List<String> columns, List<List<Object>> rows) {
    public Answer {
      columns = List.copyOf(columns);
      rows = rows.stream().map(row -> Collections.unmodifiableList(new ArrayList<>(row))).toList();
    }
  }

  /// Writes the database and its Parquet, each file atomically. Checkpoints are read once, one at a time.
  ///
  /// @param folder of the scan
  ///
  /// @return table → rows
  public static SortedMap<String, Long> write(Path folder, Iterable<SeriesCheckpoint> checkpoints,
      SeriesResults series) throws IOException {
    Path temporary = folder.resolve("." + FILE + ".tmp");
    discard(temporary);
    Path spill = folder.resolve(SPILL);
    Folders.delete(spill);
    Path parquet = Files.createDirectories(folder.resolve(PARQUET));
    SortedMap<String, Long> written;
    try (Connection connection = DuckDb.open(temporary.toString(), options());
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = 1"); // row groups have a fixed order
      bound(statement, spill);
      statement.execute("CREATE TABLE " + SCHEMA + " (version INTEGER)");
      statement.execute("INSERT INTO " + SCHEMA + " VALUES (" + VERSION + ")");
      fill(connection, checkpoints, series);
      SortedMap<String, Long> rows = new TreeMap<>();
      for (Table table : ResultTables.empty()) {
        rows.put(table.name(), count(statement, table));
        Path part = parquet.resolve("." + table.name() + ".parquet.tmp");
        export(statement, "COPY (SELECT * FROM " + table.name() + " ORDER BY ALL) TO " + quoted(part)
            + " (FORMAT parquet, ROW_GROUP_SIZE " + ROW_GROUP + ")");
        commit(part, parquet(folder, table));
      }
      statement.execute("CHECKPOINT");
      written = rows;
    } catch (SQLException failed) {
      discard(temporary);
      throw new IOException(folder.resolve(FILE) + " could not be written: " + firstLine(failed), failed);
    } finally {
      Folders.delete(spill);
    }
    commit(temporary, folder.resolve(FILE));
    return written;
  }

  /// Holds a connection to [#MEMORY]; what does not fit lies in a folder until it is closed.
  private static void bound(Statement statement, Path spill) throws SQLException {
    statement.execute("SET memory_limit = '" + MEMORY + "'");
    statement.execute("SET temp_directory = " + quoted(spill));
  }

  /// Runs a statement, again without a bound where one row group of long texts does not fit into it.
  private static void export(Statement statement, String copy) throws SQLException {
    try {
      statement.execute(copy);
    } catch (SQLException _) {
      statement.execute("RESET memory_limit");
      statement.execute(copy);
      statement.execute("SET memory_limit = '" + MEMORY + "'");
    }
  }

  private static String quoted(Path file) {
    return "'" + file.toString().replace("'", "''") + "'";
  }

  private static long count(Statement statement, Table table) throws SQLException {
    try (ResultSet counted = statement.executeQuery("SELECT count(*) FROM " + table.name())) {
      counted.next();
      return counted.getLong(1);
    }
  }

  /// The Parquet files of a scan folder.
  public static List<Path> parquet(Path folder) {
    return ResultTables.empty().stream().map(table -> parquet(folder, table)).toList();
  }

  private static Path parquet(Path folder, Table table) {
    return folder.resolve(PARQUET).resolve(table.name() + ".parquet");
  }

  /// Tables whose rows differ from those of the records, in the database or in its Parquet; a missing table counts.
  ///
  /// @throws BadDataException if the database is damaged or was written by a later version
  public static List<String> differing(Path folder, Iterable<SeriesCheckpoint> checkpoints, SeriesResults series)
      throws IOException {
    query(folder, "SELECT 1"); // refuses anything but a database of this version
    List<String> differing = new ArrayList<>();
    Path spill = Files.createTempDirectory("striatum-tables");
    try (Connection connection = DuckDb.open(spill.resolve(FILE).toString(), options());
        Statement statement = connection.createStatement()) {
      bound(statement, spill);
      fill(connection, checkpoints, series);
      onlyReads(statement, folder);
      statement.execute("ATTACH " + quoted(folder.resolve(FILE)) + " AS stored (READ_ONLY)");
      for (Table table : ResultTables.empty()) {
        if (!sameRows(connection, table.name(), "stored." + table.name())) {
          differing.add(FILE + " " + table.name());
        }
        Path file = parquet(folder, table);
        if (!sameRows(connection, table.name(), "read_parquet(" + quoted(file) + ")")) {
          differing.add(PARQUET + "/" + file.getFileName());
        }
      }
    } catch (SQLException failed) {
      throw new IOException(folder.resolve(FILE) + " could not be compared: " + firstLine(failed), failed);
    } finally {
      Folders.delete(spill);
    }
    return differing;
  }

  /// From now on a connection reads the files of these results and no other, whatever a view in a stranger's database names.
  private static void onlyReads(Statement statement, Path folder) throws SQLException {
    statement.execute("SET allowed_paths = [%s]".formatted(
        Stream.concat(Stream.of(folder.resolve(FILE), folder.resolve(FILE + ".wal")), parquet(folder).stream())
            .map(ResultsDatabase::quoted).collect(Collectors.joining(", "))));
    statement.execute("SET enable_external_access = false");
    statement.execute("SET lock_configuration = true");
  }

  /// As multisets: a row that occurs twice in one must occur twice in the other.
  private static boolean sameRows(Connection connection, String table, String other) {
    try (Statement statement = connection.createStatement();
        ResultSet left = statement.executeQuery(
            "SELECT (SELECT count(*) FROM (SELECT * FROM %1$s EXCEPT ALL SELECT * FROM %2$s)) + (SELECT count(*) FROM (SELECT * FROM %2$s EXCEPT ALL SELECT * FROM %1$s))"
                .formatted(table, other))) {
      left.next();
      return left.getLong(1) == 0;
    } catch (SQLException _) {
      return false; // absent, unreadable, or of other columns
    }
  }

  private static void fill(Connection connection, Iterable<SeriesCheckpoint> checkpoints, SeriesResults series)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (Table table : ResultTables.empty()) {
        statement.execute("CREATE TABLE " + table.name() + " (" + String.join(", ", table.columns()) + ")");
      }
    }
    DuckDBConnection filled = connection.unwrap(DuckDBConnection.class);
    for (SeriesCheckpoint checkpoint : checkpoints) {
      fill(filled, ResultTables.of(checkpoint));
    }
    fill(filled, ResultTables.of(series));
    for (SeriesResults.OverlapMatrix matrix : series.overlaps()) {
      fill(filled, ResultTables.overlaps(matrix, series.checkpoints()));
    }
  }

  private static void fill(DuckDBConnection connection, List<Table> tables) throws SQLException {
    for (Table table : tables) {
      if (!table.rows().isEmpty()) {
        fill(connection, table);
      }
    }
  }

  /// Runs a query, which can only read, and only from the database, in at most 1 GB of memory.
  ///
  /// @param folder of the scan
  /// @throws UsageException if the query cannot be run, saying why, or the folder has no database
  /// @throws BadDataException if the database is damaged or was written by a later version
  public static Answer query(Path folder, String sql) throws IOException {
    return query(folder, sql, Integer.MAX_VALUE);
  }

  /// The same for an answer of so many rows at most.
  ///
  /// @throws UsageException if it has more, too
  public static Answer query(Path folder, String sql, int rows) throws IOException {
    if (Statements.count(sql) > 1) {
      throw new UsageException("the query cannot be run: it is one statement, found several");
    }
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new UsageException(folder + " is not the folder of a finished scan (no " + FILE + " in it)");
    }
    Properties options = options();
    options.setProperty("access_mode", "READ_ONLY");
    options.setProperty("enable_external_access", "false");
    options.setProperty("memory_limit", QUERY_MEMORY);
    options.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true"); // rows beyond the limit are never made
    try (Connection connection = DuckDb.open(file.toString(), options)) {
      requireVersion(connection, file);
      try (Statement lock = connection.createStatement()) {
        lock.execute("SET lock_configuration = true");
      }
      try (PreparedStatement query = connection.prepareStatement(sql); ResultSet found = query.executeQuery()) {
        return answer(found, rows);
      } catch (SQLException refused) {
        throw new UsageException("the query cannot be run: " + firstLine(refused), refused);
      }
    } catch (SQLException damaged) {
      throw new BadDataException(file + " cannot be opened, it is damaged or was written by a later version: "
          + firstLine(damaged) + "; run the scan again to make it", damaged);
    }
  }

  private static void requireVersion(Connection connection, Path file) throws SQLException, BadDataException {
    try (Statement statement = connection.createStatement();
        ResultSet version = statement.executeQuery("SELECT max(version) FROM " + SCHEMA)) {
      version.next();
      if (version.getInt(1) != VERSION) {
        throw new BadDataException("%s has tables of version %d, this program reads version %d: %s".formatted(file,
            version.getInt(1), VERSION, version.getInt(1) > VERSION
                ? "read it with the program that wrote it"
                : "run the scan again to make it"));
      }
    }
  }

  private static Answer answer(ResultSet found, int limit) throws SQLException {
    ResultSetMetaData columns = found.getMetaData();
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      names.add(columns.getColumnLabel(i));
    }
    List<List<Object>> rows = new ArrayList<>();
    while (found.next()) {
      if (rows.size() == limit) {
        throw new UsageException("the answer has more than %,d rows: ask for fewer, or allow more".formatted(limit));
      }
      List<Object> row = new ArrayList<>();
      for (int i = 1; i <= names.size(); i++) {
        row.add(SqlValues.plain(found.getObject(i)));
      }
      rows.add(row);
    }
    return new Answer(names, rows);
  }

  private static void fill(DuckDBConnection connection, Table table) throws SQLException {
    try (DuckDBAppender appender = connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, table.name())) {
      for (List<Object> row : table.rows()) {
        appender.beginRow();
        for (Object value : row) {
          switch (value) {
            case null -> appender.appendNull();
            case Double number when number.isNaN() -> appender.appendNull();
            case Double number -> appender.append(number.doubleValue());
            case Integer number -> appender.append(number.intValue());
            case Long number -> appender.append(number.longValue());
            case Boolean truth -> appender.append(truth.booleanValue());
            case String text -> appender.append(text);
            default -> throw new IllegalArgumentException(
                "a value of " + table.name() + " must be text, a number or a boolean, found " + value.getClass());
          }
        }
        appender.endRow();
      }
    }
  }

  /// No temporary files are written but where [#bound] says.
  private static Properties options() {
    Properties options = new Properties();
    options.setProperty("temp_directory", "");
    return options;
  }

  private static void commit(Path temporary, Path target) throws IOException {
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void discard(Path temporary) throws IOException {
    Files.deleteIfExists(temporary);
    Files.deleteIfExists(temporary.resolveSibling(temporary.getFileName() + ".wal"));
  }

  private static String firstLine(SQLException failed) {
    return String.valueOf(failed.getMessage()).lines().filter(line -> !line.isBlank()).findFirst().orElse("no reason")
        .strip();
  }
}
