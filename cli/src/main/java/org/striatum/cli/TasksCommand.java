package org.striatum.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSets;
import org.striatum.probe.rollout.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Lists the problem sets that are generated, each with an example.
@Command(name = "tasks", description = "List the generated problem sets, each with an example.", footer = {"",
    "Example: striatum study my-checkpoint --tasks add-fixed,mul-fixed"})
final class TasksCommand implements Callable<Integer> {
  /// Draws behind the lengths that are shown.
  private static final int DRAWN = 1000;

  private final Console console;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  TasksCommand(Console console) {
    this.console = console;
  }

  record Row(String name, String family, int shortestPrompt, int longestPrompt, String prompt,
      String solution) {
    static Row of(ProblemSet set) {
      List<Problem> drawn = set.draw(DRAWN, 1);
      return new Row(set.name(), set.family(),
          drawn.stream().mapToInt(one -> one.prompt().length()).min().orElseThrow(),
          drawn.stream().mapToInt(one -> one.prompt().length()).max().orElseThrow(), drawn.getFirst().prompt(),
          drawn.getFirst().solution());
    }

    String lengths() {
      return shortestPrompt == longestPrompt ? "all " + longestPrompt : shortestPrompt + " to " + longestPrompt;
    }
  }

  @Override
  public Integer call() throws IOException {
    List<Row> rows = ProblemSets.KNOWN.stream().map(Row::of).toList();
    if (json) {
      console.json(rows);
    } else {
      Table table = new Table("set", "characters", "prompt", "solution");
      rows.forEach(row -> table.row(row.name(), row.lengths(), row.prompt(), row.solution().replace("\n", "  ")));
      console.print(table);
    }
    return ExitCode.DONE;
  }
}
