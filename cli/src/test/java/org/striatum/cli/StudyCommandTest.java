package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.summary.StudyCost;
import org.striatum.datasets.ProblemSets;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;

/// `study` as it is typed.
class StudyCommandTest {
  @TempDir
  private Path folder;

  /// Rollouts cut off behind their first token are never right: no probe is fitted, no set has a neuron.
  @Test
  @Tag("slow")
  void aModelThatIsNeverRightIsStudiedToTheEnd() throws Exception {
    Path run = folder.resolve("run");
    Session studied = Session.of("study", Session.REASONER, "--tasks", "add", "--effort", "quick", "--limit", 4,
        "--max-new-tokens", 1, "--json", "-o", run);
    assertThat(studied.code()).as(studied.err()).isZero();
    assertThat(studied.err()).contains("ablate is left out: value@1%, dopamine@1% holds no neuron");
    JsonNode answers = new ObjectMapper().readTree(studied.out());
    assertThat(answers.findValuesAsText("verdict")).isNotEmpty().doesNotContain("yes", "no");
    assertThat(run.resolve("results/ablate")).doesNotExist();
    assertThat(run.resolve("report.html")).exists();
    Session alone = Session.of("ablate", run);
    assertThat(alone.code()).as("asked for by itself it is refused").isEqualTo(2);
  }

  @Test
  void withoutProblemsItSaysWhatItWouldDoAndAsksForSome() {
    Session asked = Session.of("study", Session.REASONER, "-o", folder.resolve("run"));
    assertThat(asked.code()).isEqualTo(2);
    assertThat(asked.out().lines().map(String::strip)).anyMatch(line -> line.startsWith("probe "))
        .anyMatch(line -> line.startsWith("ablate "));
    assertThat(asked.errorLines()).singleElement().asString().contains("--tasks", "--data");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  /// Two problems cannot be divided into three parts: said before any is sampled.
  @Test
  void whatCannotBeStudiedIsRefusedBeforeAnythingIsSampled() throws Exception {
    Path file = Files.writeString(folder.resolve("few.jsonl"), """
        {"prompt": "1+1=", "answer": "2"}
        {"prompt": "1+2=", "answer": "3"}
        """);
    Session refused = Session.of("study", Session.REASONER, "--data", file, "--grader", "number", "-o",
        folder.resolve("run"));
    assertThat(refused.code()).as(refused.err()).isEqualTo(2);
    assertThat(refused.err()).contains("few has 2 distinct problems", "at least 3");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void whatIsAskedOfTheModelIsCountedBefore() {
    StudyPlan plan = StudyPlan.DEFAULT.with(RolloutStep.STUDY,
        RolloutSettings.defaults().withProblems(50).withSamples(3));
    assertThat(StudyCost.of(plan, ProblemSets.named("mul-fixed,add-fixed")).lines())
        .anyMatch(line -> line.contains("100 problems (mul-fixed 50, add-fixed 50), 300 rollouts"))
        .anyMatch(line -> line.contains("arms of at most 20 completions"));
  }
}
