package org.striatum.cli.summary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Screen;
import org.striatum.cli.console.ScreenText;
import org.striatum.cli.process.Supervision;
import org.striatum.cli.summary.StudyScreen.Surroundings;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.MoreProblems;
import org.striatum.studies.MoreProblems.Limit;
import org.striatum.studies.Unasked;
import org.striatum.studies.Unasked.Reason;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Planted;
import org.striatum.studies.answer.Power;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.answer.StudyConclusion;
import org.striatum.studies.answer.Unit;

class StudyScreenTest {
  private static final String HOSTILE = "a b\n\"c\" \u202eevil\u202c <script>\u001b[31m שלום";
  private static final List<Question> VALUE = List.of(Question.READABLE, Question.SPARSE, Question.BASIS_ALIGNED,
      Question.MORE_THAN_LENGTH);

  /// Every question answered on every task, in all four words.
  private static Answers answers(String checkpoint, List<String> tasks) {
    Map<Question, List<Finding>> findings = new EnumMap<>(Question.class);
    List<Verdict> verdicts = List.of(Verdict.values());
    int row = 0;
    for (Question question : Question.values()) {
      row++;
      List<Finding> own = new ArrayList<>();
      for (int task = 0; task < tasks.size(); task++) {
        Verdict verdict = verdicts.get((task + row) % verdicts.size());
        Unit unit = question == Question.READABLE
            ? Unit.AUROC
            : VALUE.contains(question) ? Unit.AUROC_DIFFERENCE : Unit.POINTS;
        own.add(Finding.on(tasks.get(task), verdict, "", new Evidence(
            VALUE.contains(question) ? "native minus rotated, mean of 10 splits" : "beyond matched sets", unit,
            new Estimate(-0.0123, -0.1434, 0.2345), new Power(Planted.CODES, 0.7, 0.81, 0.66, 120, 480, 200))));
      }
      if (question != Question.CHECKPOINTS && question != Question.ADAPTATION && question != Question.RESPONSE) { // asked by name only
        findings.put(question, own);
      }
    }
    findings.put(Question.TASKS, List.of(new Finding("between the tasks", Verdict.NO, "",
        new Evidence("shared part of a code", Unit.SHARE, new Estimate(0.05, 0, 0.3)))));
    return new Answers(StudyAnswers.of(checkpoint, findings), List.of(), null);
  }

  private static List<String> printed(Answers answers, Screen screen) {
    return printed(answers, screen, new Surroundings("1500 problems each of add, seed 1.",
        Optional.of(more(6000, Map.of(), Map.of())), false,
        Unasked.of(AnswerMatrix.of(answers.checkpoint()), Map.of()), Path.of("run")));
  }

  private static MoreProblems more(int problems, Map<String, Integer> lacking, Map<Limit, Integer> raised) {
    return new MoreProblems(problems, problems * 2 / 5, 1500, new TreeMap<>(lacking), raised);
  }

  private static List<String> printed(Answers answers, Screen screen, Surroundings around) {
    StringWriter out = new StringWriter();
    new StudyScreen(new Console(new PrintWriter(out), new PrintWriter(new StringWriter()), Progress.NONE,
        Supervision.NONE, screen)).print(answers, around);
    return out.toString().lines().toList();
  }

  private static List<String> tasks(int number) {
    return IntStream.range(0, number).mapToObj(task -> "task" + task).toList();
  }

  /// With any number of tasks on any terminal: the whole verdict, nothing beyond the edge; one screen where it has room.
  @ParameterizedTest
  @CsvSource({"0,100", "1,100", "2,100", "4,100", "5,100", "12,100", "40,100", "0,40", "1,40", "2,40", "4,40", "12,40",
      "4,60", "4,80", "12,80", "4,200", "2,30"})
  void isAScreenAndTheWholeVerdict(int tasks, int width) {
    for (boolean colours : new boolean[]{false, true}) {
      Answers answers = answers("model", tasks(tasks));
      List<String> lines = printed(answers, new Screen(width, colours));
      assertThat(width < 80 || tasks > (width < 100 ? 5 : 12) || lines.size() <= StudyScreen.LINES)
          .as(String.join("\n", lines)).isTrue();
      StudyConclusion conclusion = StudyConclusion.of(AnswerMatrix.of(answers.checkpoint()));
      String whole = String.join("", lines).replace(" ", "");
      assertThat(whole).contains(conclusion.question().replace(" ", ""), conclusion.carries().replace(" ", ""),
          conclusion.uses().replace(" ", ""), conclusion.power().replace(" ", ""));
      assertThat(lines.stream().filter(line -> ScreenText.width(line) > width)).isEmpty();
      assertThat(width < 40 || lines.getLast().endsWith("report.html")).as(String.join("\n", lines)).isTrue();
    }
  }

  /// Nothing that a wide terminal shows is lost on a narrower one: every verdict with its figure, interval and task, and how many
  /// problems decide.
  @ParameterizedTest
  @CsvSource({"1,40", "2,40", "4,40", "4,30", "4,60", "1,79", "2,50", "8,40"})
  void nothingIsLostOnANarrowScreen(int tasks, int width) {
    Answers answers = answers("model",
        IntStream.range(0, tasks).mapToObj(task -> "a-task-of-a-long-name-" + task).toList());
    AnswerMatrix matrix = AnswerMatrix.of(answers.checkpoint());
    String narrow = String.join("", printed(answers, new Screen(width, false))).replace(" ", "");
    String wide = String.join("", printed(answers, new Screen(Screen.WIDEST, false))).replace(" ", "");
    for (AnswerMatrix.Row row : matrix.asked()) {
      for (AnswerMatrix.Cell cell : row.cells()) {
        String told = (cell.verdict().printed() + cell.figure()).replace(" ", "");
        assertThat(!wide.contains(told) || narrow.contains(told)).as(told).isTrue();
        if (wide.contains(cell.span().replace(" ", ""))) {
          assertThat(narrow).contains(cell.span().replace(" ", ""), "a-task-of-a-long-name-" + (tasks - 1));
        }
      }
    }
    String decides = StudyConclusion.of(matrix).decides().replace(" ", "");
    assertThat(narrow.contains(decides)).isEqualTo(wide.contains(decides));
  }

  /// The words of the report: both are made by the same value.
  @Test
  void printsTheConclusionAndEveryVerdictWithItsFigure() {
    Answers answers = answers("model", tasks(4));
    AnswerMatrix matrix = AnswerMatrix.of(answers.checkpoint());
    List<String> lines = printed(answers, Screen.PLAIN);
    String text = lines.stream().map(String::strip).collect(Collectors.joining(" "));
    StudyConclusion conclusion = StudyConclusion.of(matrix);
    assertThat(text).contains(conclusion.question(), conclusion.uses());
    for (AnswerMatrix.Row row : matrix.asked()) {
      int at = IntStream.range(0, lines.size()).filter(i -> lines.get(i).startsWith(row.question().label())).findFirst()
          .orElseThrow(() -> new AssertionError(row.question() + " in " + text));
      row.cells().stream().filter(cell -> !cell.findings().isEmpty())
          .forEach(
              cell -> assertThat(lines.get(at)).contains((cell.verdict().printed() + " " + cell.figure()).strip()));
      row.cells().forEach(cell -> assertThat(lines.get(at) + lines.get(at + 1)).contains(cell.span()));
    }
  }

  @Test
  void coloursAddNothingButColours() {
    Answers answers = answers("model", tasks(3));
    List<String> coloured = printed(answers, new Screen(100, true));
    assertThat(String.join("\n", coloured)).contains("\u001b[");
    assertThat(coloured.stream().map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")).toList())
        .isEqualTo(printed(answers, Screen.PLAIN));
  }

  @Test
  void noNameBreaksALineOrTurnsItRound() {
    for (int width : new int[]{40, 100}) {
      List<String> lines = printed(answers(HOSTILE, List.of(HOSTILE, "x".repeat(200))), new Screen(width, false));
      assertThat(lines).allSatisfy(line -> {
        assertThat(ScreenText.width(line)).isLessThanOrEqualTo(width);
        assertThat(line).doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
      });
    }
  }

  @Test
  void decimalCommasOfALocaleChangeNothing() {
    List<String> expected = printed(answers("model", tasks(4)), Screen.PLAIN);
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(printed(answers("model", tasks(4)), Screen.PLAIN)).isEqualTo(expected);
    } finally {
      Locale.setDefault(before);
    }
  }

  private static String screen(MoreProblems more, boolean planned) {
    return String.join(" ", printed(answers("model", tasks(4)), Screen.PLAIN,
        new Surroundings("1500 problems each of mine, seed 1.", Optional.of(more), planned, List.of(),
            Path.of("my 'run'"))))
        .replaceAll("\\s+", " ");
  }

  /// `--limit` counts all problems of a task, an answer its test problems: both numbers stand where one is told to be given.
  @Test
  void undecidedAnswersSayHowManyProblemsWouldDecide() {
    assertThat(screen(more(6000, Map.of(), Map.of()), false)).contains("next: the same with",
        "--limit 6000 (all problems of a task, 2400 of them test problems)");
    assertThat(screen(more(6000, Map.of(), Map.of()), true)).contains("next: a plan with");
    assertThat(screen(more(1500, Map.of(), Map.of(Limit.ATTEMPTS, 256)), false)).contains("--attempts 256 in --ablate")
        .doesNotContain("--limit");
    assertThat(screen(more(1500, Map.of(), Map.of()), false)).doesNotContain("next: the same");
  }

  /// Whoever wants another answer reads what to type.
  @ParameterizedTest
  @EnumSource(Reason.class)
  void whatWasNotAskedSaysWhyAndHow(Reason reason) {
    List<Unasked> unasked = List.of(new Unasked(Question.SEARCH, reason, "none was right"),
        new Unasked(Question.USED, reason, "none was right"));
    assertThat(String.join(" ", printed(answers("model", tasks(1)), Screen.PLAIN, new Surroundings("", Optional.empty(),
        false, unasked, Path.of("run"))).stream().map(String::strip).toList())).contains(
            "Not asked: useful in search and used (", switch (reason) {
              case OWN_COMMAND -> "striatum surprise run";
              case OTHER_CHECKPOINT -> "--with CKPT";
              case OTHER_TASK -> "--tasks";
              case NOTHING_TO_STUDY -> "none was right";
            });
  }

  /// A set that has no more is told to grow; a folder is named as a shell takes it.
  @Test
  void whatToDoNextCanBeDone() {
    assertThat(screen(more(3000, Map.of("mine", 60), Map.of()), false)).contains(
        "about 3000 problems of mine (it has 60) and --limit 3000", "striatum show 'my '\\''run'\\'''");
  }
}
