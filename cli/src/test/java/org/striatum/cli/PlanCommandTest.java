package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.cli.console.ExitCode;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.registration.Means;
import org.striatum.studies.registration.Plan;
import org.striatum.studies.registration.PlanFile;
import org.striatum.studies.registration.PlanReport;
import org.striatum.studies.registration.PlannedEffect;
import org.striatum.studies.registration.Source;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.RunFolder;

/// Plans by assumptions, for the bundled checkpoint, and runs that follow them.
class PlanCommandTest {
  @TempDir
  private static Path temporary;
  private static Path plan;
  private static Path data;

  @BeforeAll
  static void makePlan() throws IOException {
    data = temporary.resolve("sums.jsonl");
    write(30, 0);
    plan = temporary.resolve("plan.json");
    succeeds(made(plan, "--assume", "accuracy=0.5,width=12,icc=.5"));
  }

  private static void write(int problems, int from) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = from; i < from + problems; i++) {
      rows.append("{\"prompt\":\"%d+%d=\",\"answer\":\"%d\"}%n".formatted(i, i + 1, 2 * i + 1));
    }
    Files.writeString(data, rows);
  }

  /// The smallest effects and efforts that can be told.
  private static Session made(Path file, Object... more) {
    List<Object> told = new ArrayList<>(List.of("plan", REASONER, "--data", data, "--grader", "number", "--limit", 30,
        "--effort", "quick", "--max-new-tokens", 24, "--trials", 2, "--output", file));
    told.addAll(Arrays.asList(more));
    return Session.of(told.toArray());
  }

  private static Session succeeds(Session session) {
    assertThat(session.code()).as(session.err()).isZero();
    return session;
  }

  private static Plan plan() throws IOException {
    return PlanFile.read(plan).plan();
  }

  @Test
  void everyQuestionIsPlannedOrSaysWhyNot() throws IOException {
    assertThat(plan().answers()).extracting(Plan.PlannedAnswer::effect).containsExactly(PlannedEffect.values());
    assertThat(plan().answers()).allSatisfy(answer -> {
      assertThat(answer.because()).isNotBlank();
      assertThat(Double.isNaN(answer.power())).isEqualTo(answer.means() == Means.NOT_PLANNED);
    });
    assertThat(plan().answers()).filteredOn(answer -> answer.effect() == PlannedEffect.TRANSFER)
        .extracting(Plan.PlannedAnswer::means).containsExactly(Means.NOT_PLANNED);
    assertThat(plan().grounds()).filteredOn(ground -> ground.source() == Source.ASSUMED)
        .extracting(Plan.Ground::figure).contains("accuracy", "icc");
    assertThat(plan().told().data().get("sums").problems()).isEqualTo(30);
    assertThat(plan().told().settings()).containsKeys("rollouts", "probe", "ablate", "search");
  }

  @Test
  void aRunInThePlansFolderRegistersItAndTellsWhatDeviates() throws IOException {
    Path run = temporary.resolve("deviating");
    Files.createDirectories(run);
    Files.copy(plan, run.resolve("plan.json"));
    succeeds(Session.of("rollouts", REASONER, "--data", data, "--grader", "number", "--limit", 30, "--max-new-tokens",
        20, "-k", 2, "--output", run));
    try (RunFolder folder = RunFolder.read(run)) {
      assertThat(folder.manifest().plan().sha256()).isEqualTo(Sha256.of(plan));
      PlanReport report = PlanReport.of(folder, StudyRegistry.standard().studies()).orElseThrow();
      assertThat(report.deviations()).extracting(PlanReport.Deviation::place).contains("samples",
          "sampling.maxNewTokens", "studies");
      assertThat(report.deviations()).extracting(PlanReport.Deviation::place).doesNotContain("problems", "seed");
      assertThat(report.deviations()).filteredOn(one -> one.place().equals("samples")).singleElement()
          .satisfies(one -> assertThat(one.planned().isInt() && one.found().isInt()).isTrue());
    }
    assertThat(succeeds(Session.of("show", run)).out()).contains("plan.json", "samples was planned as 1, found 2");
    assertThat(succeeds(Session.of("verify", run)).out()).contains("samples was planned as 1, found 2");
    assertThat(succeeds(Session.of("show", run, "--json")).out()).contains("deviations");
    Files.writeString(run.resolve("plan.json"), "{}");
    assertThat(succeeds(Session.of("show", run)).out()).contains("nothing can be compared");
  }

  @Test
  void aPlanIsNotFollowedAfterAResultOrBesideAnotherPlan() throws IOException {
    Path run = temporary.resolve("begun");
    succeeds(
        Session.of("rollouts", REASONER, "--data", data, "--grader", "number", "--limit", 30, "--max-new-tokens", 8,
            "--output", run));
    Session late = Session.of("study", REASONER, "--plan", plan, "--output", run);
    assertThat(late.code()).isEqualTo(ExitCode.USAGE);
    assertThat(late.errorLines()).singleElement().asString().contains("before the first");
    Session twice = Session.of("study", REASONER, "--plan", plan, "--limit", 5, "--output", temporary.resolve("other"));
    assertThat(twice.code()).isEqualTo(ExitCode.USAGE);
    assertThat(twice.errorLines()).singleElement().asString().contains("--limit");
    assertThat(made(plan, "--assume", "accuracy=.5").code()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aPlanWhoseDataChangedIsRefusedWithWhatDiffers() throws IOException {
    Path run = temporary.resolve("changed");
    byte[] before = Files.readAllBytes(data);
    try {
      write(29, 1);
      Session refused = Session.of("study", REASONER, "--plan", plan, "--output", run);
      assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
      assertThat(String.join("\n", refused.errorLines())).contains("sums.jsonl has changed since",
          "30 problems there, 29 here");
      assertThat(run.resolve("rollouts.jsonl")).doesNotExist();
    } finally {
      Files.write(data, before);
    }
  }

  @Test
  void aPlanThatWasEditedIsRefused() throws IOException {
    Path edited = temporary.resolve("edited.json");
    Files.writeString(edited, Files.readString(plan).replace("\"problems\" : 30", "\"problems\" : 31"));
    Session refused = Session.of("study", REASONER, "--plan", edited, "--output", temporary.resolve("of-edited"));
    assertThat(refused.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(refused.errorLines()).singleElement().asString().contains("was changed since it was written");
  }

  /// What is planned for is what the study says *no* by.
  @Test
  void effectsAreDeclaredToTheStudies() throws IOException {
    Path file = temporary.resolve("declared.json");
    succeeds(made(file, "--assume", "accuracy=.5,width=12", "--effect", "used=.07,dopamine=.4"));
    Plan made = PlanFile.read(file).plan();
    assertThat(made.told().settings().get("ablate").at("/measures/effect").doubleValue()).isEqualTo(0.07);
    assertThat(made.told().settings().get("dopamine").at("/study/tests/power/effect").doubleValue()).isEqualTo(0.4);
    assertThat(made.primary().effect()).isEqualTo(0.07);
  }

  @Test
  void tenProblemsArePlannedAsFarAsTheyGo() throws IOException {
    Path few = temporary.resolve("few.json");
    succeeds(Session.of("plan", REASONER, "--tasks", "add,mul", "--limit", 10, "--effort", "quick", "--trials", 2,
        "--assume", "accuracy=.5,width=40", "--output", few));
    assertThat(PlanFile.read(few).plan().answers()).filteredOn(answer -> answer.effect() == PlannedEffect.PREDICTS)
        .hasSize(2).allSatisfy(answer -> assertThat(answer.power()).isLessThan(0.2));
  }

  /// Without a pilot neither the size of a state nor a rate is known, which is not nothing.
  @Test
  void aCostThatIsNotKnownIsNoZero() throws IOException {
    assertThat(PlanFile.read(plan).plan().cost()).filteredOn(cost -> cost.study().equals("capture")).singleElement()
        .satisfies(capture -> {
          assertThat(capture.bytes()).isNaN();
          assertThat(capture.seconds()).isNaN();
        });
  }

  /// No success in the pilot: what depends on outcomes cannot be planned, and says so.
  @Test
  void aPilotOfOneClassPlansNoPower() throws IOException {
    Path file = temporary.resolve("one-class.json");
    succeeds(Session.of("plan", REASONER, "--data", data, "--grader", "exact", "--limit", 30, "--effort", "quick",
        "--max-new-tokens", 2, "--trials", 2, "--pilot", 10, "--output", file));
    Plan made = PlanFile.read(file).plan();
    assertThat(made.answers()).extracting(Plan.PlannedAnswer::means).containsOnly(Means.NOT_PLANNED);
    assertThat(made.answers().getFirst().because()).contains("failed");
    assertThat(made.grounds()).filteredOn(ground -> ground.figure().equals("accuracy")).singleElement()
        .satisfies(ground -> {
          assertThat(ground.value()).isZero();
          assertThat(ground.source()).isEqualTo(Source.MEASURED);
        });
    assertThat(made.cost()).extracting(Plan.PlannedCost::study).contains("rollouts", "capture");
    assertThat(made.cost().getFirst().seconds()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"--effect|predicts=0.4|(0.5, 1)", "--effect|nothing=1|predicts",
      "--effect|used|NAME=NUMBER", "--assume|accuracy=2|[0.0, 1.0]", "--assume|accuracy=x|no number",
      "--pilot|1|problems ≥ 10"})
  void refusesWhatIsNoEffectOrFigure(String option, String value, String said) {
    Session refused = made(temporary.resolve("never.json"), option, value);
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errorLines()).singleElement().asString().contains(said);
    assertThat(temporary.resolve("never.json")).doesNotExist();
  }
}
