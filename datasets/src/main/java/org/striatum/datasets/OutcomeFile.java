package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.striatum.datasets.table.Row;
import org.striatum.datasets.table.TableFile;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;

/// What became of rollouts whose hidden states another program recorded: a row a rollout, in their order.
///
/// `problem` (its id, text or a number), `reward` (0 or 1, or a boolean), `prompt_length` (tokens); `dataset`, `prompt`,
/// `completion` and `answer` where there are.
public final class OutcomeFile {
  private OutcomeFile() {}

  /// The rollouts behind some states.
  ///
  /// @throws BadDataException if a row is malformed, naming it, or there are more or fewer than rollouts. None is skipped:
  ///     the rows after it would belong to others.
  public static List<Rollout> read(Path file, SavedStates states) throws IOException {
    TableFile table = TableFile.of(file);
    List<Rollout> rollouts = new ArrayList<>();
    Map<String, Integer> samples = new HashMap<>();
    List<String> refused = new ArrayList<>();
    table.forEach(row -> {
      try {
        switch (row) {
          case Row.Malformed malformed -> throw new IllegalArgumentException(malformed.why());
          case Row.Fields fields ->
            rollouts.add(rollout(fields.fields(), table.name(), rollouts.size(), states, samples));
        }
      } catch (IllegalArgumentException e) {
        refused.add(file + ", " + row.place() + ": " + e.getMessage());
      }
      return refused.isEmpty();
    });
    if (!refused.isEmpty()) {
      throw new BadDataException(refused.getFirst());
    }
    if (rollouts.size() != states.rollouts()) {
      throw new BadDataException("%s must have a row for each of %d rollouts, found %d".formatted(file,
          states.rollouts(), rollouts.size()));
    }
    return rollouts;
  }

  private static Rollout rollout(JsonNode row, String table, int place, SavedStates states,
      Map<String, Integer> samples) {
    if (place == states.rollouts()) {
      throw new IllegalArgumentException("there are hidden states of " + place + " rollouts only");
    }
    String id = Columns.text(row, "problem");
    String dataset = Columns.optional(row, "dataset").orElse(table);
    Problem problem = new Problem(id, dataset, Columns.optional(row, "prompt").orElse(id), "",
        Columns.optional(row, "answer").orElse(""));
    int sample = samples.merge(dataset + '\0' + id, 1, Integer::sum) - 1;
    return new Rollout(problem, sample, 0, Columns.optional(row, "completion").orElse(""), states.tokens(place),
        (int) number(row, "prompt_length"), true, number(row, "reward"), Double.NaN);
  }

  private static double number(JsonNode row, String column) {
    String text = Columns.text(row, column);
    double value = switch (text) {
      case "true" -> 1;
      case "false" -> 0;
      default -> text.matches("-?\\d{1,9}(\\.\\d{1,9})?") ? Double.parseDouble(text) : Double.NaN;
    };
    if (value != Math.rint(value)) {
      throw new IllegalArgumentException("'" + column + "' must be a whole number, found '" + text + "'");
    }
    return value;
  }
}
