package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.Screen;
import org.striatum.cli.console.ScreenText;
import org.striatum.cli.summary.StudyScreen;
import org.striatum.datasets.RolloutFile;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.AnswerMatrix.Row;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyConclusion;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.run.RunFolder;

/// The demos, as they are typed.
@Order(4)
class DemoTest {
  @TempDir
  private Path temporary;

  private static AnswerMatrix matrix(Path run) throws Exception {
    try (RunFolder folder = RunFolder.read(run)) {
      return AnswerMatrix.of(StudyRegistry.standard().answers().of(folder));
    }
  }

  private static Stream<Cell> cells(AnswerMatrix matrix) {
    return matrix.rows().stream().map(Row::found).flatMap(List::stream);
  }

  private static void isOneScreen(Session session, AnswerMatrix matrix) {
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out().lines().toList()).hasSizeLessThanOrEqualTo(StudyScreen.LINES)
        .allSatisfy(line -> assertThat(ScreenText.width(line)).isLessThanOrEqualTo(Screen.WIDEST));
    StudyConclusion conclusion = StudyConclusion.of(matrix);
    assertThat(session.out().replaceAll("\\s+", " ")).contains(conclusion.question(), conclusion.carries(),
        conclusion.uses(), conclusion.power());
  }

  /// It decides: at least one yes, and one no that enough of what was planted would have refuted.
  @Test
  @Tag("slow")
  void theTrainedModelGivesAYesAndANo() throws Exception {
    Path run = temporary.resolve("run");
    Session session = Session.of("demo", "--output", run);
    AnswerMatrix matrix = matrix(run);
    isOneScreen(session, matrix);
    assertThat(cells(matrix).map(Cell::verdict)).contains(Verdict.YES);
    assertThat(cells(matrix).filter(cell -> cell.verdict() == Verdict.NO)).isNotEmpty()
        .anySatisfy(cell -> assertThat(cell.power().orElseThrow().isEnough()).isTrue());
    assertThat(run.resolve("report.html")).isNotEmptyFile();
  }

  @Test
  @Tag("slow")
  void whatWasPlantedIsFoundAndUsed() throws Exception {
    Path run = temporary.resolve("run");
    Session session = Session.of("demo", "--planted", "--output", run);
    AnswerMatrix matrix = matrix(run);
    isOneScreen(session, matrix);
    for (Question question : List.of(Question.READABLE, Question.SPARSE, Question.BASIS_ALIGNED, Question.USED)) {
      assertThat(matrix.row(question).cells()).as(question.label()).singleElement()
          .extracting(Cell::verdict).isEqualTo(Verdict.YES);
    }
    try (RunFolder folder = RunFolder.read(run)) {
      assertThat(PlantedStudy.best(StudyResults.of(folder).values().layers().getFirst(), "auroc"))
          .containsExactlyInAnyOrder(48, 52, 62, 98, 101, 110);
    }
  }

  /// The bundled folder is what the planted model writes, and the screen says what was planted.
  @Test
  void theBundledModelIsThePlantedOne() throws Exception {
    PlantedCheckpoint written = PlantedCheckpoint.write(temporary.resolve("planted"), PlantedCheckpoint.Code.READ, 1);
    Path bundled = Path.of("..", "checkpoints", "planted");
    for (String file : Session.files(written.folder())) {
      assertThat(bundled.resolve(file)).hasSameBinaryContentAs(written.folder().resolve(file));
    }
    assertThat(DemoPreset.PLANTED.truth().orElseThrow().replaceAll("\\D+", " ").strip().split(" "))
        .containsExactlyInAnyOrder(written.planted().stream().map(String::valueOf).toArray(String[]::new));
    assertThat(Files.readAllLines(bundled.resolve("planted.jsonl"))).doesNotHaveDuplicates()
        .allMatch(line -> line.matches("\\{\"prompt\": \"[" + PlantedProblems.ALPHABET + "]{"
            + PlantedProblems.LETTERS + "}\\?\", \"answer\": \"y\"}"));
  }

  /// Same seed, same results; its own options and those of `study` are taken over the preset's.
  @Test
  @Tag("slow")
  void aSmallDemoPrintsTheSameInAnotherFolder() throws Exception {
    List<String> out = Stream.of("one", "two").map(name -> temporary.resolve(name)).map(run -> {
      Session session = Session.of("demo", "--limit", 40, "--tasks", "mul-fixed", "--probe",
          "--hidden 16 --epochs 1 --permutations 1 --rotations 1 --control-sets 1 --nested-permutations 1 --resampled-sets 2 --planted 0",
          "--output", run);
      assertThat(session.code()).as(session.err()).isZero();
      return session.out().replace(run.toString(), "RUN");
    }).toList();
    assertThat(out.getFirst()).isEqualTo(out.getLast()).contains("40 problems each of mul-fixed");
    List<Rollout> rollouts = RolloutFile.read(temporary.resolve("one").resolve("rollouts.jsonl"));
    assertThat(rollouts).hasSize(40);
  }
}
