package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.striatum.datasets.Columns.Choices;
import org.striatum.datasets.table.Row;
import org.striatum.datasets.table.TableFile;

/// Whether the numbers by which a table's answers name choices begin at 0 or at 1.
///
/// A single row does not say: the answers of the whole file do, where one is 0 or one is the number of its choices.
enum Counting {
  FROM_ZERO, FROM_ONE,
  /// Neither was seen.
  UNKNOWN;

  /// The place, from 0, that a number names; below 0 if none.
  int place(int number) {
    return this == FROM_ONE ? number - 1 : number;
  }

  /// An answer that is a number, among its choices.
  record Numbered(int number, int choices) {}

  /// What the answers of a file say.
  ///
  /// @param columns that are named; empty if the layout is recognised
  /// @throws MalformedTableException if they contradict each other and the layout does not decide
  static Counting of(TableFile table, Optional<? extends ProblemLayout> columns) throws IOException {
    Seen seen = new Seen(columns.map(ProblemLayout.class::cast));
    table.forEach(seen::take);
    Counting usual = seen.layout.map(ProblemLayout::counting).orElse(UNKNOWN);
    if (seen.zero == null || seen.last == null) {
      return seen.zero != null ? FROM_ZERO : seen.last != null ? FROM_ONE : usual;
    }
    if (usual == UNKNOWN) {
      throw new MalformedTableException(Set.of(),
          "%s has answers that count choices from 0 (%s) and from 1 (%s): name them by letter".formatted(table.path(),
              seen.zero, seen.last));
    }
    return usual;
  }

  /// The first places where an answer is 0, and where it is the number of choices.
  private static final class Seen {
    private Optional<ProblemLayout> layout; // of the first row that has one
    private String zero;
    private String last;

    Seen(Optional<ProblemLayout> layout) {
      this.layout = layout;
    }

    boolean take(Row row) {
      if (layout.isEmpty() && row instanceof Row.Fields(String _, JsonNode first)) {
        layout = ProblemLayout.recognised(first);
      }
      if (layout.isPresent() && layout.get().choiceColumns().isEmpty()) {
        return false;
      }
      if (row instanceof Row.Fields(String place, JsonNode fields)) {
        numbered(fields).ifPresent(one -> {
          if (one.number() == 0 && zero == null) {
            zero = place;
          } else if (one.number() == one.choices() && last == null) {
            last = place;
          }
        });
      }
      return zero == null || last == null;
    }

    private Optional<Numbered> numbered(JsonNode fields) {
      try {
        Optional<ProblemLayout.ChoiceColumns> columns = layout.flatMap(ProblemLayout::choiceColumns);
        return columns.isEmpty()
            ? Optional.empty()
            : Choices.of(fields, columns.get().choices()).numbered(fields, columns.get().answer());
      } catch (MalformedRowException _) {
        return Optional.empty(); // it is skipped by name when problems are read
      }
    }
  }
}
