package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.striatum.datasets.ProblemLayout.Question;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.table.Row;
import org.striatum.datasets.table.TableFile;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;

/// Problems read from a table. They come in the file's order, whatever the seed: `--limit` takes the first.
///
/// @param source where they come from
/// @param problems in the file's order; equal questions share an id
/// @param skipped what was malformed, in one line; empty where nothing was
public record FileProblems(ProblemSource source, List<Problem> problems, Optional<String> skipped)
    implements
      ProblemSet {
  private static final int ID_DIGITS = 16;

  public FileProblems {
    problems = List.copyOf(problems);
  }

  /// How a table is to be read.
  ///
  /// @param columns where the layout is none of the known ones
  /// @param grader where another one than the layout's is wanted
  /// @param template where another one than the layout's is wanted; must hold `{prompt}`
  public record Options(Optional<NamedColumns> columns, Optional<AnswerGrader> grader, Optional<String> template) {
    public static final Options RECOGNISED = new Options(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /// The first `limit` problems of a table.
  ///
  /// @throws BadDataException if the file is no table, its layout is unknown, or more than half the rows read are malformed
  /// @throws IllegalArgumentException if the columns are named and no grader is
  public static FileProblems read(Path file, Options options, int limit) throws IOException {
    TableFile table = TableFile.of(file);
    Reader reader = new Reader(options, limit);
    table.forEach(reader::take);
    return reader.problems(table);
  }

  @Override
  public String name() {
    return source.dataset();
  }

  @Override
  public Problem problem(RandomGenerator random) {
    return problems.get(random.nextInt(problems.size()));
  }

  @Override
  public List<Problem> draw(int count, long seed) {
    return problems.subList(0, Math.min(count, problems.size()));
  }

  @Override
  public Grader grader() {
    return source.requireGrader();
  }

  @Override
  public Optional<ProblemSource> origin() {
    return Optional.of(source);
  }

  /// A question that was read, before its set has a name.
  private record Asked(String id, Question question) {}

  /// Takes rows one by one.
  private static final class Reader {
    private final Options options;
    private final int limit;
    private final List<Asked> asked = new ArrayList<>();
    private final SkippedRows skipped = new SkippedRows();
    private final Map<String, String> idOf = new HashMap<>();
    private final Set<String> ids = new HashSet<>();
    private ProblemLayout layout;
    private AnswerGrader grader;

    Reader(Options options, int limit) {
      this.options = options;
      this.limit = limit;
      options.columns().ifPresent(this::settle);
    }

    private void settle(ProblemLayout found) {
      layout = found;
      grader = options.grader().or(found::grader).orElseThrow(() -> new IllegalArgumentException(
          "named columns do not say how answers are compared: give --grader number, latex, choice or exact"));
    }

    boolean take(Row row) {
      switch (row) {
        case Row.Malformed(String place, String why) -> skipped.add(place, why);
        case Row.Fields(String place, JsonNode fields) -> {
          try {
            ask(fields);
          } catch (IllegalArgumentException malformed) {
            skipped.add(place, malformed.getMessage());
          }
        }
      }
      return asked.size() < limit;
    }

    private void ask(JsonNode fields) {
      if (layout == null) {
        settle(HubLayout.recognised(fields).orElseThrow(() -> new IllegalArgumentException(
            "has the columns " + String.join(", ", (Iterable<String>) fields::fieldNames)
                + ", which are none of " + HubLayout.listed() + ": name them with --columns prompt=…,answer=…")));
      }
      Question question = layout.question(fields);
      if (grader.reference(question.answer()).isEmpty()) {
        throw new IllegalArgumentException("has an answer that --grader " + grader.printed() + " cannot read");
      }
      // Repeats share an id, so that they stay on one side of a split.
      String id = idOf.get(question.text());
      if (id == null) {
        id = question.id().orElseGet(() -> Sha256.of(question.text().getBytes(StandardCharsets.UTF_8))
            .hex().substring(0, ID_DIGITS));
        if (!ids.add(id)) {
          throw new IllegalArgumentException("has the id of another problem, " + id);
        }
        idOf.put(question.text(), id);
      }
      asked.add(new Asked(id, question));
    }

    FileProblems problems(TableFile table) throws IOException {
      int rows = asked.size() + skipped.count();
      Optional<String> summary = skipped.summary(rows);
      if (rows == 0) {
        throw new BadDataException(table.path() + " holds no rows: check the file");
      }
      if (skipped.count() > asked.size()) {
        throw new BadDataException(
            table.path() + ": at least half the rows must be problems, " + summary.orElseThrow());
      }
      ProblemSource source = new ProblemSource(table.name(), table.path().getFileName().toString(),
          Sha256.of(table.path()), layout.printed(), options.template().orElse(layout.template()), grader);
      List<Problem> problems = asked.stream().map(one -> new Problem(one.id(), source.dataset(),
          source.prompt(one.question().text()), one.question().solution(), one.question().answer())).toList();
      return new FileProblems(source, problems, summary.map(line -> source.file() + ": " + line));
    }
  }
}
