package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.cli.console.ExitCode;
import org.striatum.reports.database.ResultsDatabase;
import org.striatum.studies.series.SeriesStudy;

/// How `query` prints.
class QueryCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper()
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private static final String SQL = "SELECT 12 AS n, 0.123456789::DOUBLE AS x, NULL AS nothing, 'a \"b\", c' AS text"
      + " UNION ALL SELECT 3, 2, true, 'd' ORDER BY n DESC";

  @TempDir
  private static Path scan;

  @TempDir
  private Path folder;

  @BeforeAll
  static void write() throws Exception {
    ResultsDatabase.write(scan, List.of(), SeriesStudy.DEFAULT.run(List.of(), _ -> null, List.of()));
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

  /// Whatever a column holds comes back as JSON of the documented form.
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"'NaN'::FLOAT | null",
      "'-Infinity'::FLOAT | \"-Infinity\"",
      "0.1::FLOAT | 0.1", "[1, NULL, 3] | [1,null,3]", "[['a'], []] | [[\"a\"],[]]",
      "['NaN'::DOUBLE, 'Infinity'::DOUBLE, 0.5] | [null,\"Infinity\",0.5]", "[1, 2]::INTEGER[2] | [1,2]",
      "{'a': 1, 'b': {'c': [DATE '2026-01-02']}} | {\"a\":1,\"b\":{\"c\":[\"2026-01-02\"]}}",
      "row(1, 'x') | [1,\"x\"]", "MAP {'k': 1.5::DOUBLE, 'l': NULL} | {\"k\":1.5,\"l\":null}",
      "MAP {1: true} | {\"1\":true}",
      "12.340::DECIMAL(9, 3) | 12.340", "1200::DECIMAL(4, 0) | 1200",
      "18446744073709551615::UBIGINT | 18446744073709551615",
      "TIMESTAMP '2026-01-02 03:04:00' | \"2026-01-02T03:04:00\"", "TIME '03:04:05.5' | \"03:04:05.5\"",
      "TIMESTAMP '2026-03-29 02:30:00.123456' | \"2026-03-29T02:30:00.123456\"",
      "make_timestamptz(1767323045000000) | \"2026-01-02T03:04:05Z\"", "INTERVAL '1 day 2 hours' | \"1 day 02:00:00\"",
      "'\\x00\\xFFa'::BLOB | \"AP9h\"", "[''::BLOB] | [\"\"]", "'10101'::BIT | \"10101\"",
      "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID | \"6ba7b810-9dad-11d1-80b4-00c04fd430c8\"",
      "'x'::ENUM('x', 'y') | \"x\"", "union_value(n := 3) | 3",
      "'infinity'::TIMESTAMP | \"Infinity\"", "'-infinity'::TIMESTAMPTZ | \"-Infinity\"",
      "'-infinity'::TIMESTAMP | \"-Infinity\"", "['-infinity'::TIMESTAMP, NULL] | [\"-Infinity\",null]",
      "'-infinity'::DATE | \"-Infinity\"",
      "'infinity'::TIMESTAMPTZ | \"Infinity\"", "'{\"a\": [1]}'::JSON | {\"a\":[1]}",
      "'03:04:05+02'::TIMETZ | \"03:04:05+02:00\"",
      "DATE '12026-01-02' | \"+12026-01-02\"",
      "TIMESTAMP_NS '2026-01-02 03:04:05.123456789' | \"2026-01-02T03:04:05.123456789\""})
  void everyTypeHasItsForm(String sql, String json) throws Exception {
    JsonNode row = JSON.readTree(query("query", scan, "SELECT " + sql + " AS v", "--json")).path(0);
    assertThat(row.path("v")).as(sql).isEqualTo(JSON.readTree(json));
    String csv = query("query", scan, "SELECT " + sql + " AS v", "--format", "csv");
    assertThat(csv).as(sql).doesNotContain("@", "duckdb");
    assertThat(query("query", scan, "SELECT " + sql + " AS v")).as(sql).doesNotContain("@", "duckdb");
  }

  /// A text that a spreadsheet would run is none there any more; a number stays one.
  @Test
  void noCellIsAFormula() {
    assertThat(query("query", scan,
        "SELECT '=1+1' AS a, '+1' AS b, '-1' AS c, '@x' AS d, chr(9) || 'x' AS e, 'x=1' AS f, -1.5 AS g, -2 AS \"=h\"",
        "--format", "csv").lines()).containsExactly("a,b,c,d,e,f,g,'=h", "'=1+1,'+1,'-1,'@x,'\tx,x=1,-1.5,-2");
    assertThat(query("query", scan, "SELECT '=1' AS a", "--json")).contains("\"=1\"");
  }

  /// What an answer has too much of is never left out: it is refused.
  @Test
  @Tag("slow")
  void anAnswerOfTooManyRowsIsRefused() {
    String many = "SELECT * FROM range(100001)";
    Session refused = Session.of("query", scan, many, "--format", "csv");
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.errorLines()).singleElement().asString().contains("100,000");
    assertThat(query("query", scan, many, "--format", "csv", "--rows", 100_001).lines()).hasSize(100_002);
    assertThat(Session.of("query", scan, "SELECT * FROM range(3)", "--rows", 2).code()).isEqualTo(ExitCode.USAGE);
    assertThat(Session.of("query", scan, "SELECT 1", "--rows", 0).code()).isEqualTo(ExitCode.USAGE);
    assertThat(Session.of("query", scan, "SELECT list(i) FROM range(1000000000) t(i)").code())
        .as("beyond its memory").isEqualTo(ExitCode.USAGE);
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
