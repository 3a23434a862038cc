package org.striatum.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.datasets.FileProblems.Options;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// Rows as the hub holds them: the layout's fields, worded like its rows.
class FileProblemsTest {
  private static final String GSM8K = """
      {"question": "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. How many clips did Natalia sell altogether in April and May?", "answer": "Natalia sold 48/2 = <<48/2=24>>24 clips in May.\\nNatalia sold 48+24 = <<48+24=72>>72 clips altogether in April and May.\\n#### 72"}
      {"question": "A robe takes 2 bolts of blue fiber and half that much white fiber. How many bolts in total does it take?", "answer": "It takes 2/2=<<2/2=1>>1 bolt of white fiber\\nSo the total amount of fabric is 2+1=<<2+1=3>>3 bolts of fabric\\n#### 3"}
      {"question": "How much profit did he make?", "answer": "He made 200,000-130,000=$<<200000-130000=70000>>70,000\\n#### 70,000"}
      """;
  private static final String MATH = """
      {"problem": "Convert the point $(0,3)$ in rectangular coordinates to polar coordinates.", "solution": "We have that $r = 3.$ Therefore $\\\\boxed{\\\\left( 3, \\\\frac{\\\\pi}{2} \\\\right)}.$", "answer": "\\\\left( 3, \\\\frac{\\\\pi}{2} \\\\right)", "subject": "Precalculus", "level": 2, "unique_id": "test/precalculus/807.json"}
      {"problem": "How many positive whole-number divisors does 196 have?", "solution": "$196=2^2\\\\cdot7^2$, so it has $\\\\boxed{9}$.", "subject": "Number Theory", "level": 3, "unique_id": "test/number_theory/572.json"}
      """;
  private static final String ARC = """
      {"id": "Mercury_SC_415702", "question": "George wants to warm his hands quickly by rubbing them. Which skin surface will produce the most heat?", "choices": {"text": ["dry palms", "wet palms", "palms covered with oil", "palms covered with lotion"], "label": ["A", "B", "C", "D"]}, "answerKey": "A"}
      {"id": "NYSEDREGENTS_2013_8", "question": "Which is a source of light?", "choices": {"text": ["the Moon", "the Sun", "a mirror"], "label": ["1", "2", "3"]}, "answerKey": "2"}
      """;
  private static final String MMLU = """
      {"question": "Find the degree for the given field extension Q(sqrt(2), sqrt(3)) over Q.", "subject": "abstract_algebra", "choices": ["0", "4", "2", "6"], "answer": 1}
      {"question": "Find all zeros in the indicated finite field.", "subject": "abstract_algebra", "choices": ["0", "1", "0,1", "0,4"], "answer": 3}
      """;

  @TempDir
  private Path folder;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static FileProblems read(Path file) throws IOException {
    return FileProblems.read(file, Options.RECOGNISED, 1000);
  }

  private static FileProblems read(Path file, String columns, AnswerGrader grader) throws IOException {
    return FileProblems.read(file,
        new Options(Optional.of(NamedColumns.parse(columns)), Optional.ofNullable(grader), Optional.empty()), 1000);
  }

  private static double reward(FileProblems problems, int problem, String completion) {
    return problems.grader().reward(problems.problems().get(problem), completion);
  }

  @Test
  void gsm8k() throws IOException {
    Path file = file("test.jsonl", GSM8K);
    FileProblems problems = read(file);
    assertThat(problems.source()).isEqualTo(new ProblemSource("test", "test.jsonl", Sha256.of(file), "gsm8k",
        "Question: {prompt}\nAnswer:", AnswerGrader.NUMBER));
    assertThat(problems.skipped()).isEmpty();
    assertThat(problems.problems()).extracting(Problem::answer).containsExactly("72", "3", "70,000");
    Problem first = problems.problems().getFirst();
    assertThat(first.prompt()).startsWith("Question: Natalia sold").endsWith("April and May?\nAnswer:");
    assertThat(reward(problems, 0, first.solution())).isEqualTo(1);
    assertThat(reward(problems, 2, "so he made $70,000.00 in all")).isEqualTo(1);
    assertThat(reward(problems, 2, "#### 70")).isZero();
    assertThat(problems.draw(problems.problems().size(), 5)).isEqualTo(problems.problems());
  }

  /// Which of them is right cannot be seen; a repeated row, or the same number written otherwise, says the same.
  @Test
  void oneQuestionHasOneAnswer() throws IOException {
    FileProblems problems = read(file("twice.jsonl", """
        {"question": "What is it?", "answer": "#### 5"}
        {"question": "What is it?", "answer": "#### 6"}
        {"question": "What is it?", "answer": "it is #### 5.0"}
        {"question": "And this?", "answer": "#### 6"}
        """));
    assertThat(problems.problems()).hasSize(3);
    assertThat(problems.skipped().orElseThrow()).contains("1 of 4 rows skipped").contains("line 2")
        .contains("another answer");
  }

  @Test
  void math() throws IOException {
    FileProblems problems = read(file("math500.jsonl", MATH));
    assertThat(problems.source().layout()).isEqualTo("math");
    assertThat(problems.problems()).extracting(Problem::id).containsExactly("test/precalculus/807.json",
        "test/number_theory/572.json");
    assertThat(reward(problems, 0, "Thus $\\boxed{(3,\\dfrac{\\pi}2)}$")).isEqualTo(1);
    assertThat(reward(problems, 1, "There are $\\boxed{9}$ divisors.")).isEqualTo(1);
    for (int i = 0; i < 2; i++) {
      assertThat(reward(problems, i, problems.problems().get(i).solution())).isEqualTo(1);
    }
  }

  @Test
  void choices() throws IOException {
    FileProblems arc = read(file("arc.jsonl", ARC));
    assertThat(arc.source().grader()).isEqualTo(AnswerGrader.CHOICE);
    assertThat(arc.problems()).extracting(Problem::answer).containsExactly("A", "B");
    assertThat(arc.problems().get(1).prompt())
        .isEqualTo("Question: Which is a source of light?\nA. the Moon\nB. the Sun\nC. a mirror\nAnswer:");
    assertThat(reward(arc, 1, " B. the Sun")).isEqualTo(1);
    FileProblems mmlu = read(file("mmlu.jsonl", MMLU));
    assertThat(mmlu.source().layout()).isEqualTo("mmlu");
    assertThat(mmlu.problems()).extracting(Problem::answer).containsExactly("B", "D");
    assertThat(reward(mmlu, 0, "The answer is (B).")).isEqualTo(1);
  }

  /// The same rows in every container give the same problems.
  @Test
  void everyContainerHoldsTheSame() throws IOException, SQLException {
    for (String rows : List.of(GSM8K, MATH, ARC, MMLU)) {
      Path lines = file("a.jsonl", rows);
      List<Problem> expected = read(lines).problems();
      Path array = file("a.json", "[" + String.join(",\n", rows.lines().toList()) + "]");
      Path linesInJson = file("b.json", rows);
      Path parquet = folder.resolve("a.parquet");
      Path csv = folder.resolve("a.csv");
      copy("read_json('" + lines + "')", parquet);
      copy("(SELECT * FROM read_json('" + lines + "'))", csv);
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
        gzip.write(rows.getBytes(StandardCharsets.UTF_8));
      }
      Path gz = Files.write(folder.resolve("a.jsonl.gz"), packed.toByteArray());
      List<Path> files = rows.equals(GSM8K) || rows.equals(MATH)
          ? List.of(array, linesInJson, parquet, csv, gz)
          : List.of(array, linesInJson, parquet, gz);
      for (Path file : files) {
        assertThat(read(file).problems()).as("%s", file).usingRecursiveFieldByFieldElementComparatorIgnoringFields(
            "dataset").isEqualTo(expected);
      }
    }
  }

  private static void copy(String from, Path to) throws SQLException {
    try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = database.createStatement()) {
      statement.execute("COPY (FROM " + from + ") TO '" + to + "'");
    }
  }

  @Test
  void anyOtherTableByNamingItsColumns() throws IOException {
    Path csv = file("capitals.csv", """
        nr,country,capital,note
        1,France,Paris,"a, ""b""
        c"
        2,Peru,Lima,
        """);
    FileProblems problems = read(csv, "prompt=country,answer=capital,id=nr", AnswerGrader.EXACT);
    assertThat(problems.problems()).containsExactly(new Problem("1", "capitals", "France", "Paris", "Paris"),
        new Problem("2", "capitals", "Peru", "Lima", "Lima"));
    FileProblems asked = FileProblems.read(csv,
        new Options(Optional.of(NamedColumns.parse("prompt=country,answer=capital")),
            Optional.of(AnswerGrader.EXACT), Optional.of("Capital of {prompt}?\n")),
        1);
    assertThat(asked.problems()).extracting(Problem::prompt).containsExactly("Capital of France?\n");
    Path csvChoices = file("quiz.tsv", "q\tc\ta\nWhich?\t[\"x\",\"y\"]\ty\n");
    assertThat(read(csvChoices, "prompt=q,answer=a,choices=c", null).problems()).extracting(Problem::prompt,
        Problem::answer).containsExactly(org.assertj.core.groups.Tuple.tuple("Which?\nA. x\nB. y\nAnswer:", "B"));
  }

  /// The reader may open the one file and nothing else, whatever its name looks like.
  @Test
  void aNameWithQuotesAndPatternsNamesOneFile() throws IOException {
    Path file = file("it's [1] *.csv", "question,answer\nq,#### 1\n");
    file("it's [1] other.csv", "question,answer\nr,#### 2\n");
    assertThat(read(file).problems()).extracting(Problem::answer).containsExactly("1");
  }

  @Test
  void repeatsShareAnId() throws IOException {
    FileProblems problems = read(file("twice.jsonl", GSM8K + GSM8K));
    List<String> ids = problems.problems().stream().map(Problem::id).toList();
    assertThat(ids).hasSize(6);
    assertThat(ids.subList(3, 6)).isEqualTo(ids.subList(0, 3)).doesNotHaveDuplicates();
  }

  @Test
  void malformedRowsAreCountedAndNamed() throws IOException {
    String bad = """
        {"question": "no answer"}
        {"question": null, "answer": "#### 3"}
        {"question": "cut
        {"question": "no mark", "answer": "3"}
        """;
    FileProblems problems = read(
        file("some.jsonl", GSM8K + bad + GSM8K.replace("the", "each").replace("How", "Now how")));
    assertThat(problems.problems()).hasSize(6);
    assertThat(problems.skipped().orElseThrow()).startsWith("some.jsonl: 4 of 10 rows skipped: line 4 has no 'answer';")
        .contains("line 5 has no 'question'; line 6 is not JSON: ").endsWith("; and 1 more");
    Path csv = file("some.csv", """
        question,answer
        "first
        of all",#### 1
        second
        third,,5
        fourth,#### 4
        fifth,
        sixth,#### 6
        seventh,#### 7
        """);
    assertThat(read(csv).problems()).extracting(Problem::answer).containsExactly("1", "4", "6", "7");
    assertThat(read(csv).skipped().orElseThrow()).isEqualTo("some.csv: 3 of 7 rows skipped: "
        + "row 2 does not fit the columns (missing columns); row 3 does not fit the columns (too many columns); "
        + "row 5 has no 'answer'");
  }

  /// Columns by their usual names; the grader is the one that fits the answers.
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
      question | answer   | 12, 3/4, $5, -7, 1,000                      | number | answer=answer,prompt=question
      prompt   | target   | x^2+1, \\frac12, (1,2), 3                 | math   | answer=target,prompt=prompt
      problem  | answer   | A, B, (C), D                                | choice | answer=answer,prompt=problem
      prompt   | solution | So \\boxed{2}, We get \\boxed{x}, \\boxed{7} | math | answer=solution,prompt=prompt
      question | target   | Paris, Rome, the sea                        | exact  | answer=target,prompt=question
      """)
  void theGraderThatFitsIsChosenAndSaid(String question, String answer, String answers, String grader, String layout)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String one : answers.split(", ", -1)) {
      lines.append("{\"%s\": \"q%d\", \"%s\": \"%s\"}\n".formatted(question, lines.length(), answer,
          one.replace("\\", "\\\\")));
    }
    FileProblems problems = read(file("own.jsonl", lines.toString()));
    assertThat(problems.source().grader().printed()).isEqualTo(grader);
    assertThat(problems.source().layout()).isEqualTo(layout);
    assertThat(problems.chosen().orElseThrow()).isEqualTo("own.jsonl: read as " + layout + ", graded by " + grader
        + ", which fits its answers");
    assertThat(read(file("gsm.jsonl", GSM8K)).chosen()).isEmpty();
  }

  /// A model that goes on to the next question begins it as the template does.
  @Test
  void theLineThatBeginsAQuestionEndsACompletion() throws IOException {
    Path own = file("own.jsonl", "{\"question\": \"1+1\", \"answer\": \"2\"}\n");
    assertThat(read(own).stops()).isEmpty();
    for (String[] stop : new String[][]{{"Q: {prompt}\nA:", "\nQ:"}, {"\n\nExercise\n {prompt}", "\nExercise"}}) {
      FileProblems.Options options = new FileProblems.Options(Optional.empty(), Optional.empty(), Optional.of(stop[0]));
      assertThat(FileProblems.read(own, options, 10).stops()).containsExactly(stop[1]);
      assertThat(FileProblems.read(file("gsm.jsonl", GSM8K), options, 10).stops()).containsExactly("Question:",
          stop[1]);
    }
    assertThat(read(file("gsm.jsonl", GSM8K)).stops()).containsExactly("Question:");
  }

  /// A label or a letter, a place and a text that say different things are no answer; a number in the table is a place.
  @Test
  void anAnswerThatNamesTwoChoicesIsRefused() throws IOException {
    String rows = """
        {"question": "q1", "choices": ["4", "1", "2"], "answer": 1}
        {"question": "q2", "choices": ["4", "1", "2"], "answer": "1"}
        {"question": "q3", "choices": ["4", "2", "1"], "answer": "1"}
        {"question": "q4", "choices": ["B", "A"], "answer": "A"}
        {"question": "q5", "choices": ["x", "y"], "answer": "y"}
        {"question": "q6", "choices": {"text": ["2", "1"], "label": ["1", "2"]}, "answer": "1"}
        {"question": "q7", "choices": {"text": ["a", "b"], "label": ["1", "2"]}, "answer": "1"}
        {"question": "q8", "choices": ["40", "41"], "answer": "41"}
        """;
    FileProblems problems = read(file("choices.jsonl", rows));
    assertThat(problems.problems()).extracting(Problem::answer).containsExactly("B", "B", "B", "A", "B");
    assertThat(problems.skipped().orElseThrow()).contains("3 of 8 rows skipped",
        "line 3 has an answer that names choice B and is the text of choice C, found '1'", "line 4", "line 6");
  }

  /// Numbers may count choices from 0 or from 1: a whole file shows it, or is refused (lm-evaluation-harness 1908).
  @ParameterizedTest
  @CsvSource({"'1,2,3',ABC", "'0,1,2',ABC", "'2,1,0,1',CBAB", "'3,1,1,2',CAAB", "'1,2,1',''", "'0,1,3',''",
      "'b,c,1',''"})
  void aFileShowsWhereItsNumbersBegin(String answers, String letters) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (String answer : answers.split(",", -1)) {
      rows.append("{\"q\": \"q%d\", \"c\": [\"a\", \"b\", \"c\"], \"a\": \"%s\"}\n".formatted(rows.length(), answer));
    }
    Path file = file("numbers.jsonl", rows.toString());
    if (letters.isEmpty() && !answers.startsWith("b")) {
      assertThatThrownBy(() -> read(file, "prompt=q,choices=c,answer=a", null))
          .isInstanceOf(MalformedTableException.class).hasMessageContaining("from 1");
      return;
    }
    FileProblems problems = read(file, "prompt=q,choices=c,answer=a", null);
    assertThat(problems.problems().stream().map(Problem::answer).collect(Collectors.joining()))
        .isEqualTo(letters.isEmpty() ? "BC" : letters);
    assertThat(problems.chosen().isPresent()).isEqualTo(answers.contains("3"));
    assertThat(problems.skipped().isPresent()).as("a number that may be either").isEqualTo(letters.isEmpty());
  }

  /// The seed says which, the file in which order; more has the same and more.
  @Test
  void aSeedDrawsTheProblems() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      rows.append("{\"question\": \"%d+1=\", \"answer\": \"%d\"}\n".formatted(i, i + 1));
    }
    FileProblems all = read(file("sums.jsonl", rows.toString()));
    List<Problem> drawn = all.draw(50, 1);
    assertThat(drawn).hasSize(50).isEqualTo(all.draw(50, 1)).isNotEqualTo(all.draw(50, 2))
        .isNotEqualTo(all.problems().subList(0, 50))
        .isSortedAccordingTo(Comparator.comparingInt(all.problems()::indexOf));
    assertThat(all.draw(80, 1)).containsAll(drawn);
    assertThat(all.draw(0, 1)).isEmpty();
    assertThatThrownBy(() -> all.draw(-1, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  /// A limit does not hide what the rest of the file shows.
  @Test
  void rowsBehindTheLimitShowWhereNumbersBegin() throws IOException {
    String row = "{\"question\": \"q%s\", \"choices\": [\"x\", \"y\", \"z\"], \"answer\": \"%s\"}\n";
    Path file = file("mmlu.jsonl", row.formatted("1", "1") + row.formatted("2", "3"));
    assertThat(FileProblems.read(file, Options.RECOGNISED, 1).problems()).extracting(Problem::answer)
        .containsExactly("A");
  }

  @Test
  void aFileThatIsMostlyMalformedIsRefused() throws IOException {
    refused(file("bad.jsonl", "{\"question\": \"q\", \"answer\": \"#### 1\"}\nx\ny\n"),
        "at least half of the rows must be problems, 2 of 3 rows skipped: line 2 is not JSON");
    refused(file("other.jsonl", "{\"text\": \"q\", \"label\": 1}\n"),
        "line 1 has the columns text, label, which are those of no known layout: arc (question, choices, answerKey), mmlu");
    assertThatThrownBy(() -> read(folder.resolve("other.jsonl"))).isInstanceOfSatisfying(MalformedTableException.class,
        e -> assertThat(e.needs()).containsExactly(Need.COLUMNS));
    refused(file("empty.jsonl", ""), "must have at least one row");
    refused(file("one.json", "[3, {}]"), "row 1 must be a JSON object, found number");
    refused(file("deep.jsonl", "[".repeat(100_000)), "nested too deep");
  }

  private static void refused(Path file, String why) {
    assertThatThrownBy(() -> read(file)).isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file.toString()).hasMessageContaining(why).message().doesNotContain("\n");
  }

  @Test
  void unreadableFilesAreRefusedInOneLine() throws IOException, SQLException {
    refused(folder, "is a folder: a .jsonl");
    refused(folder.resolve("none.jsonl"), "is not a file");
    refused(file("problems.txt", GSM8K), "must end in .jsonl");
    refused(file("no.parquet", "this is no parquet file"), "cannot be read as a table");
    refused(file("no.jsonl.gz", "plain"), "is not a gzip file");
    Path parquet = folder.resolve("lacking.parquet");
    copy("(SELECT 'q' AS question, 1 AS number)", parquet);
    refused(parquet, "row 1 has the columns question, number, which are those of no known layout");
    byte[] whole = Files.readAllBytes(parquet);
    Files.write(folder.resolve("cut.parquet"), java.util.Arrays.copyOf(whole, whole.length / 2));
    refused(folder.resolve("cut.parquet"), "cannot be read as a table");
    assertThatThrownBy(() -> read(parquet, "prompt=question,answer=reply", AnswerGrader.EXACT))
        .isInstanceOf(BadDataException.class).hasMessageContaining("row 1 has no 'reply'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"long.jsonl", "long.csv", "long.json"})
  @Tag("slow")
  void aGigabyteLineIsRefusedBeforeMemoryIsTaken(String name) throws IOException {
    Path file = folder.resolve(name);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write("question,answer\n".getBytes(StandardCharsets.UTF_8));
      sparse.setLength(1L << 30);
    }
    refused(file, "line 2: a line must have at most 16777216 bytes");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      question            | found 'question'
      prompt=a,prompt=b   | found 'prompt=b'
      prompt=a,reply=b    | found 'reply=b'
      prompt=a            | must include prompt and answer
      prompt=,answer=b    | found 'prompt='
      """)
  void unusableColumns(String columns, String why) {
    assertThatThrownBy(() -> NamedColumns.parse(columns)).isInstanceOf(UsageException.class)
        .hasMessageContaining(why);
  }

  @Test
  void namedColumnsNeedAGraderAndTemplatesAPlace() throws IOException {
    Path file = file("t.jsonl", GSM8K);
    assertThatThrownBy(() -> read(file, "prompt=question,answer=answer", null))
        .isInstanceOfSatisfying(MissingSettingException.class, e -> assertThat(e.need()).isEqualTo(Need.GRADER));
    assertThatThrownBy(() -> FileProblems.read(file,
        new Options(Optional.empty(), Optional.empty(), Optional.of("Q:")), 1))
        .isInstanceOf(UsageException.class).hasMessage("a prompt template must contain {prompt}, found 'Q:'");
    assertThatThrownBy(() -> FileProblems.read(file,
        new Options(Optional.empty(), Optional.empty(), Optional.of("x".repeat(100_000))), 1))
        .isInstanceOf(UsageException.class).message().hasSizeLessThan(200);
  }
}
