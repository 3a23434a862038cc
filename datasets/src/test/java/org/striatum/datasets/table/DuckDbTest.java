package org.striatum.datasets.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.UsageException;

class DuckDbTest {
  @TempDir
  private Path folder;

  /// A program that opens a database, says what came of it and waits.
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      try (Connection connection = DuckDb.open("", new Properties());
          Statement statement = connection.createStatement();
          ResultSet one = statement.executeQuery("SELECT 42")) {
        one.next();
        System.out.println(one.getInt(1));
      } catch (IOException failed) {
        System.out.println(failed.getMessage());
      }
      System.in.read();
    }
  }

  private static Process program(Path temporary) throws Exception {
    return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
        "-Djava.io.tmpdir=" + temporary, "-cp", System.getProperty("java.class.path"), Program.class.getName())
        .redirectErrorStream(true).start();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whoIsKilledLeavesNothingAmongTheTemporaryFiles() throws Exception {
    Process process = program(folder);
    assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("42");
    assertThat(folder).isEmptyDirectory();
    process.destroyForcibly().waitFor();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void withoutRoomForItsLibraryItSaysSo() throws Exception {
    Path none = Files.writeString(folder.resolve("file"), "").resolve("below");
    Process process = program(none);
    assertThat(process.inputReader(StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("WARNING"))
        .findFirst().orElseThrow()).contains(none.toString());
    process.destroyForcibly().waitFor();
  }

  @Test
  void whoeverOpensItCannotHaveExtensionsFetched() throws Exception {
    Properties asked = new Properties();
    asked.setProperty("autoinstall_known_extensions", "true");
    asked.setProperty("autoload_known_extensions", "true");
    try (Connection connection = DuckDb.open("", asked); Statement statement = connection.createStatement()) {
      for (String setting : asked.stringPropertyNames()) {
        assertThat(value(statement, setting)).as(setting).isEqualTo("false");
      }
    }
    assertThat(asked).as("the caller's own").containsEntry("autoload_known_extensions", "true");
  }

  /// The driver's URL holds options behind a semicolon, one of them a file of SQL that is run.
  @Test
  void aNameThatHoldsOptionsIsRefused() throws Exception {
    Path run = Files.writeString(folder.resolve("run.sql"), "CREATE TABLE planted AS SELECT 1");
    for (String options : List.of(";threads=1", ";session_init_sql_file=" + run, ";")) {
      assertThatExceptionOfType(UsageException.class)
          .isThrownBy(() -> DuckDb.open(folder.resolve("a") + options, new Properties()));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(run);
    }
    Path file = folder.resolve("a'b é&c?threads=1,#%20");
    DuckDb.open(file.toString(), new Properties()).close();
    assertThat(file).isRegularFile();
  }

  private static String value(Statement statement, String setting) throws SQLException {
    try (ResultSet value = statement.executeQuery("SELECT current_setting('" + setting + "')::VARCHAR")) {
      value.next();
      return value.getString(1);
    }
  }
}
