package org.striatum.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.dopamine.DopamineRanking;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueProbeTraining;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.intervention.SurpriseStep;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine;

/// Options of a step's own command, handed over in one word.
class StudyOptionsTest {
  private static StudyOptions parsed(String... arguments) {
    StudyOptions options = new StudyOptions();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return options;
  }

  private static StudyPlan plan(String... arguments) throws IOException {
    return parsed(arguments).plan(StudyRegistry.standard(), RolloutSettings.defaults(), CaptureSettings.defaults(), 7);
  }

  @Test
  void aStudyTakesItsOwnOptionsAfterTheEffortsOwn() throws IOException {
    ProbeSettings quick = plan("--effort", "quick").settings(ProbeStep.STUDY);
    ProbeSettings other = plan("--effort", "quick", "--probe", "--epochs 2 --train 0.4").settings(ProbeStep.STUDY);
    assertThat(quick.study().training().stopping().maxEpochs()).isEqualTo(6);
    assertThat(other.study().training().stopping().maxEpochs()).isEqualTo(2);
    assertThat(other.split().train()).isEqualTo(0.4);
    assertThat(other.study().sparse().permutations()).isEqualTo(quick.study().sparse().permutations());
    assertThat(other.seed()).isEqualTo(7);
    assertThat(other.split().seed()).isEqualTo(7);
  }

  /// The paper's settings are the ground that every other option changes.
  @Test
  void thePaperIsOneValueOfEverySetting() throws IOException {
    StudyPlan plan = plan("--paper", "v2", "--probe", "--ranking-passes 30 --no-raw", "--ablate", "--generated-at 1");
    ValueProbeTraining training = plan.settings(ProbeStep.STUDY).study().training();
    assertThat(training.stopping().maxEpochs()).isEqualTo(100);
    assertThat(training.stopping().sorting().least()).isEqualTo(30);
    assertThat(training.stopping().sorting().optimiser()).isEqualTo(training.optimiser())
        .isEqualTo(ValueProbeTraining.PAPER.optimiser());
    assertThat(training.standardised()).isTrue();
    assertThat(plan("--paper", "v2").settings(ProbeStep.STUDY).study().training().standardised()).isFalse();
    assertThat(plan.settings(ProbeStep.STUDY).study().ranking()).isEqualTo(Ranking.TD_FIRST_LAYER_L1);
    assertThat(plan.settings(DopamineStep.STUDY).study().ranking())
        .isEqualTo(DopamineRanking.TD_ERROR_WHOLE_RESPONSE_L1);
    assertThat(plan.settings(AblationStep.STUDY).measures().beside().blocks()).containsExactly(1);
    assertThat(plan("--paper", "v2").settings(AblationStep.STUDY).measures().beside().blocks()).containsExactly(2, 3, 4,
        5);
    assertThat(plan.settings(ProbeStep.STUDY).seed()).isEqualTo(7);
    assertThat(plan.requested()).isEmpty();
    assertThat(plan("--paper", "v1").requested()).containsExactly(SurpriseStep.STUDY.name());
    assertThatThrownBy(() -> plan("--paper", "v3")).isInstanceOf(UsageException.class)
        .hasMessageContaining("found 'v3'");
  }

  /// `-k` is an option of `study` as well: the word after `--dopamine` is not taken for it.
  @Test
  void anOptionThatStudyHasTooIsHandedOver() throws IOException {
    StudyPlan plan = plan("--dopamine", "-k 3", "--search", "-k 5");
    assertThat(plan.settings(SearchStep.STUDY).candidates()).isEqualTo(5);
    assertThat(plan.settings(DopamineStep.STUDY).continuations().draws()).isEqualTo(3);
    assertThat(plan.settings(DopamineStep.STUDY).continuations().seed()).isEqualTo(7);
  }

  @Test
  void aValueInQuotesMayHoldWhiteSpace() throws IOException {
    assertThat(plan("--search", "--step '\\n\\s' -k 2").settings(SearchStep.STUDY).step()).isEqualTo("\\n\\s");
    assertThat(QuotedWords.of(" --neurons 'my neurons.txt'  --name \"a b\" c\\ d '' "))
        .containsExactly("--neurons", "my neurons.txt", "--name", "a b", "c d", "");
    assertThatThrownBy(() -> QuotedWords.of("--step 'x")).isInstanceOf(UsageException.class);
  }

  @Test
  void anInterventionIsNamedInsideItsOptions(@TempDir Path folder) throws IOException {
    assertThat(plan("--ablate", "--name mine").instance(AblationStep.STUDY)).isEqualTo("mine");
    assertThat(plan().instance(AblationStep.STUDY)).isEqualTo("value@1%+dopamine@1%");
    for (String name : List.of("''", "'a b'", "../x", "_x", "ü")) {
      assertThatThrownBy(() -> plan("--ablate", "--name " + name)).isInstanceOf(UsageException.class)
          .hasMessageStartingWith("in --ablate: --name");
    }
    Path file = Files.writeString(folder.resolve("_my neurön file.txt"), "blocks.0.hook_resid_post[1]");
    StudyPlan plan = plan("--ablate", "--neurons '" + file + "'");
    assertThat(RunFolder.step(AblationStep.STUDY, plan.instance(AblationStep.STUDY))).startsWith("ablate/x_my_neur");
  }

  @Test
  void tooFewControlsAreNamedByTheirOption() {
    assertThatThrownBy(() -> plan("--ablate", "--controls 5 --logprob-controls 40"))
        .hasMessageContaining("--controls must be at least 19, found 5");
    assertThatThrownBy(() -> plan("--ablate", "--controls 40 --logprob-controls 5"))
        .hasMessageContaining("--logprob-controls must be at least 19, found 5");
  }

  @Test
  void aWrongOptionNamesTheStudy() {
    assertThatThrownBy(() -> plan("--probe", "--epoch 2")).isInstanceOf(UsageException.class)
        .hasMessageStartingWith("in --probe: ");
    assertThatThrownBy(() -> plan("--probe", "--epochs 0")).isInstanceOf(UsageException.class)
        .hasMessageStartingWith("in --probe: ");
    assertThatThrownBy(() -> parsed("--ablate")).isInstanceOf(CommandLine.ParameterException.class);
  }
}
