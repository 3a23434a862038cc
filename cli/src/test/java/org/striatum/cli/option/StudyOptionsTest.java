package org.striatum.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.striatum.datasets.ProblemSets;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine;

/// Options of a step's own command, handed over in one word.
class StudyOptionsTest {
  private static StudyOptions parsed(String... arguments) {
    StudyOptions options = new StudyOptions();
    new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
    return options;
  }

  @Test
  void aStepTakesItsOwnOptionsAfterTheEffortsOwn() {
    ProbeStep quick = parsed("--effort", "quick").probe(1);
    ProbeStep other = parsed("--effort", "quick", "--probe", "--epochs 2 --train 0.4").probe(1);
    assertThat(quick.settings().training().maxEpochs()).isEqualTo(6);
    assertThat(other.settings().training().maxEpochs()).isEqualTo(2);
    assertThat(other.train()).isEqualTo(0.4);
    assertThat(other.settings().permutations()).isEqualTo(quick.settings().permutations());
  }

  /// `-k` is an option of `study` as well: the word after `--dopamine` is not taken for it.
  @Test
  void anOptionThatStudyHasTooIsHandedOver() {
    StudyOptions options = parsed("--dopamine", "-k 3", "--search", "-k 5");
    assertThat(options.search().step(options.probe(1), ProblemSets::grader, 1, 1).candidates()).isEqualTo(5);
    assertThat(options.dopamine().step(options.probe(1), 1, 1).continuations().draws()).isEqualTo(3);
  }

  @Test
  void aWrongOptionNamesTheStep() {
    StudyOptions options = parsed("--probe", "--epoch 2");
    assertThatThrownBy(() -> options.probe(1)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("in --probe: ");
    assertThatThrownBy(() -> parsed("--ablate")).isInstanceOf(CommandLine.ParameterException.class);
  }
}
