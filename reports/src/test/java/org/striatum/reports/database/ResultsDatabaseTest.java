package org.striatum.reports.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.reports.scan.ExampleSeries;
import org.striatum.reports.database.ResultsDatabase.Answer;

class ResultsDatabaseTest {
  @TempDir
  private static Path scan;

  @TempDir
  private Path folder;

  @BeforeAll
  static void write() throws Exception {
    ResultsDatabase.write(scan, ExampleSeries.checkpoints(), ExampleSeries.results());
  }

  private static Answer query(String sql) throws Exception {
    return ResultsDatabase.query(scan, sql);
  }

  @Test
  void holdsWhatTheRecordsHold() throws Exception {
    assertThat(query("SELECT checkpoint, step FROM checkpoints ORDER BY step")).isEqualTo(
        new Answer(List.of("checkpoint", "step"), List.of(List.of("step300", 300L), List.of("step1000", 1000L))));
    LayerProbes layer = ExampleSeries.checkpoints().getFirst().results().values().layers().get(3);
    Answer probes = query("SELECT probe, auroc FROM probes WHERE step = 300 AND dataset = '%s' AND hook = '%s'"
        .formatted(layer.dataset(), layer.hook()));
    assertThat(probes.rows()).containsExactlyInAnyOrderElementsOf(layer.probes().stream()
        .map(probe -> List.<Object>of(probe.probe().printed(), probe.test().value())).toList());
    assertThat(query("SELECT count(*) FROM transfer WHERE shared = k").rows().getFirst().getFirst())
        .isEqualTo(ExampleSeries.results().pairs().count());
  }

  @Test
  @Tag("slow")
  void equalResultsGiveEqualParquetByteForByte() throws Exception {
    ResultsDatabase.write(folder, ExampleSeries.checkpoints(), ExampleSeries.results());
    List<Path> files = list(scan.resolve("parquet"));
    assertThat(files).hasSize(15);
    for (Path file : files) {
      assertThat(folder.resolve("parquet").resolve(file.getFileName())).hasSameBinaryContentAs(file);
    }
    ResultsDatabase.write(folder, ExampleSeries.checkpoints(), ExampleSeries.results());
    assertThat(list(folder.resolve("parquet"))).hasSameSizeAs(files);
    assertThat(list(folder)).extracting(path -> path.getFileName().toString()).containsExactly("parquet",
        "results.duckdb");
  }

  private static List<Path> list(Path folder) throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DELETE FROM probes", "CREATE TABLE t (a INTEGER)", "SELEC 1", "SELECT * FROM nothing",
      "SELECT * FROM '/etc/passwd'", "SELECT * FROM read_csv('/etc/passwd')",
      "SELECT * FROM read_text('/etc/hostname')",
      "COPY probes TO '/tmp/striatum-must-not-be.csv'", "ATTACH '/tmp/other.duckdb'", "INSTALL httpfs", "LOAD httpfs",
      "SELECT * FROM 'https://localhost/a.parquet'", "ATTACH 'https://localhost/a.duckdb'",
      "SET enable_external_access = true", "", "SELECT 1; SELECT 2", "SELECT ';'; SELECT 2"})
  void aQueryOnlyReadsAndOnlyTheDatabase(String sql) throws Exception {
    Sha256 before = Sha256.of(scan.resolve("results.duckdb"));
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> query(sql))
        .withMessageStartingWith("the query cannot be run: ")
        .satisfies(refused -> assertThat(refused.getMessage()).hasLineCount(1));
    assertThat(Path.of("/tmp/striatum-must-not-be.csv")).doesNotExist();
    assertThat(Sha256.of(scan.resolve("results.duckdb"))).isEqualTo(before);
  }

  @Test
  void oneOfALaterVersionIsRefused() throws Exception {
    ResultsDatabase.write(folder, ExampleSeries.checkpoints(), ExampleSeries.results());
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("results.duckdb"));
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE striatum_schema SET version = 99");
    }
    assertThatExceptionOfType(BadDataException.class).isThrownBy(() -> ResultsDatabase.query(folder, "SELECT 1"))
        .withMessageContaining("version 99").withMessageContaining("read it with the program that wrote it");
  }

  @Test
  void whatIsNoDatabaseIsRefused() throws Exception {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> ResultsDatabase.query(folder, "SELECT 1"))
        .withMessageContaining("no results.duckdb in it");
    Files.writeString(folder.resolve("results.duckdb"), "not one ".repeat(2000));
    assertThatExceptionOfType(BadDataException.class).isThrownBy(() -> ResultsDatabase.query(folder, "SELECT 1"))
        .withMessageContaining("damaged or was written by a later version");
  }

  /// A stranger's database whose table is a view over somebody's file, here one with the very rows of the table: it is not read.
  @Test
  void aViewOverAnotherFileIsNotRead() throws Exception {
    ResultsDatabase.write(folder, ExampleSeries.checkpoints(), ExampleSeries.results());
    assertThat(ResultsDatabase.differing(folder, ExampleSeries.checkpoints(), ExampleSeries.results())).isEmpty();
    Path other = folder.resolve("other.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("results.duckdb"));
        Statement statement = connection.createStatement()) {
      statement.execute("COPY lives TO '" + other + "' (FORMAT parquet)");
      statement.execute("DROP TABLE lives");
      statement.execute("CREATE VIEW lives AS SELECT * FROM read_parquet('" + other + "')");
    }
    assertThat(ResultsDatabase.differing(folder, ExampleSeries.checkpoints(), ExampleSeries.results()))
        .containsExactly("results.duckdb lives");
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> ResultsDatabase.query(folder, "SELECT * FROM lives"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1;", ";SELECT 1 ; -- ; more", "SELECT 1 /* ; /* ; */ ; */;",
      "SELECT 1 WHERE 'a;b' <> ''';'", "SELECT 1 WHERE $$;'$$ <> $t$;$$$t$", "SELECT 1 WHERE E'\\';' <> ''",
      "SELECT 1 AS \"a;b\"", "SELECT 1 -- it's"})
  void aSemicolonInsideATextEndsNoStatement(String sql) throws Exception {
    assertThat(query(sql).rows()).containsExactly(List.of(1));
  }

  /// The driver would run all but the last while it prepares it.
  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1; SELECT 2", "SELECT $$'$$; SELECT 2 --'", "SELECT E'\\''; SELECT 2 --'",
      "SELECT 1 /* /* */ */; SELECT 2 /* */"})
  void ofSeveralStatementsNoneIsRun(String sql) {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> query(sql)).withMessageContaining("one statement");
  }
}
