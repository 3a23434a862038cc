package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
