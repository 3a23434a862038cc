package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;

/// Answers over splits, and mediation, through the commands.
class SplitsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  private Path folder;

  private static Session succeed(Object... arguments) {
    Session session = Session.of(arguments);
    assertThat(session.code()).as(session.err()).isZero();
    return session;
  }

  @Test
  void everyQuestionAboutValueIsAskedOnOtherSplits() throws IOException {
    Path run = folder.resolve("run");
    succeed("rollouts", REASONER, "--tasks", "mul", "--limit", 60, "-k", 2, "--max-new-tokens",
        60, "--output", run);
    succeed("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks", "blocks.1.hook_resid_post");
    Session probed = Session.probe(run, "--epochs", 1, "--permutations", 1, "--splits", 3);
    assertThat(probed.code()).as(probed.err()).isZero();
    Path file = run.resolve("results/splits.json");
    byte[] once = Files.readAllBytes(file);
    JsonNode results = JSON.readTree(once);
    assertThat(results.path("splits").intValue()).isEqualTo(3);
    assertThat(results.path("answers").findValuesAsText("question")).containsExactly("readable", "sparse",
        "basis-aligned", "more-than-length");
    for (JsonNode answer : results.path("answers")) {
      assertThat(answer.path("of").asText()).isEqualTo("mul");
      assertThat(answer.path("yes").intValue() + answer.path("no").intValue() + answer.path("undecided").intValue()
          + answer.path("notTested").intValue()).isEqualTo(3);
    }
    assertThat(succeed("verify", run).out()).contains("= results/splits.json: computed again, the same");

    // Replaced without a word, for nothing is lost; the same seed gives the same bytes.
    succeed("splits", run, "--set", "splits=2");
    assertThat(Files.readAllBytes(file)).isNotEqualTo(once);
    succeed("splits", run, "--set", "splits=3");
    assertThat(Files.readAllBytes(file)).isEqualTo(once);

    exchanged(run);

    // It does not stand in the way of another probe.
    succeed("forget", run, "mediate"); // that would: it is work that is lost
    assertThat(Session.probe(run, "--epochs", 2, "--permutations", 1).code()).isZero();
    assertThat(Files.readString(run.resolve("manifest.json"))).as("out of date").doesNotContain("results/splits.json");
    Session refused = Session.of("splits", run, "--set", "splits=1");
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errorLines()).hasSize(1);
  }

  /// Right and wrong runs of one problem are exchanged in both directions, the whole state moves, and the same seed gives the same
  /// figures.
  private static void exchanged(Path run) throws IOException {
    Object[] mediate = {"mediate", run, "--set", "pairs=3", "--set", "controls=19"};
    assertThat(succeed(mediate).out()).contains("right into wrong", "wrong into right");
    Path file = run.resolve("results/mediate.json");
    byte[] once = Files.readAllBytes(file);
    JsonNode mediations = JSON.readTree(once).path("mediations");
    assertThat(mediations).hasSize(2);
    for (JsonNode one : mediations) {
      assertThat(one.path("hook").asText()).isEqualTo("blocks.1.hook_resid_post");
      assertThat(one.path("coordinates").intValue()).isEqualTo(3);
      assertThat(one.path("problems").intValue()).isBetween(1, 3);
      assertThat(one.path("total").path("value").doubleValue()).isPositive();
      assertThat(one.path("whole").path("value").doubleValue()).isNotZero();
      assertThat(one.path("p").doubleValue()).isBetween(0.05, 1.0);
    }
    succeed("forget", run, "mediate");
    succeed(mediate);
    assertThat(Files.readAllBytes(file)).isEqualTo(once);
  }

  @Test
  void mediationNeedsSeveralRolloutsOfAProblem() {
    Path run = folder.resolve("single");
    succeed("rollouts", REASONER, "--tasks", "mul", "--limit", 3, "--max-new-tokens", 5, "--output", run);
    Session refused = Session.of("mediate", run);
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errorLines().getLast()).contains("one rollout of each", "at least 2");
  }
}
