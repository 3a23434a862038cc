package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.datasets.ProblemLayout.Question;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.grading.Reading;
import org.striatum.datasets.table.Row;
import org.striatum.datasets.table.TableFile;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// Problems read from a table. Of more than are asked for the seed draws some; they stand in the file's order.
///
/// @param source where they were read from
/// @param problems in the file's order; equal questions share an id
/// @param places id → where its first row stands in the file
/// @param stops texts that end a completion
/// @param skipped the malformed rows, in one line; empty if there are none
/// @param chosen columns and grader that the file's content decided, in one line; empty if its layout or the caller did
public record FileProblems(ProblemSource source, List<Problem> problems, Map<String, String> places, List<String> stops,
    Optional<String> skipped, Optional<String> chosen)
    implements
      ProblemSet {
  private static final int ID_DIGITS = 16;
  private static final int LONGEST_HEAD = 200;

  public FileProblems {
    problems = List.copyOf(problems);
    places = Map.copyOf(places);
    stops = List.copyOf(stops);
  }

  @Override
  public String place(Problem problem) {
    return "%s of %s (problem %s)".formatted(places.get(problem.id()), source.file(), problem.id());
  }

  @Override
  public String delimiter() {
    return " ";
  }

  /// How to read a table.
  ///
  /// @param columns needed if the layout is none of the known ones
  /// @param grader instead of the layout's
  /// @param template instead of the layout's; it must contain `{prompt}`
  public record Options(Optional<NamedColumns> columns, Optional<AnswerGrader> grader, Optional<String> template) {
    public static final Options RECOGNISED = new Options(Optional.empty(), Optional.empty(), Optional.empty());

    /// @throws UsageException if the template does not contain `{prompt}`
    public Options {
      template.ifPresent(ProblemSource::requirePlace);
    }
  }

  /// The problems of a table, of the first `limit` of its rows that are well formed.
  ///
  /// @throws BadDataException if the file is not a table
  /// @throws MalformedTableException if its layout is unknown, or more than half of the rows read are malformed
  /// @throws MissingSettingException if the columns are named and no grader is
  public static FileProblems read(Path file, Options options, int limit) throws IOException {
    TableFile table = TableFile.of(file);
    Reader reader = new Reader(options, limit, Counting.of(table, options.columns()));
    table.forEach(reader::take);
    return reader.problems(table);
  }

  @Override
  public String name() {
    return source.dataset();
  }

  @Override
  public long distinct() {
    return places.size();
  }

  @Override
  public Problem problem(RandomGenerator random) {
    return problems.get(random.nextInt(problems.size()));
  }

  /// All of them where there are no more; else those that a seed draws, in the file's order. A larger count has the same problems
  /// and more, and all rows of one question are drawn together, as far as they fit.
  @Override
  public List<Problem> draw(int count, long seed) {
    if (count < 0) {
      throw new IllegalArgumentException("a number of problems must be ≥ 0, found " + count);
    }
    if (count >= problems.size()) {
      return problems;
    }
    long[] keys = problems.stream().mapToLong(problem -> key(problem.id(), seed)).toArray();
    return IntStream.range(0, problems.size()).boxed().sorted(Comparator.comparingLong(i -> keys[i])).limit(count)
        .sorted().map(problems::get).toList();
  }

  private static long key(String id, long seed) {
    return Long.parseUnsignedLong(
        Sha256.of((seed + "\n" + id).getBytes(StandardCharsets.UTF_8)).hex().substring(0, ID_DIGITS), 16);
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
  ///
  /// @param place of its row
  private record Asked(String place, String id, Question question) {}

  /// Collects rows one by one.
  private static final class Reader {
    private final Options options;
    private final int limit;
    private final Counting counting;
    private final List<Asked> asked = new ArrayList<>();
    private final SkippedRows skipped = new SkippedRows();
    private final Map<String, String> idOf = new HashMap<>();
    private final Map<String, String> answerOf = new HashMap<>();
    private final Set<String> ids = new HashSet<>();
    private ProblemLayout layout;
    private AnswerGrader grader;

    Reader(Options options, int limit, Counting counting) {
      this.options = options;
      this.limit = limit;
      this.counting = counting;
      options.columns().ifPresent(this::settle);
    }

    private void settle(ProblemLayout found) {
      layout = found;
      Optional<AnswerGrader> told = options.grader().or(found::grader);
      if (told.isEmpty() && options.columns().isPresent()) {
        throw new MissingSettingException(Need.GRADER,
            "a table with named columns needs a grader (" + AnswerGrader.listed() + "), found none");
      }
      grader = told.orElse(null); // else the one that fits the answers, once they are read
    }

    private ProblemLayout recognised(JsonNode fields) throws MalformedRowException {
      return ProblemLayout.recognised(fields).orElseThrow(() -> new MalformedRowException(Need.COLUMNS,
          "has the columns " + String.join(", ", (Iterable<String>) fields::fieldNames)
              + ", which are those of no known layout: " + HubLayout.listed()));
    }

    boolean take(Row row) {
      switch (row) {
        case Row.Malformed(String place, String why) -> skipped.add(place, why);
        case Row.Fields(String place, JsonNode fields) -> {
          try {
            ask(place, fields);
          } catch (MalformedRowException malformed) {
            skipped.add(place, malformed);
          }
        }
      }
      return asked.size() < limit;
    }

    private void ask(String place, JsonNode fields) throws MalformedRowException {
      if (layout == null) {
        settle(recognised(fields));
      }
      Question question = layout.question(fields, counting);
      if (grader != null) {
        requireReadable(question);
      }
      // Repeats share an id, so that they stay on one side of a split.
      String id = idOf.get(question.text());
      if (id == null) {
        id = question.id().orElseGet(() -> Sha256.of(question.text().getBytes(StandardCharsets.UTF_8))
            .hex().substring(0, ID_DIGITS));
        if (!ids.add(id)) {
          throw new MalformedRowException("has the id of another problem, " + id);
        }
        idOf.put(question.text(), id);
      }
      String answer = answerOf.computeIfAbsent(id, _ -> question.answer());
      if (!same(answer, question.answer())) {
        throw new MalformedRowException("has another answer than an earlier row with its question, '%s' and '%s'"
            .formatted(answer, question.answer()));
      }
      asked.add(new Asked(place, id, question));
    }

    private boolean same(String one, String other) {
      return one.equals(other) || (grader != null && grader.grade(one, other, Reading.USUAL).reward() == 1);
    }

    private void requireReadable(Question question) throws MalformedRowException {
      if (grader.reference(question.answer()).isEmpty()) {
        throw new MalformedRowException("has an answer that the grader " + grader.printed() + " cannot read");
      }
    }

    /// Settles the grader that fits the answers, if none is settled; rows that it cannot read are skipped.
    private Optional<String> choose() {
      if (grader != null || layout == null || asked.isEmpty()) {
        return Optional.empty();
      }
      grader = AnswerGrader.fitting(asked.stream().map(one -> one.question().answer()).toList());
      asked.removeIf(one -> {
        try {
          requireReadable(one.question());
          return false;
        } catch (MalformedRowException malformed) {
          skipped.add(one.place(), malformed);
          return true;
        }
      });
      return Optional
          .of("read as " + layout.printed() + ", graded by " + grader.printed() + ", which fits its answers");
    }

    /// The layout's, and the line that a question begins with where somebody else wrote the text around it: the next question
    /// would begin so.
    private List<String> stops(String template) {
      if (!layout.stops().isEmpty() && template.equals(layout.template())) {
        return layout.stops();
      }
      String head = template.substring(0, template.indexOf(ProblemSource.PLACE)).strip();
      String first = head.lines().findFirst().orElse("").strip();
      List<String> stops = new ArrayList<>(layout.stops());
      if (!first.isEmpty() && first.length() <= LONGEST_HEAD) {
        stops.add("\n" + first);
      }
      return stops;
    }

    FileProblems problems(TableFile table) throws IOException {
      Optional<String> chosen = choose().or(() -> counting == Counting.FROM_ONE
          ? Optional.of("read as " + layout.printed() + ", whose answers count choices from 1")
          : Optional.empty());
      int rows = asked.size() + skipped.count();
      Optional<String> summary = skipped.summary(rows);
      if (rows == 0) {
        throw new BadDataException(table.path() + " must have at least one row, found none");
      }
      if (skipped.count() > asked.size()) {
        throw new MalformedTableException(skipped.needs(),
            table.path() + ": at least half of the rows must be problems, " + summary.orElseThrow());
      }
      ProblemSource source = new ProblemSource(table.name(), table.path().getFileName().toString(),
          Sha256.of(table.path()), layout.printed(), options.template().orElse(layout.template()), grader);
      List<Problem> problems = asked.stream().map(one -> new Problem(one.id(), source.dataset(),
          source.prompt(one.question().text()), one.question().solution(), one.question().answer())).toList();
      Map<String, String> places = new HashMap<>();
      asked.forEach(one -> places.putIfAbsent(one.id(), one.place()));
      return new FileProblems(source, problems, places, stops(source.template()),
          summary.map(line -> source.file() + ": " + line),
          chosen.map(line -> source.file() + ": " + line));
    }
  }
}
