package org.striatum.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.probe.run.UsageException;
import org.striatum.reports.database.ResultsDatabase;
import org.striatum.reports.database.ResultsDatabase.Answer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs a query on the results database of a scan.
@Command(name = "query", description = "Run SQL over a scan's results. A query can only read, and only from the database.", footer = {
    "",
    "Example: striatum query scan 'SELECT step, dataset, max(auroc) FROM probes GROUP BY ALL ORDER BY ALL' --format csv",
    "Tables: checkpoints datasets probes pruning neurons dopamine ablations controls transfer bases turnover lives",
    "adaptation; 'DESCRIBE probes' names columns."})
final class QueryCommand implements Callable<Integer> {
  /// How an answer is printed.
  enum Format {
    TABLE, CSV, JSON
  }

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// A row of an answer.
  ///
  /// @param values by column
  record Row(@JsonValue SequencedMap<String, JsonNode> values) {}

  private final Console console;

  @Parameters(index = "0", paramLabel = "SCAN", description = "Scan folder.")
  private Path folder;

  @Parameters(index = "1", paramLabel = "SQL", description = "Query, in quotes.")
  private String sql;

  @Option(names = "--rows", paramLabel = "N", defaultValue = "100000", description = "Rows that an answer may have (default ${DEFAULT-VALUE}); one with more is refused, not cut.")
  private int rows;

  @ArgGroup
  private Printed printed = new Printed();

  /// One of these at most.
  private static final class Printed {
    @Option(names = "--format", paramLabel = "table|csv|json", description = "How the answer is printed (default table).")
    private Format format = Format.TABLE;

    @Option(names = "--json", description = "Print JSON: a list of rows, values by their columns.")
    private boolean json;
  }

  QueryCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (rows < 1) {
      throw new UsageException("--rows must be at least 1, found " + rows);
    }
    Answer answer = ResultsDatabase.query(folder, sql, rows);
    switch (printed.json ? Format.JSON : printed.format) {
      case TABLE -> table(answer);
      case CSV -> csv(answer);
      case JSON -> console.json(answer.rows().stream().map(row -> named(answer.columns(), row)).toList());
    }
    return ExitCode.DONE;
  }

  private void table(Answer answer) {
    Table table = new Table(answer.columns().toArray(String[]::new));
    answer.rows().forEach(row -> table.row(row.stream().map(QueryCommand::printed).toArray()));
    console.print(table);
  }

  /// As text for the terminal; figures with four decimals.
  private static String printed(Object value) {
    return switch (value) {
      case null -> "";
      case Double number when number != Math.rint(number) -> "%.4f".formatted(number);
      default -> plain(value);
    };
  }

  /// Text as it is, numbers with every digit, everything else as JSON has it.
  private static String plain(Object value) {
    JsonNode json = json(value);
    if (json.isNull()) {
      return value.toString(); // NaN
    }
    return json.isContainerNode() ? json.toString() : json.asText();
  }

  /// RFC 4180. A text that a spreadsheet would run as a formula begins with an apostrophe; numbers stay numbers.
  private void csv(Answer answer) {
    console.print(answer.columns().stream().map(name -> quoted(unrun(name))).collect(Collectors.joining(",")));
    answer.rows().forEach(row -> console.print(row.stream().map(QueryCommand::cell).collect(Collectors.joining(","))));
  }

  private static String cell(Object value) {
    return switch (value) {
      case null -> "";
      case String text -> quoted(unrun(text));
      default -> quoted(plain(value));
    };
  }

  private static String unrun(String text) {
    return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
  }

  private static String quoted(String value) {
    return value.matches("[^\",\\r\\n]*") ? value : "\"" + value.replace("\"", "\"\"") + "\"";
  }

  private static Row named(List<String> columns, List<Object> row) {
    SequencedMap<String, JsonNode> named = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      if (named.put(columns.get(i), json(row.get(i))) != null) {
        throw new UsageException(
            "JSON needs a name for each column, and two are called '" + columns.get(i) + "': rename one with AS");
      }
    }
    return new Row(named);
  }

  /// Numbers are numbers with every digit, NaN null, ±∞ texts; dates and times ISO 8601, bytes base64, everything else text.
  private static JsonNode json(Object value) {
    return switch (value) {
      case null -> NODES.nullNode();
      case JsonNode node -> node;
      case Boolean truth -> NODES.booleanNode(truth);
      case Double number when number.isNaN() -> NODES.nullNode();
      case Float number when number.isNaN() -> NODES.nullNode();
      case Double number when number.isInfinite() -> NODES.textNode(number.toString());
      case Float number when number.isInfinite() -> NODES.textNode(number.toString());
      case Double number -> NODES.numberNode(number);
      case Float number -> NODES.numberNode(number);
      case BigInteger number -> NODES.numberNode(number);
      case BigDecimal number -> DecimalNode.valueOf(number);
      case Number number -> NODES.numberNode(number.longValue());
      case byte[] bytes -> NODES.textNode(Base64.getEncoder().encodeToString(bytes));
      case LocalDateTime time -> NODES.textNode(DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time));
      case OffsetDateTime time -> NODES.textNode(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time));
      case LocalTime time -> NODES.textNode(DateTimeFormatter.ISO_LOCAL_TIME.format(time));
      case OffsetTime time -> NODES.textNode(DateTimeFormatter.ISO_OFFSET_TIME.format(time));
      case List<?> list -> {
        ArrayNode nodes = NODES.arrayNode();
        list.forEach(one -> nodes.add(json(one)));
        yield nodes;
      }
      case Map<?, ?> map -> {
        ObjectNode nodes = NODES.objectNode();
        map.forEach((name, one) -> nodes.set(name.toString(), json(one)));
        yield nodes;
      }
      default -> NODES.textNode(value.toString());
    };
  }
}
