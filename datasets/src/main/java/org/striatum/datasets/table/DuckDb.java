package org.striatum.datasets.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.striatum.probe.run.UsageException;

/// Opens DuckDB, which only this class does: it fetches no extension, and its library does not stay among the temporary files.
public final class DuckDb {
  private static final Path MAPPED = Path.of("/proc/self/maps");
  private static final Pattern UNPACKED = Pattern.compile("(/.*/libduckdb_java\\d+\\.so)$");

  private static boolean loaded;

  private DuckDb() {}

  /// Opens a database.
  ///
  /// @param file empty for one in memory
  /// @param options of DuckDB; whether extensions are fetched or loaded is not among them
  /// @throws UsageException if the file has a name that cannot be opened
  /// @throws IOException if the library cannot be unpacked or loaded
  public static Connection open(String file, Properties options) throws SQLException, IOException {
    requireName(file);
    load();
    Properties all = new Properties();
    all.putAll(options);
    all.setProperty("autoinstall_known_extensions", "false");
    all.setProperty("autoload_known_extensions", "false");
    return DriverManager.getConnection("jdbc:duckdb:" + file, all);
  }

  /// Refuses a semicolon: of a file's name the driver takes what follows it for options, SQL to run among them.
  ///
  /// @param file of a database, or its folder
  /// @throws UsageException if it has one
  public static void requireName(String file) {
    if (file.contains(";")) {
      throw new UsageException(file + " cannot hold a database, its name has a semicolon: choose another");
    }
  }

  /// Where its jar holds its library (that of Maven does, the builds' own do not) the driver unpacks it for every process among the
  /// temporary files, for Java to delete when it ends by itself. What is loaded needs no name any more.
  private static synchronized void load() throws IOException {
    if (loaded) {
      return;
    }
    try {
      Class.forName("org.duckdb.DuckDBNative");
    } catch (ClassNotFoundException | LinkageError failed) {
      Throwable cause = failed;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new IOException("DuckDB's library cannot be unpacked into %s and loaded: %s"
          .formatted(System.getProperty("java.io.tmpdir"), cause.getMessage()), failed);
    }
    loaded = true;
    if (Files.isReadable(MAPPED)) { // Linux
      try (Stream<String> lines = Files.lines(MAPPED)) {
        for (String file : lines.map(UNPACKED::matcher).filter(Matcher::find).map(found -> found.group(1)).distinct()
            .toList()) {
          Files.deleteIfExists(Path.of(file));
        }
      }
    }
  }
}
