package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;
import org.striatum.reports.database.ResultsDatabase;
import org.striatum.studies.series.SeriesStudy;

/// How `query` prints.
class QueryCommandTest {
  private static final String SQL = "SELECT 12 AS n, 0.123456789::DOUBLE AS x, NULL AS nothing, 'a \"b\", c' AS text"
      + " UNION ALL SELECT 3, 2, true, 'd' ORDER BY n DESC";

  @TempDir
  private static Path scan;

  @TempDir
  private Path folder;

  @BeforeAll
  static void write() throws Exception {
    ResultsDatabase.write(scan, List.of(), SeriesStudy.DEFAULT.run(List.of(), List.of()));
  }

  private static String query(Object... arguments) {
    Session session = Session.of(arguments);
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.err()).isEmpty();
    return session.out();
  }

  @Test
  void aTableCsvAndJson() {
    assertThat(query("query", scan, SQL).lines()).containsExactly(
        "n        x  nothing  text",
        "12  0.1235           a \"b\", c",
        "3      2.0  true     d");
    assertThat(query("query", scan, SQL, "--format", "csv").lines()).containsExactly("n,x,nothing,text",
        "12,0.123456789,,\"a \"\"b\"\", c\"", "3,2.0,true,d");
    assertThat(query("query", scan, SQL, "--format", "json").replaceAll("\\s", "")).isEqualTo(
        "[{\"n\":12,\"nothing\":null,\"text\":\"a\\\"b\\\",c\",\"x\":0.123456789},{\"n\":3,\"nothing\":true,\"text\":\"d\",\"x\":2.0}]");
  }

  @Test
  void jsonAsEveryOtherCommandPrintsIt() {
    assertThat(query("query", scan, SQL, "--json")).isEqualTo(query("query", scan, SQL, "--format", "json"));
    assertThat(query("query", scan,
        "SELECT 'NaN'::DOUBLE AS a, 'Infinity'::DOUBLE AS b, 170141183460469231731687303715884105727::HUGEINT AS c, 1.25::FLOAT AS d, DATE '2026-01-02' AS e",
        "--json").replaceAll("\\s", "")).isEqualTo(
            "[{\"a\":null,\"b\":\"Infinity\",\"c\":170141183460469231731687303715884105727,\"d\":1.25,\"e\":\"2026-01-02\"}]");
    assertThat(query("query", scan, "SELECT 1 WHERE false", "--json").strip()).isEqualTo("[ ]");
  }

  /// An object would keep only the last of them.
  @Test
  void columnsOfOneNameAreNotLost() {
    Session twice = Session.of("query", scan, "SELECT 1 AS a, 2 AS a", "--json");
    assertThat(twice.code()).isEqualTo(ExitCode.USAGE);
    assertThat(twice.errorLines()).singleElement().asString().contains("'a'");
    assertThat(query("query", scan, "SELECT 1 AS a, 2 AS a", "--format", "csv").lines()).containsExactly("a,a", "1,2");
    assertThat(Session.of("query", scan, "SELECT 1", "--json", "--format", "csv").code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void everyTableIsThereEvenIfEmpty() {
    assertThat(query("query", scan, "SELECT table_name FROM information_schema.tables ORDER BY ALL", "--format", "csv")
        .lines().skip(1)).containsExactly("ablations", "adaptation", "bases", "checkpoints", "controls", "datasets",
            "dopamine", "figures", "lives", "neurons", "probes", "pruning", "settings", "striatum_schema", "transfer",
            "turnover");
  }

  @Test
  void whatCannotBeRunIsRefusedInOneLine() {
    Session typo = Session.of("query", scan, "SELEC 1");
    assertThat(typo.code()).isEqualTo(ExitCode.USAGE);
    assertThat(typo.errorLines()).singleElement().asString().contains("the query cannot be run");
    Session none = Session.of("query", folder, "SELECT 1");
    assertThat(none.code()).isEqualTo(ExitCode.USAGE);
    assertThat(none.errorLines()).singleElement().asString().contains("no results.duckdb in it");
  }
}
