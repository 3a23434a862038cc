package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.studies.nta.NtaStep;

/// `nta`, with networks small enough for seconds.
class NtaCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir
  private Path temporary;

  private Session nta(String experiment, String folder, Object... more) {
    Object[] all = new Object[6 + more.length];
    System.arraycopy(new Object[]{"nta", experiment, "--seeds", 2, "-o", temporary.resolve(folder)}, 0, all, 0, 6);
    System.arraycopy(more, 0, all, 6, more.length);
    return Session.of(all);
  }

  private Session brief(String folder, Object... more) {
    Object[] all = new Object[8 + more.length];
    System.arraycopy(new Object[]{"--inputs", 8, "--outputs", 2, "--blocks", 4, "--block-length", 0.2}, 0, all, 0, 8);
    System.arraycopy(more, 0, all, 8, more.length);
    return nta("flexible", folder, all);
  }

  @Test
  void listsWhatThereIs() throws IOException {
    Session session = Session.of("nta");
    assertThat(session.code()).isZero();
    assertThat(session.out().lines()).hasSize(NtaExperiment.values().length);
    assertThat(session.out()).contains("flexible", "grid-tau-c", "bridge");
    JsonNode questions = JSON.readTree(Session.of("nta", "--json").out());
    for (NtaExperiment experiment : NtaExperiment.values()) {
      assertThat(questions.path(experiment.printed()).textValue()).isEqualTo(experiment.question());
    }
  }

  @Test
  void printsFiguresBesideWhatIsExpected() throws IOException {
    Session session = brief("run");
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out()).contains("2 seeds from 1", "time to criterion by block, flexible:", "expected")
        .doesNotContain("0.71 to 0.77"); // what is published is of other settings
    assertThat(temporary.resolve("run/results/nta/flexible.json")).isRegularFile();
    try (var runs = Files.list(temporary.resolve("run/nta-runs"))) {
      assertThat(runs).hasSize(4);
    }
    Session shown = Session.of("show", temporary.resolve("run"));
    assertThat(shown.out()).contains("nta/flexible: " + NtaStep.STUDY.about().summary());
    assertThat(Session.of("verify", temporary.resolve("run")).out()).contains("only 'nta' itself can make it again");
    Session again = brief("run");
    assertThat(again.err()).contains("nta/flexible: finished before, kept");
    assertThat(again.out()).isEqualTo(session.out());
    assertThat(brief("run", "--json").out())
        .isEqualTo(Files.readString(temporary.resolve("run/results/nta/flexible.json")));
    JsonNode arm = JSON.readTree(brief("run", "--json").out()).path("arms").get(0);
    assertThat(arm.path("bySeed").path("time to criterion")).hasSize(2)
        .allSatisfy(seed -> assertThat(seed).hasSize(4));
    assertThat(arm.path("settings").path("tasks").path("inputs").intValue()).isEqualTo(8);
  }

  @Test
  void moreSeedsAreAddedToAFinishedExperiment() {
    assertThat(brief("run").code()).isZero();
    Session more = Session.of("nta", "flexible", "--seeds", 3, "-o", temporary.resolve("run"), "--inputs", 8,
        "--outputs",
        2, "--blocks", 4, "--block-length", 0.2);
    assertThat(more.code()).as(more.err()).isZero();
    assertThat(more.out()).contains("3 seeds from 1");
  }

  /// Another number of threads, or a folder that already holds some of the seeds, changes no byte.
  @Test
  void isResumedBySeed() throws IOException {
    assertThat(brief("whole", "--threads", 1).code()).isZero();
    Path part = temporary.resolve("part");
    Files.createDirectories(part.resolve("nta-runs"));
    try (var runs = Files.list(temporary.resolve("whole/nta-runs"))) {
      Path one = runs.sorted().findFirst().orElseThrow();
      Files.copy(one, part.resolve("nta-runs").resolve(one.getFileName()));
    }
    assertThat(brief("part", "--threads", 2).code()).isZero();
    assertThat(part.resolve("results/nta/flexible.json"))
        .hasSameBinaryContentAs(temporary.resolve("whole/results/nta/flexible.json"));
  }

  @Test
  void runsWhatHasOptionsOfItsOwn() {
    assertThat(nta("exact-solution", "exact", "--taus", "0.1,1").out()).contains("τ_c 0.1: largest |w̄ − exact|",
        "τ_c 1.0: smallest w̄").doesNotContain("does not hold");
    Session grid = nta("grid-tau-c", "grid", "--taus", "0.02,0.1", "--block-lengths", "1,1.75");
    assertThat(grid.code()).as(grid.err()).isZero();
    assertThat(grid.out()).contains("total alignment, by τ_c (across) and block length (down)",
        "rank correlation of total alignment with τ_c");
    Session two = nta("fully-connected", "two", "--hidden", 4, "--inputs", 6, "--outputs", 3, "--blocks", 3);
    assertThat(two.code()).as(two.err()).isZero();
  }

  @Test
  void saysInOneLineWhatItCannotDo() {
    refused(List.of("dreams"), "an experiment must be one of flexible, forgetful");
    refused(List.of("flexible", "--tau-c", "0"), "τ_c must be > 0 and finite, found 0.0");
    refused(List.of("flexible", "--tau-w", "-1"), "τ_w must be > 0 and finite, found -1.0");
    refused(List.of("flexible", "--paths", "0"), "a network needs at least 1 path, found 0");
    refused(List.of("flexible", "--teachers", "3"),
        "3 teachers of 10 outputs need 30 orthogonal rows but only 20 inputs have directions for them");
    refused(List.of("flexible", "--hidden", "4"), "--hidden has no effect in flexible: its options are ");
    assertThat(Session.of("nta", "flexible", "--seeds", 1, "-o", temporary.resolve("refused")).err())
        .contains("--seeds must be ≥ 2, so that figures have intervals");
    refused(List.of("flexible", "--tau-c", "1e-6"),
        "flexible, seed 1: the loss must stay finite, found ");
    refused(List.of("exact-solution", "--taus", "3"), "τ_c must be below 2 τ_w");
    refused(List.of("flexible", "--dt", "x"), "Invalid value for option '--dt'");
  }

  private void refused(List<String> arguments, String message) {
    Session session = nta(arguments.getFirst(), "refused", arguments.subList(1, arguments.size()).toArray());
    assertThat(session.code()).as(arguments.toString()).isEqualTo(2);
    assertThat(session.errorLines()).as(arguments.toString()).filteredOn(line -> line.startsWith("striatum: "))
        .singleElement().asString().contains(message);
    assertThat(session.out()).isEmpty();
  }
}
