package org.striatum.cli.engine.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.run.UsageException;

class SlurmOptionsTest {
  @Test
  void wordsAreAShells() {
    assertThat(SlurmOptions.of("  --partition=gpu -N 1\t--comment='a \"b\" \\' -c\"4 5\" --mail-user x\\ y").words())
        .containsExactly("--partition=gpu", "-N", "1", "--comment=a \"b\" \\", "-c4 5", "--mail-user", "x y");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--array=1-3", "--array 1", "-a1", "-a 1", "--wrap=x", "--wrap x", "--output=o", "--outp o",
      "-oo", "-e x", "--error=x", "--chdir=/", "-D/", "--parsable", "-W", "--wait", "--job-name=x", "-Jx",
      "--clusters=a", "-Ma", "--requeue", "--test-only", "--help", "-V", "--mem=1G --arr=2"})
  void whatIsSetHereIsRefused(String text) {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> SlurmOptions.of(text))
        .withMessageContaining("set by the engine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"job.sh", "--mem=1G job.sh", "-- job.sh", "-", "-N 1 job.sh"})
  void aScriptIsRefused(String text) {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> SlurmOptions.of(text))
        .withMessageContaining("options of sbatch are expected");
  }

  @Test
  void anOpenQuotationIsRefused() {
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> SlurmOptions.of("--comment='a"));
  }

  /// Longer names that begin alike are other options.
  @ParameterizedTest
  @ValueSource(strings = {"--wait-all-nodes=1", "--export=ALL", "--no-requeue", "-p a", "--time=1:00", "-c 4",
      "--dependency=afterok:1", "--gres=gpu:1", "--exclusive", "-A lab", "-t 10", "-n1"})
  void theRestIsPassed(String text) {
    assertThat(SlurmOptions.of(text).words()).containsExactly(text.split(" "));
  }
}
