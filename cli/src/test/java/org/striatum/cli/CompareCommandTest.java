package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.transfer.TransferResults;

/// `compare` on small runs of the bundled checkpoint: two of the same problems, one of others.
class CompareCommandTest {
  @TempDir
  private static Path temporary;

  @BeforeAll
  static void makeRuns() {
    make("first", REASONER, 1, 1.0);
    make("cooler", REASONER, 1, 0.8);
    make("others", REASONER, 2, 1.0);
    make("later", Path.of("../checkpoints/tiny-reasoner-step3000"), 2, 1.0);
  }

  private static void make(String name, Path checkpoint, int seed, double temperature) {
    Path run = run(name);
    succeeds(Session.of("rollouts", checkpoint, "--tasks", "add,mul", "--limit", 40, "--max-new-tokens", 110, "--seed",
        seed, "--temperature", temperature, "--output", run));
    succeeds(Session.of("capture", checkpoint, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks",
        "blocks.2.hook_resid_post"));
    succeeds(Session.probe(run, "--epochs", 1, "--permutations", 1, "--random-sets", 1));
  }

  private static Path run(String name) {
    return temporary.resolve(name);
  }

  private static Session succeeds(Session session) {
    assertThat(session.code()).as(session.err()).isZero();
    return session;
  }

  @Test
  void comparesTheTasksOfOneRunAndKeepsTheResult() throws Exception {
    Path alone = Session.copy(run("first"), temporary.resolve("alone"));
    Session once = succeeds(Session.of("compare", alone));
    assertThat(once.out()).contains("between the tasks of tiny-reasoner-step2000");
    byte[] results = Files.readAllBytes(alone.resolve("results/compare.json"));
    Session again = succeeds(Session.of("compare", alone));
    assertThat(again.err()).contains("finished before, kept");
    assertThat(again.out()).isEqualTo(once.out());
    assertThat(alone.resolve("results/compare.json")).hasBinaryContent(results);
    succeeds(Session.of("report", alone));
    assertThat(Files.readString(alone.resolve("report.html"))).contains("id=\"transfer\"",
        "between the tasks of tiny-reasoner-step2000");
  }

  @Test
  void comparesTwoRunsOfOneBasisAndOnlyReadsTheSecond() throws Exception {
    Path first = Session.copy(run("first"), temporary.resolve("with-cooler"));
    var before = Session.files(run("cooler"));
    Session session = succeeds(Session.of("compare", first, run("cooler")));
    assertThat(session.out()).contains("between tiny-reasoner-step2000 and tiny-reasoner-step2000 (2)");
    assertThat(Files.readString(first.resolve("results/compare.json"))).contains("common basis: ");
    assertThat(Session.files(run("cooler"))).isEqualTo(before);
  }

  @Test
  void refusesTwoRunsWhoseBasisCannotBeShown() throws Exception {
    Path first = Session.copy(run("first"), temporary.resolve("with-later"));
    Session refused = Session.of("compare", first, run("later"));
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.errorLines()).singleElement().asString().contains("no common basis",
        "curves need no common basis");
    assertThat(first.resolve("results/compare.json")).doesNotExist();
    assertThat(succeeds(Session.of("compare", first, run("later"), "--curves")).out()).contains("By curves: ");
  }

  /// Equal weights are a common basis, whatever they were asked.
  @Test
  void comparesTwoRunsOfOneCheckpointThatWereAskedOtherProblems() throws Exception {
    Path first = Session.copy(run("first"), temporary.resolve("with-others"));
    Session session = succeeds(Session.of("compare", first, run("others"), "--json"));
    TransferResults results = RecordJson.parse(session.out().getBytes(StandardCharsets.UTF_8), TransferResults.class,
        "stdout");
    assertThat(results.bases()).singleElement().satisfies(basis -> {
      assertThat(basis.common()).isTrue();
      assertThat(basis.reason()).contains("same weights");
    });
    assertThat(results.probes()).anySatisfy(pooled -> assertThat(pooled.first()).isNotEqualTo(pooled.second()));
  }

  @Test
  void refusesWhatIsNoComparison() {
    Path first = run("first");
    assertThat(Session.of("compare", first, first).errorLines()).singleElement().asString().contains("distinct");
    assertThat(Session.of("compare", first, temporary).errorLines()).singleElement().asString()
        .contains("is not a run folder");
    assertThat(Session.of("compare", first, "--sizes", "none").errorLines()).singleElement().asString()
        .contains("1% or top20, found 'none'");
    assertThat(Session.of("compare", first, "--sizes", "top9999").errorLines()).singleElement().asString()
        .contains("9999");
  }
}
