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
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;

/// Outcomes of rollouts whose hidden states another program recorded: one row per rollout, in the same order.
///
/// `problem` (its id, text or a number), `reward` (0 or 1, or a boolean), `prompt_length` (tokens); `dataset`, `prompt`,
/// `completion`, `answer` and `finished` (0 or 1, or a boolean: not cut off at the token limit) are optional.
public final class OutcomeFile {
  private OutcomeFile() {}

  /// The rollouts that the states belong to.
  ///
  /// @throws BadDataException if a row is malformed, naming it, or their number is not that of the rollouts. No row is
  ///     skipped: all following rows would belong to other rollouts.
  public static List<Rollout> read(Path file, SavedStates states) throws IOException {
    TableFile table = TableFile.of(file);
    List<Rollout> rollouts = new ArrayList<>();
    Map<String, Integer> samples = new HashMap<>();
    List<String> refused = new ArrayList<>();
    table.forEach(row -> {
      try {
        switch (row) {
          case Row.Malformed malformed -> throw new MalformedRowException(malformed.why());
          case Row.Fields fields ->
            rollouts.add(rollout(fields.fields(), table.name(), rollouts.size(), states, samples));
        }
      } catch (MalformedRowException e) {
        refused.add(file + ", " + row.place() + ": " + e.getMessage());
      }
      return refused.isEmpty();
    });
    if (!refused.isEmpty()) {
      throw new BadDataException(refused.getFirst());
    }
    if (rollouts.size() != states.rollouts()) {
      throw new BadDataException("%s must have one row for each of the %d rollouts, found %d".formatted(file,
          states.rollouts(), rollouts.size()));
    }
    return rollouts;
  }

  private static Rollout rollout(JsonNode row, String table, int place, SavedStates states,
      Map<String, Integer> samples) throws MalformedRowException {
    if (place == states.rollouts()) {
      throw new MalformedRowException("has no hidden states: there are those of " + place + " rollouts only");
    }
    String id = Columns.text(row, "problem");
    String dataset = Columns.optional(row, "dataset").orElse(table);
    Problem problem = new Problem(id, dataset, Columns.optional(row, "prompt").orElse(id), "",
        Columns.optional(row, "answer").orElse(""));
    int[] tokens = states.tokens(place);
    double promptLength = number(row, "prompt_length");
    double reward = number(row, "reward");
    if (promptLength < 1 || promptLength > tokens.length) {
      throw new MalformedRowException("'prompt_length' must be in [1, %d], the tokens of the rollout, found %.0f"
          .formatted(tokens.length, promptLength));
    }
    if (reward != 0 && reward != 1) {
      throw new MalformedRowException("'reward' must be 0 or 1, found %.0f".formatted(reward));
    }
    Ending ending = ending(row);
    int sample = samples.merge(dataset + '\0' + id, 1, Integer::sum) - 1;
    return new Rollout(problem, sample, 0, Columns.optional(row, "completion").orElse(""), tokens, (int) promptLength,
        ending != Ending.CUT_OFF, reward, Double.NaN, null, false, ending, null);
  }

  private static Ending ending(JsonNode row) throws MalformedRowException {
    if (Columns.optional(row, "finished").isEmpty()) {
      return Ending.UNKNOWN;
    }
    double finished = number(row, "finished");
    if (finished != 0 && finished != 1) {
      throw new MalformedRowException("'finished' must be 0 or 1, found %.0f".formatted(finished));
    }
    return finished == 1 ? Ending.ENDED : Ending.CUT_OFF;
  }

  private static double number(JsonNode row, String column) throws MalformedRowException {
    String text = Columns.text(row, column);
    double value = switch (text) {
      case "true" -> 1;
      case "false" -> 0;
      default -> text.matches("-?\\d{1,9}(\\.\\d{1,9})?") ? Double.parseDouble(text) : Double.NaN;
    };
    if (value != Math.rint(value)) {
      throw new MalformedRowException("'" + column + "' must be a whole number, found '" + text + "'");
    }
    return value;
  }
}
