package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.summary.StudyCost;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.capture.CaptureResults;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// `study` as it is typed.
@Order(5)
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
  void withoutProblemsNothingIsPrintedButWhatToGive() {
    Session asked = Session.of("study", Session.REASONER, "-o", folder.resolve("run"));
    assertThat(asked.code()).isEqualTo(2);
    assertThat(asked.out()).isEmpty();
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

  /// No rollout is right: said as soon as rewards are known, and in the verdict; the study goes on to its end.
  @Test
  void whatCannotBeDecidedIsSaidBeforeAndInTheVerdict() {
    List<Object> asked = new ArrayList<>(List.of("study", Session.REASONER));
    asked.addAll(Session.SMALL_STUDY);
    asked.set(asked.indexOf("--max-new-tokens") + 1, "2");
    asked.addAll(List.of("-o", folder.resolve("wrong")));
    Session session = Session.of(asked.toArray());
    assertThat(session.code()).as(session.err()).isZero();
    String why = "all 40 rollouts are wrong";
    assertThat(session.err()).contains("mul: " + why);
    assertThat(session.err().indexOf(why)).isLessThan(session.err().indexOf("probe.json"));
    assertThat(session.out()).contains("Not tested: mul: " + why, "used (left out: ");
  }

  @Test
  void whatIsAskedOfTheModelIsCountedBefore() {
    StudyPlan plan = StudyPlan.DEFAULT.with(RolloutStep.STUDY,
        RolloutSettings.defaults().withProblems(50).withSamples(3));
    assertThat(StudyCost.of(plan, ProblemSets.named("mul-fixed,add-fixed")).lines())
        .anyMatch(line -> line.contains("100 problems (mul-fixed 50, add-fixed 50), 300 rollouts"))
        .anyMatch(line -> line.contains("arms of at most 20 completions"));
  }

  /// What is told before is what progress counts to: the arms of one set, by completions and by log-probability.
  @Test
  void armsAreCountedAsTheirProgressIs() {
    StudyPlan plan = StudyPlan.DEFAULT.with(AblationStep.STUDY,
        AblationSettings.quick().withSets(AblationSettings.VALUE_AND_DOPAMINE)
            .withMeasures(measures -> measures.withControls(20).withLogProbabilityControls(799)));
    String lines = String.join("\n", StudyCost.of(plan, ProblemSets.named("mul-fixed")).lines());
    assertThat(lines).contains("about 45 arms of at most", "for each of 2 sets",
        "at most 1603 arms at every hook point");
  }

  /// The same counts as of a study that runs, and nothing of it.
  @Test
  void aDryRunCountsToo() {
    Session shown = Session.of("study", Session.REASONER, "--tasks", "mul", "--limit", 2, "--effort", "quick", "-o",
        folder.resolve("none"), "--dry-run");
    assertThat(shown.code()).as(shown.err()).isZero();
    assertThat(shown.err()).contains("will ask: 2 problems", "arms of at most", "by log-probability");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  /// The bound on hidden states is what they would take if no completion ended before the last token.
  @Test
  void hiddenStatesAreBoundedBefore() throws Exception {
    RolloutSettings asked = RolloutSettings.defaults().withProblems(12).withSamples(2);
    CaptureSettings captured = CaptureSettings.defaults().withHooks("blocks.1.*_resid_*");
    Path run = folder.resolve("run");
    Session.of("rollouts", Session.REASONER, "--tasks", "mul", "--limit", 12, "-k", 2, "-o", run);
    Session.of("capture", Session.REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks",
        "blocks.1.*_resid_*");
    try (HookedModel model = HookedModel.open(Session.REASONER, Optional.empty(), 0);
        RunFolder opened = RunFolder.open(run)) {
      long most = new RolloutStep(ProblemSets.named("mul")).longest(model, asked, StoredPosition.EVERY);
      List<Rollout> drawn = StudyRun.rollouts(opened);
      assertThat(drawn).hasSize(24);
      assertThat(most).isEqualTo(
          drawn.stream().mapToLong(rollout -> rollout.promptLength() + asked.sampling().maxNewTokens()).sum());
      CaptureResults stored = opened.results(CaptureStep.STUDY);
      assertThat(CaptureStep.stored(model, captured, stored.rows()))
          .isEqualTo(new CaptureStep.Stored(stored.hooks().size(), 256, stored.bytes()));
    }
  }

  @Test
  void fitsAndDiskAreCountedBefore() {
    StudyPlan plan = StudyPlan.DEFAULT.with(ProbeStep.STUDY,
        ProbeSettings.defaults().withStudy(study -> study.withSparse(sparse -> sparse.withPermutations(9))));
    List<String> lines = StudyCost.of(plan, ProblemSets.named("mul-fixed"))
        .lines(new CaptureStep.Stored(4, 256, 12_300_000));
    assertThat(lines).anyMatch(line -> line.contains("at 4 hook points: at most 12.3 MB"))
        .anyMatch(line -> line.contains("40 sparse paths (36 of them"));
  }
}
