package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.reports.database.ResultsDatabase;
import org.striatum.reports.database.ResultsDatabase.Answer;
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

  private final Console console;

  @Parameters(index = "0", paramLabel = "SCAN", description = "Scan folder.")
  private Path folder;

  @Parameters(index = "1", paramLabel = "SQL", description = "Query, in quotes.")
  private String sql;

  @Option(names = "--format", paramLabel = "table|csv|json", defaultValue = "table", description = "How the answer is printed (default table).")
  private Format format;

  QueryCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Answer answer = ResultsDatabase.query(folder, sql);
    switch (format) {
      case TABLE -> table(answer);
      case CSV -> csv(answer);
      case JSON -> console.json(answer.rows().stream().map(row -> named(answer.columns(), row)).toList());
    }
    return ExitCode.DONE;
  }

  private void table(Answer answer) {
    List<List<String>> lines = new ArrayList<>(List.of(answer.columns()));
    answer.rows().forEach(row -> lines.add(row.stream().map(QueryCommand::printed).toList()));
    int[] widths = new int[answer.columns().size()];
    lines.forEach(line -> {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    });
    for (List<String> line : lines) {
      StringBuilder printed = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        printed.append(line.get(i)).repeat(' ', widths[i] - line.get(i).length() + 2);
      }
      console.print(printed.toString().stripTrailing());
    }
  }

  /// As text for the terminal; figures with four decimals.
  private static String printed(Object value) {
    return switch (value) {
      case null -> "";
      case Double number when number != Math.rint(number) -> "%.4f".formatted(number);
      default -> value.toString().replaceAll("\\p{Cc}", "\ufffd");
    };
  }

  /// RFC 4180.
  private void csv(Answer answer) {
    console.print(answer.columns().stream().map(QueryCommand::quoted).collect(Collectors.joining(",")));
    answer.rows().forEach(row -> console.print(
        row.stream().map(value -> value == null ? "" : quoted(value.toString())).collect(Collectors.joining(","))));
  }

  private static String quoted(String value) {
    return value.matches("[^\",\\r\\n]*") ? value : "\"" + value.replace("\"", "\"\"") + "\"";
  }

  private static Map<String, Object> named(List<String> columns, List<Object> row) {
    Map<String, Object> named = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      Object value = row.get(i);
      named.put(columns.get(i),
          value == null || value instanceof Number || value instanceof Boolean ? value : value.toString());
    }
    return named;
  }
}
